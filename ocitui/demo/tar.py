"""A tar writer that is the same to the byte on every machine.

The headers are written as Go's ``archive/tar`` writes them, which is what Docker, BuildKit
and buildah use: ustar, with a PAX header where ustar has no room. A name that is not UTF-8
goes into the ustar header as it is, since PAX cannot hold it.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace

BLOCK = 512
"""Bytes of a tar record; headers and data are padded to it."""

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
        if records := _pax_records(entry):
            base = entry.name.rstrip(b"/").rpartition(b"/")[2]
            carrier = Entry(b"PaxHeaders.0/" + _ascii(base)[:80], records, kind=b"x", mtime=0)
            parts += [_header(carrier), _padded(records)]
        parts += [_header(entry), _padded(entry.data)]
    return b"".join([*parts, bytes(2 * BLOCK)])


def _pax_records(entry: Entry) -> bytes:
    fields = [(key, value) for key, value in ((b"path", entry.name), (b"linkpath", entry.link)) if _needs_pax(value)]
    fields += [(b"SCHILY.xattr." + key.encode(), value) for key, value in entry.xattrs]
    return b"".join(_pax_record(key, value) for key, value in fields)


def _needs_pax(value: bytes) -> bool:
    if len(value) > 100:
        return True
    if value.isascii():
        return False
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _pax_record(key: bytes, value: bytes) -> bytes:
    """``length key=value\\n``, where the length counts its own digits."""
    body = len(key) + len(value) + 3
    length = body + len(str(body))
    length = body + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def _ascii(name: bytes) -> bytes:
    """The name for readers that do not know PAX: what is not ASCII is left out, as Go does it."""
    return bytes(byte for byte in name if byte < 0x80)


def _header(entry: Entry) -> bytes:
    name = _ascii(entry.name) if _needs_pax(entry.name) else entry.name
    link = _ascii(entry.link) if _needs_pax(entry.link) else entry.link
    fields = (
        name[:100],
        b"%07o" % entry.mode,
        b"%07o" % entry.uid,
        b"%07o" % entry.gid,
        b"%011o" % len(entry.data),
        b"%011o" % entry.mtime,
        b" " * 8,
        entry.kind,
        link[:100],
        b"ustar\x0000",
        b"",
        b"",
        b"%07o" % entry.device[0],
        b"%07o" % entry.device[1],
    )
    header = struct.pack("100s8s8s8s12s12s8sc100s8s32s32s8s8s167x", *fields)
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)
