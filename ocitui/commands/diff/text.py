"""The text output of a comparison of two images."""

import sys
from collections.abc import Collection, Iterator, Sequence

from ocitui.commands.diff.sides import End
from ocitui.commands.output import terminal
from ocitui.commands.output.styled import Style, cut, end_trimmed, join, style_named, styled
from ocitui.display import format_count, format_exact_size, format_size, printable
from ocitui.errors import OcituiError
from ocitui.image.diff.config import ConfigDifference
from ocitui.image.diff.history import HistoryPair
from ocitui.image.diff.images import DocumentsDiff, PathsDiff, Section, sums_by_folder, sums_of
from ocitui.image.diff.layers import LayerPair, Sharing
from ocitui.image.diff.paths import PathDiff, is_file
from ocitui.image.diff.texts import Content
from ocitui.image.diff.version import VersionDiff, compare_versions
from ocitui.image.diff.words import (
    ALL_SHARED,
    config_text,
    encodings_text,
    field_value,
    history_text,
    layers_text,
    link_text,
    pair_text,
    sizes_text,
    sums_text,
    what_differs,
)
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image, Layer
from ocitui.image.merged.changes import Aspect, Change, Mark
from ocitui.image.words import path_text

SIGNS = {Mark.ADDED: "+", Mark.DELETED: "-", Mark.MODIFIED: "~", Mark.UNCHANGED: "="}
"""The sign before each line."""

_HEAD = 9
_LINES = {"+": Style.ADDED, "-": Style.DELETED}


def write_heading(before: End, after: End) -> None:
    """Write which two things are compared."""
    for name, end in (("A", before), ("B", after)):
        digest = str(end.upto.image.node.digest or "")
        terminal.write_line(
            end_trimmed(join(f"{name}  ", styled(end.title, Style.HEADING), "  ", terminal.dim(digest)))
        )


def write_documents(before: End, after: End, found: DocumentsDiff, sections: Collection[Section]) -> None:
    """Write the differences of the documents: layers, config, history."""
    images = before.upto.image, after.upto.image
    heads = headings(before)
    if Section.LAYERS in sections:
        rows = (_layer_cells(pair, *images) for pair in found.layers)
        _write_section(heads[Section.LAYERS], layers_text(found), rows)
    if Section.CONFIG in sections:
        _write_section(heads[Section.CONFIG], config_text(found), (_config_cells(each) for each in found.config))
    if Section.HISTORY in sections and Section.HISTORY in heads:
        _write_section(heads[Section.HISTORY], history_text(found), (_history_cells(pair) for pair in found.history))


def headings(end: End) -> dict[Section, str]:
    """Return the sections that there are, each with its heading: an artifact has no history."""
    if end.upto.image.is_artifact:
        return {Section.LAYERS: "blobs", Section.CONFIG: "manifest", Section.PATHS: Section.PATHS.value}
    return {section: section.value for section in Section}


def _write_section(heading: str, summary: str, rows: Iterator[list[str]]) -> None:
    terminal.write_line()
    _write_summary(heading, summary)
    width = terminal.terminal_width()
    for line in terminal.columns([row for row in rows if row]):
        terminal.write_line(cut(join("  ", line), width))


def _write_summary(heading: str, summary: str) -> None:
    terminal.write_line(join(styled(f"{heading:<{_HEAD}}", Style.HEADING), summary))


def _layer_cells(pair: LayerPair, before: Image, after: Image) -> list[str]:
    match pair.sharing, pair.before, pair.after:
        case Sharing.DIFF_ID, Layer() as old, Layer() as new:
            sizes = f"{format_size(old.descriptor.size)} -> {format_size(new.descriptor.size)}"
            return [_sign(Mark.MODIFIED), _numbers(old, new), old.descriptor.short, sizes, f"as {new.descriptor.short}"]
        case Sharing.BEFORE, Layer() as old, _:
            return [_sign(Mark.DELETED), str(old.number), *_layer_facts(old, before)]
        case Sharing.AFTER, _, Layer() as new:
            return [_sign(Mark.ADDED), str(new.number), *_layer_facts(new, after)]
        case _:
            return []


def _sign(mark: Mark) -> str:
    return styled(SIGNS[mark], style_named(mark.name))


def _numbers(old: Layer, new: Layer) -> str:
    return str(old.number) if old.number == new.number else f"{old.number} -> {new.number}"


def _layer_facts(layer: Layer, image: Image) -> list[str]:
    descriptor = layer.descriptor
    what = printable(descriptor.title) if image.is_artifact else terminal.dim(origin_text(image.history, layer.number))
    return [descriptor.short, format_size(descriptor.size), what]


def _config_cells(each: ConfigDifference) -> list[str]:
    return [_sign(each.mark), printable(f"{each.field} {each.key}".rstrip()), field_value(each, "->")]


def _history_cells(pair: HistoryPair) -> list[str]:
    row = pair.after or pair.before
    if pair.mark is Mark.UNCHANGED or row is None:
        return []
    changed = f"  ({', '.join(pair.changed)})" if pair.changed else ""
    return [_sign(pair.mark), str(row.layer or ""), pair_text(pair) + changed]


