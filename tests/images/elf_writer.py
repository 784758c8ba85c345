"""Writes ELF files as their ABI lays them out: few headers, and what a test wants in them."""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

BASE = 0x400000
"""The address at which the whole file is loaded."""
_LOAD, _DYNAMIC, _INTERPRETER, _NOTE = 1, 2, 3, 4
_TAGS = {"needed": 1, "soname": 14, "rpath": 15, "runpath": 29}
_STRTAB, _FLAGS_1, _PIE = 5, 0x6FFFFFFB, 0x08000000
_PROGBITS, _SYMTAB, _STRINGS, _NOTES = 1, 2, 3, 7


@dataclass
class Elf:
    """One ELF file."""

    kind: int = 2
    machine: int = 62
    bits: int = 64
    order: str = "<"
    interpreter: str = ""
    tags: Sequence[tuple[str, str]] = ()
    """Of the dynamic section: ``("needed", "libc.so.6")``."""
    is_pie: bool = False
    build_id: bytes = b""
    parts: Mapping[str, bytes] = field(default_factory=dict)
    """Sections by their names."""
    has_sections: bool = True
    has_symbols: bool = False

    def write(self) -> bytes:
        """Lay it out: headers, contents, and the table of sections at the end."""
        self._wide = self.bits == 64
        segments: list[tuple[int, int, int]] = []
        sections: list[tuple[str, int, int, int]] = []
        count = 1 + bool(self.interpreter) + bool(self.tags or self.is_pie) + bool(self.build_id)
        body = bytearray((64 if self._wide else 52) + count * (56 if self._wide else 32))

        def add(name: str, data: bytes, kind: int = _PROGBITS, segment: int = 0) -> int:
            body.extend(bytes(-len(body) % 16))
            at = len(body)
            body.extend(data)
            sections.append((name, kind, at, len(data)))
            if segment:
                segments.append((segment, at, len(data)))
            return at

        if self.interpreter:
            add(".interp", self.interpreter.encode() + b"\0", segment=_INTERPRETER)
        if self.build_id:
            note = struct.pack(f"{self.order}III", 4, len(self.build_id), 3) + b"GNU\0" + self.build_id
            add(".note.gnu.build-id", note, _NOTES, _NOTE)
        if self.tags or self.is_pie:
            texts, words = bytearray(b"\0"), []
            for name, value in self.tags:
                words += [_TAGS[name], len(texts)]
                texts += value.encode() + b"\0"
            at = add(".strings", bytes(texts))
            words += [_FLAGS_1, _PIE] if self.is_pie else []
            words += [_STRTAB, BASE + at, 0, 0]
            add(".data", b"".join(map(self._word, words)), segment=_DYNAMIC)
        for name, data in self.parts.items():
            add(name, data)
        if self.has_symbols:
            sections.append((".symtab", _SYMTAB, len(body), 0))
        names = b"\0" + b"".join(name.encode() + b"\0" for name, *_ in sections) + b".shstrtab\0"
        add(".shstrtab", names, _STRINGS)
        loaded = len(body)
        table = b"".join(
            [self._section(0, 0, 0, 0, 0), *(self._named(names, each, len(sections)) for each in sections)]
        )
        if self.has_sections:
            body += table
        segments.insert(0, (_LOAD, 0, loaded))
        start = self._header(loaded if self.has_sections else 0, count, len(sections) + 1 if self.has_sections else 0)
        start += b"".join(map(self._segment, segments))
        body[: len(start)] = start
        return bytes(body)

    def _word(self, value: int) -> bytes:
        return struct.pack(f"{self.order}{'Q' if self._wide else 'I'}", value)

    def _header(self, sections: int, segment_count: int, section_count: int) -> bytes:
        identification = b"\x7fELF" + bytes([2 if self._wide else 1, 1 if self.order == "<" else 2, 1]) + bytes(9)
        sizes = (64, 56, segment_count, 64) if self._wide else (52, 32, segment_count, 40)
        start = struct.pack(f"{self.order}HHI", self.kind, self.machine, 1)
        addresses = self._word(BASE) + self._word(sizes[0]) + self._word(sections)
        last = max(section_count - 1, 0)
        return identification + start + addresses + struct.pack(f"{self.order}IHHHHHH", 0, *sizes, section_count, last)

    def _segment(self, found: tuple[int, int, int]) -> bytes:
        kind, at, size = found
        flags = 6 if kind == _LOAD else 4
        if self._wide:
            return struct.pack(f"{self.order}IIQQQQQQ", kind, flags, at, BASE + at, BASE + at, size, size, 16)
        return struct.pack(f"{self.order}IIIIIIII", kind, at, BASE + at, BASE + at, size, size, flags, 16)

    def _named(self, names: bytes, found: tuple[str, int, int, int], strings: int) -> bytes:
        name, kind, at, size = found
        return self._section(names.index(name.encode() + b"\0"), kind, at, size, strings if kind == _SYMTAB else 0)

    def _section(self, name: int, kind: int, at: int, size: int, link: int) -> bytes:
        form = "IIQQQQIIQQ" if self._wide else "IIIIIIIIII"
        entry = (24 if self._wide else 16) if kind == _SYMTAB else 0
        return struct.pack(self.order + form, name, kind, 2, BASE + at, at, size, link, 0, 16, entry)


