"""cpio archives: initrds and the payloads of rpm. cpio(5): the new ASCII format, and POSIX's odc.

An initrd is several archives one after the other, of which those that follow the first may be
compressed (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).
"""

import stat
from collections.abc import Callable
from dataclasses import dataclass

from ocitui.display import printable
from ocitui.layers.entry import EntryKind
from ocitui.layers.nested.allowance import Allowance
from ocitui.layers.nested.data import Data, Joined, Window
from ocitui.layers.nested.format import Plain
from ocitui.layers.nested.members import Members
from ocitui.layers.nested.tree_walk import kind_of_mode
from ocitui.layers.nested.whole import read_whole
from ocitui.layers.tar.sink import Extra

MAGICS = (b"070701", b"070702", b"070707")

_TRAILER = b"TRAILER!!!"
_NAME_LIMIT = 1 << 16
_PACKED = 20
"""Compressed parts of one archive that are unpacked: what they unpack to may be compressed again, without end."""
_LINK_LIMIT = 4096
_LONGEST = 110
"""Bytes of the longest header."""
_WINDOW = 1 << 16
_WAITING = 64 << 20
"""Bytes of names that are kept until their archive ends."""
_HEADER_SIZE = 256
"""Bytes that each of them counts besides its name: a header is kept with it."""


@dataclass(frozen=True, slots=True)
class _Header:
    inode: tuple[int, ...]
    """The property that all names of one file have in common: device and number."""
    mode: int
    uid: int
    gid: int
    names: int
    """The number of names that the file has."""
    mtime: int
    size: int
    device: tuple[int, int]
    name_size: int
    length: int
    """Bytes of the header."""
    unit: int
    """Names and data are padded to a multiple of this."""


def read_cpio(data: Data, members: Members, unpack: Callable[[Data], Data | None]) -> Plain:
    """Read the headers of all archives; what comes before a damage is listed, and the damage is a problem.

    Args:
        data: the archives.
        members: takes what is in them.
        unpack: gives what some bytes unpack to; None where they are not compressed.
    """
    at, packed = 0, 0
    waiting = Allowance(_WAITING, "the paths of files with several names in it")
    links: dict[tuple[int, ...], list[tuple[bytes, _Header]]] = {}
    files: dict[tuple[int, ...], bytes] = {}
    while at < data.size:
        start = read_whole(data, at, _LONGEST)
        if not start.startswith(MAGICS):  # padding after an archive, or what is compressed
            zeros = _zeros(data, at)
            if at + zeros == data.size:
                break
            at = _padded(at, 4)
            if zeros and read_whole(data, at + (zeros & ~3), 6) in MAGICS:
                at += zeros & ~3
                continue
            packed += 1
            rest = unpack(Window(data, at + zeros, data.size - at - zeros)) if packed <= _PACKED else None
            if rest is None:
                members.problems.append(f"what follows at offset {at + zeros:,} of the archive cannot be read")
                break
            data = Joined(Window(data, 0, at), rest)
            continue
        header = _header(start)
        if header is None or header.name_size > _NAME_LIMIT:
            members.problems.append(f"the header at offset {at:,} of the archive is damaged")
            break
        name = read_whole(data, at + header.length, header.name_size).rstrip(b"\0")
        content = _padded(at + header.length + header.name_size, header.unit)
        at = _padded(content + header.size, header.unit)
        if name == _TRAILER:
            _add_links(members, links, files)
            members.count()
            continue
        if content + header.size > data.size:
            members.problems.append(
                f"the archive ends {content + header.size - data.size:,} bytes before {printable(name)} does"
            )
        if stat.S_ISREG(header.mode) and header.names > 1:
            waiting.take(_HEADER_SIZE + len(name))
            if not header.size:
                links.setdefault(header.inode, []).append((name, header))
                continue
            files.setdefault(header.inode, name)
        _add(members, name, header, data, content)
    _add_links(members, links, files)
    return Plain("cpio", data)


def _add(members: Members, name: bytes, header: _Header, data: Data, content: int) -> None:
    kind = kind_of_mode(header.mode)
    is_file = kind is EntryKind.FILE
    members.add(
        name,
        kind,
        stat.S_IMODE(header.mode),
        header.uid,
        header.gid,
        header.size if is_file else 0,
        header.mtime * 10**9,
        read_whole(data, content, min(header.size, _LINK_LIMIT)) if kind is EntryKind.SYMLINK else None,
        content if is_file else None,
        Extra(device=header.device) if stat.S_ISCHR(header.mode) or stat.S_ISBLK(header.mode) else None,
    )


def _add_links(
    members: Members, links: dict[tuple[int, ...], list[tuple[bytes, _Header]]], files: dict[tuple[int, ...], bytes]
) -> None:
    """Add the other names of files, whose data stands with one of them; and begin anew."""
    for inode, names in links.items():
        for name, header in names:
            target = files.get(inode)
            kind = EntryKind.FILE if target is None else EntryKind.HARDLINK  # without data it is an empty file
            mode, mtime = stat.S_IMODE(header.mode), header.mtime * 10**9
            offset = 0 if target is None else None
            members.add(name, kind, mode, header.uid, header.gid, 0, mtime, target, offset, None)
    links.clear()
    files.clear()


def _header(start: bytes) -> _Header | None:
    """Read a header; None for one that is damaged."""
    if not start[: 76 if start.startswith(b"070707") else _LONGEST].isalnum():
        return None  # Python would read signs and more
    try:
        if start.startswith(b"070707"):
            fields = [int(start[at : at + size], 8) for at, size in _ODC]
            device, inode, mode, uid, gid, names, rdev, mtime, name_size, size = fields
            return _Header(
                (device, inode), mode, uid, gid, names, mtime, size, (rdev >> 8, rdev & 0xFF), name_size, 76, 1
            )
        numbers = [int(start[at : at + 8], 16) for at in range(6, 110, 8)]
    except ValueError:
        return None
    inode, mode, uid, gid, names, mtime, size, major, minor, rmajor, rminor, name_size, _ = numbers
    return _Header((major, minor, inode), mode, uid, gid, names, mtime, size, (rmajor, rminor), name_size, 110, 4)


_ODC = ((6, 6), (12, 6), (18, 6), (24, 6), (30, 6), (36, 6), (42, 6), (48, 11), (59, 6), (65, 11))


def _zeros(data: Data, at: int) -> int:
    """Count the zeros from an offset on."""
    zeros = 0
    while piece := data.read(at + zeros, _WINDOW):
        left = len(piece.lstrip(b"\0"))
        zeros += len(piece) - left
        if left:
            break
    return zeros


def _padded(offset: int, unit: int) -> int:
    return -(-offset // unit) * unit