# Paths.


def write_paths(found: PathsDiff, *, is_part: bool = False) -> None:
    """Every path that differs, and the sums; of a part of the filesystem only the paths."""
    if not is_part:
        terminal.write_line()
        _write_summary(Section.PATHS.value, paths_text(found))
    for line in _path_lines([*found.with_members()]):
        terminal.write_line(line if is_part else join("  ", line))


def paths_text(found: PathsDiff) -> str:
    """Return the numbers of paths that differ: ``3 added (1.2 MB), 1 removed (3 B), 4 modified (+12 B)``."""
    if found.is_shared:
        return ALL_SHARED
    text = sums_text(sums_of(found.paths))
    times = sum(path.change == Change((Aspect.TIME,)) for path in found.paths)
    text += f", {format_count(times)} of them in time only" if times else ""
    unread = f"{format_count(found.unread)} with content not compared" if found.unread else ""
    known = ", ".join(filter(None, (text, unread))) or "the same"
    gaps = ", and ".join(found.gaps)
    return f"unknown: {gaps}" if found.is_unknown else f"{known}, as far as is known: {gaps}" if gaps else known


def _path_lines(paths: Sequence[PathDiff]) -> list[str]:
    rows = [
        [
            _sign(path.mark),
            terminal.dim(what_differs(path)),
            sizes_text(path, "->"),
            styled(_name(path), style_named(path.mark.name)),
        ]
        for path in paths
    ]
    return terminal.columns(rows, frozenset({2}))


def _name(path: PathDiff) -> str:
    """The path, a folder with a slash behind it; of symbolic links where they lead."""
    return path_text(path.path) + ("/" if path.is_directory and path.path else "") + link_text(path, "->")


def write_diff(found: VersionDiff, path: bytes, titles: tuple[str, str]) -> None:
    """Write the differences: safe to draw on a terminal, lines of text as they are into a pipe.

    Args:
        found: the differences.
        path: without a slash at its beginning.
        titles: how the two are called, safe to draw.
    """
    for each in found.properties:
        before, after = printable(each.before), printable(each.after)
        terminal.write_line(f"{printable(each.name)}: {before} -> {after}" if each.name else f"{before} -> {after}")
    if found.content in (Content.BINARY, Content.LARGE):
        sizes = " and ".join(
            format_exact_size(version.inode.size) for version in (found.before, found.after) if version is not None
        )
        kind = "binary" if found.content is Content.BINARY else "large"
        terminal.write_line(f"{kind} files differ: {sizes}")
    if found.texts is None:
        return
    if found.content is Content.ENCODING:
        terminal.write_line(encodings_text(found.texts))
        return
    is_for_people = terminal.is_read_by_people()
    terminal.write_line(styled(f"--- /{printable(path)}\t{titles[0]}", Style.HEADING))
    terminal.write_line(styled(f"+++ /{printable(path)}\t{titles[1]}", Style.HEADING))
    for title, lines in found.unified():
        terminal.write_line(styled(title, Style.PLACE))
        for sign, line in lines:
            _write_text(sign, line, is_for_people)


def _write_text(sign: str, line: bytes, is_for_people: bool) -> None:
    whole = line.endswith(b"\n")
    if is_for_people:
        text = printable(line.removesuffix(b"\n").removesuffix(b"\r").expandtabs(8))
        terminal.write_line(styled(sign + text, _LINES.get(sign)))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(sign.encode() + line + (b"" if whole else b"\n"))
    if not whole:
        terminal.write_line("\\ No newline at end of file")


def write_unified(before: End, after: End, found: PathsDiff) -> list[str]:
    """The lines of every text file that was modified; returns why some could not be read."""
    problems = []
    titles = before.title, after.title
    for path in found.with_members():
        if not has_lines(path):
            continue
        try:
            versions = path.versions(before.side, after.side)
            difference = compare_versions(before.side.reader, *versions, after.side.reader)
        except OcituiError as error:
            problems.append(str(error))
            continue
        terminal.write_line()
        terminal.write_line(styled(path_text(path.path), Style.HEADING))
        write_diff(difference, path.path, titles)
    return problems


def has_lines(path: PathDiff) -> bool:
    """True if it is a file on both sides, and its contents differ."""
    return Aspect.CONTENT in path.change.aspects and is_file(path.before) and is_file(path.after)


def write_stat(end: End, documents: DocumentsDiff, paths: PathsDiff, sections: Collection[Section]) -> None:
    """Only numbers: a line for each section, and one for each entry of the root that holds what differs."""
    texts = {
        Section.LAYERS: layers_text(documents),
        Section.CONFIG: config_text(documents),
        Section.HISTORY: history_text(documents),
        Section.PATHS: paths_text(paths),
    }
    for section, heading in headings(end).items():
        if section in sections:
            _write_summary(heading, texts[section])
    rows = [[path_text(name), sums_text(sums)] for name, sums in sorted(sums_by_folder(paths.paths).items())]
    for line in terminal.columns(rows) if Section.PATHS in sections else ():
        terminal.write_line(f"  {line}")
