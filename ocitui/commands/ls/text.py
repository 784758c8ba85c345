"""The text output of ``ocitui ls``."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ocitui.commands.opened.named import Named
from ocitui.commands.output.entries import Listed, list_below
from ocitui.commands.output.entry_lines import write_list
from ocitui.commands.output.styled import Style, join, styled
from ocitui.commands.output.terminal import drawn, is_read_by_people
from ocitui.display import printable
from ocitui.image.filesystem.filesystem import Filesystem


@dataclass(frozen=True, slots=True)
class ListOptions:
    """The choice of what is said of each entry."""

    is_long: bool
    is_human: bool
    """Sizes as people say them."""
    is_itself: bool
    """Folders themselves, not what is in them."""
    is_recursive: bool
    with_xattrs: bool
    with_layers: bool
    end: bytes
    """The end of each line."""
    is_whole: bool = False
    """Whole paths in place of names."""


def write_named(files: Filesystem, named: Sequence[Named], options: ListOptions, *, is_one: bool) -> None:
    """Write what was named: as ``ls`` does, files first, then each folder under its name.

    Args:
        files: the filesystem.
        named: the entries.
        options: what is said of each.
        is_one: true for one entry, which needs no name above it.
    """
    has_heads = not (is_one or options.is_recursive or options.end == b"\0")
    if is_one or not has_heads:
        whole = replace(options, is_whole=not is_one or options.is_recursive)
        for each in named:
            _write(listed(files, each, options), whole, marks_folders=options.is_recursive)
        return
    alone = [each for each in named if options.is_itself or not each.is_folder]
    folders = [each for each in named if not options.is_itself and each.is_folder]
    lines = (line._replace(path=each.path or b"/") for each in alone for line in listed(files, each, options))
    _write(lines, replace(options, is_whole=True))
    for number, each in enumerate(folders):
        _write_head(each.path or b"/", is_first=not (number or alone))
        _write(listed(files, each, options), options)


def listed(files: Filesystem, named: Named, options: ListOptions, *, with_totals: bool = False) -> Iterator[Listed]:
    """Return the entries that one that was named stands for."""
    return list_below(
        files,
        named.entry,
        options.is_recursive,
        is_itself=options.is_itself,
        with_layers=options.with_layers,
        with_totals=options.is_long or with_totals,
    )


def _write(entries: Iterator[Listed], options: ListOptions, *, marks_folders: bool = False) -> None:
    write_list(
        entries,
        is_long=options.is_long,
        is_whole=options.is_whole,
        marks_folders=marks_folders,
        end=options.end,
        with_xattrs=options.with_xattrs,
        is_human=options.is_human,
    )


def _write_head(path: bytes, *, is_first: bool) -> None:
    """Write the path above the entries of a folder."""
    if is_read_by_people():
        sys.stdout.write(("" if is_first else "\n") + drawn(join(styled(printable(path), Style.HEADING), ":")) + "\n")
    else:
        sys.stdout.buffer.write((b"" if is_first else b"\n") + path + b":\n")
