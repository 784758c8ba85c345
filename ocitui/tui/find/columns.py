"""The columns of the row of a hit."""

from dataclasses import dataclass

from ocitui.cells import ELLIPSIS, cells, cut, cut_start, fit
from ocitui.display import format_size, printable
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.words import STILL_IN_IMAGE
from ocitui.image.search.hit import Hit, TextMatch
from ocitui.image.search.query import Query
from ocitui.layers.entry import EntryKind
from ocitui.tui.rows.row import Part, cut_parts, mark_spans, skip_cells

MARK_STYLES = {Mark.ADDED: "lines--good", Mark.MODIFIED: "lines--warn", Mark.DELETED: "lines--bad"}
SIZE = 9
SHORT_REMARK = len("replaced by layer 99")
REMARK = SHORT_REMARK + len(f", {STILL_IN_IMAGE}")
WIDE = 110
"""Columns from which remarks are whole."""
_LEAST_PATH = 16
"""Columns of the path that stay in the status line, however much there is to say."""
_INSTRUCTION = 24
"""Columns of the instruction for which a longer path is cut there."""


@dataclass(frozen=True, slots=True)
class FindColumns:
    """The columns of a width; the path takes what is left."""

    layer: int
    path: int
    text: int
    """Columns for the line that holds what was searched for; 0 for none."""
    remark: int

    @classmethod
    def fitting(cls, width: int, layers: int, has_texts: bool) -> "FindColumns":
        """The columns a width has room for.

        Args:
            width: of a row.
            layers: the highest number of a layer.
            has_texts: whether contents were searched.
        """
        layer = max(2, len(str(layers)))
        remark = REMARK if width >= WIDE else SHORT_REMARK
        room = width - layer - len(" + ") - SIZE - remark - 4
        text = 0
        if has_texts:
            if width < WIDE:
                room, remark = room + remark + 2, 0
            text = room * 3 // 5
        return cls(layer, room - text, text, remark)

    def header(self) -> str:
        """The names of the columns."""
        text = fit("  line", self.text) if self.text else ""
        return f"{'#':>{self.layer}}   {fit('path', self.path)}{text}{'size':>{SIZE}}"

    def parts(self, hit: Hit, query: Query) -> list[Part]:
        """One row."""
        room = self.path
        parts: list[Part] = [
            (f"{hit.layer:>{self.layer}} ", "lines--muted"),
            (f"{hit.mark.value} ", MARK_STYLES.get(hit.mark, "")),
            *_padded(_path_parts(hit, query, room), room),
        ]
        if self.text:
            parts += _padded(_text_parts(hit.match, self.text - 2), self.text)
        size = format_size(hit.size) if hit.entry.kind is EntryKind.FILE or hit.entry.directory is not None else ""
        parts.append((f"{size:>{SIZE}}", ""))
        if self.remark and hit.remark:
            remark = hit.remark if self.remark == REMARK else hit.short_remark
            parts.append((f"  {cut(remark, self.remark)}", "lines--warn"))
        return parts


def status_parts(hit: Hit, instruction: str, width: int) -> list[Part]:
    """All about a hit on one line, in the styles of a bar; of a path that is too long, the end.

    Args:
        hit: the hit. Of one in an archive, it is told what became of the archive.
        instruction: what made its layer, safe to draw.
        width: columns of the line, at whose end the instruction is cut.
    """
    status = hit.status
    said = f"{status.change_word} by {hit.noun} {hit.layer}"
    if hit.mark is Mark.UNCHANGED:
        said = f"once more in {hit.noun} {hit.layer}, unchanged"
    elif hit.mark is Mark.DELETED:
        said = f"whiteout in {hit.noun} {hit.layer}"
    if status.change.words:
        said += f" ({status.change.words})"
    if hit.archive:
        said = f"archive {said}"
    path, remark = f"/{printable(hit.path)}", hit.remark
    facts: list[Part] = [(f"  {said}", "bar--muted")]
    room = width - len("   ") - cells(said) - min(cells(instruction) + 2 if instruction else 0, _INSTRUCTION)
    if remark:
        if cells(path) + cells(remark) + 2 > room:
            remark = hit.short_remark
        facts.append((f"  {remark}", "bar--bad"))
        room -= cells(remark) + 2
    if instruction:
        facts.append((f"  {instruction}", "bar--muted"))
    return [(f" {cut_start(path, max(room, _LEAST_PATH))}", ""), *facts]


def _path_parts(hit: Hit, query: Query, room: int) -> list[Part]:
    """The path with what matches marked; of one that is too long, the end."""
    path = f"/{printable(hit.path)}"
    parts = mark_spans([(path, "")], query.spans(path), "lines--match")
    if hit.entry.directory is not None and hit.mark is not Mark.DELETED:
        parts.append(("/", ""))
    elif hit.entry.kind is EntryKind.SYMLINK:
        parts.append((f" → {printable(hit.entry.link or b'')}", "lines--muted"))
        if sum(cells(text) for text, _ in parts) > room:
            parts = cut_parts(parts, max(room, cells(path)))
    too_wide = sum(cells(text) for text, _ in parts) - room
    return [(ELLIPSIS, "lines--muted"), *skip_cells(parts, too_wide + 1)] if too_wide > 0 else parts


def _text_parts(match: TextMatch | None, room: int) -> list[Part]:
    """The line that holds the text, the text marked; of a line that is too long, what is around it."""
    if match is None or not match.length:
        return []
    if match.is_binary:
        return [(f"  at offset {match.offset:,}", "lines--muted")]
    before, found, after = (
        printable(part) for part in (match.line[: match.start], *_split(match.line[match.start :], match.length))
    )
    before = before.lstrip()
    number = f"  {match.line_number}: "
    left = max(8, (room - len(number)) // 3)
    if cells(before) + cells(found) > room - len(number):
        before = ELLIPSIS + before[-left:]
    return cut_parts([(number, "lines--muted"), (before, ""), (found, "lines--match"), (after, "")], room)


def _split(data: bytes, length: int) -> tuple[bytes, bytes]:
    return data[:length], data[length:]


def _padded(parts: list[Part], width: int) -> list[Part]:
    used = sum(cells(text) for text, _ in parts)
    return [*parts, (" " * (width - used), "")] if used < width else parts
