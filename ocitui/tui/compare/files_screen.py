"""The comparison of two versions of a file: what is said of them, and what they hold."""

import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from ocitui.display import printable
from ocitui.errors import CancelledError, OcituiError
from ocitui.tui.compare.diff_lines import DiffLines
from ocitui.tui.compare.file_rows import Comparison, compare_contents, fact_rows
from ocitui.tui.compare.text_rows import SIDE_BY_SIDE
from ocitui.tui.content.contents import Contents
from ocitui.tui.content.pages import Pages
from ocitui.tui.page.page import Page
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import BACK, Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.terminal.threads import deferred

Fact = tuple[str, str, str]
"""A property of both versions, its value before, and its value after."""


class CompareScreen(Page, Screen[None]):
    """Two versions of one file over each other, or side by side: ``-`` what was, ``+`` what is."""

    BINDING_GROUP_TITLE = "Two versions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("y", "copy", "Copy the line", hint="copy", worth=54),
        BACK,
    ]
    DEFAULT_CSS = """
    CompareScreen {
        layout: vertical;
        & > #facts { background: $background; }
    }
    """

    class Compared(Message):
        """So many bytes were compared."""

        def __init__(self, done: int) -> None:
            super().__init__()
            self.done = done

        def can_replace(self, message: Message) -> bool:
            """A later figure makes an earlier one needless."""
            return isinstance(message, CompareScreen.Compared)

    def __init__(
        self,
        before: Contents | None,
        after: Contents | None,
        path: bytes | str,
        before_title: str,
        after_title: str,
        facts: Sequence[Fact] = (),
        *,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        """
        Args:
            before: the earlier version; None where it has no contents, such as a folder.
            after: the later one.
            path: where the file is in the image, as raw as the image has it.
            before_title: which version the earlier one is: ``layer 3``.
            after_title: which the later one is.
            facts: other properties to compare: mode, owner, time, link, size.
            on_close: called when the screen closes, so that a read that blocks can be ended.
        """
        super().__init__()
        self._before = None if before is None else Pages(before)
        self._after = None if after is None else Pages(after)
        self._path = path
        self._titles = (before_title, after_title)
        self._facts = facts
        self._on_close = on_close
        self._stopped = threading.Event()
        self._comparison: Comparison | None = None
        self._shown_width = 0

    def compose(self) -> ComposeResult:
        """The bars, and the rows."""
        yield Bar(id="title")
        yield Bar(id="facts")
        yield DiffLines(id="rows")
        yield Bar(id="status")
        yield KeysBar()

    @property
    def _width(self) -> int:
        """Columns for two texts side by side; 0 where there is no room for it."""
        return self.app.size.width if self.app.size.width >= SIDE_BY_SIDE else 0

    @property
    def _rows(self) -> DiffLines:
        return self.query_one(DiffLines)

    def on_mount(self) -> None:
        """Show what is told of both, and compare what they hold."""
        rows = fact_rows(self._facts, self._titles)
        self._rows.show_rows([*rows, [("comparing…", "lines--muted")]])
        self._rows.focus()
        self._show_bars()
        self.run_worker(deferred(self._compare), group="compare", exclusive=True)

    def on_unmount(self) -> None:
        """Nobody waits for what is being read."""
        self._stopped.set()
        for pages in filter(None, (self._before, self._after)):
            pages.close()
        if self._on_close is not None:
            self._on_close()

    async def _compare(self) -> None:
        width = 16 if self.size.width >= 80 else 8
        try:
            comparison = await compare_contents(
                self._before,
                self._after,
                width,
                self._stopped.is_set,
                lambda done: self.post_message(self.Compared(done)),
            )
        except CancelledError:
            return
        except OcituiError as error:
            comparison = Comparison(f"✗ {error}", [[(f"✗ {error}", "lines--bad")]], (), is_problem=True)
        if self.is_dismissed:
            return
        self._comparison = comparison
        self._show(comparison)
        self._show_bars()

    def _show(self, comparison: Comparison) -> None:
        """Lay the rows out for the width there is; the cursor stays at its change."""
        at = bisect_right(self._rows.changes, self._rows.cursor) - 1
        head = fact_rows(self._facts, self._titles)
        self._shown_width = self._width
        rows, changes = comparison.laid_out(self._width)
        self._rows.changes = [len(head) + row for row in changes]
        self._rows.show_rows([*head, *rows], self._rows.changes[at] if 0 <= at < len(changes) else 0)

    # What the bars say.

    @on(Compared)
    def _went_on(self, message: Compared) -> None:
        if self._comparison is None and self._before is not None and self._after is not None:
            total = max(1, min(self._before.size, self._after.size))
            self.query_one("#status", Bar).show([(f" comparing {message.done * 100 // total} %", "")])

    @on(Lines.Highlighted)
    def _moved(self) -> None:
        self._show_status()

    @on(Resize)
    def _resized(self) -> None:
        if self._comparison is not None and self._comparison.text is not None and self._width != self._shown_width:
            self._show(self._comparison)
        self._show_bars()

    def _show_bars(self) -> None:
        before, after = self._titles
        self.query_one("#title", Bar).show([(f" {printable(self._path)}", "bar--accent")], [("compare ", "bar--muted")])
        self.query_one("#facts", Bar).show([(f" {printable(before)} → {printable(after)}", "bar--muted")])
        self._show_status()

    def _show_status(self) -> None:
        comparison = self._comparison
        if comparison is not None:
            style = "bar--bad" if comparison.is_problem else ""
            self.query_one("#status", Bar).show([(f" {comparison.summary}", style)])

    # What keys do.

    @property
    def main_list(self) -> Lines:
        """The rows of the comparison."""
        return self._rows
