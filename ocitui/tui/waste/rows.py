"""Waste as rows: what each layer has to do with it, and each path."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocitui.cells import ELLIPSIS, cut, cut_start, fit
from ocitui.display import count_noun, format_size, printable
from ocitui.image.waste.report import WasteReport
from ocitui.image.waste.sums import LayerSum
from ocitui.image.waste.waste import WastedPath
from ocitui.image.waste.words import CAUSED, secrets_text
from ocitui.tui.rows.bars import progress_bar
from ocitui.tui.rows.row import Part

SIZE = 9
_STORY, _MIDDLE_STORY, _SHORT_STORY = 44, 34, 24
_KIND = 8
_WIDE = 100
"""Columns from which there is room for bars, and for all of the story of one copy."""
FROM_BY = "from→by: stored by one layer, replaced or deleted by another"
"""The meaning of the column that says in numbers why a path is waste."""
_FULL_TITLE = 118
"""Columns from which there is room for the words of dive's figures."""
_WIDEST = 140
"""Columns from which there is room for the story of several copies."""


@dataclass(frozen=True, slots=True)
class PathRow:
    """A path, and the kind of secret it looks like, if any."""

    wasted: WastedPath
    kind: str = ""


def path_rows(seen: WasteReport) -> list[PathRow]:
    """The paths as rows: what looks like a secret first, then all the others by size."""
    first = [PathRow(each.wasted, each.pattern.kind) for each in seen.secrets]
    known = {row.wasted.path for row in first}
    return [*first, *(PathRow(each) for each in seen.waste.paths if each.path not in known)]


def title_parts(seen: WasteReport, width: int) -> list[Part]:
    """The sums in a line."""
    waste = seen.waste
    share = waste.total / waste.total_shipped * 100 if waste.total_shipped else 0.0
    least = "at least " if waste.doubtful else ""
    which = " in the layers that are known" if waste.unknown else ""
    is_waste = "is waste " if width >= _WIDE or waste.efficiency is None else ""
    parts: list[Part] = [
        (f"  {least}{format_size(waste.total)}", "bar--accent"),
        (f" of {format_size(waste.total_shipped)} unpacked{which} {is_waste}({share:.1f} %)", ""),
    ]
    if waste.efficiency is not None:
        parts.append((f"  efficiency {waste.efficiency * 100:.1f} %", "bar--accent"))
    if seen.dive is not None:
        score, wasted = f"{seen.dive.score * 100:.1f} %", format_size(seen.dive.wasted)
        said = f"  dive: efficiency {score}, {wasted} wasted" if width >= _FULL_TITLE else f", dive {score}"
        parts.append((said, "bar--muted"))
    return parts


def path_legend(width: int) -> str:
    """The meaning of the column that says in numbers why a path is waste; empty where it says it in words."""
    return "" if width >= _WIDE else FROM_BY


def layer_header(width: int) -> str:
    """The names of the columns of layers."""
    bar = f"{'':10}" if width >= _WIDE else ""
    return f"{'layer':>5} {'unpacked':>{SIZE}} {'wasted':>{SIZE}} {bar}{CAUSED:>12}  instruction"


def layer_parts(layer: LayerSum, instruction: str, total: int, width: int) -> list[Part]:
    """One layer: its unpacked bytes, the waste among them, and the waste it caused.

    Args:
        layer: the sums of it.
        instruction: what made it, safe to draw.
        total: bytes of all waste, of which the bar shows the share.
        width: columns of the row.
    """
    parts: list[Part] = [
        (f"{layer.layer:>5} {format_size(layer.shipped) or '?':>{SIZE}} ", ""),
        (f"{format_size(layer.wasted) if layer.wasted else '':>{SIZE}} ", "lines--warn"),
    ]
    if width >= _WIDE:
        bar = progress_bar(layer.wasted, total, 7) if layer.wasted else ""
        parts.append((f"{bar:10}", "lines--muted"))
    parts.append((f"{format_size(layer.made) if layer.made else '':>12}  ", "lines--bad"))
    return [*parts, (instruction, "lines--muted")]


def path_header(width: int) -> str:
    """The names of the columns of paths."""
    why = "why" if width >= _WIDE else "from→by"
    return f"{'size':>{SIZE}}  {fit(why, _story_width(width))}  {'':{_KIND}} path"


def path_parts(row: PathRow, width: int) -> list[Part]:
    """One path: how much, why and by whom, and where."""
    story = _story_width(width)
    room = width - SIZE - 2 - story - 2 - _KIND - 1
    return [
        (f"{format_size(row.wasted.size):>{SIZE}}  ", ""),
        (f"{fit(_story(row.wasted, width), story)}  ", "lines--warn"),
        (f"{fit(printable(row.kind), _KIND)} ", "lines--bad"),
        (cut_start(f"/{printable(row.wasted.path)}", room), ""),
    ]


def status_parts(row: PathRow, instructions: Sequence[str]) -> list[Part]:
    """All about a path on one line.

    Args:
        row: the path.
        instructions: what made the layer that paid first, and the one that made it waste; safe to draw.
    """
    wasted = row.wasted
    paid, made = (cut(text, 60) or ELLIPSIS for text in instructions)
    parts: list[Part] = [(f" /{printable(wasted.path)}", "")]
    if row.kind:
        parts.append((f"  possible {printable(row.kind)}, still in the image", "bar--bad"))
    return [*parts, (f"  {wasted.first_layer}: {paid}  →  {wasted.made_in}: {made}", "bar--muted")]


def summary_text(seen: WasteReport) -> str:
    """Number of paths, and of secrets among them, for the frame; empty where none is known of an incomplete image."""
    paths, secrets = len(seen.waste.paths), len(seen.secrets)
    if not paths and seen.waste.doubtful:
        return ""
    said = count_noun(paths, "path")
    return f"{said} · {secrets_text(secrets)}" if secrets else said


def _story(wasted: WastedPath, width: int) -> str:
    """Return the reason; in few columns the layers are numbers, and of several copies the last one counts."""
    if width >= _WIDE:
        return wasted.story
    return f"{wasted.first_layer}→{wasted.made_in} {wasted.copies[-1].words}"


def _story_width(width: int) -> int:
    if width >= _WIDEST:
        return _STORY
    return _MIDDLE_STORY if width >= _WIDE else _SHORT_STORY
