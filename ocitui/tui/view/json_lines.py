"""A JSON document as formatted lines, exact to the last digit, made only when they are looked at."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ocitui.cells import cells, prefix
from ocitui.display import count_noun, printable
from ocitui.errors import DocumentError
from ocitui.spec.digest import Digest
from ocitui.tui.rows.row import Part, cut_parts
from ocitui.tui.rows.search_bar import Query
from ocitui.tui.view.folds import Folds
from ocitui.tui.view.json_scan import STRING, JsonError, JsonScan, scan_json, scan_text

_BLANK = rb"[ \t\n\r]*+"
_LINE = re.compile(
    rb"(?:(" + STRING + rb")" + _BLANK + rb":" + _BLANK + rb")?"
    rb"(" + STRING + rb"|\{" + _BLANK + rb"\}|\[" + _BLANK + rb"\]|[{}\[\]]|[^ \t\n\r,:{}\[\]]+)"
    rb"(?:" + _BLANK + rb"(,))?"
)
_COMMA = re.compile(_BLANK + rb",")
_LINE_BREAK = re.compile(r"[ \t]*[\n\r][ \t\n\r]*")
_BREAK = re.compile(r"(?:[^\\]|\\[^n])*?\\n|.+", re.DOTALL)
COUNTED = 10_000
"""Items of a folded part that are counted; of more, that there are more is said."""
DRAWN = 1 << 20
"""Bytes of one string that are drawn when it is unfolded over rows."""
WINDOW = 1 << 20
"""Bytes that are searched before the screen gets a turn."""


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One formatted line, in the document's own bytes."""

    key: bytes | None
    """The key with its quotes, where there is one."""
    value: bytes
    """A scalar, an empty container, or one bracket."""
    offset: int
    """The beginning of the value in the document, in bytes."""
    has_comma: bool
    """True if something follows in the same container."""


