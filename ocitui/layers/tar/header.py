"""The fields of one tar header block, and the records of PAX and long-name metadata.

Implements POSIX.1-2017 pax Interchange Format, the ustar and v7 formats, and the GNU
extensions that container tools write (base-256 numbers, long names). Where readers
differ, this follows Go's ``archive/tar``, since it is what unpacks images.
"""

import re
import struct
import zlib
from functools import lru_cache

from ocitui.display import quote

BLOCK = 512
"""Bytes in a tar block; every header is one block, and data is padded to whole ones."""

INT64_MAX = (1 << 63) - 1

INT64_MIN = -(1 << 63)

OWNER_MAX = (1 << 32) - 2
"""The highest number of a user or a group on Linux, which takes the lower 32 bits of any; with all of them set there
is no change of owner."""

HEADER = struct.Struct("100s24s12s12s8sc100s72x16s155s12x")
"""name, mode with uid and gid, size, mtime, checksum, typeflag, linkname, numbers of a device, prefix (of ustar;
GNU keeps times and sparse maps there).

What is nearly always the same is one field, so that its numbers are looked up at once.
"""

_OCTAL = re.compile(rb"[0-7]+")
_DECIMAL = re.compile(rb"([-+]?)0*([0-9]+)")
_SECONDS = re.compile(rb"([-+]?[0-9]+)(?:\.([0-9]*))?")
_LENGTH = re.compile(rb"\+?0*([0-9]{1,19})")
_NAMES = frozenset({b"path", b"linkpath", b"uname", b"gname", b"GNU.sparse.name"})
_RUN = (b"GNU.sparse.offset", b"GNU.sparse.numbytes")
_MAGIC, _PREFIX = slice(257, 265), slice(345, 500)
_STAR_PREFIX, _STAR_MAGIC = slice(345, 476), slice(508, 512)


class HeaderError(ValueError):
    """A field or record cannot be read; the text says which and why."""


@lru_cache(maxsize=4096)
def parse_number(field: bytes) -> int:
    """Read a numeric field: octal digits among blanks, or GNU base-256 (first bit set, two's complement).

    Raises:
        HeaderError: the field holds something else, or more than 64 bits.
    """
    if field[0] & 0x80:
        value = int.from_bytes(field, "big")
        if field[0] & 0x40:  # negative
            return _within_64_bits(value - (1 << (8 * len(field))))
        return _within_64_bits(value - (0x80 << (8 * (len(field) - 1))))
    return _parse_octal(field)


def _parse_octal(field: bytes) -> int:
    digits = field.strip(b" \0").partition(b"\0")[0]
    if not digits:
        return 0
    if not _OCTAL.fullmatch(digits):
        raise HeaderError(f"{quote(digits, 40)} is no octal number")
    return int(digits, 8)


@lru_cache(maxsize=4096)
def parse_owner(field: bytes) -> tuple[int, int, int]:
    """Read permission bits, user and group from their three fields.

    Raises:
        HeaderError: one of them is no number, or an owner is none that Linux has.
    """
    uid, gid = parse_number(field[8:16]), parse_number(field[16:])
    if not is_owner(uid) or not is_owner(gid):
        raise HeaderError("an owner is out of range")
    return parse_number(field[:8]) & 0o7777, uid, gid


def is_owner(number: int) -> bool:
    """True if Linux has such a user or group."""
    return 0 <= number <= OWNER_MAX


def checksum_matches(block: bytes, at: int = 0) -> bool:
    """True if the header block at this place has the checksum it claims, as unsigned or as signed bytes.

    As in Go the field is always octal. The sum counts it as eight blanks. Adler-32 holds the sum of all
    bytes plus one in its low half, modulo 65521, and is computed in C; only what does not
    fit is summed the slow way.
    """
    field = block[at + 148 : at + 156]
    try:
        claimed = _parse_octal(field)  # never base-256
    except HeaderError:
        return False
    header = block[at : at + BLOCK]
    if (zlib.adler32(header) & 0xFFFF) - 1 - sum(field) + 256 == claimed:
        return True
    rest = header[:148] + header[156:]
    unsigned = 256 + sum(rest)
    signed = unsigned - 256 * sum(1 for byte in rest if byte > 127)
    return claimed in (unsigned, signed)


def is_header(block: bytes) -> bool:
    """True if bytes begin with a valid tar header (a block of zeros is none)."""
    return len(block) >= BLOCK and block[148:156].strip(b" \0") != b"" and checksum_matches(block)


def is_gnu(block: bytes) -> bool:
    """True if a header is in GNU's own format."""
    return block[_MAGIC] == b"ustar  \0"


def is_ustar(block: bytes) -> bool:
    """True if a header is in the format of POSIX."""
    return block[_MAGIC][:6] == b"ustar\0"


