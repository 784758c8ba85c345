"""Search over all layers at once: typed at the top, answers below while they come."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import get_current_worker

from ocitui.display import count_noun
from ocitui.errors import OcituiError
from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.hit import Hit
from ocitui.image.search.query import Query, parse_query
from ocitui.image.search.search import Found
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.find.notices import count_parts, nothing_text, run_parts, syntax_rows
from ocitui.tui.find.rows import FindRows
from ocitui.tui.find.run import Batch, FindRun
from ocitui.tui.page.gaps import Gaps
from ocitui.tui.page.path_page import WHICH_KEY, PathPage, Request
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import BACK, Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.text_lines import TextLines

if TYPE_CHECKING:  # what unpacks archives is loaded where they are searched
    from ocitui.image.search.nested import ArchiveReader

PAUSE, LONG_PAUSE = 0.06, 0.4
"""Seconds without a key before a search begins; before one that reads contents."""


class FindScreen(PathPage, Screen[None]):
    """Asks its owner to go to a hit, or for a path's timeline; the search stays open below that."""

    BINDING_GROUP_TITLE = "Find"
    BINDINGS: ClassVar[list[BindingType]] = [
        WHICH_KEY,
        Key("a,ctrl+t", "toggle_archives", "Search in archives too: jar, zip, tar, deb, …", hint="archives", worth=70),
        Key("y", "copy", "Copy the path", hint="copy", worth=54),
        BACK,
    ]

    DEFAULT_CSS = """
    FindScreen {
        & > #syntax > .lines--cursor { background: $background; }
        & > #syntax > .lines--marker { color: $background; }
        &:ansi > #syntax > .lines--cursor { background: ansi_default; text-style: none; }
        &:ansi > #syntax > .lines--marker { color: ansi_default; }
    }
    """

    class _Came(Message):
        """A search has found something, or has come to its end."""

        def __init__(self, run: FindRun, batch: Batch) -> None:
            super().__init__()
            self.run = run
            self.batch = batch

    class _Looked(Message):
        """All about some rows."""

        def __init__(self, run: FindRun, hits: Sequence[Hit]) -> None:
            super().__init__()
            self.run = run
            self.hits = hits

    def __init__(
        self,
        owner: MessagePump,
        source: SearchSource,
        text: str = "",
        remember: Callable[[str, bool], object] = lambda text, in_archives: None,
        *,
        in_archives: bool = False,
    ) -> None:
        """
        Args:
            owner: who gets `PathRequested`.
            source: the layers. Call `layers_changed` when more is known of them.
            text: what is searched for at first.
            remember: called with what was typed when it has led somewhere, and whether archives were searched too.
            in_archives: whether archives are searched too at first.
        """
        super().__init__(owner)
        self._source = source
        self._remember = remember
        self._in_archives = in_archives
        self._bar = Prompt("find:", "parts of paths, *.so, /regex/, size>1M, status:deleted, text:word", text)
        self._rows = FindRows(id="hits")
        self._run: FindRun | None = None
        self._timer: Timer | None = None
        self._wants_to_go = False
        self._problem = ""
        self._contents: ArchiveReader | None = None

    @property
    def text(self) -> str:
        """The text that was typed."""
        return self._bar.text

    def compose(self) -> ComposeResult:
        """The query, the hits, and how queries are written while there is none."""
        yield self._bar
        yield self._rows
        yield TextLines(syntax_rows(), id="syntax")
        yield Bar(id="status")
        yield KeysBar()

    def on_mount(self) -> None:
        """Search at once where something is searched for already."""
        self.query_one("#syntax").can_focus = False
        self._bar.focus()
        self._source.request_layers()
        self._begin()

    def on_screen_resume(self) -> None:
        """Say what is under the cursor again, after another screen."""
        self._show_bars()

    def on_resize(self) -> None:
        """Fit what is said of the hit to the width."""
        self._show_status()

    def on_unmount(self) -> None:
        """Stop searching."""
        if self._run is not None:
            self._run.stop()

    # Searching.

    @on(Prompt.Edited)
    def _edited(self) -> None:
        self._wants_to_go = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(LONG_PAUSE if "text:" in self.text else PAUSE, self._begin)

    def layers_changed(self) -> None:
        """More layers are known, or it is known that one cannot be searched."""
        run = self._run
        if run is None or run.query.is_empty:
            self._show_bars()
        elif run.in_archives and [each and each.index for each in run.search.stack.layers] == self._indexes:
            self._show_progress(run)  # a search of archives begins anew for what is news of layers only
        else:
            self._search(run.query, run)

    def _begin(self) -> None:
        self._timer = None
        try:
            query = parse_query(self.text)
        except OcituiError as error:
            self._problem = str(error)
            self._show_rows_notice("")
            self._show_bars()
            return
        self._problem = ""
        if self._run is None or query != self._run.query or self._run.is_cancelled:
            self._search(query, None)
        else:
            self._show_progress(self._run)

    def _show_progress(self, run: FindRun) -> None:
        self._show_rows_notice(nothing_text(self._source) if run.is_over else "searching…")
        self._show_bars()

    def action_toggle_archives(self) -> None:
        """Search archives too, after the layers; or no more."""
        self._in_archives = not self._in_archives
        self.refresh_bindings()
        if self._run is None or self._run.query.is_empty:
            self._show_bars()
        else:
            self._search(self._run.query, self._run)

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        return key.hinted("no archives") if key.action == "toggle_archives" and self._in_archives else key

    @property
    def _indexes(self) -> list[LayerIndex | None]:
        return [self._source.index(number) for number in range(1, self._source.layer_count + 1)]

    def read_again(self) -> None:
        """Search anew."""
        if self._run is not None and not self._run.query.is_empty:
            self._search(self._run.query, None)

    def _show_rows_notice(self, notice: str) -> None:
        """Show a notice where there are no hits."""
        self._rows.notice = notice
        self._rows.repaint_all()

    def _search(self, query: Query, before: FindRun | None) -> None:
        """Search the layers that are known; those that ``before`` has done already count where they can."""
        if self._run is not None:
            self._run.stop()
        stack = LayerStack(self._indexes, self._source.layer_noun)
        # What became of a file is told by all layers, and an archive is not searched again for each that comes.
        in_archives = self._in_archives and not Gaps.of(self._source).waiting
        if (query.contents or in_archives) and self._contents is None:
            self._contents = self._source.contents()
        run = self._run = FindRun(query, stack, self._contents, in_archives=in_archives)
        self.query_one("#syntax").display = query.is_empty
        self._rows.display = not query.is_empty
        self._show_rows_notice("searching…" if not run.is_over else nothing_text(self._source))
        if before is not None and not query.statuses and before.is_shown:
            run.done, run.is_shown = before.lasting, True
            self._rows.keep(run.done)
        elif query.contents or query.is_empty:
            self._show_first(run)
        if not query.is_empty:
            self.run_worker(lambda: self._find(run), thread=True, group="find", exit_on_error=False)
        self._show_bars()

    def _show_first(self, run: FindRun) -> None:
        """Let the hits of the search before go."""
        if not run.is_shown:
            run.is_shown = True
            self._rows.show_query(run.query, self._source.layer_count)

    def _find(self, run: FindRun) -> None:
        """Search in a thread, and post what is found."""
        run.worker = get_current_worker()
        run.go(lambda batch: self.post_message(self._Came(run, batch)))

    @on(_Came)
    def _came(self, event: _Came) -> None:
        run, batch = event.run, event.batch
        if run is not self._run:
            return
        if batch.done is not None:
            run.done.add(batch.done)
        if run.is_over:
            self._show_rows_notice(nothing_text(self._source))
        if batch.founds or batch.in_archives or run.is_over:
            self._show_first(run)
        self._rows.add(batch.founds, batch.hits, batch.in_archives)
        self._show_bars()
        if self._wants_to_go and run.is_shown and (self._rows.hit is not None or run.is_over):
            self._wants_to_go = False
            self.action_request("go")

    @on(FindRows.Wanted)
    def _wanted(self, event: FindRows.Wanted) -> None:
        run = self._run
        if run is not None:
            self.run_worker(lambda: self._look(run, event.pages), thread=True, group="look", exit_on_error=False)

    def _look(self, run: FindRun, pages: Sequence[tuple[Found, int, int]]) -> None:
        """Look at rows in a thread, and post all of it at once: where contents were searched, each hit is a page."""
        hits: list[Hit] = []
        try:
            for page in pages:
                if run.is_cancelled:
                    return
                hits += run.looker.hits(*page)
        except OcituiError as error:
            run.problems.append(str(error))
        if hits:
            self.post_message(self._Looked(run, hits))

    @on(_Looked)
    def _looked(self, event: _Looked) -> None:
        if event.run is self._run:
            self._rows.learn(event.hits)
            self._show_status()

    # Moving between the query and the hits.

    @on(Prompt.Down)
    def _down(self, event: Prompt.Down) -> None:
        if self._rows.row_count:
            self._rows.focus()
            if event.key == "pagedown":
                self._rows.action_page_down()

    @on(FindRows.Left)
    def _left(self) -> None:
        self._bar.focus()

    @on(Prompt.Accepted)
    def _accepted(self) -> None:
        """Go to the first hit, even if it is yet to be found."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._begin()
        if self._run is not None and not self._run.query.is_empty and not self._problem:
            if self._run.is_shown and self._rows.hit is not None:
                self.action_request("go")
            else:
                self._wants_to_go = not self._run.is_over

    @on(Lines.Chosen, "#hits")
    def _chosen(self) -> None:
        self.action_request("go")

    @on(Lines.Highlighted, "#hits")
    def _moved(self) -> None:
        self._show_status()

    def action_request(self, what: Request) -> None:
        """Ask the owner to do something with the hit under the cursor."""
        hit = self._rows.hit
        if hit is not None and not self.is_dismissed:
            self._remember(self.text, self._in_archives)
            self.request(what, hit.path if what == "go" else hit.archive or hit.path, hit.layer)

    @property
    def main_list(self) -> Lines:
        """The hits."""
        return self._rows

    # What the bars say.

    def _show_bars(self) -> None:
        self._bar.show(self._notice())
        self._show_status()

    def _notice(self) -> list[Part]:
        if self._problem:
            return [("not yet a query ", "prompt--bad")]
        run, total = self._run, self._source.layer_count
        if run is None or run.query.is_empty:
            archives = " and their archives" if self._in_archives else ""
            return [(f" {count_noun(total, self._source.layer_noun)}{archives} ", "prompt--notice")]
        return count_parts(run, self._rows.results, self._rows.row_count, self._source)

    def _show_status(self) -> None:
        bar = self.query_one("#status", Bar)
        run, hit = self._run, self._rows.hit
        if self._problem:
            bar.show([(f" {self._problem}", "bar--bad")])
        elif run is None or run.query.is_empty:
            bar.show([])
        else:
            bar.show(run_parts(run, hit, self._source, self.app.size.width))
