"""An ELF file: what it is, what it needs to run, and where it was built from.

Implements the System V ABI, chapters 4 and 5 (Program Loading and Dynamic Linking), by the library
`pyelftools`, which reads headers as they are asked for. Segments are read before sections, as the kernel
does: these may be stripped, and may lie.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

from ocitui.errors import DocumentError
from ocitui.image.described.bounded import BoundedFile
from ocitui.image.described.elf_notes import read_notes
from ocitui.image.described.go import GoBuild, read_go
from ocitui.image.described.rust import SECTION as CRATES
from ocitui.image.described.rust import Crate, read_crates
from ocitui.image.file_kind import read_elf_start

if TYPE_CHECKING:
    from elftools.construct import Construct
    from elftools.elf.elffile import ELFFile

MAGIC = b"\x7fELF"
_HEADER = 64
_SEGMENTS, _SECTIONS, _TAGS = 256, 5000, 5000
"""The most that are looked at: the largest programs have a few dozen, objects a section for each function."""
_PACKED = 4 << 20
"""Bytes of a section that is read."""
_PATH, _NAME = 4096, 80
"""Bytes of a path, and of the name of a section."""
_PIE = 0x08000000
"""The flag of DT_FLAGS_1 that a program has which may be loaded anywhere."""
_WRITABLE, _EXECUTABLE = 2, 1
_BUILD_ID, _GO_BUILD_ID = 3, 4
"""The types of the note of GNU and of that of Go."""
_TEXTS = ("DT_NEEDED", "DT_SONAME", "DT_RPATH", "DT_RUNPATH")
_T = TypeVar("_T")
_Header = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ElfFile:
    """The words of an ELF file."""

    bits: int
    """32 or 64; 0 where it does not say."""
    order: str
    """``big`` or ``little``."""
    machine: str
    kind: str
    """``program``, ``position-independent program``, ``library``, ``object``, ``core dump``."""
    interpreter: str
    """The dynamic loader that runs it; empty for none."""
    needed: tuple[str, ...]
    """The libraries that it needs, in its order."""
    soname: str
    rpath: str
    runpath: str
    build_id: str
    """In hexadecimal digits."""
    go_build_id: str
    is_dynamic: bool
    """True if a dynamic loader has something to do."""
    is_stripped: bool | None
    """True if it has no table of symbols; None where its sections cannot be read."""
    has_debug: bool
    """True if it has debug information itself."""
    has_headers: bool
    """True if it has segments or sections at all."""
    go: GoBuild | None
    crates: tuple[Crate, ...] | None
    """The packages of Rust; None where it has no list of them."""
    problems: tuple[str, ...]


def read_elf(file: BoundedFile) -> ElfFile:
    """Read an ELF file as far as its headers can be read.

    Raises:
        OcituiError: it cannot be read.
    """
    return _Reader(file).read()


class _Reader:
    """Reads part by part; a part that lies is a problem, and the others are read all the same."""

    def __init__(self, file: BoundedFile) -> None:
        self._file = file
        self._problems: dict[str, None] = {}
        self._elf: ELFFile | None = None
        self._segments: list[_Header] = []
        self._sections: dict[str, _Header] = {}
        self._tags: dict[str, list[str]] = {}
        self._flags = 0
        self._order = "little"
        self._build_id = self._go_build_id = ""

    def read(self) -> ElfFile:
        """Read all of it."""
        start = read_elf_start(self._file.read_from(0, _HEADER))
        self._order = start.order
        self._elf = self._part("header", self._open, None)
        self._part("segments", self._read_segments, None)
        self._part("dynamic section", self._read_dynamic, None)
        self._part("notes", self._read_notes, None)
        has_sections = self._part("sections", self._read_sections, False)
        interpreter = self._part("interpreter", self._read_interpreter, "")
        go = self._part("Go build info", self._read_go, None)
        crates = self._part("Rust audit data", self._read_crates, None)
        needed = tuple(self._tags.get("DT_NEEDED", ()))
        kind = self._kind(start.kind, interpreter)
        one = {name: ":".join(values) for name, values in self._tags.items()}
        return ElfFile(
            bits=start.bits,
            order=start.order,
            machine=start.machine,
            kind=kind,
            interpreter=interpreter,
            needed=needed,
            soname=one.get("DT_SONAME", ""),
            rpath=one.get("DT_RPATH", ""),
            runpath=one.get("DT_RUNPATH", ""),
            build_id=self._build_id,
            go_build_id=self._go_build_id,
            is_dynamic=bool(interpreter or needed or kind == "library"),
            is_stripped=".symtab" not in self._sections if has_sections else None,
            has_debug=bool(self._sections.keys() & {".debug_info", ".zdebug_info"}),
            has_headers=bool(self._segments or self._sections),
            go=go,
            crates=crates,
            problems=tuple(self._problems),
        )

    def _part(self, what: str, read: Callable[[], _T], otherwise: _T) -> _T:
        from elftools.common.exceptions import ELFError
        from elftools.construct import ConstructError

        try:
            return read()
        except DocumentError as error:
            self._problems[f"ELF {what}: {error}" if what[0].islower() else str(error)] = None
        # What lies reaches the library as numbers and names of any kind, and it takes them as they are.
        except (ELFError, ConstructError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            self._problems[f"ELF {what}: expected what the ABI says, found something else ({error})"[:300]] = None
        except (AssertionError, RecursionError):
            self._problems[f"ELF {what}: expected what the ABI says, found something else"] = None
        return otherwise

    def _open(self) -> "ELFFile":
        from elftools.elf.elffile import ELFFile

        return ELFFile(cast(IO[bytes], self._file))

    def _read_segments(self) -> None:
        if self._elf is None:
            return
        header = self._elf.header
        for number in range(_no_more(self._elf.num_segments(), _SEGMENTS, "segments")):
            at = header["e_phoff"] + number * header["e_phentsize"]
            self._segments.append(self._parse(self._elf.structs.Elf_Phdr, at))

    def _parse(self, layout: "Construct", at: int) -> _Header:
        """Parse one structure. The library's own sections and segments read whole tables of symbols when made."""
        from elftools.common.utils import struct_parse

        found: _Header = struct_parse(layout, cast(IO[bytes], self._file), at)
        return found

    def _of_type(self, kind: str) -> Iterator[_Header]:
        return (segment for segment in self._segments if segment["p_type"] == kind)

    def _read_dynamic(self) -> None:
        """Read the tags, and then the texts that they point at."""
        segment = next(self._of_type("PT_DYNAMIC"), None)
        if self._elf is None or segment is None or not segment["p_filesz"]:
            return
        layout = self._elf.structs.Elf_Dyn
        size, texts, start = layout.sizeof(), list[tuple[str, int]](), 0
        for number in range(_TAGS):
            tag = self._parse(layout, segment["p_offset"] + number * size)
            if tag["d_tag"] == "DT_NULL":
                break
            if tag["d_tag"] in _TEXTS:
                texts.append((tag["d_tag"], tag["d_val"]))
            elif tag["d_tag"] == "DT_STRTAB":
                start = tag["d_val"]
            elif tag["d_tag"] == "DT_FLAGS_1":
                self._flags = tag["d_val"]
        for name, offset in texts:
            self._tags.setdefault(name, []).append(_text(self._at_address(start + offset, _PATH)))

    def _read_notes(self) -> None:
        for segment in self._of_type("PT_NOTE"):
            self._take_notes(segment["p_offset"], segment["p_filesz"], segment["p_align"])

    def _take_notes(self, offset: int, size: int, alignment: int) -> None:
        for note in read_notes(self._file, offset, size, alignment, self._order):
            if (note.name, note.kind) == ("GNU", _BUILD_ID):
                self._build_id = self._build_id or note.content.hex()
            elif (note.name, note.kind) == ("Go", _GO_BUILD_ID):
                self._go_build_id = note.content.decode("ascii", "backslashreplace")

    def _read_sections(self) -> bool:
        if self._elf is None:
            return False
        header, layout = self._elf.header, self._elf.structs.Elf_Shdr
        count = _no_more(self._elf.num_sections(), _SECTIONS, "sections")
        start, size = header["e_shoff"], header["e_shentsize"]
        names = self._parse(layout, start + self._elf.get_shstrndx() * size)["sh_offset"] if count else 0
        for number in range(count):
            section = self._parse(layout, start + number * size)
            self._sections.setdefault(_text(self._file.read_from(names + section["sh_name"], _NAME)), section)
            if section["sh_type"] == "SHT_NOTE" and not self._build_id:
                self._take_notes(section["sh_offset"], section["sh_size"], section["sh_addralign"])
        return True

    def _read_interpreter(self) -> str:
        found = next(self._of_type("PT_INTERP"), None)
        return _text(self._file.read_from(found["p_offset"], _PATH)) if found is not None else ""

    def _read_go(self) -> GoBuild | None:
        """Read the build info, which has a section, and is else at the beginning of the data."""
        named = self._sections.get(".go.buildinfo")
        if named is not None:
            return read_go(self._at_address, named["sh_addr"])
        for segment in self._of_type("PT_LOAD"):
            if segment["p_flags"] & (_WRITABLE | _EXECUTABLE) == _WRITABLE:
                return read_go(self._at_address, segment["p_vaddr"])
        return None

    def _at_address(self, address: int, size: int) -> bytes:
        for segment in self._of_type("PT_LOAD"):
            offset = address - segment["p_vaddr"]
            if 0 <= offset < segment["p_filesz"]:
                return self._file.read_from(segment["p_offset"] + offset, min(size, segment["p_filesz"] - offset))
        return b""

    def _read_crates(self) -> tuple[Crate, ...] | None:
        found = self._sections.get(CRATES)
        if found is None:
            return None
        if found["sh_size"] > _PACKED:
            raise DocumentError(f"Rust audit data: expected at most {_PACKED:,} bytes, found {found['sh_size']:,}")
        return read_crates(self._file.exactly(found["sh_offset"], found["sh_size"]))

    def _kind(self, kind: str, interpreter: str) -> str:
        """Tell a program that may be loaded anywhere from a library: both are of the same type."""
        if kind != "program or library":
            return kind
        is_program = self._flags & _PIE or (interpreter and "DT_SONAME" not in self._tags)
        return "position-independent program" if is_program else "library"


def _text(data: bytes) -> str:
    """A text up to the zero byte that ends it."""
    return data.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _no_more(count: int, most: int, what: str) -> int:
    if count > most:
        raise DocumentError(f"expected at most {most:,} {what}, found {count:,}")
    return count
