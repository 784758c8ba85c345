"""The text output of ``ocitui waste``."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ocitui.commands.output import terminal
from ocitui.commands.output.styled import Style, cut, join, styled
from ocitui.display import count_noun, format_count, format_percent, format_size, printable
from ocitui.image.dive.efficiency import Efficiency
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.image.waste.report import FIRST, By, WasteReport
from ocitui.image.waste.secrets import LeftBehind, SecretPatterns
from ocitui.image.waste.sums import LayerSum, sum_by_directory, sum_by_name
from ocitui.image.waste.waste import WastedCopy, WastedPath
from ocitui.image.waste.words import CAUSED
from ocitui.image.words import UNKNOWN, gap_text, gap_words, path_text

if TYPE_CHECKING:
    from ocitui.image.packages.sums import PackageSum

_RIGHT_FIRST = frozenset({0})


def write_waste(
    image: Image, found: WasteReport, packages: "Sequence[PackageSum] | None", by: By | None, top: int
) -> None:
    """Write the sums, and one table or several.

    Args:
        image: the image.
        found: all that is told.
        packages: sums of packages, where they were asked for.
        by: the only table; None for secrets, layers and paths.
        top: rows of each table but that of the layers.
    """
    waste = found.waste
    for line in _head(image, found):
        terminal.write_line(line)
    if by is None and found.secrets:
        _table("possible secrets or caches", _secret_rows(found.secrets, top), len(found.secrets), top, frozenset({1}))
    if by in (None, "layer"):
        _table("by layer", _layer_rows(image, found.layers), 0, top, frozenset({0, 1, 2, 3}))
    if by in (None, "path") and waste.paths:
        _table("by path", _path_rows(waste.paths[:top]), len(waste.paths), top, _RIGHT_FIRST)
    if by == "directory":
        directories = sum_by_directory(waste.copies)
        rows = [["size", "files", "directory"]]
        rows += [[_wasted(each.size), format_count(each.copies), path_text(each.path)] for each in directories[:top]]
        _table("by directory", rows, len(directories), top, frozenset({0, 1}))
    if by == "instruction":
        groups = sum_by_name(waste, lambda number: origin_text(image.history, number))
        rows = [["wasted", CAUSED, "instruction"]]
        rows += [[_wasted(each.wasted), format_size(each.made), terminal.dim(each.name)] for each in groups[:top]]
        _table("by instruction", rows, len(groups), top, frozenset({0, 1}))
    if packages is not None:
        rows = [["wasted", "final", "files", "package"]]
        rows += [
            [_wasted(each.wasted), format_size(each.shown), format_count(each.files), printable(each.title)]
            for each in packages[:top]
        ]
        _table("by package", rows, len(packages), top, frozenset({0, 1, 2}))
    if by in (None, "path") and found.duplicates:
        _table("the same contents at two paths", _duplicate_rows(found.duplicates, top), len(found.duplicates), top)


def write_patterns(patterns: SecretPatterns) -> None:
    """Write what secrets look like, as a file of patterns has it."""
    for line in terminal.columns(
        [[printable(word), printable(rest)] for each in patterns.rules for word, rest in each.lines]
    ):
        terminal.write_line(line)


def _head(image: Image, found: WasteReport) -> Iterable[str]:
    waste = found.waste
    unknown = ""
    if waste.doubtful:
        unknown = gap_text(waste.doubtful, len(waste.shipped), gap_words(waste.doubtful, image.unopened))
    if len(waste.unknown) == len(waste.shipped) > 0:
        yield f"{UNKNOWN}: {unknown}"
        return
    share = f" ({format_percent(waste.total / waste.total_shipped)})" if waste.total_shipped else ""
    least = "at least " if waste.doubtful else ""
    yield join(
        least,
        styled(format_size(waste.total), Style.HEADING),
        f" of {format_size(waste.total_shipped)} unpacked is waste",
        styled(share, Style.MODIFIED),
        f": {count_noun(len(waste.copies), 'file')} at {count_noun(len(waste.paths), 'path')}",
    )
    if waste.efficiency is not None:
        yield join("efficiency ", styled(format_percent(waste.efficiency), Style.HEADING), _dive(found.dive))
    else:
        yield f"{unknown}: there may be more"
    base = found.base
    if base is not None:
        verb = "left out" if base.is_left_out else "of it"
        name = "first layer" if base.name == FIRST else f"base image, {count_noun(base.layers, 'layer')}"
        yield f"{verb}: {format_size(base.wasted)} that are waste in the {name} alone"
    if found.duplicates:
        size = sum(copy.size for copy in found.duplicates)
        yield f"another {format_size(size)} also exist at a second path: {count_noun(len(found.duplicates), 'file')}"


def _dive(dive: Efficiency | None) -> str:
    if dive is None:
        return ""
    return f"; as dive counts, {format_percent(dive.score)} and {format_size(dive.wasted)} wasted"


def _secret_rows(secrets: Sequence[LeftBehind], top: int) -> list[list[str]]:
    rows = [["kind", "size", "why", "path"]]
    for each in secrets[:top]:
        rows.append(
            [
                styled(printable(each.pattern.kind), Style.WARNING),
                format_size(each.wasted.size),
                terminal.dim(each.wasted.story),
                path_text(each.wasted.path),
            ]
        )
    return rows


def _layer_rows(image: Image, layers: Sequence[LayerSum]) -> list[list[str]]:
    rows = [["layer", "unpacked", "wasted", CAUSED, "instruction"]]
    for each in layers:
        wasted, made = _wasted(each.wasted) if each.wasted else "", format_size(each.made) if each.made else ""
        instruction = terminal.dim(origin_text(image.history, each.layer))
        rows.append([str(each.layer), format_size(each.shipped) or "?", wasted, made, instruction])
    return rows


def _path_rows(paths: Iterable[WastedPath]) -> list[list[str]]:
    rows = [["size", "why", "path"]]
    rows += [[_wasted(each.size), terminal.dim(each.story), path_text(each.path)] for each in paths]
    return rows


def _wasted(size: int) -> str:
    """A number of bytes that are wasted."""
    return styled(format_size(size), Style.MODIFIED)


def _duplicate_rows(duplicates: Sequence[WastedCopy], top: int) -> list[list[str]]:
    rows = [["size", "layer", "path", "same as"]]
    for each in sorted(duplicates, key=lambda copy: (-copy.size, copy.path))[:top]:
        rows.append([_wasted(each.size), str(each.layer), path_text(each.path), path_text(each.same_as or b"")])
    return rows


def _table(title: str, rows: list[list[str]], count: int, top: int, right: frozenset[int] = frozenset({0, 1})) -> None:
    terminal.write_line()
    more = f", the first {top} of {count:,}" if count > top else ""
    terminal.write_line(join(styled(title, Style.HEADING), terminal.dim(more), ":"))
    width = terminal.terminal_width()
    for number, line in enumerate(terminal.columns(rows, right)):
        line = cut(join("  ", line), width)
        terminal.write_line(line if number else terminal.dim(line))
