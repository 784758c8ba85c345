"""What can be done with a path: its timeline, its contents, finding others."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from ocitui.image.node import Node
from ocitui.image.timeline import trace
from ocitui.tui.screens.layers import LayersScreen
from ocitui.tui.screens.timeline import TimelineScreen


class PathsScreen(LayersScreen):
    """Follows a path through the layers of the image."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "timeline", "Which layers touched this path, and what they did"),
    ]

    def show_node(self, node: Node) -> None:
        """Show a node in every pane."""
        raise NotImplementedError

    def action_timeline(self) -> None:
        """Show what every layer did to the path under the cursor of the files."""
        path = self.files_pane.path
        if self.image is None or path is None:
            self.say("open a layer and put the cursor on a file first")
            return
        image = self.image
        self.scans.want(image.layers)
        self.app.push_screen(
            TimelineScreen(self, image, path.strip(b"/"), lambda path: trace(self.merged.stack(image), path))
        )

    @on(TimelineScreen.Asked)
    def _timeline_asked(self, event: TimelineScreen.Asked) -> None:
        if event.what == "go":
            self.app.pop_screen()
            self.go_to(event.version.layer, event.path)

    def go_to(self, number: int, path: bytes) -> None:
        """Show a layer alone, with the cursor on a path."""
        if self.image is None:
            return
        self.merged.show_alone()
        node = self.image.layer_node(number)
        self.image_tree.reveal(node)
        self.show_node(node)
        self.open_layer(self.image.layers[number - 1])
        self.call_after_refresh(self.files_pane.reveal_path, path)
