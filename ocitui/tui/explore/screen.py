"""The main screen: four panes on one image, each showing the other side of what is chosen in the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from ocitui.display import printable
from ocitui.errors import DocumentError
from ocitui.image.documents.dockerfile import dockerfile
from ocitui.image.documents.summary import describe
from ocitui.image.history.instruction import UNFOLDED_LIMIT
from ocitui.image.image import Image
from ocitui.image.node import Node, NodeKind
from ocitui.image.selection import images_below
from ocitui.spec.digest import Digest
from ocitui.tui.explore.documents import json_of
from ocitui.tui.explore.image_pane import node_label
from ocitui.tui.explore.summary_lines import FACTS_LIMIT, SummaryLines
from ocitui.tui.explore.verify_marks import VerifyScreen
from ocitui.tui.page.text import TextScreen
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.view.json_view import FollowDigest

if TYPE_CHECKING:  # the screens over the panes are loaded when they are opened, after the first paint
    from ocitui.tui.start.other_image import OtherImage


class ExploreScreen(VerifyScreen):
    """Image, Config, History and Files of one place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "toggle_json", "Config: summary or JSON"),
        Binding("d", "dockerfile", "The whole history as a Dockerfile"),
        Binding("D", "compare_images", "Compare with another image, or another platform"),
        Binding("left_square_bracket", "step_layer(-1)", "The layer below", key_display="[", show=False),
        Binding("right_square_bracket", "step_layer(1)", "The layer above", key_display="]", show=False),
    ]

    def on_mount(self) -> None:
        """Show the image to start with."""
        self._arrange()
        if self.image is not None:
            self.image_tree.unfold(self.image.node)
        self.image_tree.reveal(self.chosen)
        self.image_tree.focus()
        self.show_node(self.chosen)
        self.call_after_refresh(self.look_up_known_layers)

    # Choosing: every pane shows its side of it.

    @on(Lines.Highlighted, "#image-tree")
    def _tree_moved(self) -> None:
        self.show_node(self.image_tree.node)

    @on(Lines.Highlighted, "#history-rows")
    def _history_moved(self) -> None:
        row = self.history_pane.history_row
        if self.image is not None and row is not None and row.layer is not None and self.history_pane.has_focus:
            self.image_tree.reveal(self.image.layer_node(row.layer))
        self._say_status()

    @on(Lines.Highlighted, "#files-tree")
    @on(Lines.Highlighted, "#summary")
    @on(Lines.Highlighted, "#json")
    def _other_moved(self) -> None:
        self._say_status()

    @on(Lines.Chosen, "#image-tree")
    def _tree_chosen(self) -> None:
        node = self.image_tree.node
        if node.kind is NodeKind.LAYER and self.layer_of(node) is not None:
            self.open_layer(self.layer_of(node))
        elif node.children:
            self.image_tree.action_toggle_fold()
        else:
            self._set_json(True)
            self.action_pane("config")

    @on(Lines.Chosen, "#history-rows")
    def _history_chosen(self) -> None:
        row = self.history_pane.history_row
        if self.image is not None and row is not None and row.layer is not None:
            node = self.image.layer_node(row.layer)
            self.image_tree.reveal(node)
            self.show_node(node)
            self.open_layer(self.image.layers[row.layer - 1])
        else:
            self.history_pane.action_toggle_fold()

    @on(Lines.Chosen, "#summary")
    def _summary_chosen(self) -> None:
        summary = self.query_one(SummaryLines)
        try:
            digest = Digest.parse(summary.fact.value if summary.fact else "")
        except DocumentError:
            summary.toggle()
        else:
            self._follow(digest)

    @on(FollowDigest)
    def _json_followed(self, event: FollowDigest) -> None:
        self._follow(event.digest)

    def _follow(self, digest: Digest) -> None:
        for node in self.top.walk():
            if node.digest == digest:
                self.image_tree.reveal(node)
                self.show_node(node)
                return
        for layer in self.image.layers if self.image else ():
            if layer.diff_id == digest and self.image is not None:
                self.image_tree.reveal(self.image.layer_node(layer.number))
                self.show_node(self.image.layer_node(layer.number))
                self.say(f"{digest.short} is the diff ID of layer {layer.number}")
                return
        self.say(f"{digest} is not in this place")

    def show_node(self, node: Node) -> None:
        """Show a node in every pane but the tree."""
        self.chosen = node
        image = Image.containing(node) or self.image
        if image is not None and (self.image is None or image.node is not self.image.node):
            self.image = image
            self.close_layer()
            self.call_after_refresh(self.look_up_known_layers)
        elif image is not None and self.image is not None:
            image = self.image
        self.history_pane.show_image(image)
        self.config_pane.show_sections(describe(node, image if Image.containing(node) else None, FACTS_LIMIT))
        if self.config_pane.is_json:
            self._show_json()
        layer = self.layer_of(node)
        if layer is not None:
            self.history_pane.reveal_layer(layer.number)
            self.offer_layer(layer)
        elif self.shown_layer is None:
            self.files_pane.offer("choose a layer: Enter opens it")
            self._say_files()
        self.query_one("#config", Pane).describe(node_label(node))
        self._say_title()
        self._say_status()

    def _show_json(self) -> None:
        raw, what = json_of(self.chosen, self.transport)
        self.config_pane.show_json(raw, what)

    def action_step_layer(self, step: int) -> None:
        """Open the layer above or below the one that is shown."""
        if self.image is None or not self.image.layers:
            return
        layer = self.shown_layer or self.layer_of(self.chosen)
        number = layer.number + step if layer is not None else 1
        if 1 <= number <= len(self.image.layers):
            node = self.image.layer_node(number)
            self.image_tree.reveal(node)
            self.show_node(node)
            self.open_layer(self.image.layers[number - 1], focus=False)

    # Views.

    def action_toggle_json(self) -> None:
        """Change the config pane between summary and JSON."""
        self._set_json(not self.config_pane.is_json)

    def _set_json(self, is_json: bool) -> None:
        if is_json != self.config_pane.is_json:
            self.config_pane.toggle()
        if is_json:
            self._show_json()
        self.bars.hints(self.focused_lines)

    def action_dockerfile(self) -> None:
        """Show the whole history as a Dockerfile."""
        if self.image is None:
            self.say("no image is chosen")
            return
        row = self.history_pane.history_row
        lines = dockerfile(self.image, UNFOLDED_LIMIT)
        rows: list[list[Part]] = []
        cursor = 0
        for line in lines:
            if row is not None and line.row is not None and self.image.history.rows[line.row] is row and not cursor:
                cursor = len(rows)
            number = f"{line.layer or '':>4}  "
            rows.append([(number, "lines--muted"), (printable(line.text), "lines--muted" if line.is_remark else "")])
        self.app.push_screen(TextScreen(f"Dockerfile · {self.image.label}", rows, cursor))

    # Another image.

    def action_compare_images(self) -> None:
        """Ask for another image, and compare with it."""
        from ocitui.tui.start.other_image import OtherImageScreen

        image = self.image
        if image is None:
            self.say("no image is chosen")
            return
        others = [other for other in images_below(self.top) if other.node.digest != image.node.digest]
        once = list({other.node.digest: other for other in reversed(others)}.values())[::-1]
        screen = OtherImageScreen(once, image.platform, image.label)
        self.app.push_screen(screen, self._compare_with)

    def _compare_with(self, other: OtherImage | None) -> None:
        from ocitui.tui.compare.images import ComparedImage
        from ocitui.tui.compare.images_screen import ImageDiffScreen

        if other is None or self.image is None:
            return
        before = ComparedImage(self.image, self.transport, self.scans)
        transport, scans = (self.transport, self.scans) if other.transport is None else (other.transport, None)
        self.app.push_screen(ImageDiffScreen(before, other.image, transport, scans))
