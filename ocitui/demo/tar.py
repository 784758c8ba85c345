"""Tars of entries in memory, the same to the byte on every machine."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ocitui.layers.tar.writer import END, entry_header, padded

DEMO_TIME = 1_715_680_800
"""2024-05-14 10:00:00 UTC, when the files of the demo image were last changed."""

_CAPABILITY_REVISION_2_EFFECTIVE = 0x02000001


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a tar; what is not given is what a plain file has."""

    name: bytes
    data: bytes = b""
    mode: int = 0o644
    kind: bytes = b"0"
    """The type flag of POSIX ustar: ``0`` file, ``1`` hard link, ``2`` symbolic link, …"""
    link: bytes = b""
    uid: int = 0
    gid: int = 0
    mtime: int = DEMO_TIME
    device: tuple[int, int] = (0, 0)
    xattrs: tuple[tuple[str, bytes], ...] = ()

    def owned(self, uid: int, gid: int | None = None) -> "Entry":
        """The same entry with another owner."""
        return replace(self, uid=uid, gid=uid if gid is None else gid)

    def at(self, mtime: int) -> "Entry":
        """The same entry, last changed at another time (seconds since the epoch)."""
        return replace(self, mtime=mtime)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def file(name: str | bytes, data: str | bytes = b"", mode: int = 0o644) -> Entry:
    """A regular file."""
    return Entry(_bytes(name), _bytes(data), mode)


def directory(name: str | bytes, mode: int = 0o755) -> Entry:
    """A directory; the slash at the end is added."""
    return Entry(_bytes(name) + b"/", mode=mode, kind=b"5")


def symlink(name: str | bytes, target: str | bytes) -> Entry:
    """A symbolic link."""
    return Entry(_bytes(name), mode=0o777, kind=b"2", link=_bytes(target))


def hard_link(name: str | bytes, target: str | bytes, mode: int = 0o644) -> Entry:
    """Another name for a file that stands before it in the same tar."""
    return Entry(_bytes(name), mode=mode, kind=b"1", link=_bytes(target))


def character_device(name: str | bytes, major: int, minor: int, mode: int = 0o666) -> Entry:
    """A character device."""
    return Entry(_bytes(name), mode=mode, kind=b"3", device=(major, minor))


def fifo(name: str | bytes, mode: int = 0o600) -> Entry:
    """A named pipe."""
    return Entry(_bytes(name), mode=mode, kind=b"6")


def whiteout(path: str) -> Entry:
    """Return the entry that deletes this path of a lower layer (image-spec, Layer Filesystem Changeset: Whiteouts)."""
    parent, slash, name = path.rpartition("/")
    return file(f"{parent}{slash}.wh.{name}", mode=0o000)


def opaque(path: str) -> Entry:
    """Return the entry that hides everything that lower layers put into this directory (Opaque Whiteout)."""
    return file(f"{path}/.wh..wh..opq", mode=0o000)


def capability(*numbers: int) -> tuple[tuple[str, bytes], ...]:
    """File capabilities (``linux/capability.h``) as the extended attribute that ``setcap`` writes."""
    bits = sum(1 << number for number in numbers)
    permitted = (bits & 0xFFFFFFFF, 0, bits >> 32, 0)
    return (("security.capability", struct.pack("<5I", _CAPABILITY_REVISION_2_EFFECTIVE, *permitted)),)


def write_tar(entries: Iterable[Entry]) -> bytes:
    """The whole archive, closed by two empty blocks."""
    parts: list[bytes] = []
    for entry in entries:
        header = entry_header(
            entry.name,
            entry.kind,
            mode=entry.mode,
            uid=entry.uid,
            gid=entry.gid,
            size=len(entry.data),
            mtime_ns=entry.mtime * 10**9,
            link=entry.link,
            device=entry.device,
            xattrs=[(name.encode(), value) for name, value in entry.xattrs],
        )
        parts += [header, padded(entry.data)]
    return b"".join([*parts, END])
