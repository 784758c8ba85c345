"""Choosing a document or a layer: every pane shows its side of what was chosen."""

from textual.message import Message

from ocitui.image.documents.asked import asked_section
from ocitui.image.documents.summary import Fact, Section, describe
from ocitui.image.image import Image
from ocitui.image.node import Node, NodeKind
from ocitui.image.words import short_node_label
from ocitui.spec.digest import Digest
from ocitui.tui.explore.attested import Attested
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.contents import Contents
from ocitui.tui.explore.documents import json_of
from ocitui.tui.explore.known_bases import KnownBases
from ocitui.tui.explore.layer_files import LayerFiles
from ocitui.tui.explore.shown import Shown
from ocitui.tui.page.page import bring_to_front
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.summary_lines import FACTS_LIMIT


class Choosing:
    """Links the panes to each other."""

    class EntryRead(Message):
        """A registry was asked for an entry that was left unread."""

        def __init__(self, node: Node) -> None:
            super().__init__()
            self.node = node

    def __init__(self, shown: Shown, panes: Panes, bars: ExploreBars, files: LayerFiles, reference: str) -> None:
        self._shown = shown
        self._panes = panes
        self._bars = bars
        self._files = files
        self._attested = Attested(shown, panes)
        self._contents = Contents(shown, panes)
        self._bases = KnownBases(shown, panes, reference)

    # Showing what is chosen.

    def start(self) -> None:
        """Show the image to start with."""
        shown, tree = self._shown, self._panes.image_tree
        if shown.image is not None:
            tree.start_with(shown.image.node)
        tree.reveal(shown.chosen)
        tree.focus()
        self.show(shown.chosen)
        self._panes.call_after_refresh(self._files.look_up)

    def show(self, node: Node) -> None:
        """Show a node in every pane but the tree."""
        shown, panes = self._shown, self._panes
        shown.chosen = node
        image = Image.containing(node) or shown.image
        if image is not None and (shown.image is None or image.node is not shown.image.node):
            self._files.turn_to(image)
        elif image is not None and shown.image is not None:
            image = shown.image
        panes.history.show_image(image)
        if image is not None:
            self._bases.look_up(image)
        self.show_config()
        if panes.config.is_json:
            self._show_json()
        layer = shown.layer_of(node)
        if layer is not None:
            panes.history.reveal_layer(layer.number)
            self._files.offer(layer)
        else:
            self._files.offer_none()
        panes.frame("config").describe(short_node_label(node))
        self._bars.show_title()
        self._bars.show_status()

    def show_config(self) -> None:
        """Show what is known of the node that is chosen, and what is wrong with its layer."""
        shown, layer = self._shown, self._shown.layer_of(self._shown.chosen)
        sections = describe(shown.chosen, Image.containing(shown.chosen) and shown.image, FACTS_LIMIT)
        described = [section for section in sections if section.title]
        inside = self._contents.sections(shown.chosen)
        sections = [
            *sections[: len(sections) - len(described)],
            *self._attested.sections(shown.chosen),
            *inside,
            *described,
        ]
        asked = asked_section(shown.transport) if shown.chosen.parent in {None, shown.top} else None
        sections += [asked] if asked is not None else []
        # That a blob is missing is said of the node already.
        problems = self._files.known.problems_of(layer) if layer is not None and not shown.chosen.is_missing else ()
        facts = tuple(Fact("problem", text, is_problem=True) for text in problems[:FACTS_LIMIT])
        self._panes.config.show_sections([Section("", facts), *sections] if facts else sections)

    def show_config_of(self, digest: Digest | None) -> None:
        """Show what has become known of a layer, where that is the one that is chosen."""
        if self._shown.chosen.digest == digest:
            self.show_config()

    def show_statement(self, digest: Digest) -> None:
        """Show a statement that was read, where it or its manifest is what is chosen."""
        chosen = self._shown.chosen
        if any(node.digest == digest for node in (chosen, *chosen.children)):
            self.show_config()

    def show_contents(self, artifact: Node) -> None:
        """Show what is inside of an artifact, where it or a part of it is what is chosen."""
        if artifact in (self._shown.chosen, self._shown.chosen.parent):
            self.show_config()

    def go_to(self, node: Node) -> None:
        """Show a node in every pane, and put the cursor of the tree on it."""
        self._panes.image_tree.reveal(node)
        self.show(node)

    # What is under the cursor of a pane.

    def choose_node(self) -> None:
        """Open what is under the cursor of the tree: a layer's files, what is below, or the JSON."""
        node, layer = self._panes.image_tree.node, self._shown.layer_of(self._panes.image_tree.node)
        if node.kind is NodeKind.LAYER and layer is not None:
            self._files.open(layer)
        elif node.is_unread:
            self._read(node)
        elif node.children:
            self._panes.image_tree.action_toggle_fold()
        else:
            self.show_json(True)
            self._panes.go_to("config")

    def _read(self, node: Node) -> None:
        """Ask the registry for an entry, in a thread."""
        screen = self._panes.screen
        self._bars.show_notice(f"asking the registry for {short_node_label(node)}", "bar--muted")

        def read() -> None:
            node.read()
            screen.post_message(self.EntryRead(node))

        screen.run_worker(read, thread=True, group="entries", exit_on_error=False)

    def show_read(self, node: Node) -> None:
        """Show an entry that has been read: unfolded, and where it is an image, that one."""
        self._panes.image_tree.start_with(node)
        self.show(node)

    def follow_history(self) -> None:
        """Let the tree go with the cursor of the history."""
        row, image = self._panes.history.history_row, self._shown.image
        number = row.only_layer if row is not None else None
        if image is not None and number is not None and self._panes.history.has_focus:
            self._panes.image_tree.reveal(image.layer_node(number))
        self._bars.show_status()

    def choose_history(self) -> None:
        """Open the layer of the history's row, else unfold its instruction."""
        row = self._panes.history.history_row
        if self._shown.image is not None and row is not None and row.only_layer is not None:
            self.go_to_layer(row.only_layer)
        else:
            self._panes.history.action_toggle_fold()

    # Layers and digests.

    def go_to_layer(self, number: int, *, focus: bool = True) -> None:
        """Show a layer, counted from 1, and its files."""
        image = self._shown.image
        if image is not None:
            self.go_to(image.layer_node(number))
            self._files.open(image.layers[number - 1], focus=focus)

    def step_layer(self, step: int) -> None:
        """Open the layer above or below the one that is shown."""
        if self._shown.lack:
            self._bars.refuse(self._shown.lack)
            return
        layer = self._shown.layer_at_hand
        number = layer.number + step if layer is not None else 1
        if 1 <= number <= len(self._shown.layers):
            self.go_to_layer(number, focus=False)

    def go_to_path(self, number: int, path: bytes) -> None:
        """Show a layer alone, with the cursor on a path; whatever lies over the panes is left."""
        if self._shown.image is not None:
            bring_to_front(self._panes.screen)
            self._shown.merged.show_alone()
            self.go_to_layer(number)
            self._panes.call_after_refresh(self._panes.files.reveal_path, path)

    def go_to_final_path(self, path: bytes) -> None:
        """Show the final filesystem, with the cursor on a path; whatever lies over the panes is left."""
        if self._shown.layers:
            bring_to_front(self._panes.screen)
            self._shown.merged.show_merged()
            self.go_to_layer(len(self._shown.layers))
            self._panes.call_after_refresh(self._panes.files.reveal_path, path)

    def follow(self, digest: Digest) -> None:
        """Go to the document of a digest, or the layer of a diff ID."""
        for node in self._shown.top.walk():
            if node.digest == digest:
                self.go_to(node)
                return
        for layer in self._shown.layers:
            if layer.diff_id == digest and self._shown.image is not None:
                self.go_to(self._shown.image.layer_node(layer.number))
                self._bars.show_notice(f"{digest.short} is the diff ID of layer {layer.number}")
                return
        self._bars.refuse(f"{digest} is not in this place")

    # JSON.

    def show_json(self, is_json: bool) -> None:
        """Show the exact JSON of what is chosen in the config pane, or its summary."""
        if is_json != self._panes.config.is_json:
            self._panes.config.toggle()
        if is_json:
            self._show_json()

    def _show_json(self) -> None:
        self._panes.config.show_json(*json_of(self._shown.chosen, self._shown.transport))
