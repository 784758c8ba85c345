"""The words of a file about itself, as labelled facts: for the viewer and for ``ocitui file``."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from ocitui.display import count_noun, format_exact_size, format_size, format_time
from ocitui.errors import DocumentError
from ocitui.image.described.bounded import BoundedFile, ReadAt
from ocitui.image.described.credential_facts import credentials_sections, credentials_words
from ocitui.image.described.credentials import Credentials, may_be_credentials, read_credentials
from ocitui.image.described.elf import MAGIC as ELF
from ocitui.image.described.elf import ElfFile, read_elf
from ocitui.image.described.erofs import ErofsImage, is_erofs, read_erofs
from ocitui.image.described.go import GoBuild, GoModule
from ocitui.image.described.other_programs import is_other_program, read_go_elsewhere
from ocitui.image.described.rust import Crate
from ocitui.image.documents.summary import Fact, Section, several
from ocitui.image.encoding import SNIFFED
from ocitui.image.file_kind import FileKind, tell_kind

_BITS, _ORDERS = {32: "32-bit", 64: "64-bit"}, {"little": "little-endian", "big": "big-endian"}


@dataclass(frozen=True, slots=True)
class Description:
    """All that is known of a file by its contents."""

    kind: FileKind
    elf: ElfFile | None = None
    credentials: Credentials | None = None
    erofs: ErofsImage | None = None
    other_go: GoBuild | None = None
    """The build of a program of Windows or macOS."""
    problems: tuple[str, ...] = ()
    """The reasons why it could not be described."""

    @property
    def words(self) -> str:
        """Its kind in a few words: ``ELF 64-bit x86-64 library``, ``text · UTF-8``."""
        words = self.kind.describe()
        if self.credentials is not None:
            return credentials_words(self.credentials) or words
        return words if self.elf is None else words.replace("program or library", self.elf.kind)

    @property
    def go(self) -> GoBuild | None:
        """The words of Go's linker in a program of any kind."""
        return self.elf.go if self.elf is not None else self.other_go

    @property
    def says_something(self) -> bool:
        """True if there is more to say than its kind."""
        if self.credentials is not None:
            return bool(self.credentials.certificates or self.credentials.keys)
        if self.erofs is not None or self.other_go is not None:
            return True
        return self.elf is not None and self.elf.has_headers

    @property
    def all_problems(self) -> tuple[str, ...]:
        """The reasons why something of it could not be read."""
        of_parts = (part.problems for part in (self.elf, self.credentials) if part is not None)
        return (*self.problems, *chain.from_iterable(of_parts))


def may_be_described(name: bytes, start: bytes, size: int) -> bool:
    """True if a file may be of a kind that says something of itself, by its name and its first bytes."""
    return start.startswith(ELF) or is_erofs(start) or is_other_program(start) or may_be_credentials(name, start, size)


def describe_file(name: bytes, read_at: ReadAt, size: int, *, only_kind: bool = False) -> Description:
    """Read what a file says of itself.

    Args:
        name: the last part of its path.
        read_at: its contents.
        size: in bytes.
        only_kind: whether no more is read than its kind takes.

    Raises:
        OcituiError: its contents cannot be read; what they say may be any nonsense.
    """
    file = BoundedFile(read_at, size)
    start = file.read_from(0, SNIFFED)
    found = Description(tell_kind(name, start, size))
    try:
        if start.startswith(ELF) and not only_kind:
            return replace(found, elf=read_elf(file))
        if is_other_program(start) and not only_kind:
            return replace(found, other_go=read_go_elsewhere(file))
        if is_erofs(start) and not only_kind:
            return replace(found, erofs=read_erofs(file))
        if may_be_credentials(name, start, size):
            return replace(found, credentials=read_credentials(file))
    except DocumentError as error:
        return replace(found, problems=(str(error),))
    return found


