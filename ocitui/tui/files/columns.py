"""The columns of an entry's row, and the choice of those that a width has room for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from ocitui.cells import cells, fit
from ocitui.display import format_age, format_exact_size, format_size, printable
from ocitui.image.words import mode_text, owner_text, time_text
from ocitui.layers.entry import WHITEOUT_KINDS, EntryKind
from ocitui.tui.files.archives import is_closed_archive
from ocitui.tui.files.source import Bound, Order, Row
from ocitui.tui.rows.row import Part, cut_parts

MODE, OWNER, SIZE, AGE, LABEL = 10, 9, 8, 6, 8
EXACT_SIZE, EXACT_TIME = 17, 19
NAMES = 36
"""Columns of the name that the time leaves free."""
CHOOSABLE = ("mode", "owner", "age", "size", "change", "layer")
"""The columns beside the name, by their names in settings."""
GUIDE = "│ "
"""The line that leads from a folder down to what is in it."""
NAME_STYLES = frozenset({"entry--name", "entry--folder", "entry--link", "entry--gone"})
"""The styles of names, in which a search marks what it found."""
MARK_STYLES = {"+": "entry--added", "~": "entry--modified", "-": "entry--deleted"}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that are shown, left to right; the name takes the rest."""

    width: int
    """Of the whole row."""
    mode: bool
    owner: bool
    time: int
    """Columns for the time, 0 for none."""
    size: int
    label: int
    changes: bool
    """True if it is said in what entries changed, behind the name where there is room."""

    @classmethod
    def fitting(
        cls,
        width: int,
        *,
        exact: bool = False,
        layers: bool = False,
        changes: bool = False,
        wanted: Collection[str] = CHOOSABLE,
    ) -> "Columns":
        """The columns a width has room for: times go first, then modes and owners.

        Args:
            width: of a row.
            exact: whether sizes are to the byte and times to the second.
            layers: whether entries come from several layers, and which is shown.
            changes: whether what became of them is shown.
            wanted: the columns to show.
        """
        time, size = (EXACT_TIME, EXACT_SIZE) if exact else (AGE, SIZE)
        size = size if "size" in wanted else 0
        label = LABEL if layers and "layer" in wanted and width >= 40 else 0
        facts = (MODE + 1 if "mode" in wanted else 0) + (OWNER + 1 if "owner" in wanted else 0)
        room = width - 2 - size - 2 - label - facts
        has_facts = room >= 20
        has_time = "age" in wanted and has_facts and room - time - 1 >= NAMES
        return cls(
            width,
            has_facts and "mode" in wanted,
            has_facts and "owner" in wanted,
            time if has_time else 0,
            size,
            label,
            changes and "change" in wanted,
        )

    @property
    def name(self) -> int:
        """Columns left for the name."""
        before = 2 + (MODE + 1 if self.mode else 0) + (OWNER + 1 if self.owner else 0)
        before += (self.time + 1 if self.time else 0) + (self.size + 2 if self.size else 0)
        return max(0, self.width - before - self.label)

    def header(self, order: Order, reverse: bool, exact: bool) -> list[Part]:
        """The names of the columns; an arrow at the one that folders are sorted by."""
        return [("".join(text for text, _ in self.heads(order, reverse, exact)), "lines--header")]

    def heads(self, order: Order, reverse: bool, exact: bool) -> list[tuple[str, Order | None]]:
        """The names of the columns as wide as these, and what folders can be sorted by there."""
        arrow = "↓" if reverse else "↑"

        def named(text: str, of: Order) -> str:
            return f"{text} {arrow}" if of == order else text

        name = named("name", "name")
        if {"time": not self.time, "layer": not self.label, "size": not self.size}.get(order):
            name = f"name (by {order} {arrow})"
        change = "change " if self.changes and self.name >= cells(name) + 10 else ""
        heads: list[tuple[str, Order | None]] = [("  ", None)]
        heads += [(f"{'mode':<{MODE}} ", None)] if self.mode else []
        heads += [(f"{'owner':<{OWNER}} ", None)] if self.owner else []
        if self.time:
            heads.append((f"{fit(named('time' if exact else 'age', 'time'), self.time)} ", "time"))
        heads += [(f"{named('size', 'size'):>{self.size}}  ", "size")] if self.size else []
        heads += [(fit(name, max(0, self.name - cells(change))), "name"), (change, None)]
        return [*heads, (fit(named("layer", "layer"), self.label), "layer")]

    def parts(self, row: Row, depth: int, is_open: bool, *, exact: bool = False) -> list[Part]:
        """One entry.

        Args:
            row: what is shown of it.
            depth: how many folders are around it.
            is_open: whether it is a folder that is open.
            exact: whether sizes are to the byte and times to the second.
        """
        facts = self._facts(row, exact)
        size = _size(row)
        shown_size = bounded(format_exact_size(size) if exact else format_size(size), size, row.bound)
        indent = GUIDE * depth
        if len(indent) > self.name // 2:  # so deep that nothing of the name would be left
            indent = fit(f"{depth} ", max(0, self.name // 2))
        name, style, tail = _name(row, is_open)
        # One colour with the name is one change of colour less on the wire.
        size_style = "entry--below" if style == "entry--folder" else ""
        parts: list[Part] = [
            (f"{row.mark or ' '} ", MARK_STYLES.get(row.mark, "lines--muted")),
            (facts, "lines--muted"),
            (f"{shown_size}  ".rjust(self.size + 2) if self.size else "", size_style),
        ]
        named: list[Part] = [(indent, "lines--muted"), (name, style), (tail, "lines--muted")]
        if not self.label and not self.changes:
            return parts + named
        room = max(0, self.name - 1)
        changed = " ".join(filter(None, (row.detail, row.changes_below))) if self.changes else ""
        used = sum(cells(text) for text, _ in named)
        if changed and used + 2 + cells(changed) <= room:
            named.append((f"{printable(changed):>{room - used}}", "lines--muted"))
        named = cut_parts(named, room)
        padding = " " * (self.name - sum(cells(text) for text, _ in named))
        return [*parts, *named, (padding + (printable(row.label) if self.label else ""), "lines--muted")]

    def _facts(self, row: Row, exact: bool) -> str:
        """Mode, owner and time; a whiteout has none that matter."""
        is_whiteout = row.kind in WHITEOUT_KINDS
        mode = "" if is_whiteout else mode_text(row)
        owner = "" if is_whiteout else owner_text(row)
        time = "" if is_whiteout else _time(row, exact)
        facts = f"{mode:<{MODE}} " if self.mode else ""
        facts += f"{fit(owner, OWNER)} " if self.owner else ""
        return facts + (f"{fit(time, self.time)} " if self.time else "")


def bounded(text: str, size: int | None, bound: Bound) -> str:
    """A size as text, with its certainty: ``≤3.0 MB``, ``3.0 MB?``; ``?`` where nothing was found so far.

    Args:
        text: the size.
        size: in bytes.
        bound: its certainty.
    """
    if bound == "?":
        return f"{text}?" if size else "?"
    return f"{bound}{text}" if size else text


def _size(row: Row) -> int | None:
    if row.directory is not None:
        return row.below_bytes
    return row.size if row.kind in (EntryKind.FILE, EntryKind.UNKNOWN) else None


def _name(row: Row, is_open: bool) -> tuple[str, str, str]:
    """The glyph and the name of an entry, its style, and what it is where the name does not say."""
    name = printable(row.name)
    if row.kind is EntryKind.OPAQUE:
        return "⊘ hides everything below from lower layers", "entry--gone", ""
    if row.kind is EntryKind.WHITEOUT:
        return f"- {name}", "entry--gone", "  (deleted)"
    is_gone = row.mark == "-"
    if row.directory is not None:
        return f"{'▾' if is_open else '▸'} {name}/", "entry--gone" if is_gone else "entry--folder", ""
    style = "entry--gone" if is_gone else "entry--name"
    link = style if is_gone else "entry--link"
    target = "" if row.link is None else printable(row.link)
    glyph = "▸" if is_closed_archive(row) else " "
    match row.kind:
        case EntryKind.SYMLINK:
            return f"  {name}", link, f" → {target}"
        case EntryKind.HARDLINK:
            return f"{glyph} {name}", link, f" = {target}"
        case EntryKind.FILE | EntryKind.DIRECTORY:
            return f"{glyph} {name}", style, ""
    return f"  {name}", style, f"  ({row.kind.word})"


def _time(row: Row, exact: bool) -> str:
    if exact or not row.is_described:
        return time_text(row)
    if not row.mtime_ns:  # nobody made a file in 1970; builds that repeat set this time
        return "1970"
    try:
        return format_age(datetime.fromtimestamp(row.mtime_ns / 1_000_000_000, UTC))
    except (OverflowError, OSError, ValueError):
        return time_text(row)
