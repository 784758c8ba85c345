"""The files of a layer as dive 0.13.1 lists them: a tree of names, children before their folder, by bytes of names.

What an index does not keep, and so may differ: the type flag of a whiteout (taken to be a
file's) and of a type nobody knows, sparse files in GNU's old form (``S``), the slash at the
beginning of an absolute name, the ``..`` of names that climb out of the root, sizes that the
headers of links and folders claim, and a target that the header of no link has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import attrgetter

from ocitui.image.merged.spans import PIECE, between
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import NOWHERE, ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.plain_row import PlainRow
from ocitui.layers.pathnames import METADATA_PREFIX, WHITEOUT_PREFIX

_DROPPED = METADATA_PREFIX + b"."
"""The beginning of names that dive leaves out, with everything below: opaque whiteouts."""

_FLAGS = {
    EntryKind.FILE: b"0",
    EntryKind.HARDLINK: b"1",
    EntryKind.SYMLINK: b"2",
    EntryKind.CHARACTER_DEVICE: b"3",
    EntryKind.BLOCK_DEVICE: b"4",
    EntryKind.DIRECTORY: b"5",
    EntryKind.FIFO: b"6",
}

# Go's os.FileMode: https://pkg.go.dev/io/fs#FileMode
_TYPES = {
    EntryKind.DIRECTORY: 1 << 31,
    EntryKind.SYMLINK: 1 << 27,
    EntryKind.BLOCK_DEVICE: 1 << 26,
    EntryKind.CHARACTER_DEVICE: 1 << 26 | 1 << 21,
    EntryKind.FIFO: 1 << 25,
}
_SPECIAL = ((0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20))


@dataclass(frozen=True, slots=True)
class DiveFile:
    """One file as dive's JSON has it; empty in every field where no header describes a folder."""

    path: bytes = b""
    """From the root, without a slash at its beginning, whiteouts with their ``.wh.``."""
    type_flag: int = 0
    """The byte of the tar header."""
    link: bytes = b""
    size: int = 0
    """Bytes."""
    mode: int = 0
    """As Go's ``os.FileMode`` is numbered."""
    uid: int = 0
    gid: int = 0

    @property
    def is_directory(self) -> bool:
        """True if it is a directory."""
        return bool(self.mode & _TYPES[EntryKind.DIRECTORY])


def list_dive_files(index: LayerIndex) -> Iterator[DiveFile]:
    """Every file of a layer in dive's order."""
    apart: dict[int, list[PlainRow]] = {}  # by their directory: what is not visible, or by another name than its own
    for row in (*index.table.superseded_rows(), *index.table.whiteout_rows()):
        apart.setdefault(row.parent, []).append(row)
    open_folders = [_Folder(b"", [], _names(index, apart, (ROOT,)))]
    while True:  # without recursion: images may nest folders deeper than Python calls
        here = open_folders[-1]
        name, rows = next(here.names, (b"", []))
        if rows:
            path = here.path + name
            directories = tuple({row.directory for row in rows if row.directory is not None})
            if directories:
                open_folders.append(_Folder(path + b"/", rows, _names(index, apart, directories)))
            else:
                yield _file(path, rows)
            continue
        open_folders.pop()
        if not open_folders:
            return
        yield _file(here.path[:-1], here.rows)


@dataclass(slots=True)
class _Folder:
    path: bytes
    """With a slash at its end."""
    rows: list[PlainRow]
    """The entries at its path."""
    names: Iterator[tuple[bytes, list[PlainRow]]]
    """The names left in it."""


def _names(
    index: LayerIndex, apart: dict[int, list[PlainRow]], directories: tuple[int, ...]
) -> Iterator[tuple[bytes, list[PlainRow]]]:
    """Yield the entries in directories of one path, by name; where a path has several, dive keeps those of each."""
    visible = [_visible(index, directory) for directory in directories]
    others = [sorted(apart.get(directory, ()), key=_name) for directory in directories]
    for name, rows in groupby(merge(*visible, *others, key=_name), _name):
        if not name.startswith(_DROPPED) and (found := [row for row in rows if row.parent != NOWHERE]):
            yield name, found


def _visible(index: LayerIndex, directory: int) -> Iterator[PlainRow]:
    """The entries of a directory by name, whiteouts left out; in parts, so that a million are not too much."""
    for span in between(index.table.every_name(directory, PIECE)):
        yield from (row for row in index.table.plain_rows_from(directory, *span) if not row.is_whiteout)


def _name(row: PlainRow) -> bytes:
    return WHITEOUT_PREFIX + row.name if row.kind == EntryKind.WHITEOUT else row.name


def _file(path: bytes, rows: list[PlainRow]) -> DiveFile:
    row = max((row for row in rows if not row.is_implied), key=attrgetter("id"), default=None)
    if row is None:
        return DiveFile()
    kind = EntryKind(row.kind)
    mode = row.mode & 0o777 | _TYPES.get(kind, 0)
    for bit, gos in _SPECIAL:
        mode |= gos if row.mode & bit else 0
    return DiveFile(path, _FLAGS.get(kind, b"0")[0], row.link or b"", row.size, mode, row.uid, row.gid)