GO_MODULES = (
    "path\texample.com/boat/cmd/boat\n"
    "mod\texample.com/boat\tv1.4.0\t\n"
    "dep\tgolang.org/x/sys\tv0.5.0\th1:MUK/U/4lj1t1oPg0HfuXDN/Z1wv31ZJ/YcPiGccS4DU=\n"
    "dep\texample.com/old\tv1.0.0\n"
    "=>\texample.com/new\tv1.0.1\th1:new=\n"
    'build\t-ldflags="-X main.a=\\"b\\" -s"\n'
    "build\tGOOS=linux\n"
    "build\tvcs.revision=5b6b6c361484ea685bedc1312a9b47156b1ab9a0\n"
    "build\tvcs.time=2026-11-30T04:11:48Z\n"
    "build\tvcs.modified=true\n"
)


def marked(text: str) -> bytes:
    """The text of Go's modules with the marks around it."""
    return bytes(range(16)) + text.encode() + bytes(range(16, 32))


def go_in_place(version: str = "go1.22.3", modules: bytes = marked(GO_MODULES)) -> bytes:
    """Go build info as Go writes it since 1.18."""
    return b"\xff Go buildinf:\x08\x02".ljust(32, b"\0") + _length(version.encode()) + _length(modules)


def _length(text: bytes) -> bytes:
    number, raw = len(text), b""
    while number > 0x7F:
        raw, number = raw + bytes([number & 0x7F | 0x80]), number >> 7
    return raw + bytes([number]) + text


def go_by_pointers(at: int, version: bytes, modules: bytes, *, order: str = "<", wide: bool = True) -> bytes:
    """Go build info as Go wrote it before 1.18.

    Args:
        at: the address where it will be.
        version: of Go.
        modules: their text, with its marks.
        order: of bytes, as `struct` says it.
        wide: whether pointers are of 8 bytes.
    """
    form, size = order + ("QQ" if wide else "II"), 8 if wide else 4
    headers, texts = at + 32, at + 32 + 4 * size
    start = b"\xff Go buildinf:" + bytes([size, order == ">"]) + struct.pack(form, headers, headers + 2 * size)
    first = struct.pack(form, texts, len(version))
    return start.ljust(32, b"\0") + first + struct.pack(form, texts + len(version), len(modules)) + version + modules


def rust_audit(packages: object) -> bytes:
    """The section of cargo-auditable."""
    return zlib.compress(json.dumps({"packages": packages}).encode())


CRATES = [
    {"name": "boat", "version": "0.1.0", "source": "local", "root": True, "dependencies": [1, 2]},
    {"name": "serde", "version": "1.0.197", "source": "crates.io"},
    {"name": "cc", "version": "1.0.90", "source": "crates.io", "kind": "build"},
]
