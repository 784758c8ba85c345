"""The names in a WebAssembly module or component: its imports, its exports, who made it.

Implements the binary format of the WebAssembly Core Specification and of the Component Model. Code and
data are passed over. Of imports and exports the
names are told, and not the types.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ocitui.errors import DocumentError
from ocitui.image.artifacts.beginning import Beginning

MAGIC = b"\0asm"
_SECTIONS, _NAMES, _TEXT = 100_000, 100_000, 1 << 16
"""The most that is taken for real: sections, names in one, bytes of a name."""
_SECTION = 4 << 20
"""Bytes of a section that is read."""
_MODULE = {2: "imports", 7: "exports"}
_COMPONENT = {10: "imports", 11: "exports"}
_KINDS = ("func", "table", "memory", "global", "tag")
_SORTS = {0: "core module", 1: "func", 2: "value", 3: "type", 4: "component", 5: "instance"}


@dataclass(slots=True)
class WasmFile:
    """A module or a component."""

    is_component: bool
    version: int
    imports: list[str] = field(default_factory=list)
    """``wasi_snapshot_preview1.fd_write (func)``; of a component ``wasi:cli/stdout@0.2.0``."""
    exports: list[str] = field(default_factory=list)
    producers: list[str] = field(default_factory=list)
    """``processed-by: rustc 1.77.0``."""


def read_wasm(file: Beginning) -> WasmFile:
    """Read the sections of a module or a component.

    Raises:
        DocumentError: it is none, or is not as it must be.
    """
    if file.exactly(4) != MAGIC:
        raise DocumentError("expected WebAssembly, found something else")
    version, layer = int.from_bytes(file.exactly(2), "little"), int.from_bytes(file.exactly(2), "little")
    if layer > 1:
        raise DocumentError(f"expected a module or a component, found layer {layer}")
    found = WasmFile(bool(layer), version)
    names = _COMPONENT if found.is_component else _MODULE
    for _ in range(_SECTIONS):
        kind = file.read(1)
        if not kind:
            return found
        size = _number(lambda: file.exactly(1)[0])
        if kind[0] in names or kind[0] == 0:
            if size > _SECTION:
                if kind[0]:
                    raise DocumentError(f"expected at most {_SECTION:,} bytes of names, found {size:,}")
                file.skip(size)
                continue
            _read_section(found, kind[0], _Bytes(file.exactly(size)), names)
        else:
            file.skip(size)
    raise DocumentError(f"expected at most {_SECTIONS:,} sections, found more")


def _read_section(found: WasmFile, kind: int, data: "_Bytes", names: dict[int, str]) -> None:
    if kind == 0:
        if data.text() == "producers":
            found.producers += [f"{key}: {value}" for key, value in _producers(data)]
    elif not found.is_component:
        listed = found.imports if names[kind] == "imports" else found.exports
        listed += _module_imports(data) if names[kind] == "imports" else _module_exports(data)
    elif names[kind] == "imports":
        found.imports += _component_imports(data)
    else:
        found.exports += _component_exports(data)


def _producers(data: "_Bytes") -> Iterator[tuple[str, str]]:
    for _ in range(data.count()):
        name = data.text()
        for _ in range(data.count()):
            yield name, f"{data.text()} {data.text()}".strip()


def _module_imports(data: "_Bytes") -> Iterator[str]:
    for _ in range(data.count()):
        name = f"{data.text()}.{data.text()}"
        kind = data.byte()
        if kind == 0:
            data.number()
        elif kind == 1:
            data.byte()
            data.limits()
        elif kind == 2:
            data.limits()
        elif kind == 3:
            data.take(2)
        elif kind == 4:
            data.byte()
            data.number()
        else:
            raise DocumentError(f"expected a kind of import, found {kind}")
        yield f"{name} ({_KINDS[kind]})"


def _module_exports(data: "_Bytes") -> Iterator[str]:
    for _ in range(data.count()):
        name, kind = data.text(), data.byte()
        data.number()
        yield f"{name} ({_KINDS[kind] if kind < len(_KINDS) else kind})"


def _component_imports(data: "_Bytes") -> Iterator[str]:
    for _ in range(data.count()):
        name = data.named()
        yield f"{name} ({_described(data)})"


def _described(data: "_Bytes") -> str:
    """The sort of an ``externdesc``, which is passed over."""
    kind = data.byte()
    if kind == 0:
        data.byte()
        data.number()
    elif kind in (1, 4, 5):
        data.number()
    elif kind in (2, 3):
        bound = data.byte()
        if bound == 0 or kind == 2:
            data.number()
    else:
        raise DocumentError(f"expected a sort of a component, found {kind}")
    return _SORTS[kind]


def _component_exports(data: "_Bytes") -> Iterator[str]:
    for _ in range(data.count()):
        name, kind = data.named(), data.byte()
        if kind == 0:
            data.byte()
        data.number()
        if data.byte():
            _described(data)
        yield f"{name} ({_SORTS.get(kind, kind)})"


class _Bytes:
    """The bytes of one section."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        if len(found) < size:
            raise DocumentError("a section ends inside of a name")
        self._at += size
        return found

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return _number(self.byte)

    def count(self) -> int:
        found = self.number()
        if found > _NAMES:
            raise DocumentError(f"expected at most {_NAMES:,} names, found {found:,}")
        return found

    def text(self) -> str:
        size = self.number()
        if size > _TEXT:
            raise DocumentError(f"expected a name of at most {_TEXT:,} bytes, found {size:,}")
        return self.take(size).decode("utf-8", "surrogateescape")

    def named(self) -> str:
        """A name as the Component Model has it: with a byte before it, and perhaps a version behind it."""
        kind = self.byte()
        name = self.text()
        return f"{name}@{self.text()}" if kind == 2 else name

    def limits(self) -> None:
        flags = self.byte()
        self.number()
        if flags & 1:
            self.number()


def _number(byte: Callable[[], int]) -> int:
    """A number in LEB128."""
    found = 0
    for shift in range(0, 70, 7):
        part = byte()
        found |= (part & 0x7F) << shift
        if part < 0x80:
            return found
    raise DocumentError("expected a number in LEB128, found one without an end")
