"""The exact JSON of a document: formatted, folded, searched, and its digests followed."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.worker import get_current_worker

from ocitui.errors import CancelledError
from ocitui.spec.digest import Digest
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.lines import COUNTED, Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.search_bar import Query
from ocitui.tui.terminal.threads import deferred
from ocitui.tui.view.json_lines import JsonLines
from ocitui.tui.view.json_scan import JsonScan

AT_ONCE = 128 * 1024
"""Bytes of a document that is read before its first paint; a longer one is read in a thread."""


class FollowDigest(Message):
    """Enter on a digest in a document."""

    def __init__(self, view: "JsonView", digest: Digest) -> None:
        super().__init__()
        self.view = view
        """The view that it stands in."""
        self.digest = digest
        """The digest that it points at."""

    @property
    def control(self) -> "JsonView":
        """The view, for selectors."""
        return self.view


class JsonView(Lines):
    """One document. What is no JSON is shown as text, under a line that says where it breaks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "json--key",
        "json--string",
        "json--digest",
        "json--number",
        "json--literal",
        "json--mark",
        "json--folded",
    }
    DEFAULT_CSS = """
    JsonView {
        & > .json--key { color: $text-primary; }
        & > .json--string { color: $foreground; }
        & > .json--digest { color: $text-accent; text-style: underline; }
        & > .json--number { color: $text-warning; }
        & > .json--literal { color: $text-success; }
        & > .json--mark { color: $foreground 62%; }
        & > .json--folded { color: $foreground 62%; }
        &:ansi {
            & > .json--key { color: $primary; }
            & > .json--string { color: ansi_default; }
            & > .json--digest { color: $secondary; text-style: underline; }
            & > .json--number { color: $warning; }
            & > .json--literal { color: $success; }
            & > .json--mark { color: ansi_default; text-style: dim; }
            & > .json--folded { color: ansi_default; text-style: dim; }
        }
    }
    """
    BINDING_GROUP_TITLE = "JSON"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Fold or unfold; follow a digest", hint="fold, follow", worth=100),
        Key("space", "toggle_fold", "Fold or unfold"),
        Key("minus", "fold_all", "Fold everything", id="fold-json", hint="fold all", worth=62),
        Key("plus,equals_sign", "unfold_all", "Unfold everything", id="unfold-json", hint="unfold all", worth=61),
        Key("w", "wrap", "Wrap a long line", hint="wrap", worth=60),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._document = JsonLines(b"", JsonScan())
        self._is_reading = False
        self._pieces: dict[tuple[int, int], list[list[Part]]] = {}

    def show_document(self, data: bytes) -> None:
        """Show another document, from its first line. A large one appears when it was read."""
        self.search.end()
        self.workers.cancel_group(self, "read")
        if len(data) <= AT_ONCE:
            self._show(JsonLines.parse(data))
            return
        self._show(JsonLines(b"", JsonScan()))
        self._is_reading = True
        self._repaint()
        self.run_worker(deferred(partial(self._read, data)), group="read", exclusive=True)

    async def _read(self, data: bytes) -> None:
        worker = get_current_worker()
        try:
            document = await asyncio.to_thread(partial(JsonLines.parse, data, lambda: worker.is_cancelled))
        except CancelledError:
            return
        self._show(document)

    def _show(self, document: JsonLines) -> None:
        self._is_reading = False
        self._document = document
        self._pieces.clear()
        self._cursor = self._top = 0
        self._repaint()
        self.post_message(self.Highlighted(self, 0))

    # What Lines asks.

    @property
    def document(self) -> JsonLines:
        """The lines of the document, and which are folded."""
        return self._document

    @property
    def cursor_line(self) -> int:
        """The line of the document under the cursor."""
        return self._line_at(self.cursor)[0]

    @property
    def _notes(self) -> int:
        return 0 if self._document.error is None else 1

    @property
    def row_count(self) -> int:
        """Number of rows that are shown."""
        return self._document.folds.row_count + self._notes

    def _line_at(self, row: int) -> tuple[int, int]:
        return self._document.folds.line_at(max(0, row - self._notes))

    def _row_of(self, line: int) -> int:
        return self._document.folds.row_of(line) + self._notes

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """A line of the document, or one row of a string that is unfolded over several."""
        document = self._document
        if index < self._notes:
            return [(f"✗ {document.error}", "lines--bad")]
        line, row = self._line_at(index)
        if document.folds.height_of(line) == 1:
            return document.parts(line, width)
        key = (line, width)
        pieces = self._pieces.get(key)
        if pieces is None:
            pieces = self._pieces[key] = document.rows(line, width)
        return pieces[row] if row < len(pieces) else []

    def empty_parts(self, width: int) -> Sequence[Part]:
        """That a large document is being read."""
        return [("reading…", "lines--muted")] if self._is_reading else []

    @property
    def copy_text(self) -> str | None:
        """The value under the cursor: the text of a string, else exactly what the document holds."""
        document = self._document
        if not len(document):
            return None
        if document.error is not None and self.cursor == 0:
            return str(document.error)
        return document.copy_text(self.cursor_line)

    def place_of(self, index: int) -> object:
        """The line of the document on a row, and the row of it."""
        return self._line_at(index)

    def index_of(self, place: object) -> int:
        """The row of a line of the document."""
        match place:
            case (int(line), int(row)) if len(self._document):
                return self._row_of(line) + row
        return 0

    async def find_around(
        self, query: Query, origin: int, *, backwards: bool, inclusive: bool
    ) -> tuple[int | None, bool]:
        """The next match in the document, folded parts included; they unfold for it."""
        document = self._document
        count = len(document)
        line = self._line_at(origin)[0]
        if backwards:
            first = line if inclusive else line - 1
            ahead, rest = range(first, -1, -1), range(count - 1, first, -1)
        else:
            first = line if inclusive else line + 1
            ahead, rest = range(first, count), range(min(first, count))
        for lines, wrapped in ((ahead, False), (rest, True)):
            for match in document.matching(query, lines):
                if match is None:
                    await asyncio.sleep(0)
                elif document is self._document:
                    document.folds.reveal(match)
                    self.refresh_rows()
                    return self._row_of(match), wrapped
        return None, False

    async def count_matches(self, query: Query, index: int) -> tuple[int, int] | None:
        """The number of the matching line that a row shows, and that of all; None where there are too many lines."""
        document, line = self._document, self._line_at(index)[0]
        if len(document) > COUNTED:
            return None
        nth = total = 0
        for match in document.matching(query, range(len(document))):
            if match is None:
                await asyncio.sleep(0)
            else:
                total, nth = total + 1, nth + (match <= line)
        return (nth, total) if document is self._document else None

    # What keys do.

    def action_choose(self) -> None:
        """Follow a digest, fold or unfold a part, unfold a long line."""
        line, document = self.cursor_line, self._document
        if not len(document) or self.cursor < self._notes:
            return
        digest = document.digest(line)
        if digest is not None:
            self.post_message(FollowDigest(self, digest))
        elif self._is_part(line):
            self.action_toggle_fold()
        else:
            self.action_wrap()

    def action_toggle_fold(self) -> None:
        """Fold or unfold the part that begins or ends here, or the one around."""
        folds, line = self._document.folds, self.cursor_line
        if self._is_part(line):
            opener = min(line, folds.partner(line))
            self._fold(opener, not folds.is_folded(opener))

    def action_collapse(self) -> None:
        """Fold the part that begins here, or go to where the part around begins."""
        folds, line = self._document.folds, self.cursor_line
        if not len(self._document):
            return
        if folds.can_fold(line) and not folds.is_folded(line):
            self._fold(line, True)
        elif folds.height_of(line) > 1:
            self.action_wrap()
        else:
            opener = folds.opener_around(line)
            if opener is not None:
                self.move_cursor(self._row_of(opener))

    def action_expand(self) -> None:
        """Unfold the part that begins here, or go into it; unfold a long line."""
        folds, line = self._document.folds, self.cursor_line
        if not len(self._document):
            return
        if folds.can_fold(line):
            if folds.is_folded(line):
                self._fold(line, False)
            else:
                self.move_cursor(self.cursor + 1)
        elif folds.height_of(line) == 1:
            self.action_wrap()

    def action_fold_all(self) -> None:
        """Fold everything but the outermost part."""
        self._keeping_line(self._document.folds.fold_all)

    def action_unfold_all(self) -> None:
        """Unfold everything."""
        self._keeping_line(self._document.folds.unfold_all)

    def action_wrap(self) -> None:
        """Show a long line whole, over several rows, or on one row again."""
        document, line = self._document, self.cursor_line
        if not len(document) or self.cursor < self._notes:
            return
        room = self.size.width - 2
        if document.folds.height_of(line) > 1:
            height = 1
        elif document.is_cut(line, room):
            height = len(document.rows(line, room))
        else:
            return
        document.folds.set_heights({line: height})
        self._pieces.clear()
        self.refresh_rows(self._row_of(line))

    def _is_part(self, line: int) -> bool:
        return bool(len(self._document)) and self._document.folds.partner(line) != line

    def _fold(self, line: int, folded: bool) -> None:
        self._document.folds.fold(line, folded)
        self.refresh_rows(self._row_of(line))

    def _keeping_line(self, change: Callable[[], None]) -> None:
        on_note = self.cursor < self._notes
        line = self.cursor_line
        change()
        self.refresh_rows(None if on_note else self._row_of(line))

    def on_resize(self) -> None:
        """Fold long lines over the new width."""
        self._pieces.clear()
        folds = self._document.folds
        tall = folds.tall_lines
        if tall:
            self._keeping_line(
                lambda: folds.set_heights({line: len(self._document.rows(line, self.size.width - 2)) for line in tall})
            )