def is_star(block: bytes) -> bool:
    """True if a header of the format of POSIX has star's times, see `star_times`."""
    return block[_STAR_MAGIC] == b"tar\0"


def star_times(block: bytes) -> tuple[bytes, bytes]:
    """The fields of the times of access and of change in a header as star writes it."""
    return block[476:488], block[488:500]


def device_fields(block: bytes) -> tuple[bytes, bytes]:
    """The fields of major and minor number; empty in a v7 header, which has none."""
    has_any = is_gnu(block) or is_ustar(block)
    return (block[329:337], block[337:345]) if has_any else (b"\0", b"\0")


def _within_64_bits(value: int) -> int:
    if not INT64_MIN <= value <= INT64_MAX:
        raise HeaderError("it is over 64 bits")
    return value


def with_prefix(name: bytes, block: bytes) -> bytes:
    """Put the prefix of a header before the name, where it has one.

    star's prefix ends earlier, before its times. GNU headers have times in its place, but Go
    before 1.8 wrote ustar prefixes into GNU headers, and so did the image tools of that time.
    """
    field = block[_PREFIX]
    if is_ustar(block):
        prefix = block[_STAR_PREFIX if is_star(block) else _PREFIX].partition(b"\0")[0]
        return prefix + b"/" + name if prefix else name
    if is_gnu(block):
        try:
            for time in field[:12], field[12:24]:
                parse_number(time if time[0] else b"\0")
        except HeaderError:
            text = field.partition(b"\0")[0]
            if text and text.isascii():
                return text + b"/" + name
    return name


def is_padded(data: bytes) -> bool:
    """True if a PAX extended header is filled up with zeros inside its size: some do so, and Go refuses it."""
    return data[-1:] == b"\0"


def parse_pax(data: bytes) -> dict[bytes, bytes]:
    """Read the records ``length key=value\\n`` of a PAX extended header; a later record wins over an earlier one.

    ``GNU.sparse.offset`` and ``GNU.sparse.numbytes``, which sparse format 0.0 repeats in turn,
    are collected into ``GNU.sparse.map`` as format 0.1 writes it.

    Raises:
        HeaderError: a record is malformed; the text says at which byte of the header.
    """
    records: dict[bytes, bytes] = {}
    sparse: list[bytes] = []
    at = 0
    while at < len(data) and data[at]:  # see is_padded
        blank = data.find(b" ", at)
        length = _LENGTH.fullmatch(data, at, max(blank, at))
        end = at + int(length[1]) if length else 0
        if blank < 0 or not blank < end <= len(data) or data[end - 1] != 0x0A:
            raise HeaderError(f"the record at byte {at} of an extended header is malformed")
        key, equals, value = data[blank + 1 : end - 1].partition(b"=")
        if not equals or not key:
            raise HeaderError(f"the record at byte {at} of an extended header has no key")
        if 0 in (value if key in _NAMES else key):
            raise HeaderError(f"the name in the record at byte {at} of an extended header has a zero byte")
        if key in _RUN:
            if key != _RUN[len(sparse) % 2] or b"," in value:
                raise HeaderError(f"the {key.decode()} at byte {at} of an extended header is out of order")
            sparse.append(value)
        else:
            records[key] = value
        at = end
    if data[at:].strip(b"\0"):
        raise HeaderError(f"the record at byte {at} of an extended header is malformed")
    if sparse:
        records[b"GNU.sparse.map"] = b",".join(sparse)
    return records


def parse_decimal(value: bytes) -> int:
    """Read the decimal number of a PAX record.

    Raises:
        HeaderError: it is no number, or over 64 bits.
    """
    match = _DECIMAL.fullmatch(value)
    if not match:
        raise HeaderError(f"{quote(value, 40)} is no decimal number")
    if len(match[2]) > 19:
        raise HeaderError("a decimal number is over 64 bits")
    return _within_64_bits(int(match[1] + match[2]))


def parse_seconds(value: bytes) -> int:
    """Read the time of a PAX record, seconds with an optional fraction, into nanoseconds since the epoch.

    Raises:
        HeaderError: it is no number, or its seconds are over 64 bits.
    """
    match = _SECONDS.fullmatch(value)
    if not match:
        raise HeaderError(f"{quote(value, 40)} is no time")
    nanoseconds = int(((match[2] or b"") + b"000000000")[:9])
    return clamp(parse_decimal(match[1]) * 10**9 + (-nanoseconds if match[1][:1] == b"-" else nanoseconds))


def clamp(value: int) -> int:
    """Bring a number from a header into the 64 bits that the index can hold."""
    return max(-INT64_MAX, min(value, INT64_MAX))


def is_clamped(value: int) -> bool:
    """True if a number may have been beyond what the index can hold."""
    return abs(value) >= INT64_MAX
