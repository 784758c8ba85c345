"""The words that Go's linker writes into a program: its version, the modules it was built from, and the settings.

The layout is that of Go's ``debug/buildinfo``: since Go 1.18 both texts stand in place, each after its
length; before, there were pointers to them. The text of the modules is what ``runtime/debug`` parses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ocitui.errors import DocumentError
from ocitui.image.history.go_values import unquote

MAGIC = b"\xff Go buildinf:"
_HEADER, _ALIGNMENT = 32, 16
_SEARCHED = 1 << 16
"""Bytes of the data in which the header is looked for."""
_IN_PLACE, _BIG_ENDIAN = 2, 1
"""Flags of the header."""
_LONGEST = 4 << 20
"""Bytes of a text."""
_MODULES = 50_000
_MARK = 16
"""Bytes before and after the text of the modules, by which a running program finds it."""

AtAddress = Callable[[int, int], bytes]
"""Gives bytes at an address of memory: at most so many, fewer where nothing more is there."""


@dataclass(frozen=True, slots=True)
class GoModule:
    """One module, or what took its place."""

    path: str
    version: str
    """``(devel)`` for one that was built where it is written."""
    sum: str
    """``h1:…``, empty for the main module, and for one that is a folder."""
    replaced_by: "GoModule | None" = None


@dataclass(frozen=True, slots=True)
class GoBuild:
    """The build of a program."""

    version: str
    """Of Go: ``go1.22.3``."""
    path: str
    """The main package."""
    main: GoModule | None
    modules: tuple[GoModule, ...]
    """All others."""
    settings: Mapping[str, str]
    """``GOOS``, ``-ldflags``, ``vcs.revision``, …"""


def read_go(at_address: AtAddress, start: int) -> GoBuild | None:
    """Read what Go's linker wrote; None where there is nothing.

    Args:
        at_address: gives the memory of the program, as far as the file has it.
        start: the address of the section ``.go.buildinfo``, or of the data.

    Raises:
        DocumentError: it is not as it must be.
    """
    data = at_address(start, _SEARCHED)
    found = -1
    while True:
        found = data.find(MAGIC, found + 1)
        if found < 0 or len(data) - found < _HEADER:
            return None
        if (start + found) % _ALIGNMENT == 0:
            break
    header = data[found : found + _HEADER]
    pointer, flags = header[len(MAGIC)], header[len(MAGIC) + 1]
    if flags & _IN_PLACE:
        at = start + found + _HEADER
        version, at = _text_in_place(at_address, at)
        modules, _ = _text_in_place(at_address, at)
    else:
        if pointer not in (4, 8):
            raise DocumentError(f"Go build info: expected pointers of 4 or 8 bytes, found {pointer}")
        order = "big" if flags & _BIG_ENDIAN else "little"
        version = _text_at_pointer(at_address, header[16 : 16 + pointer], order)
        modules = _text_at_pointer(at_address, header[16 + pointer : 16 + 2 * pointer], order)
    if not version:
        return None
    is_marked = len(modules) > 2 * _MARK and modules[-_MARK - 1 : -_MARK] == b"\n"
    return _parse(version.decode("utf-8", "backslashreplace"), modules[_MARK:-_MARK] if is_marked else b"")


def _text_in_place(at_address: AtAddress, at: int) -> tuple[bytes, int]:
    """A text after its length, a number of seven bits a byte; and the address after it."""
    length = shift = 0
    while True:
        byte = at_address(at, 1)
        if not byte or shift > 28:
            raise DocumentError("Go build info: expected the length of a text, found none")
        at += 1
        length |= (byte[0] & 0x7F) << shift
        if not byte[0] & 0x80:
            break
        shift += 7
    return _text(at_address, at, length), at + length


def _text_at_pointer(at_address: AtAddress, pointer: bytes, order: str) -> bytes:
    """A text to whose pointer and length a pointer leads."""
    size = len(pointer)
    address = int.from_bytes(pointer, order)  # type: ignore[arg-type]
    if not address:
        return b""
    header = at_address(address, 2 * size)
    if len(header) < 2 * size:
        raise DocumentError("Go build info: expected a pointer to a text, found one that leads nowhere")
    address, length = (int.from_bytes(part, order) for part in (header[:size], header[size:]))  # type: ignore[arg-type]
    return _text(at_address, address, length) if length else b""


def _text(at_address: AtAddress, at: int, length: int) -> bytes:
    if length > _LONGEST:
        raise DocumentError(f"Go build info: expected a text of at most {_LONGEST:,} bytes, found {length:,}")
    data = at_address(at, length)
    if len(data) < length:
        raise DocumentError(f"Go build info: expected a text of {length:,} bytes, found {len(data):,}")
    return data


def _parse(version: str, text: bytes) -> GoBuild:
    """Read lines of a word and what it says, a tab between them."""
    path, main = "", None
    modules: list[GoModule] = []
    settings: dict[str, str] = {}
    last = ""
    for line in text.decode("utf-8", "backslashreplace").split("\n"):
        word, _, rest = line.partition("\t")
        if word == "path":
            path = rest
        elif word == "mod":
            main = _module(rest)
        elif word == "dep":
            if len(modules) >= _MODULES:
                raise DocumentError(f"Go build info: expected at most {_MODULES:,} modules, found more")
            modules.append(_module(rest))
        elif word == "=>" and last == "dep":
            modules[-1] = GoModule(modules[-1].path, modules[-1].version, modules[-1].sum, _module(rest))
        elif word == "=>" and last == "mod" and main is not None:
            main = GoModule(main.path, main.version, main.sum, _module(rest))
        elif word == "build":
            name, value = _setting(rest)
            settings[name] = value
        last = word
    return GoBuild(version, path, main, tuple(modules), settings)


def _module(text: str) -> GoModule:
    path, version, sum_, *_ = [*text.split("\t"), "", ""]
    return GoModule(path, version, sum_)


def _setting(text: str) -> tuple[str, str]:
    """A name and a value, each in quotes where it has characters that would be ambiguous."""
    if text.startswith('"') and '"=' in text[1:]:
        name, _, value = text[1:].partition('"=')
        name = unquote(name)
    else:
        name, _, value = text.partition("=")
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in '"`'
    if not is_quoted:
        return name, value
    return name, unquote(value[1:-1]) if value[0] == '"' else value[1:-1]
