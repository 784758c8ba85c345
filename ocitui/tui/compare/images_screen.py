"""The comparison of two images: layers, config, history, and the files as a tree of differences."""

import threading
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from ocitui.display import count_noun, printable
from ocitui.errors import CancelledError, OcituiError
from ocitui.image.diff.config import ConfigDifference
from ocitui.image.diff.history import HistoryPair
from ocitui.image.diff.images import PathsDiff, Section, Upto, compare_documents, has_same_layers
from ocitui.image.diff.paths import PathDiff
from ocitui.image.image import Image
from ocitui.transports.transport import Transport
from ocitui.tui.compare.diff_tree import DiffTree
from ocitui.tui.compare.found_rows import found_nodes
from ocitui.tui.compare.image_rows import DiffNode, document_nodes, item_rows
from ocitui.tui.compare.images import ComparedImage, TwoImages
from ocitui.tui.compare.opens_differences import OpensDifferences
from ocitui.tui.compare.path_rows import path_nodes
from ocitui.tui.page.page import Page
from ocitui.tui.page.text import TextScreen
from ocitui.tui.rows.bars import Bar, progress_bar
from ocitui.tui.rows.keys import BACK, READ_AGAIN, Key, Kind, key_text
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.scans.messages import LayerListed, LayerScanned, ScanEnded, ScanFailed, ScanStalled
from ocitui.tui.scans.scans import Scans


