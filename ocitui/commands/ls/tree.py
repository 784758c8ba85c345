"""``ocitui ls --tree``: folders with what is below them, as ``tree`` draws them."""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from ocitui.commands.opened.named import Named
from ocitui.commands.output.branches import branches
from ocitui.commands.output.entry_lines import remark_of, style_of
from ocitui.commands.output.styled import join, styled
from ocitui.commands.output.terminal import dim, drawn, is_read_by_people
from ocitui.display import count_noun, format_size, printable
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem
from ocitui.layers.entry import Entry

_SIZE_WIDTH = len("999.9 MB")


class _Line(NamedTuple):
    """An entry, and the lines that are drawn before it."""

    before: str
    entry: FileEntry


def write_tree(files: Filesystem, named: list[Named], depth: int | None, *, is_human: bool) -> None:
    """Write each entry that was named and everything below it, and how much that was.

    Args:
        files: the filesystem.
        named: where to begin.
        depth: how many levels below that; None for all.
        is_human: with sizes.
    """
    sys.stdout.flush()
    folders = others = 0
    for top in named:
        start = top.entry
        _write("", top.path or b"/", files.described(start, with_totals=is_human), is_human=is_human)
        for before, each in _below(files, start, depth):
            entry = files.described(each, with_totals=is_human)
            _write(before, entry.raw_name, entry, is_human=is_human)
            folders += each.directory is not None
            others += each.directory is None
    sys.stdout.flush()
    sys.stdout.write(f"\n{count_noun(folders, 'folder')}, {count_noun(others, 'file')}\n")


def _below(files: Filesystem, top: FileEntry, depth: int | None) -> Iterator[_Line]:
    """Yield everything below a folder, parents first; folders as deep as a path can be."""
    item, last, through, blank = branches()
    open_folders = [("", _with_last(files.children(top)))] if top.directory is not None else []
    while open_folders:
        before, rest = open_folders[-1]
        each, is_last = next(rest, (None, False))
        if each is None:
            open_folders.pop()
            continue
        yield _Line(before + (last if is_last else item), each)
        if each.directory is not None and (depth is None or len(open_folders) < depth):
            open_folders.append((before + (blank if is_last else through), _with_last(files.children(each))))


def _with_last(entries: Iterator[FileEntry]) -> Iterator[tuple[FileEntry, bool]]:
    """Yield entries, each with whether it is the last."""
    waiting = next(entries, None)
    while waiting is not None:
        following = next(entries, None)
        yield waiting, following is None
        waiting = following


def _write(before: str, name: bytes, entry: Entry, *, is_human: bool) -> None:
    """Write one line: for people safe to draw and in colours, else with the exact bytes of the name."""
    size = f"[{format_size(entry.total_size):>{_SIZE_WIDTH}}]  " if is_human else ""
    remark = remark_of(entry)
    if is_read_by_people():
        text = join(dim(before + size), styled(printable(name), style_of(entry)), printable(remark))
        sys.stdout.write(f"{drawn(text)}\n")
    else:
        sys.stdout.buffer.write((before + size).encode() + name + remark + b"\n")
