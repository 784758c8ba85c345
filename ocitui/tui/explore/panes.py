"""The four panes on the screen, the bars around them, and the keys that hold in every pane."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen

from ocitui.display import printable
from ocitui.image.image import Image, Layer
from ocitui.image.node import Node
from ocitui.layers.cache import LayerCache
from ocitui.transports.transport import Transport
from ocitui.tui.explore.arrangement import Panes
from ocitui.tui.explore.bars import ExploreBars, node_parts
from ocitui.tui.explore.config_pane import ConfigPane
from ocitui.tui.explore.files_pane import FilesPane
from ocitui.tui.explore.history_pane import HistoryPane
from ocitui.tui.explore.image_pane import ImagePane
from ocitui.tui.explore.merged_view import MergedView
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.scans import Scans
from ocitui.tui.terminal.clipboard import copy


class PanesScreen(Screen[None]):
    """What is in sight; `LayersScreen` opens layers in it, `ExploreScreen` links the panes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane('image')", "Image: the tree of documents", show=False),
        Binding("2", "pane('config')", "Config: as people read it, or JSON", show=False),
        Binding("3", "pane('history')", "History against layers", show=False),
        Binding("4", "pane('files')", "Files of the opened layer", show=False),
        Binding("tab", "next_pane(1)", "Next pane", show=False),
        Binding("shift+tab", "next_pane(-1)", "Pane before", show=False),
        Binding("b", "toggle_exact", "Exact sizes (bytes) and times, or as people say them"),
        Binding("y", "copy", "Copy: digest, path, command, value"),
    ]
    DEFAULT_CSS = """
    PanesScreen {
        layout: vertical;
        & > #context { display: none; background: $background; }
        &.-narrow > #context { display: block; }
    }
    """

    def __init__(self, transport: Transport, top: Node, chosen: Node, image: Image | None, cache: LayerCache) -> None:
        """
        Args:
            transport: where the blobs are.
            top: the tree of documents.
            chosen: the node to start on.
            image: the image to start with; None where there is none.
            cache: where layer indexes are kept.
        """
        super().__init__()
        self.transport = transport
        """Where the blobs are."""
        self.top = top
        """The tree of documents."""
        self.chosen = chosen
        """The node that was chosen last."""
        self.image = image
        """The image that is shown."""
        self.shown_layer: Layer | None = None
        """The layer whose files are shown."""
        self.scans = Scans(self, transport, cache)
        """The layers that are being indexed, and those that are known."""
        self.merged = MergedView(self.scans)
        """Which view of the layers is shown."""
        self.bars = ExploreBars(self)
        """What the lines above and below say."""
        self._problem_count = sum(1 for _ in top.all_problems())

    def compose(self) -> ComposeResult:
        """The bars and the panes."""
        yield Bar(id="title")
        yield Bar(id="context")
        yield Panes(
            Pane(1, "Image", ImagePane(self.top, id="image-tree"), id="image"),
            Pane(2, "Config", ConfigPane(id="config-views"), id="config"),
            Pane(3, "History", HistoryPane(id="history-rows"), id="history"),
            Pane(4, "Files", FilesPane(id="files-tree"), id="files"),
        )
        yield Bar(id="status")
        yield Bar(id="hints")

    @property
    def panes(self) -> Panes:
        """The four panes."""
        return self.query_one(Panes)

    @property
    def image_tree(self) -> ImagePane:
        """Pane 1."""
        return self.query_one(ImagePane)

    @property
    def history_pane(self) -> HistoryPane:
        """Pane 3."""
        return self.query_one(HistoryPane)

    @property
    def files_pane(self) -> FilesPane:
        """Pane 4."""
        return self.query_one(FilesPane)

    @property
    def config_pane(self) -> ConfigPane:
        """Pane 2."""
        return self.query_one(ConfigPane)

    @property
    def focused_lines(self) -> Lines | None:
        """The list that has the focus."""
        return self.focused if isinstance(self.focused, Lines) else None

    # The arrangement of the panes.

    @on(Resize)
    def _resized(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        self.set_class(self.panes.fit(self.app.size) == "narrow", "-narrow")
        self._say_all()

    @on(Panes.Changed)
    def _pane_changed(self) -> None:
        self._say_all()

    def action_pane(self, name: str) -> None:
        """Bring the focus to a pane."""
        self.panes.go_to(name)

    def action_next_pane(self, step: int) -> None:
        """Bring the focus to the next pane, or the one before."""
        self.panes.go_on(step)

    def layer_of(self, node: Node) -> Layer | None:
        """The layer that a node stands for; None where it is none of an image."""
        image = Image.containing(node)
        if image is None or node.parent is not image.node or node.number is None:
            return None
        return image.layers[node.number - 1]

    def action_toggle_exact(self) -> None:
        """Say sizes and times exactly, or as people do."""
        is_exact = not self.image_tree.is_exact
        for pane in (self.image_tree, self.history_pane, self.files_pane):
            pane.is_exact = is_exact
            pane.repaint_all()
        self.say("exact sizes and times" if is_exact else "sizes and times as people say them")

    def action_copy(self) -> None:
        """Copy what is under the cursor (OSC 52) and say what was copied."""
        text = self.focused_lines.copy_text if self.focused_lines is not None else None
        if not text:
            self.say("nothing to copy here")
            return
        copy(self.app, text)
        self.say(f"copied  {printable(text)}")

    # What the bars say.

    def say(self, message: str) -> None:
        """Say something once, until the cursor moves."""
        self.bars.say(message)

    def _say_all(self) -> None:
        self._say_title()
        self.bars.hints(self.focused_lines)
        self._say_status()

    def _say_title(self) -> None:
        self.bars.title(self.transport.place, self.image, self._problem_count, self.panes)
        self._say_context()

    def _say_context(self) -> None:
        layer = self.shown_layer or self.layer_of(self.chosen)
        shows_files = self.shown_layer is not None and self.panes.current.id == "files"
        self.bars.context(
            self.chosen, self.image, layer, self.files_pane.totals if shows_files else "", self.merged.title
        )

    def _say_files(self) -> None:
        pane = self.query_one("#files", Pane)
        if self.shown_layer is None:
            pane.describe("")
        else:
            upto = "layer" if self.merged.is_alone else "up to layer"
            views: list[Part] = [(f"{upto} {self.shown_layer.number}  ", ""), *self.merged.parts()]
            pane.describe(views, self.files_pane.totals)
        self._say_context()

    def _say_status(self) -> None:
        if self.focused_lines is self.files_pane:
            self.bars.status(self.files_pane.status_parts())
        elif self.focused_lines is self.history_pane and self.history_pane.instruction is not None:
            self.bars.status([(f" {printable(self.history_pane.instruction.line)}", "")])
        else:
            self.bars.status(node_parts(self.chosen))

    def close_contents(self) -> None:
        """Let go of blobs that are being read."""

    def on_unmount(self) -> None:
        """End every scan."""
        self.close_contents()
        self.scans.close()
