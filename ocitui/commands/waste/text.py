"""The text output of ``ocitui waste``."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ocitui.cells import cut
from ocitui.commands.output import terminal
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
        rows += [
            [format_size(each.size), format_count(each.copies), path_text(each.path)] for each in directories[:top]
        ]
        _table("by directory", rows, len(directories), top, frozenset({0, 1}))
    if by == "instruction":
        groups = sum_by_name(waste, lambda number: origin_text(image.history, number))
        rows = [["wasted", CAUSED, "instruction"]]
        rows += [[format_size(each.wasted), format_size(each.made), each.name] for each in groups[:top]]
        _table("by instruction", rows, len(groups), top, frozenset({0, 1}))
    if packages is not None:
        rows = [["final", "wasted", "files", "package"]]
        rows += [
            [format_size(each.shown), format_size(each.wasted), format_count(each.files), printable(each.title)]
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
    if waste.unknown:
        unknown = gap_text(waste.unknown, len(waste.shipped), gap_words(waste.unknown, image.encrypted))
    if len(waste.unknown) == len(waste.shipped) > 0:
        yield f"{UNKNOWN}: {unknown}"
        return
    share = f" ({format_percent(waste.total / waste.total_shipped)})" if waste.total_shipped else ""
    least = "at least " if waste.unknown else ""
    yield (
        f"{least}{format_size(waste.total)} of {format_size(waste.total_shipped)} unpacked is waste{share}: "
        f"{count_noun(len(waste.copies), 'file')} at {count_noun(len(waste.paths), 'path')}"
    )
    if waste.efficiency is not None:
        yield f"efficiency {format_percent(waste.efficiency)}{_dive(found.dive)}"
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
                printable(each.pattern.kind),
                format_size(each.wasted.size),
                each.wasted.story,
                path_text(each.wasted.path),
            ]
        )
    return rows


def _layer_rows(image: Image, layers: Sequence[LayerSum]) -> list[list[str]]:
    rows = [["layer", "unpacked", "wasted", CAUSED, "instruction"]]
    for each in layers:
        sums = (format_size(size) if size else "" for size in (each.wasted, each.made))
        rows.append([str(each.layer), format_size(each.shipped) or "?", *sums, origin_text(image.history, each.layer)])
    return rows


def _path_rows(paths: Iterable[WastedPath]) -> list[list[str]]:
    return [["size", "why", "path"], *([format_size(each.size), each.story, path_text(each.path)] for each in paths)]


def _duplicate_rows(duplicates: Sequence[WastedCopy], top: int) -> list[list[str]]:
    rows = [["size", "layer", "path", "same as"]]
    for each in sorted(duplicates, key=lambda copy: (-copy.size, copy.path))[:top]:
        rows.append([format_size(each.size), str(each.layer), path_text(each.path), path_text(each.same_as or b"")])
    return rows


def _table(title: str, rows: list[list[str]], count: int, top: int, right: frozenset[int] = frozenset({0, 1})) -> None:
    terminal.write_line()
    terminal.write_line(f"{title}{f', the first {top} of {count:,}' if count > top else ''}:")
    width = terminal.terminal_width()
    for number, line in enumerate(terminal.columns(rows, right)):
        line = f"  {line}" if width is None else cut(f"  {line}", width)
        terminal.write_line(terminal.dim(line) if not number else line)