class ImageDiffScreen(OpensDifferences, Page, Screen[None]):
    """A comparison of two images: documents at once; files once the layers of both are indexed and compared."""

    BINDING_GROUP_TITLE = "Two images"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("v", "compare_file", "Compare a file itself, an archive too"),
        Key("u", "toggle_times", "Show or hide files that differ only in time", hint="time only", worth=80),
        Key("y", "copy", "Copy the path, digest or value", hint="copy", worth=54),
        replace(READ_AGAIN, description="Retry layers that stalled", kind=Kind.PAGE),
        replace(BACK, description="Cancel, or back"),
    ]
    DEFAULT_CSS = """
    ImageDiffScreen {
        layout: vertical;
        & > .side { background: $background; }
    }
    """

    class Progress(Message):
        """Progress of reading contents: bytes read, and bytes in total."""

        def __init__(self, done: int, total: int) -> None:
            super().__init__()
            self.done = done
            self.total = total

        def can_replace(self, message: Message) -> bool:
            """A later figure makes an earlier one needless."""
            return isinstance(message, ImageDiffScreen.Progress)

    class _Looked(Message):
        """It is known which layers were indexed before."""

    class _LaidOut(Message):
        def __init__(self, nodes: list[DiffNode]) -> None:
            super().__init__()
            self.nodes = nodes

    def __init__(self, before: ComparedImage, image: Image, transport: Transport, scans: Scans | None = None) -> None:
        """
        Args:
            before: the image that is shown.
            image: the other image.
            transport: where its blobs are.
            scans: what indexes its layers, if there is something already; call `layers_changed` when
                more is known of them.
        """
        super().__init__()
        self._own_scans = scans is None
        self._before = before
        self._after = ComparedImage(image, transport, scans or before.scans.beside(self, transport))
        self.stopped = threading.Event()
        self._is_looked = False
        self._is_comparing = False
        self._found: PathsDiff | None = None
        self._problem = ""
        self.inside = {}
        self.not_inside = {}
        self._hides_times = False
        self.is_busy = True
        """True while layers are indexed or compared."""
        both = Upto.whole(before.image), Upto.whole(image)
        self._is_shared = has_same_layers(*both)
        self._document_nodes = document_nodes(compare_documents(*both), before.image, image)
        self.images = TwoImages(self._before, self._after)

    def compose(self) -> ComposeResult:
        """The bars, and the tree."""
        yield Bar(id="title")
        for name in ("before", "after"):
            side = Bar(id=name)
            side.add_class("side")
            yield side
        yield DiffTree(id="differences")
        yield Bar(id="status")
        yield KeysBar()

    @property
    def _tree(self) -> DiffTree:
        return self.query_one(DiffTree)

    def on_mount(self) -> None:
        """Show what the documents tell, and begin with the layers."""
        self._tree.focus()
        if self._is_shared:
            self._found = PathsDiff((), is_shared=True)
            self.is_busy = False
            self._show("")
            return
        self._show(f"indexing {self._before.image.layer_noun}s…")
        self.run_worker(self._look, thread=True, group="look", exit_on_error=False)

    def on_unmount(self) -> None:
        """Nobody waits for the comparison any more."""
        self.stopped.set()
        if self.is_busy:
            self._before.scans.stop()
        if self._own_scans:
            self._after.scans.close()
        self.images.close()

    # The layers of both, two at a time.

    def _look(self) -> None:
        for compared in (self._before, self._after):
            compared.scans.learn(compared.image.layers)
        self.post_message(self._Looked())

    @on(_Looked)
    def _looked(self) -> None:
        self._is_looked = True
        self.layers_changed()

    @on(ScanEnded)
    @on(LayerListed)
    def _scan_ended(self) -> None:
        self._after.scans.go_on()

    @on(LayerScanned)
    @on(ScanFailed)
    def _scanned(self) -> None:
        self.layers_changed()

    def _stall(self) -> str:
        """Return the layer that has stalled; empty where none has."""
        both = (self._before, self._after)
        stalls = (each.scans.stall(layer) for each in both for layer in each.waiting)
        return next(filter(None, stalls), "")

    @on(ScanStalled)
    def _stalled(self) -> None:
        self._show_status()

    def action_read_again(self) -> None:
        """Begin scans again that do not move."""
        for compared in (self._before, self._after):
            compared.scans.want(compared.scans.give_another_try(compared.image.layers))
        self._show_status()

    def layers_changed(self) -> None:
        """More layers are known: go on with those that are missing, or compare."""
        if not self._is_looked or self._is_comparing or self.stopped.is_set():
            return
        waiting = [(compared, layer) for compared in (self._before, self._after) for layer in compared.waiting]
        if not waiting:
            self._is_comparing = True
            self._show("comparing…")
            self.run_worker(self._compare, thread=True, group="compare", exit_on_error=False)
            return
        total = len(self._before.image.layers) + len(self._after.image.layers)
        self._show(f"indexing {len(waiting)} of {count_noun(total, self._before.image.layer_noun)}…")
        if not (self._before.scans.is_busy or self._after.scans.is_busy):
            scans = waiting[0][0].scans
            scans.want([layer for compared, layer in waiting if compared.scans is scans])

    def _compare(self) -> None:
        """Compare the files, in a thread."""
        try:
            found = self.images.compare(
                self.stopped.is_set, lambda done, total: self.post_message(self.Progress(done, total))
            )
        except CancelledError:
            return
        except OcituiError as error:
            self._problem = str(error)
        else:
            self._found = found
        self._lay_out()

    def _lay_out(self) -> None:
        """Make rows of what was found, in a thread: there may be very many."""
        nodes = self._path_nodes("")
        self.post_message(self._LaidOut(nodes))

    @on(Progress)
    def _went_on(self, message: Progress) -> None:
        if self.is_busy and message.total:
            bar = progress_bar(message.done, message.total, 16)
            self.query_one("#status", Bar).show([(f" comparing contents {bar}", "")])

    @on(_LaidOut)
    def _laid_out(self, message: _LaidOut) -> None:
        self.is_busy = False
        self._show_paths(message.nodes)

    # What is shown.

    def _show(self, state: str) -> None:
        self._show_paths(self._path_nodes(state))

    def _show_paths(self, nodes: list[DiffNode]) -> None:
        self._tree.show_nodes([*self._document_nodes, *_moved(nodes, len(self._document_nodes))])
        self._show_bars()

    def _path_nodes(self, state: str) -> list[DiffNode]:
        if self._problem:
            return path_nodes((), "not compared", [self._problem])
        if self._found is None:
            return path_nodes((), state)
        return found_nodes(
            self._found, (self._before, self._after), self.inside, self.not_inside, hides_times=self._hides_times
        )

    @on(Lines.Highlighted)
    def _moved_to(self) -> None:
        self._show_status()

    @on(Resize)
    def _resized(self) -> None:
        self._show_bars()

    def _show_bars(self) -> None:
        self.query_one("#title", Bar).show([(" ocitui ", "bar--accent"), (" two images", "")])
        for name, letter, compared in (("before", "A", self._before), ("after", "B", self._after)):
            digest = f"  {compared.image.node.digest or ''}"
            self.query_one(f"#{name}", Bar).show([(f" {letter}  {compared.title}", ""), (digest, "bar--muted")])
        self._show_status()

    def _show_status(self) -> None:
        node = self._tree.node
        if self.is_busy and (stall := self._stall()):
            remedy = f" {key_text(READ_AGAIN, self.app)} starts it again  {key_text(BACK, self.app)} cancels"
            self.query_one("#status", Bar).show([(f" ✗ {stall} ", "bar--bad"), (remedy, "bar--accent")])
            return
        if self.is_busy or node is None:
            self.query_one("#status", Bar).show(
                [(f" reading both images; {key_text(BACK, self.app)} cancels", "bar--muted")]
            )
            return
        if isinstance(node.item, PathDiff):
            parts = [(f" {printable(node.copy)}", "bar--accent"), (f"  {self.detail(node.item)}", "")]
        elif isinstance(node.item, Section):
            parts = [(f" {node.name}: {node.what}", "")]
        else:
            parts = [(f" {printable(node.copy)}", "")]
        self.query_one("#status", Bar).show(parts)

    # What keys do.

    @on(Lines.Chosen)
    def _chosen(self) -> None:
        node = self._tree.node
        if node is None:
            return
        if self._tree.can_fold(self._tree.cursor):
            self._tree.action_toggle_fold()
        elif isinstance(node.item, PathDiff) and not node.item.is_directory:
            self.open_path(node.item)
        elif isinstance(node.item, ConfigDifference | HistoryPair):
            self.app.push_screen(TextScreen(node.what or "history", item_rows(node.item)))

    def action_toggle_times(self) -> None:
        """Hide or show what differs in its time only."""
        self._hides_times = not self._hides_times
        if not self.is_busy:
            self.lay_out_again()

    def lay_out_again(self) -> None:
        """Make the rows of paths anew."""
        self.run_worker(self._lay_out, thread=True, group="lay-out", exclusive=True, exit_on_error=False)

    @property
    def main_list(self) -> Lines:
        """The tree of what differs."""
        return self._tree


def _moved(nodes: list[DiffNode], by: int) -> list[DiffNode]:
    """Rows that come after others: where they end counts from the first of all."""
    for node in nodes:
        node.end += by
    return nodes
