"""A timeline as rows: what each layer did to a path, and what it left."""

from collections.abc import Sequence

from ocitui.cells import fit
from ocitui.display import format_size
from ocitui.image.history.instruction import LINE_LIMIT
from ocitui.image.history.words import origin_lines, origin_text
from ocitui.image.image import Image
from ocitui.image.merged.folding import FoldedChanges
from ocitui.image.merged.timeline import Action, PathChange
from ocitui.image.merged.words import (
    SIGNS,
    cause_text,
    cost_text,
    folded_sign,
    folded_text,
    short_action_text,
    size_text,
    version_facts,
)
from ocitui.image.words import mode_text
from ocitui.tui.rows.row import Part

_STYLES = {
    Action.ADDED: "lines--good",
    Action.READDED: "lines--good",
    Action.MODIFIED: "lines--warn",
    Action.REWRITTEN: "lines--muted",
    Action.DELETED: "lines--bad",
}
_WIDE = 110
"""Columns from which there is one for what a version costs."""
_COST = 36


TouchRow = PathChange | FoldedChanges
"""One row of a timeline."""


def touch_header(width: int, noun: str) -> str:
    """The names of the columns."""
    cost = f"{'cost':<{_COST}}  " if width >= _WIDE else ""
    return f"{noun:>5} {'what':<22}{'size':>10}  {'mode':<10}  {cost}instruction"


def touch_parts(touch: PathChange, image: Image, path: bytes, width: int) -> list[Part]:
    """One layer's row: number, mark, what it did, size and mode, remark, instruction.

    Args:
        touch: the layer's change.
        image: the image.
        path: what it changed; of several instructions the one that names it is said first.
        width: columns that there are.
    """
    size, mode = (size_text(touch.after), mode_text(touch.after.inode)) if touch.after is not None else ("", "")
    action = f"{SIGNS[touch.action]} {short_action_text(touch):<20} "
    parts: list[Part] = [(f"{touch.layer:>4}  ", ""), (action, _STYLES[touch.action])]
    parts.append((f"{size:>9}  {mode:<10}  ", ""))
    if width >= _WIDE:
        parts.append((f"{fit(cost_text(touch), _COST)}  ", "lines--warn"))
    parts.append((origin_text(image.history, touch.layer, LINE_LIMIT, path), "lines--muted"))
    return parts


def row_parts(touch: TouchRow, image: Image, path: bytes, width: int, key: str) -> list[Part]:
    """One layer's row, or that of several that did the same, which a key unfolds; see `touch_parts`."""
    if not isinstance(touch, FoldedChanges):
        return touch_parts(touch, image, path, width)
    size = format_size(touch.shipped_bytes) if touch.shipped_bytes else ""
    said = f"{folded_sign(touch)} {folded_text(touch, image.layer_noun)}"
    return [
        ("   …  ", ""),
        (said, "lines--muted"),
        (f"  {size}" if size else "", ""),
        (f"  {key} shows them", "lines--muted"),
    ]


def detail_rows(touch: PathChange, image: Image, path: bytes) -> list[Sequence[Part]]:
    """All that is known of one row: before and after, and why; each instruction that may have made the layer."""
    rows: list[Sequence[Part]] = []

    def fact(label: str, before: str, after: str) -> None:
        if before == after or not before:
            rows.append([(f"  {label:<12}", "lines--muted"), (after, "")])
        elif not after:
            rows.append([(f"  {label:<12}", "lines--muted"), (before, "lines--bad")])
        else:
            rows.append([(f"  {label:<12}", "lines--muted"), (before, "lines--bad"), ("  →  ", ""), (after, "")])

    before, after = touch.before, touch.after
    for label, old, new in version_facts(before, after):
        fact(label, old, new)
    if touch.cause is not None:
        fact("deleted", "", cause_text(touch.cause))
    if touch.empties:
        fact("also", "", "hides everything that the layers below have in it")
    if cost := cost_text(touch):
        fact("cost", "", cost)
    fact("instruction", "", origin_text(image.history, touch.layer, LINE_LIMIT, path))
    candidates = origin_lines(image.history, touch.layer, LINE_LIMIT, path)
    for number, line in enumerate(candidates if len(candidates) > 1 else []):
        fact("" if number else "one of", "", line)
    fact("digest", "", str(image.layers[touch.layer - 1].descriptor.digest))
    return rows
