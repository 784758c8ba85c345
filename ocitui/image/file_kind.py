"""The kind of file that some bytes are: text in an encoding, JSON, or one of many binary formats.

The library `filetype` knows most formats; it has never called one another in the tests
here, where one that knows more (puremagic) took a page of zeros for embroidery. What
images are full of and it does not know is in the table below.
"""

import re
from dataclasses import dataclass
from typing import Literal

import filetype

from ocitui.image.encoding import TextEncoding, tell_encoding
from ocitui.layers.nested.erofs_magic import MAGIC as EROFS
from ocitui.layers.nested.erofs_magic import SUPERBLOCK

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"TZif", "time zone data"),
    (0, b"\xde\x12\x04\x95", "gettext messages"),
    (0, b"\x95\x04\x12\xde", "gettext messages"),
    (0, b"\x1a\x01", "terminfo entry"),
    (0, b"\x1e\x02", "terminfo entry"),
    (0, b"glibc-ld.so.cache", "cache of shared libraries"),
    (0, b"hsqs", "SquashFS file system"),
    (0, b"BC\xc0\xde", "LLVM bitcode"),
    (0, b"PACK\0\0\0", "Git pack"),
    (0, b"DIRC\0\0\0", "Git index"),
    (0, b"\xfftOc", "Git pack index"),
    (0, b"LPKSHHRH", "systemd journal"),
    (0, b"PAR1", "Parquet data"),
    (0, b"\x93NUMPY", "NumPy array"),
    (0, b"GGUF", "GGUF model"),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5 data"),
    (0, b"07070", "cpio archive"),
    (0, b"\x02\x21\x4c\x18", "LZ4-compressed data"),
    (0, b"!<thin>\n", "thin ar archive"),
    (8, b"KBXf", "GnuPG keybox"),
    (12, b"\x61\x15\x06\x00", "Berkeley DB hash"),
    (12, b"\x62\x31\x05\x00", "Berkeley DB tree"),
    (0x202, b"HdrS", "Linux kernel"),
    (257, b"ustar", "tar archive"),
    (SUPERBLOCK, EROFS, "erofs file system"),
    (1080, b"\x53\xef", "ext file system"),
)
_NAMES = {
    "gz": "gzip-compressed data",
    "bz2": "bzip2-compressed data",
    "xz": "xz-compressed data",
    "zst": "zstd-compressed data",
    "lz4": "LZ4-compressed data",
    "lz": "lzip-compressed data",
    "lzo": "LZO-compressed data",
    "Z": "compress-compressed data",
    "zip": "ZIP archive",
    "7z": "7-Zip archive",
    "tar": "tar archive",
    "ar": "ar archive",
    "deb": "Debian package",
    "rpm": "RPM package",
    "sqlite": "SQLite database",
    "pdf": "PDF document",
    "exe": "Windows or DOS program",
    "wasm": "WebAssembly module",
    "ps": "PostScript document",
}
_ELF_TYPES = {1: "object", 2: "program", 3: "program or library", 4: "core dump"}
_ELF_MACHINES = {
    2: "SPARC",
    3: "x86",
    8: "MIPS",
    20: "PowerPC",
    21: "PowerPC 64",
    22: "S/390",
    40: "ARM",
    62: "x86-64",
    183: "AArch64",
    243: "RISC-V",
    247: "BPF",
    258: "LoongArch",
}
_MACH_MACHINES = {7: "x86", 0x01000007: "x86-64", 12: "ARM", 0x0100000C: "AArch64", 18: "PowerPC"}
_MACH_TYPES = {1: "object", 2: "program", 4: "core dump", 6: "library", 8: "bundle", 10: "debug symbols"}
_PE_MACHINES = {0x14C: "x86", 0x8664: "x86-64", 0x1C4: "ARM", 0xAA64: "AArch64", 0xEBC: "EFI byte code"}
_PE_LIBRARY = 0x2000
_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{]")
_JSON_NAME = re.compile(rb"\.(?:json|jsonld|geojson|ipynb|webmanifest|map|sarif|har)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileKind:
    """The kind of a file."""

    words: str
    """As it is said: ``ELF 64-bit x86-64 program``, ``text``."""
    encoding: TextEncoding | None = None
    """Of a text; None for anything else."""
    breaks: str = ""
    """The line ends, unless they are line feeds alone: ``CRLF``."""
    may_be_json: bool = False
    """True if it is worth trying to read it as JSON."""

    def describe(self) -> str:
        """Kind, encoding and line ends in a few words."""
        return " · ".join(filter(None, (self.words, self.encoding.name if self.encoding else "", self.breaks)))


def tell_kind(name: bytes, start: bytes, size: int) -> FileKind:
    """Tell the kind of a file from its beginning.

    Args:
        name: its name, the last part of its path.
        start: its first `SNIFFED` bytes, or all of them.
        size: bytes of the whole file.
    """
    if not size:
        return FileKind("empty file")
    encoding = tell_encoding(start, is_whole=len(start) >= size)
    if encoding is None:
        return FileKind(binary_kind(name, start))
    may_be_json = encoding.codec == "utf-8" and bool(_JSON_START.match(start) or _JSON_NAME.search(name))
    return FileKind("text", encoding, _breaks(start, encoding), may_be_json)


def _breaks(start: bytes, encoding: TextEncoding) -> str:
    """Return the line ends, unless they are line feeds alone."""
    lines = start.count(encoding.newline)
    returns = start.count("\r\n".encode(encoding.codec))
    if returns:
        return "CRLF" if returns == lines else "CRLF and LF"
    return "CR" if not lines and "\r".encode(encoding.codec) in start else ""


def binary_kind(name: bytes, start: bytes) -> str:
    """The kind of a file that is not text, in a few words; ``data`` where nothing is known of it."""
    if start.startswith(b"\x7fELF"):
        return _elf(start)
    if start[1:4] == b"\xfa\xed\xfe" and start[:1] in b"\xce\xcf":
        return _mach_o(start)
    if start.startswith(b"MZ") and (words := _portable_executable(start)):
        return words
    if start.startswith(b"\xca\xfe\xba\xbe"):  # a Java class says its version where Mach-O counts architectures
        return "Java class" if int.from_bytes(start[4:8], "big") >= 45 else "Mach-O program for several architectures"
    if start[2:4] == b"\r\n" and name.endswith((b".pyc", b".pyo")):
        return "Python bytecode"
    for offset, signature, words in _SIGNATURES:
        if start.startswith(signature, offset):
            return words
    guessed = filetype.guess(start)
    if guessed is None:
        return "zeros" if start and not start.strip(b"\0") else "data"
    extension: str = guessed.extension
    if extension in _NAMES:
        return _NAMES[extension]
    group = guessed.mime.partition("/")[0]
    if "font" in guessed.mime:
        group = "font"
    return f"{extension.upper()} {group if group in ('image', 'video', 'audio', 'font') else 'file'}"


@dataclass(frozen=True, slots=True)
class ElfStart:
    """The words of the first bytes of an ELF file."""

    bits: int
    """32 or 64; 0 where it does not say."""
    order: Literal["big", "little"]
    machine: str
    """``x86-64``, or its number where that has no name here."""
    kind: str
    """``program``, ``program or library``, ``object``, ``core dump``."""


def read_elf_start(start: bytes) -> ElfStart:
    """Read the first 20 bytes of an ELF file."""
    order: Literal["big", "little"] = "big" if start[5:6] == b"\2" else "little"
    bits = {1: 32, 2: 64}.get(start[4] if len(start) > 4 else 0, 0)
    kind = int.from_bytes(start[16:18], order)
    machine = int.from_bytes(start[18:20], order)
    return ElfStart(bits, order, _ELF_MACHINES.get(machine, f"machine {machine}"), _ELF_TYPES.get(kind, "file"))


def _elf(start: bytes) -> str:
    found = read_elf_start(start)
    machine = "" if found.machine.startswith("machine") else found.machine
    return " ".join(filter(None, ("ELF", f"{found.bits}-bit" if found.bits else "", machine, found.kind)))


def _mach_o(start: bytes) -> str:
    """The kind of a Mach-O file for one machine (loader.h: mach_header)."""
    bits = 64 if start[0] == 0xCF else 32
    machine, kind = (int.from_bytes(start[at : at + 4], "little") for at in (4, 12))
    words = ("Mach-O", f"{bits}-bit", _MACH_MACHINES.get(machine, ""), _MACH_TYPES.get(kind, "file"))
    return " ".join(filter(None, words))


def _portable_executable(start: bytes) -> str:
    """The kind of a program of Windows (PE format, COFF File Header); empty for one of DOS, or of unknown make."""
    at = int.from_bytes(start[60:64], "little")
    if start[at : at + 4] != b"PE\0\0":
        return ""
    header = start[at + 4 : at + 26]
    machine, traits, magic = (int.from_bytes(header[here : here + 2], "little") for here in (0, 18, 20))
    bits = {0x10B: "32-bit", 0x20B: "64-bit"}.get(magic, "")
    kind = "library" if traits & _PE_LIBRARY else "program"
    return " ".join(filter(None, ("PE", bits, _PE_MACHINES.get(machine, ""), kind)))
