"""The receipt of a Homebrew bottle: from an annotation, or else from the beginning of its layer.

Homebrew sorts the files of a bottle by name, capital letters first, so that ``INSTALL_RECEIPT.json`` comes
before its programs. It stands two folders down: ``wget/1.21.4/INSTALL_RECEIPT.json``.
"""

import tarfile
from collections.abc import Iterator, Mapping
from typing import Any

from ocitui.display import format_size
from ocitui.errors import DocumentError, OcituiError
from ocitui.image.artifacts.beginning import Beginning
from ocitui.image.documents.flavours import said_of
from ocitui.image.documents.summary import Fact, Section, several
from ocitui.image.image import Image, Layer
from ocitui.layers.compression.stream import StreamDamageError
from ocitui.layers.entry import EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar.scanner import TarScanner
from ocitui.layers.tar.sink import Extra, FullIndexError
from ocitui.spec.document import load_embedded, load_object
from ocitui.transports.transport import Transport

_RECEIPT = "INSTALL_RECEIPT.json"
_TEXT = 1 << 20
"""Characters, or bytes, of a receipt."""
_READ = 4 << 20
"""Bytes of the unpacked layer in which the receipt is looked for."""
_PIECE = 1 << 16
_VALUE = 4000
_BOTTLE = {
    "sh.brew.license": "license",
    "sh.brew.bottle.digest": "bottle",
    "sh.brew.bottle.cpu.variant": "CPU",
    "sh.brew.bottle.glibc.version": "glibc",
    "sh.brew.path_exec_files": "programs",
}
_BOTTLE_SIZES = {"sh.brew.bottle.size": "packed", "sh.brew.bottle.installed_size": "installed"}


def describe_bottle(image: Image, transport: Transport, most: int | None = None) -> Section:
    """Return what annotations and the receipt say of a bottle.

    The layer is only read where no annotation has the receipt, and of it at most `_READ` bytes, unpacked.

    Args:
        image: the bottle.
        transport: where its blobs are.
        most: how many dependencies or others of one kind are said; of more it is said how many there are.
    """
    said = said_of(image)
    names = (said.get(f"org.opencontainers.image.{name}", "") for name in ("title", "version"))
    facts = [Fact("formula", words)] if (words := " ".join(filter(None, names))) else []
    facts += [Fact(label, said[name][:_VALUE]) for name, label in _BOTTLE.items() if said.get(name)]
    facts += [Fact(label, size_words(said[name])) for name, label in _BOTTLE_SIZES.items() if name in said]
    if "sh.brew.tab" in said:
        try:
            facts += _receipt_facts(load_embedded(said["sh.brew.tab"][:_TEXT], "sh.brew.tab"), most)
        except DocumentError as error:
            facts.append(Fact("problem", str(error), is_problem=True))
    else:
        for layer in image.layers[:1]:
            facts += _layer_facts(layer, transport, most)
    return Section("Homebrew bottle", tuple(facts))


def size_words(text: str) -> str:
    """A size that is written in digits, as people write it; any other text as it is."""
    return format_size(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else text[:_VALUE]


def _layer_facts(layer: Layer, transport: Transport, most: int | None) -> list[Fact]:
    if layer.blob is None or layer.image_node is None:
        return []
    try:
        with Beginning(layer.locate(transport)) as file:
            name, data = _find_receipt(file)
        if data is None:
            return [Fact("receipt", name)]
        return [Fact("receipt", name[:_VALUE]), *_receipt_facts(load_object(data, _RECEIPT), most)]
    except (OcituiError, StreamDamageError, tarfile.TarError, EOFError, OSError, ValueError) as error:
        words = str(error).removeprefix(f"{_RECEIPT}: ")
        return [Fact("problem", f"{_RECEIPT}: {words}", is_problem=True)]


class _ReceiptEntry:
    """Takes the first receipt among the entries of a layer; see `ocitui.layers.tar.sink.EntrySink`."""

    def __init__(self) -> None:
        self.name = ""
        self.start = self.end = 0

    def add(self, path: bytes, kind: EntryKind, *more: Any) -> None:
        size: int = more[3]
        offset: int | None = more[6]
        extra: Extra | None = more[7]
        parts = [part for part in path.split(b"/") if part not in (b"", b".")]
        is_there = len(parts) == 3 and parts[-1] == _RECEIPT.encode() and kind is EntryKind.FILE
        if is_there and offset is not None and (extra is None or extra.sparse is None):
            self.name, self.start, self.end = path.decode("utf-8", "surrogateescape"), offset, offset + size
            raise FullIndexError("it is found")


def _find_receipt(file: Beginning) -> tuple[str, bytes | None]:
    """Return the receipt with its name; where there is none, None with what is known of that.

    Raises:
        DocumentError: the tar is damaged before it, or the receipt is too large.
    """
    sink, findings = _ReceiptEntry(), Findings()
    scanner, held, is_whole = TarScanner(sink, findings), bytearray(), False
    while not (sink.name or is_whole) and len(held) < _READ:
        piece = file.read(_PIECE)
        held += piece
        scanner.feed(piece)
        is_whole = not piece
    if is_whole:
        scanner.finish()
    if not sink.name:
        if findings.damages:
            raise DocumentError(findings.damages[0].message)
        return "missing" if is_whole else f"not found in the first {format_size(len(held))} of the layer", None
    if sink.end - sink.start > _TEXT:
        raise DocumentError(f"expected at most {_TEXT:,} bytes, found {sink.end - sink.start:,}")
    if sink.end > len(held):
        held += file.exactly(sink.end - len(held))
    return sink.name, bytes(held[sink.start : sink.end])


def _receipt_facts(receipt: Mapping[str, object], most: int | None) -> Iterator[Fact]:
    """The receipt of an installation, which ``INSTALL_RECEIPT.json`` in the bottle repeats."""
    dependencies = receipt.get("runtime_dependencies")
    listed = [each for each in dependencies if isinstance(each, dict)] if isinstance(dependencies, list) else []
    yield from several("needs", map(_dependency, listed), most)
    built = receipt.get("built_on")
    words = [value for value in built.values() if isinstance(value, str) and value] if isinstance(built, dict) else []
    if words:
        yield Fact("built on", ", ".join(words)[:_VALUE])
    for name, label in (("arch", "machine"), ("compiler", "compiler"), ("homebrew_version", "Homebrew")):
        if isinstance(value := receipt.get(name), str):
            yield Fact(label, value[:_VALUE])
    changed = receipt.get("changed_files")
    if isinstance(changed, list):
        yield from several("changed", (str(each)[:_VALUE] for each in changed), most)


def _dependency(value: Mapping[str, object]) -> str:
    name, version = value.get("full_name", ""), value.get("pkg_version") or value.get("version", "")
    indirect = "" if value.get("declared_directly", True) else " (through another)"
    return f"{name} {version}{indirect}"[:_VALUE]
