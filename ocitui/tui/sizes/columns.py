"""The columns before the name of what has a size: bytes, share, a count, and a bar."""

from ocitui.display import format_size
from ocitui.tui.rows.bars import block_bar
from ocitui.tui.rows.row import Part

_SIZE, _SHARE, _FILES = 9, 8, 8
_BAR, _WIDE_BAR = 10, 20
_NARROW, _WIDE = 60, 100
"""Columns below which there is no room for bars and counts; from which there is room for longer bars."""


def size_parts(size: int, total: int, most: int, count: str, width: int) -> list[Part]:
    """Return the columns of one row.

    Args:
        size: its bytes.
        total: bytes of all rows.
        most: bytes of the largest row, whose bar is full.
        count: what stands in the column of counts.
        width: columns of the whole row.
    """
    share = f"{size / total * 100:.1f} %" if total else ""
    if width < _NARROW:
        return [(f"{format_size(size):>{_SIZE}}{share:>{_SHARE}}  ", "")]
    bar = _bar_width(width)
    return [
        (f"{format_size(size):>{_SIZE}}{share:>{_SHARE}}{count:>{_FILES}}  ", ""),
        (f"{block_bar(size, most, bar):<{bar}}  ", "lines--accent"),
    ]


def size_header(count: str, name: str, width: int) -> str:
    """Return the heads of the columns, with that of the counts and that of the names."""
    head = f"{'size':>{_SIZE}}{'share':>{_SHARE}}"
    return f"{head}  {name}" if width < _NARROW else f"{head}{count:>{_FILES}}  {'':{_bar_width(width)}}  {name}"


def used_columns(width: int) -> int:
    """The number of columns before the name, in a row of a width."""
    narrow = _SIZE + _SHARE + 2
    return narrow if width < _NARROW else narrow + _FILES + _bar_width(width) + 2


def _bar_width(width: int) -> int:
    return _WIDE_BAR if width >= _WIDE else _BAR