class JsonLines:
    """The lines of a document, and which are folded.

    Args:
        data: the document, exactly as stored.
        scan: where its lines are.
        error: why it is shown as plain text, where it is no JSON.
    """

    def __init__(self, data: bytes, scan: JsonScan, error: JsonError | None = None) -> None:
        self.data = data
        self.error = error
        self._scan = scan
        self.folds = Folds(scan.partners)
        self.line = lru_cache(maxsize=512)(self._read_line)
        """One formatted line."""

    @classmethod
    def parse(cls, data: bytes, is_cancelled: Callable[[], bool] = lambda: False) -> "JsonLines":
        """Find the lines of a document, plain ones if it is no JSON. Takes about 0.07 s for a megabyte.

        Raises:
            CancelledError: ``is_cancelled`` said so.
        """
        try:
            return cls(data, scan_json(data, is_cancelled))
        except JsonError as error:
            return cls(data, scan_text(data), error)

    def __len__(self) -> int:
        return len(self._scan.starts)

    def depth(self, line: int) -> int:
        """Number of containers around a line."""
        return self._scan.depths[line]

    def _read_line(self, line: int) -> JsonLine:
        start = self._scan.starts[line]
        if self.error is not None:
            end = self._scan.starts[line + 1] if line + 1 < len(self) else len(self.data)
            return JsonLine(None, self.data[start:end].rstrip(b"\r\n"), start, False)
        found = _LINE.match(self.data, start)
        if found is None:
            raise AssertionError(f"no line of JSON at byte {start}")
        return JsonLine(found[1], found[2], found.start(2), found[3] is not None)

    def formatted(self) -> Iterator[bytes]:
        """Every line, formatted with two spaces, whatever is folded; joined by newlines it is the document."""
        for number in range(len(self)):
            line = self.line(number)
            key = b"" if line.key is None else line.key + b": "
            yield b"  " * self.depth(number) + key + line.value + b"," * line.has_comma

    # What a line holds.

    def value_text(self, number: int) -> str:
        """The value of a line: the text of a string, else the document's own bytes."""
        line = self.line(number)
        partner = self._scan.partners[number]
        if self.error is not None:
            return line.value.decode("utf-8", "backslashreplace")
        if partner != number:
            opener, closer = sorted((number, partner))
            return self.data[self.line(opener).offset : self._scan.starts[closer] + 1].decode()
        return self.string(number) if line.value.startswith(b'"') else line.value.decode()

    def copy_text(self, number: int) -> str:
        """The text that is copied for a line: its value; of an object or a list, on one line."""
        text = self.value_text(number)
        is_text = self.error is not None or self.line(number).value.startswith(b'"')
        return text if is_text else _LINE_BREAK.sub(" ", text)  # they stand between values

    def string(self, number: int) -> str:
        """The text that the string on a line stands for; ``""`` where there is none."""
        value = self.line(number).value
        if self.error is not None or not value.startswith(b'"'):
            return ""
        text: str = json.loads(value)
        try:
            text.encode()
        except UnicodeEncodeError:  # half of a pair, which no terminal or clipboard takes
            return value[1:-1].decode()
        return text

    def digest(self, number: int) -> Digest | None:
        """The digest that the string on a line is, if it is one."""
        if not 4 < len(self.line(number).value) < 600:
            return None
        try:
            return Digest.parse(self.string(number))
        except DocumentError:
            return None

    def item_count(self, number: int) -> int:
        """Number of items directly in what a line opens; `COUNTED` and one when there are more."""
        partners = self._scan.partners
        closer, line, count = partners[number], number + 1, 0
        while line < closer and count <= COUNTED:
            count += 1
            line = max(line, partners[line]) + 1
        return count

    # How a line is drawn.

    def rows(self, number: int, width: int) -> list[list[Part]]:
        """All rows that a line takes when its string is unfolded over them."""
        parts = self._parts(number, DRAWN)
        head = "".join(text for text, _ in parts[:-1])
        text, style = parts[-1]
        margin = min(cells(head), max(0, width // 2)) if len(parts) > 1 else 2 * self.depth(number) + 2
        room = max(8, width - margin)
        pieces: list[str] = []
        for piece in _BREAK.findall(text):
            while cells(piece) > room:
                pieces.append(prefix(piece, room))
                piece = piece[len(pieces[-1]) :]
            pieces.append(piece)
        first: list[Part] = cut_parts(parts[:-1], margin)
        blank = " " * margin
        return [[*(first if at == 0 else [(blank, "")]), (piece, style)] for at, piece in enumerate(pieces)]

    def parts(self, number: int, width: int) -> list[Part]:
        """One row for a line, cut to a width."""
        return cut_parts(self._parts(number, 8 * width + 64), width)

    def is_cut(self, number: int, width: int) -> bool:
        """True if a line is wider than one row."""
        return sum(cells(text) for text, _ in self._parts(number, 8 * width + 64)) > width

    def _parts(self, number: int, limit: int) -> list[Part]:
        line = self.line(number)
        comma = "," * line.has_comma
        if self.error is not None:
            return [(printable(line.value[:limit].expandtabs(4)), "")]
        indent = "  " * min(self.depth(number), limit)
        folds = self.folds
        glyph = "  " if not folds.can_fold(number) else "▸ " if folds.is_folded(number) else "▾ "
        head = indent + glyph
        if line.key is not None:
            key = printable(line.key[:limit])
            parts: list[Part] = [(f"{head}{key}: ", "json--key")]
        else:
            parts = [(head, "json--mark")]
        value = printable(line.value[:limit])
        if folds.can_fold(number) and folds.is_folded(number):
            closer = self._scan.partners[number]
            comma = "," if _COMMA.match(self.data, self._scan.starts[closer] + 1) else ""
            end = "}" if value == "{" else "]"
            return [*parts, (f"{value} {self._items(number, value)} {end}{comma}", "json--folded")]
        return [*parts, (value + comma, self._style(number, line.value))]

    def _items(self, number: int, bracket: str) -> str:
        count = self.item_count(number)
        noun = "key" if bracket == "{" else "item"
        if count > COUNTED:
            return f"more than {COUNTED:,} {noun}s"
        return count_noun(count, noun)

    def _style(self, number: int, value: bytes) -> str:
        match value[:1]:
            case b'"':
                return "json--string" if self.digest(number) is None else "json--digest"
            case b"{" | b"}" | b"[" | b"]":
                return "json--mark"
            case b"t" | b"f" | b"n" | b"N" | b"I":
                return "json--literal"
        return "json--literal" if value == b"-Infinity" else "json--number"

    # Searching.

    def matching(self, query: Query, lines: range) -> Iterator[int | None]:
        """The lines among these, in this order, on which a text is seen, folded or not.

        Yields None after every stretch of the document without a match, so that whoever
        asks can do something else in between.
        """
        pattern = self._search_pattern(query)
        backwards = lines.step < 0
        while lines:
            here, lines = self._stretch(lines)
            first, last = (here[-1], here[0]) if backwards else (here[0], here[-1])
            end = self._scan.starts[last + 1] if last + 1 < len(self) else len(self.data)
            matches = pattern.finditer(self.data, self._scan.starts[first], end)
            candidates = (bisect_right(self._scan.starts, match.start()) - 1 for match in matches)
            before = -1
            for line in reversed(list(candidates)) if backwards else candidates:
                if line == before:
                    continue
                before = line
                if query.matches(self._searched_text(line)):
                    yield line
            yield None

    def _searched_text(self, number: int) -> str:
        return "".join(text for text, _ in self._parts(number, DRAWN))

    def _stretch(self, lines: range) -> tuple[range, range]:
        """The first of these lines, a window of bytes long, and the rest."""
        starts = self._scan.starts
        begin = lines[0]
        if lines.step > 0:
            stop = min(bisect_right(starts, starts[begin] + WINDOW), lines.stop)
            return range(begin, stop), range(stop, lines.stop)
        stop = max(bisect_right(starts, starts[begin] - WINDOW) - 1, lines.stop)
        stop = min(stop, begin - 1)
        return range(begin, stop, -1), range(stop, lines.stop, -1)

    def _search_pattern(self, query: Query) -> re.Pattern[bytes]:
        """Return the pattern to look for in the bytes, where a space after a colon may be missing or a line break."""
        escaped = re.escape(query.text.encode("utf-8", "surrogateescape"))
        loose = escaped.replace(rb":\ ", _BLANK + rb":" + _BLANK)
        return re.compile(loose, 0 if query.is_exact else re.IGNORECASE)
