"""The main screen: four panes on one image, each showing the other side of what is chosen in the rest."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen

from ocitui.display import show, show_size
from ocitui.errors import DocumentError, OcituiError
from ocitui.image.dockerfile import dockerfile
from ocitui.image.image import Image, Layer
from ocitui.image.layer_check import layer_notes, layer_problems
from ocitui.image.node import Node, NodeKind
from ocitui.image.summary import describe
from ocitui.image.timeline import trace
from ocitui.layers.cache import LayerCache
from ocitui.layers.index import LayerIndex
from ocitui.spec.digest import Digest
from ocitui.transports.transport import Transport
from ocitui.tui.documents import json_of
from ocitui.tui.merged_view import MergedView
from ocitui.tui.scans import LayerOpened, LayerScanned, ScanFailed, Scans
from ocitui.tui.screens.explore_bars import ExploreBars, image_label, node_parts
from ocitui.tui.screens.text import TextScreen
from ocitui.tui.screens.timeline import TimelineScreen
from ocitui.tui.widgets.bars import Bar
from ocitui.tui.widgets.config_pane import ConfigPane
from ocitui.tui.widgets.files_pane import FilesPane
from ocitui.tui.widgets.history_pane import HistoryPane, LayerFacts
from ocitui.tui.widgets.image_pane import ImagePane, node_label
from ocitui.tui.widgets.json_view import FollowDigest
from ocitui.tui.widgets.lines import Lines
from ocitui.tui.widgets.pane import Pane
from ocitui.tui.widgets.panes import Panes
from ocitui.tui.widgets.row import Part
from ocitui.tui.widgets.summary_lines import SummaryLines


class ExploreScreen(Screen[None]):
    """Image, Config, History and Files of one place."""

    HELP_TITLE: ClassVar[str] = "Panes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane('image')", "Image: the tree of documents", show=False),
        Binding("2", "pane('config')", "Config: as people read it, or JSON", show=False),
        Binding("3", "pane('history')", "History against layers", show=False),
        Binding("4", "pane('files')", "Files of the opened layer", show=False),
        Binding("tab", "next_pane(1)", "Next pane", show=False),
        Binding("shift+tab", "next_pane(-1)", "Pane before", show=False),
        Binding("m", "next_view", "Files: this layer, merged up to it, its changes"),
        Binding("u", "next_filter", "Files merged: all, only what changed, added, modified, deleted"),
        Binding("w", "timeline", "Which layers touched this path, and what they did"),
        Binding("v", "toggle_json", "Config: summary or JSON"),
        Binding("d", "dockerfile", "The whole history as a Dockerfile"),
        Binding("b", "toggle_exact", "Exact sizes (bytes) and times, or as people say them"),
        Binding("y", "copy", "Copy: digest, path, command, value"),
        Binding("left_square_bracket", "step_layer(-1)", "The layer below", key_display="[", show=False),
        Binding("right_square_bracket", "step_layer(1)", "The layer above", key_display="]", show=False),
        Binding("escape", "cancel_scan", "Cancel the scan of the layer", show=False),
    ]
    DEFAULT_CSS = """
    ExploreScreen {
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
        self._transport = transport
        self._top = top
        self._chosen = chosen
        self._image = image
        self._layer: Layer | None = None
        self._scans = Scans(self, transport, cache)
        self.merged = MergedView(self._scans)
        """Which view of the layers is shown."""
        self._bars = ExploreBars(self)
        self._problem_count = sum(1 for _ in top.all_problems())

    def compose(self) -> ComposeResult:
        """The bars and the panes."""
        yield Bar(id="title")
        yield Bar(id="context")
        yield Panes(
            Pane(1, "Image", ImagePane(self._top, id="image-tree"), id="image"),
            Pane(2, "Config", ConfigPane(id="config-views"), id="config"),
            Pane(3, "History", HistoryPane(id="history-rows"), id="history"),
            Pane(4, "Files", FilesPane(id="files-tree"), id="files"),
        )
        yield Bar(id="status")
        yield Bar(id="hints")

    # Where things are.

    @property
    def _panes(self) -> Panes:
        return self.query_one(Panes)

    @property
    def _tree(self) -> ImagePane:
        return self.query_one(ImagePane)

    @property
    def _history(self) -> HistoryPane:
        return self.query_one(HistoryPane)

    @property
    def _files(self) -> FilesPane:
        return self.query_one(FilesPane)

    @property
    def _config(self) -> ConfigPane:
        return self.query_one(ConfigPane)

    @property
    def _lines(self) -> Lines | None:
        return self.focused if isinstance(self.focused, Lines) else None

    def on_mount(self) -> None:
        """Show the image to start with."""
        self._arrange()
        if self._image is not None:
            self._tree.unfold(self._image.node)
        self._tree.reveal(self._chosen)
        self._tree.focus()
        self._show(self._chosen)
        self.call_after_refresh(self._look_up_known_layers)

    # The arrangement of the panes.

    @on(Resize)
    def _resized(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        self.set_class(self._panes.fit(self.app.size) == "narrow", "-narrow")
        self._say_all()

    @on(Panes.Changed)
    def _pane_changed(self) -> None:
        self._say_all()

    def action_pane(self, name: str) -> None:
        """Bring the focus to a pane."""
        self._panes.go_to(name)

    def action_next_pane(self, step: int) -> None:
        """Bring the focus to the next pane, or the one before."""
        self._panes.go_on(step)

    # Choosing: every pane shows its side of it.

    @on(Lines.Highlighted, "#image-tree")
    def _tree_moved(self) -> None:
        self._show(self._tree.node)

    @on(Lines.Highlighted, "#history-rows")
    def _history_moved(self) -> None:
        row = self._history.history_row
        if self._image is not None and row is not None and row.layer is not None and self._history.has_focus:
            self._tree.reveal(self._image.layer_node(row.layer))
        self._say_status()

    @on(Lines.Highlighted, "#files-tree")
    @on(Lines.Highlighted, "#summary")
    @on(Lines.Highlighted, "#json")
    def _other_moved(self) -> None:
        self._say_status()

    @on(Lines.Chosen, "#image-tree")
    def _tree_chosen(self) -> None:
        node = self._tree.node
        if node.kind is NodeKind.LAYER and self._layer_of(node) is not None:
            self._open(self._layer_of(node))
        elif node.children:
            self._tree.action_toggle_fold()
        else:
            self._set_json(True)
            self.action_pane("config")

    @on(Lines.Chosen, "#history-rows")
    def _history_chosen(self) -> None:
        row = self._history.history_row
        if self._image is not None and row is not None and row.layer is not None:
            self._open(self._image.layers[row.layer - 1])
        else:
            self._history.action_toggle_fold()

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
        for node in self._top.walk():
            if node.digest == digest:
                self._tree.reveal(node)
                self._show(node)
                return
        for layer in self._image.layers if self._image else ():
            if layer.diff_id == digest and self._image is not None:
                self._tree.reveal(self._image.layer_node(layer.number))
                self._show(self._image.layer_node(layer.number))
                self._say(f"{digest.short} is the diff ID of layer {layer.number}")
                return
        self._say(f"{digest} is not in this place")

    def _layer_of(self, node: Node) -> Layer | None:
        image = Image.containing(node)
        if image is None or node.parent is not image.node or node.number is None:
            return None
        return image.layers[node.number - 1]

    def _show(self, node: Node) -> None:
        """Show a node in every pane but the tree."""
        self._chosen = node
        image = Image.containing(node) or self._image
        if image is not None and (self._image is None or image.node is not self._image.node):
            self._image = image
            self._layer = None
            self._tree.opened = self._history.opened = None
            self.call_after_refresh(self._look_up_known_layers)
        elif image is not None and self._image is not None:
            image = self._image
        self._history.show_image(image)
        self._config.show_sections(describe(node, image if Image.containing(node) else None))
        if self._config.is_json:
            self._show_json()
        layer = self._layer_of(node)
        if layer is not None:
            self._history.reveal_layer(layer.number)
            self._offer(layer)
        elif self._layer is None:
            self._files.offer("choose a layer: Enter opens it")
        self.query_one("#config", Pane).describe(node_label(node))
        self._say_title()
        self._say_status()

    def _show_json(self) -> None:
        raw, what = json_of(self._chosen, self._transport)
        self._config.show_json(raw, what)

    # Layers.

    def _offer(self, layer: Layer) -> None:
        """Show a layer's files if that costs nothing, else say how to get them."""
        if self._layer is not None and self._layer.descriptor.digest == layer.descriptor.digest:
            return
        index = self._scans.known(layer)
        if index is not None or self._scans.is_running(layer):
            self._open(layer, focus=False)
            return
        self._layer = None
        self._tree.opened = self._history.opened = None
        self._tree.repaint_all()
        self._history.repaint_all()
        try:
            layer.locate(self._transport)
            self._files.offer(f"Enter opens layer {layer.number}: {show_size(layer.descriptor.size)} to read")
        except OcituiError as error:
            self._files.offer(str(error), is_problem=True)
        self.query_one("#files", Pane).describe(f"layer {layer.number}")

    def _open(self, layer: Layer | None, *, focus: bool = True) -> None:
        if layer is None or self._image is None:
            return
        self._layer = layer
        self._tree.opened = self._image.layer_node(layer.number)
        self._history.opened = layer.number
        self._tree.repaint_all()
        self._history.repaint_all()
        self._show_view(layer)
        if focus:
            self.action_pane("files")

    def _show_view(self, layer: Layer) -> None:
        """Show the chosen view of a layer: alone, or over those below it."""
        if self.merged.is_alone or self._image is None:
            self._scans.open(layer)
        else:
            below = self._image.layers[: layer.number]
            self._scans.want(below)
            self._files.show_merged(self.merged.source(self._image, layer), self.merged.waiting(below))
            self._say_files()
            self._say_status()

    def action_next_view(self) -> None:
        """Change between the layer alone, the merged root filesystem up to it, and its changes."""
        self.merged.next_view()
        self._reopen()

    def action_next_filter(self) -> None:
        """Show other marks of the merged tree."""
        if self.merged.is_alone:
            self._say("m changes to the merged tree first")
            return
        self.merged.next_filter()
        self._reopen()

    def _reopen(self) -> None:
        layer = self._layer or self._layer_of(self._chosen)
        if layer is None and self._image is not None and self._image.layers:
            layer = self._image.layers[-1]
        if layer is not None:
            self._open(layer, focus=False)
        self._say_files()

    @on(LayerOpened)
    def _layer_opened(self, event: LayerOpened) -> None:
        """Rows to show: of an index that is known, or the first of one that is being made."""
        if self.merged.is_alone and self._layer is not None and event.digest == self._layer.descriptor.digest:
            self._show_files(event.index, is_growing=event.is_growing)

    def _show_files(self, index: LayerIndex, *, is_growing: bool) -> None:
        assert self._layer is not None
        assert self._image is not None
        problems: tuple[str, ...] = ()
        notes: tuple[str, ...] = ()
        if not is_growing:
            problems = layer_problems(self._layer, index.summary)
            notes = layer_notes(self._layer, index.summary)
        source = self.merged.layer_source(self._image, self._layer, index)
        self._files.show_layer(index, source, is_growing=is_growing, problems=problems, notes=notes)
        self._say_files()
        self._say_status()

    @on(Scans.Progress)
    def _scan_went_on(self, event: Scans.Progress) -> None:
        if self.merged.is_alone and self._layer is not None and event.digest == self._layer.descriptor.digest:
            self._files.show_progress(event.progress)
            self._say_files()
            self._say_status()

    @on(LayerScanned)
    def _layer_scanned(self, event: LayerScanned) -> None:
        if not self.merged.is_alone:
            if self._layer is not None:
                self._show_view(self._layer)
        elif self._layer is not None and event.digest == self._layer.descriptor.digest:
            self._show_files(event.index, is_growing=False)
        elif self._layer is not None and (index := self._scans.known(self._layer)) is not None:
            self._show_files(index, is_growing=False)  # what the other layer did to this one's files is known now
        if isinstance(self.app.screen, TimelineScreen):
            self.app.screen.refresh_timeline()
        self._say_facts()

    @on(ScanFailed)
    def _scan_failed(self, event: ScanFailed) -> None:
        if not self.merged.is_alone:
            self._say_files()
        elif self._layer is not None and event.digest == self._layer.descriptor.digest:
            self._files.offer(event.reason, is_problem=event.is_problem)
            self._layer = None
            self._say_files()
            self._say_status()

    def action_step_layer(self, step: int) -> None:
        """Open the layer above or below the one that is shown."""
        if self._image is None or not self._image.layers:
            return
        layer = self._layer or self._layer_of(self._chosen)
        number = layer.number + step if layer is not None else 1
        if 1 <= number <= len(self._image.layers):
            node = self._image.layer_node(number)
            self._tree.reveal(node)
            self._show(node)
            self._open(self._image.layers[number - 1], focus=False)

    def action_cancel_scan(self) -> None:
        """Stop reading the layer; choosing it again goes on from the start."""
        if not self.merged.is_alone:
            self._scans.stop()
        elif self._layer is not None:
            self._scans.cancel(self._layer)

    def _look_up_known_layers(self) -> None:
        if self._image is not None:
            self._scans.look_up(self._image)

    @on(Scans.KnownLayers)
    def _known_layers(self) -> None:
        self._say_facts()
        if self._layer is None:
            layer = self._layer_of(self._chosen)
            if layer is not None:
                self._offer(layer)

    def _say_facts(self) -> None:
        if self._image is None:
            return
        facts = {}
        for layer in self._image.layers:
            summary = self._scans.summary(layer)
            if summary is not None and summary.complete:
                is_damaged = bool(layer_problems(layer, summary))
                facts[layer.number] = LayerFacts(summary.unpacked_size, summary.file_count, is_damaged)
        self._history.show_facts(facts)
        self._say_title()

    # A path through all layers.

    def action_timeline(self) -> None:
        """Show what every layer did to the path under the cursor of the files."""
        path = self._files.path
        if self._image is None or path is None:
            self._say("open a layer and put the cursor on a file first")
            return
        image = self._image
        self._scans.want(image.layers)
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
        if self._image is None:
            return
        self.merged.show_alone()
        node = self._image.layer_node(number)
        self._tree.reveal(node)
        self._show(node)
        self._open(self._image.layers[number - 1])
        self.call_after_refresh(self._files.reveal_path, path)

    # Views.

    def action_toggle_json(self) -> None:
        """Change the config pane between summary and JSON."""
        self._set_json(not self._config.is_json)

    def _set_json(self, is_json: bool) -> None:
        if is_json != self._config.is_json:
            self._config.toggle()
        if is_json:
            self._show_json()
        self._bars.hints(self._lines)

    def action_dockerfile(self) -> None:
        """Show the whole history as a Dockerfile."""
        if self._image is None:
            self._say("no image is chosen")
            return
        row = self._history.history_row
        lines = dockerfile(self._image)
        rows: list[list[Part]] = []
        cursor = 0
        for line in lines:
            if row is not None and line.row is not None and self._image.history.rows[line.row] is row and not cursor:
                cursor = len(rows)
            number = f"{line.layer or '':>4}  "
            rows.append([(number, "lines--muted"), (show(line.text), "lines--muted" if line.is_remark else "")])
        self.app.push_screen(TextScreen(f"Dockerfile · {image_label(self._image)}", rows, cursor))

    def action_toggle_exact(self) -> None:
        """Say sizes and times exactly, or as people do."""
        is_exact = not self._tree.is_exact
        for pane in (self._tree, self._history, self._files):
            pane.is_exact = is_exact
            pane.repaint_all()
        self._say("exact sizes and times" if is_exact else "sizes and times as people say them")

    def action_copy(self) -> None:
        """Copy what is under the cursor (OSC 52) and say what was copied."""
        text = self._lines.copy_text if self._lines is not None else None
        if not text:
            self._say("nothing to copy here")
            return
        self.app.copy_to_clipboard(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
        self._say(f"copied  {show(text)}")

    # What the bars say.

    def _say(self, message: str) -> None:
        self._bars.say(message)

    def _say_all(self) -> None:
        self._say_title()
        self._bars.hints(self._lines)
        self._say_status()

    def _say_title(self) -> None:
        self._bars.title(self._transport.place, self._image, self._problem_count, self._panes)
        self._say_context()

    def _say_context(self) -> None:
        layer = self._layer or self._layer_of(self._chosen)
        shows_files = self._layer is not None and self._panes.current.id == "files"
        self._bars.context(
            self._chosen, self._image, layer, self._files.totals if shows_files else "", self.merged.title
        )

    def _say_files(self) -> None:
        pane = self.query_one("#files", Pane)
        if self._layer is None:
            pane.describe("")
        else:
            upto = "layer" if self.merged.is_alone else "up to layer"
            views: list[Part] = [(f"{upto} {self._layer.number}  ", ""), *self.merged.parts()]
            pane.describe(views, self._files.totals)
        self._say_context()

    def _say_status(self) -> None:
        if self._lines is self._files:
            self._bars.status(self._files.status_parts())
        elif self._lines is self._history and self._history.instruction is not None:
            self._bars.status([(f" {show(self._history.instruction.text)}", "")])
        else:
            self._bars.status(node_parts(self._chosen))

    def on_unmount(self) -> None:
        """End every scan."""
        self._scans.close()
