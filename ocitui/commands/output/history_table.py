"""History against layers as a table."""

from collections.abc import Iterator

from ocitui.cells import cells
from ocitui.commands.opened.layer_index import known_summary
from ocitui.commands.opened.place import problems_of
from ocitui.commands.output import terminal
from ocitui.commands.output.styled import Style, styled
from ocitui.display import format_age, format_count, format_size, format_time
from ocitui.errors import BLOB_MISSING
from ocitui.image.history.pairing import HistoryRow
from ocitui.image.history.words import entry_text, layer_text, origin_text
from ocitui.image.image import Image

_HEADINGS = {
    "number": "#",
    "size": "stored",
    "unpacked": "tar",
    "files": "files",
    "digest": "digest",
    "created": "created",
    "state": "state",
    "instruction": "instruction",
}
_AT_THE_RIGHT = {"number", "size", "unpacked", "files"}
_STYLES = {"number": Style.HEADING, "digest": Style.QUIET, "created": Style.QUIET, "state": Style.ERROR}
_LEAST_NEEDED = ("created", "files", "unpacked", "digest")
"""Columns that go first where the terminal is narrow."""
_INSTRUCTION_WIDTH = 40
"""Columns that the instruction should have on a terminal."""


def history_table(image: Image, width: int | None) -> Iterator[str]:
    """The lines of the table.

    Args:
        image: whose history.
        width: columns of the terminal, so that instructions are cut and dates become
            ages; None where nothing is cut.
    """
    rows = image.history.rows
    texts = [_cells(image, row, is_exact=width is None) for row in rows]
    names = [name for name in _HEADINGS if name in {"number", "size", "instruction"} or any(row[name] for row in texts)]
    if width is not None:
        for name in _LEAST_NEEDED:
            if _width_before_instruction(texts, names) + _INSTRUCTION_WIDTH > width and name in names:
                names.remove(name)
    right = frozenset(number for number, name in enumerate(names) if name in _AT_THE_RIGHT)
    cells_of = ([styled(row[name], _STYLES.get(name)) for name in names] for row in texts)
    lines = terminal.columns([[_HEADINGS[name] for name in names], *cells_of], right, width)
    yield terminal.dim(lines[0])
    for line, row in zip(lines[1:], rows, strict=True):
        yield terminal.dim(line) if row.layer is None else line


def _width_before_instruction(texts: list[dict[str, str]], names: list[str]) -> int:
    taken = (max([len(_HEADINGS[name]), *(cells(row[name]) for row in texts)]) + 2 for name in names[:-1])
    return sum(taken)


def _cells(image: Image, row: HistoryRow, is_exact: bool) -> dict[str, str]:
    texts = dict.fromkeys(_HEADINGS, "")
    texts["number"] = layer_text(row)
    if row.entry is not None:
        texts["instruction"] = entry_text(row.entry)
        texts["created"] = format_time(row.entry.created) if is_exact else format_age(row.entry.created)
        if row.is_unpaired and not row.possible_layers:
            texts["state"] = "no layer"
    if row.layer is None:
        return texts
    layer = image.layers[row.layer - 1]
    node = image.layer_node(row.layer)
    summary = known_summary(layer)
    if row.entry is None:
        texts["instruction"] = origin_text(image.history, row.layer)
    texts["size"] = format_size(layer.descriptor.size)
    texts["digest"] = layer.descriptor.short
    if summary is not None:
        texts["unpacked"] = format_size(summary.unpacked_size)
        texts["files"] = format_count(summary.file_count)
        if not summary.basis.is_scan:
            texts["state"] = "from its table"
    if node.is_missing:
        texts["state"] = BLOB_MISSING
    elif any(problems_of(node)):
        texts["state"] = "damaged"
    return texts
