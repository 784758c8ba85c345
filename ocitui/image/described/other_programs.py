"""Programs of Windows and macOS, as far as it takes to find what Go's linker wrote into them.

Implements the PE format (COFF File Header, Optional Header, Section Table) and loader.h of Mach-O
(``mach_header``, ``segment_command``), for little-endian machines.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from ocitui.errors import DocumentError
from ocitui.image.described.bounded import BoundedFile
from ocitui.image.described.go import GoBuild, read_go

_MACH_O = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
"""The magic of 64 bits, and that of 32."""
_PE, _PE_AT = b"PE\0\0", 60
_START = 1 << 16
"""Bytes in which the header of PE is looked for."""
_SECTIONS, _COMMANDS = 256, 1 << 20
"""Sections of PE and bytes of the commands of Mach-O that are looked at: real ones have a dozen, and a few thousand."""
_WRITABLE_DATA = 0xC0000040
"""Characteristics of a section: initialized data that may be read and written."""
_SEGMENTS = {0x19: ("<16sQQQQiiII", 80, "<16s16sQQI"), 0x1: ("<16sIIIIiiII", 68, "<16s16sIII")}
"""The commands for a segment of 64 and of 32 bits: their fields, the bytes of a section in it, and its fields."""


class _Part(NamedTuple):
    """A part of the file that has a place in memory."""

    name: str
    address: int
    offset: int
    """In the file, in bytes."""
    size: int
    """In the file, in bytes."""
    is_data: bool
    """True if it may be written, and is no code."""


def is_other_program(start: bytes) -> bool:
    """True for the first bytes of a program of Windows, or of macOS for one machine."""
    return start.startswith(_MACH_O) or _pe_header(start) is not None


def read_go_elsewhere(file: BoundedFile) -> GoBuild | None:
    """Read what Go's linker wrote; None where there is nothing.

    Raises:
        DocumentError: it is not as its headers say.
        OcituiError: it cannot be read.
    """
    start = file.read_from(0, _START)
    parts = [*(_mach_o_parts(file) if start.startswith(_MACH_O) else _pe_parts(file, _pe_header(start) or 0))]
    named = [part for part in parts if part.name == "__go_buildinfo"]
    first = next(iter(named or [part for part in parts if part.is_data]), None)
    return read_go(_Memory(file, parts).read, first.address) if first is not None else None


class _Memory:
    """The memory of a program, as far as the file has it."""

    def __init__(self, file: BoundedFile, parts: list[_Part]) -> None:
        self._file = file
        self._parts = parts

    def read(self, address: int, size: int) -> bytes:
        """Bytes at an address, fewer where the part ends."""
        for part in self._parts:
            at = address - part.address
            if 0 <= at < part.size:
                return self._file.read_from(part.offset + at, min(size, part.size - at))
        return b""


def _pe_header(start: bytes) -> int | None:
    at = int.from_bytes(start[_PE_AT : _PE_AT + 4], "little")
    return at if start.startswith(b"MZ") and start[at : at + 4] == _PE else None


def _pe_parts(file: BoundedFile, at: int) -> Iterator[_Part]:
    count, more = struct.unpack("<2xH12xH2x", file.exactly(at + 4, 20)[:20])
    if count > _SECTIONS:
        raise DocumentError(f"PE: expected at most {_SECTIONS} sections, found {count:,}")
    optional = file.exactly(at + 24, max(more, 32))
    is_wide = optional[:2] == b"\x0b\x02"
    base = int.from_bytes(optional[24:32] if is_wide else optional[28:32], "little")
    table = file.exactly(at + 24 + more, 40 * count)
    for name, _, address, size, offset, traits in struct.iter_unpack("<8sIIII12xI", table):
        is_data = traits & _WRITABLE_DATA == _WRITABLE_DATA and bool(address and size)
        yield _Part(name.rstrip(b"\0").decode("ascii", "replace"), base + address, offset, size, is_data)


def _mach_o_parts(file: BoundedFile) -> Iterator[_Part]:
    """Yield the segments, and the sections of each behind it."""
    head = file.exactly(0, 28)
    count, size = struct.unpack_from("<II", head, 16)
    if size > _COMMANDS:
        raise DocumentError(f"Mach-O: expected at most {_COMMANDS:,} bytes of commands, found {size:,}")
    commands = file.exactly(32 if head.startswith(_MACH_O[0]) else 28, size)
    at = 0
    for _ in range(count):
        if size - at < 8:
            raise DocumentError(f"Mach-O: expected {count:,} commands, found less")
        kind, length = struct.unpack_from("<II", commands, at)
        if not 8 <= length <= size - at:
            raise DocumentError(f"Mach-O: expected a command of at most {size - at:,} bytes, found {length:,}")
        if kind in _SEGMENTS:
            yield from _segment(commands[at + 8 : at + length], *_SEGMENTS[kind])
        at += length


def _segment(command: bytes, layout: str, step: int, section_layout: str) -> Iterator[_Part]:
    begin = struct.calcsize(layout)
    if len(command) < begin:
        raise DocumentError(f"Mach-O: expected a segment of {begin + 8} bytes, found {len(command) + 8}")
    name, address, _, offset, size, _, _, count, _ = struct.unpack_from(layout, command)
    yield _Part(_name(name), address, offset, size, _name(name) == "__DATA")
    for at in range(begin, min(begin + count * step, len(command) - step + 1), step):
        own, _, address, size, offset = struct.unpack_from(section_layout, command, at)
        yield _Part(_name(own), address, offset, size, False)


def _name(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("ascii", "replace")