def sections_of(found: Description, most: int | None = None) -> list[Section]:
    """Return a description as people read it; nothing where there is only its kind.

    Args:
        found: the description.
        most: how many certificates are said in full; more of them are a list.
    """
    sections = []
    if found.problems:
        sections.append(Section("problems", tuple(_problems(found.problems))))
    if found.elf is not None:
        sections.append(Section("ELF", tuple(_elf_facts(found.elf))))
    if found.go is not None:
        sections.append(Section("Go", tuple(_go_facts(found.go))))
    if found.elf is not None and found.elf.crates is not None:
        sections.append(Section("Rust", tuple(_crate_facts(found.elf.crates))))
    if found.erofs is not None:
        sections.append(Section("erofs", tuple(_erofs_facts(found.erofs))))
    if found.credentials is not None:
        sections += credentials_sections(found.credentials, most)
    return sections


def _problems(problems: Iterable[str]) -> Iterator[Fact]:
    return (Fact("problem", text, is_problem=True) for text in problems)


def _elf_facts(elf: ElfFile) -> Iterator[Fact]:
    yield from _problems(elf.problems)
    yield Fact("type", elf.kind)
    yield Fact("machine", ", ".join(filter(None, (elf.machine, _BITS.get(elf.bits, ""), _ORDERS.get(elf.order, "")))))
    if elf.has_headers and elf.kind != "object":
        yield Fact("linked", "dynamically" if elf.is_dynamic else "statically")
    if elf.interpreter:
        yield Fact("interpreter", elf.interpreter)
    if elf.soname:
        yield Fact("soname", elf.soname)
    yield from several("needs", elf.needed, None)
    if elf.rpath:
        yield Fact("rpath", elf.rpath)
    if elf.runpath:
        yield Fact("runpath", elf.runpath)
    if elf.build_id:
        yield Fact("build ID", elf.build_id)
    if elf.is_stripped is not None and elf.has_headers:
        debug = ", with debug information" if elf.has_debug else ""
        yield Fact("symbols", f"{'stripped' if elf.is_stripped else 'not stripped'}{debug}")


def _erofs_facts(erofs: ErofsImage) -> Iterator[Fact]:
    for label, value in (("volume", erofs.volume), ("UUID", erofs.uuid)):
        if value:
            yield Fact(label, value)
    yield Fact("inodes", f"{erofs.inodes:,}")
    yield Fact("blocks of", format_exact_size(erofs.block_size))
    if erofs.size:
        yield Fact("size", format_size(erofs.size))
    if erofs.made is not None:
        yield Fact("time", f"{format_time(erofs.made)} UTC")
    yield from several("features", erofs.features, None)


def _go_facts(go: GoBuild) -> Iterator[Fact]:
    yield Fact("Go", go.version)
    if go.path:
        yield Fact("main package", go.path)
    if go.main is not None:
        yield Fact("main module", module_text(go.main))
    if revision := go.settings.get("vcs.revision"):
        changed = {"true": ", and what was changed since"}.get(go.settings.get("vcs.modified", ""), "")
        moment = go.settings.get("vcs.time", "")
        yield Fact("revision", f"{revision}{f', of {moment}' if moment else ''}{changed}", copy=revision)
    settings = (f"{name}={value}" for name, value in go.settings.items())
    yield from several("built with", settings, None)
    if go.modules:
        yield Fact("modules", count_noun(len(go.modules), "module"))
        yield from (Fact("", module_text(each)) for each in go.modules)


def module_text(module: GoModule) -> str:
    """Return a module on one line: path, version and sum; and what took its place."""
    words = " ".join(filter(None, (module.path, module.version, module.sum)))
    return words if module.replaced_by is None else f"{words} => {module_text(module.replaced_by)}"


def _crate_facts(crates: tuple[Crate, ...]) -> Iterator[Fact]:
    for each in crates:
        if each.is_root:
            yield Fact("program", f"{each.name} {each.version}")
    yield Fact("crates", count_noun(len(crates), "crate"))
    for each in sorted(crates, key=lambda crate: (crate.name, crate.version)):
        where = f" from {each.source}" if each.source not in ("", "crates.io") else ""
        yield Fact("", f"{each.name} {each.version}{where}{' (build)' if each.kind == 'build' else ''}")
