"""What a reader of tars says of one entry, and what it says of a whole tar."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ocitui.layers.entry import EntryKind

SECOND = 1_000_000_000
"""Nanoseconds."""

_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v", b"s": b" "}


@dataclass(frozen=True)
class Row:
    """One entry as a reader lists it; what is not given is what `tests.layers.tars.header` writes."""

    path: bytes
    """As it is written, without a slash at its end."""
    kind: EntryKind = EntryKind.FILE
    size: int = 0
    """Bytes, holes included; 0 for what has no contents."""
    mode: int = 0o644
    uid: int = 1000
    gid: int = 1001
    mtime_ns: int | None = 1_600_000_000 * SECOND
    """None where the reader does not say it."""
    link: bytes | None = None
    device: tuple[int, int] | None = None


@dataclass(frozen=True)
class Answer:
    """What a reader says of a tar."""

    rows: tuple[Row, ...]
    """In the order of the tar."""
    complaint: str = ""
    """What it found wrong; empty where it is content."""


def unescape(text: bytes) -> bytes:
    """A name from a listing, where both tars write what cannot be printed as C does."""

    def letter(match: "re.Match[bytes]") -> bytes:
        found = match[1]
        return bytes([int(found, 8)]) if len(found) == 3 else _LETTERS.get(found, found)

    return _ESCAPE.sub(letter, text)


_KINDS = {
    "-": EntryKind.FILE,
    "C": EntryKind.FILE,  # GNU's letter for contiguous files
    "d": EntryKind.DIRECTORY,
    "l": EntryKind.SYMLINK,
    "h": EntryKind.HARDLINK,
    "c": EntryKind.CHARACTER_DEVICE,
    "b": EntryKind.BLOCK_DEVICE,
    "p": EntryKind.FIFO,
}


def read_mode(text: str) -> tuple[EntryKind, int]:
    """Kind and permission bits from ``-rwsr-xr-T``; a letter that means no kind here is an unknown one."""
    mode = 0
    for nth, (bit, letter) in enumerate(zip((4, 2, 1) * 3, text[1:10], strict=True)):
        if letter not in "-ST":
            mode |= bit << (6 - nth // 3 * 3)
        if letter in "sStT":
            mode |= 0o4000 >> nth // 3
    return _KINDS.get(text[0], EntryKind.UNKNOWN), mode


def tree_of(rows: Iterable[Row]) -> dict[bytes, Row]:
    """What rows make when they are unpacked one after the other, the plain way: an oracle for the index.

    Only what a row describes is there, and a hard link is what it is another name of. Rows
    that name the root are left out.
    """
    tree: dict[bytes, Row] = {}
    for row in rows:
        path = _inside(row.path)
        if path == b"":
            continue
        if row.kind is EntryKind.HARDLINK:
            row = tree[_inside(row.link or b"")]
        if row.kind is not EntryKind.DIRECTORY:
            tree = {other: kept for other, kept in tree.items() if not other.startswith(path + b"/")}
        tree[path] = replace(row, path=path)
    return tree


def _inside(path: bytes) -> bytes:
    """A path within the root, out of which ``..`` does not lead."""
    return posixpath.normpath(b"/" + path.lstrip(b"/")).strip(b"/")
