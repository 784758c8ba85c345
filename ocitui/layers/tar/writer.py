"""Writes headers of tar entries, the same to the byte on every machine.

They are written as Go's ``archive/tar`` writes them, which is what Docker, BuildKit and buildah use: ustar, with a
PAX header where ustar has no room (POSIX.1-2017 pax Interchange Format). A name that is not UTF-8 goes into the
ustar header as it is where it has room, since PAX ought not to hold it.
"""

import struct
from collections.abc import Iterable

from ocitui.layers.tar.header import BLOCK

END = bytes(2 * BLOCK)
"""The two empty blocks that end an archive."""

_BILLION = 10**9
_OCTAL_8 = 8**7
_OCTAL_12 = 8**11
_XATTR = b"SCHILY.xattr."
_NAME = 100


def entry_header(
    name: bytes,
    kind: bytes,
    *,
    mode: int,
    uid: int = 0,
    gid: int = 0,
    size: int = 0,
    mtime_ns: int = 0,
    link: bytes = b"",
    device: tuple[int, int] = (0, 0),
    xattrs: Iterable[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return the header of one entry, and before it a PAX header where it needs one.

    Args:
        name: its path; that of a directory ends in a slash.
        kind: its type flag.
        mode: permission bits.
        uid: its owner.
        gid: its group.
        size: bytes of the data that follow.
        mtime_ns: nanoseconds since the epoch.
        link: the target of a link.
        device: major and minor number.
        xattrs: extended attributes.
    """
    seconds, nanoseconds = divmod(mtime_ns, _BILLION)
    records = [(key, text) for key, text in ((b"path", name), (b"linkpath", link)) if _needs_pax(text)]
    numbers = ((b"uid", uid, _OCTAL_8), (b"gid", gid, _OCTAL_8), (b"size", size, _OCTAL_12))
    records += [(key, b"%d" % number) for key, number, end in numbers if not 0 <= number < end]
    if nanoseconds or not 0 <= seconds < _OCTAL_12:
        records.append((b"mtime", _time(mtime_ns)))
    records += [(_XATTR + key, value) for key, value in xattrs]
    pax = b"".join(_record(key, value) for key, value in records)
    before = b""
    if pax:
        base = name.rstrip(b"/").rpartition(b"/")[2]
        carrier = _block(b"PaxHeaders.0/" + _ascii(base)[:80], b"x", 0o644, 0, 0, len(pax), 0, b"", (0, 0))
        before = carrier + padded(pax)
    name, link = (_ascii(text) if _needs_pax(text) else text for text in (name, link))
    return before + _block(name, kind, mode, uid, gid, size, seconds, link, device)


def padded(data: bytes) -> bytes:
    """Return data filled up to whole blocks."""
    return data + padding(len(data))


def padding(size: int) -> bytes:
    """Return the zeros that fill up data of a size to whole blocks."""
    return bytes(-size % BLOCK)


def _needs_pax(text: bytes) -> bool:
    if len(text) > _NAME:
        return True
    if text.isascii():
        return False
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _record(key: bytes, value: bytes) -> bytes:
    """``length key=value\\n``, where the length counts its own digits."""
    body = len(key) + len(value) + 3
    length = body + len(str(body))
    length = body + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def _time(nanoseconds: int) -> bytes:
    seconds, fraction = divmod(abs(nanoseconds), _BILLION)
    text = f"{'-' if nanoseconds < 0 else ''}{seconds}"
    return (f"{text}.{fraction:09}".rstrip("0") if fraction else text).encode()


def _ascii(name: bytes) -> bytes:
    """The name for readers that do not know PAX: what is not ASCII is left out, as Go does it."""
    return bytes(byte for byte in name if byte < 0x80)


def _block(
    name: bytes,
    kind: bytes,
    mode: int,
    uid: int,
    gid: int,
    size: int,
    seconds: int,
    link: bytes,
    device: tuple[int, int],
) -> bytes:
    header = struct.pack(
        "100s8s8s8s12s12s8sc100s8s32s32s8s8s167x",
        name[:_NAME],
        b"%07o" % mode,
        _octal(uid, 7),
        _octal(gid, 7),
        _octal(size, 11),
        _octal(seconds, 11),
        b" " * 8,
        kind,
        link[:_NAME],
        b"ustar\x0000",
        b"",
        b"",
        _device_number(device[0]),
        _device_number(device[1]),
    )
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def _octal(number: int, digits: int) -> bytes:
    """A number in octal; zero where it has no room, and a PAX record holds it."""
    return b"%0*o" % (digits, number if 0 <= number < 8**digits else 0)


def _device_number(number: int) -> bytes:
    """A number in octal, else in GNU's base 256, since PAX has no record for it."""
    if 0 <= number < _OCTAL_8:
        return b"%07o" % number
    return bytes([0x80 if number >= 0 else 0xFF]) + number.to_bytes(8, "big", signed=True)[1:]
