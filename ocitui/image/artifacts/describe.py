"""The insides of an artifact as people read them: its main document, and the headers of what it holds."""

import tarfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ocitui.display import count_noun, format_size, printable
from ocitui.errors import DocumentError, OcituiError
from ocitui.image.artifacts.beginning import Beginning
from ocitui.image.artifacts.flavoured import describe_flavours
from ocitui.image.artifacts.gguf import MAGIC as GGUF
from ocitui.image.artifacts.gguf import GgufHeader, ListOf, read_gguf
from ocitui.image.artifacts.safetensors import SafetensorsHeader, looks_like_safetensors, read_safetensors
from ocitui.image.artifacts.tar_start import enter_first_file
from ocitui.image.artifacts.wasm import MAGIC as WASM
from ocitui.image.artifacts.wasm import WasmFile, read_wasm
from ocitui.image.documents.summary import Fact, Section, several
from ocitui.image.image import Image, Layer
from ocitui.layers.compression.stream import StreamDamageError
from ocitui.layers.entry import EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar.scanner import TarScanner
from ocitui.layers.tar.sink import FullIndexError
from ocitui.spec.document import load_object
from ocitui.spec.media_type import OCI_EMPTY, base_type, is_tar, is_text
from ocitui.transports.transport import Transport, read_document

_TITLE, _LABEL = 120, 30
"""Characters of a title, and of a name in a document."""
_BLOBS = 20
"""Blobs of one artifact that are looked into."""
_WITH_IMAGE_CONFIG = {"Ollama model"}
"""Artifacts that say something of themselves in a config of an image's type; that of others is empty."""
_CONFIG = 1 << 20
"""Bytes of a config that is read."""
_FACTS, _DEPTH, _ITEMS = 40, 4, 10
_NAMES = 200
"""Names of a chart's files."""
_PIECE = 1 << 16
_CHART = "application/vnd.cncf.helm.chart.content.v1.tar"
_MODEL_PATH = "org.cncf.model.filepath"
"""The path of a file, in the annotations of its blob (CNCF ModelPack, model-spec: annotations)."""
_START = 16


def describe_contents(artifact: Image, transport: Transport, most: int | None = None) -> list[Section]:
    """Return what is inside of an artifact of a known type, or of an image that is more than one.

    Weights of models, and code, are not read.

    Args:
        artifact: the artifact, or the image.
        transport: where its blobs are.
        most: how many imports, files or others of one kind are said; of more it is said how many there are.
    """
    if not artifact.is_artifact:
        return list(describe_flavours(artifact, transport, most))
    if artifact.manifest.artifact is None:
        return []
    found = [_config(artifact, transport)]
    found += [_blob(layer, transport, most) for layer in artifact.layers[:_BLOBS]]
    return [section for section in found if section is not None]


def _config(artifact: Image, transport: Transport) -> Section | None:
    """The config, which is the main document of a chart and of a model."""
    descriptor = artifact.manifest.config
    if descriptor is None or base_type(descriptor.media_type) == OCI_EMPTY:
        return None
    known = artifact.manifest.artifact
    is_empty = artifact.manifest.has_image_config and (known is None or known.name not in _WITH_IMAGE_CONFIG)
    if is_empty or not descriptor.media_type.endswith(("json", "config")) or (descriptor.size or 0) > _CONFIG:
        return None
    stored = read_document(transport, descriptor, "config", _CONFIG)
    if stored.raw is None:
        return None
    try:
        document = load_object(stored.raw, "config")
    except DocumentError as error:
        return Section("contents", (Fact("problem", str(error), is_problem=True),))
    facts = tuple(islice(_flat(document), _FACTS))
    return Section("contents", facts) if facts else None


def _flat(value: dict[str, object], depth: int = 0) -> Iterator[Fact]:
    """The texts and numbers of a document, each under its own name."""
    for name, item in value.items():
        if name in {"rootfs", "modelfs", "history"}:
            continue
        if isinstance(item, dict) and depth < _DEPTH:
            yield from _flat(item, depth + 1)
        elif isinstance(item, list):
            texts = [str(each) for each in item if isinstance(each, str | int | float)]
            named = [str(each["name"]) for each in item if isinstance(each, dict) and isinstance(each.get("name"), str)]
            if listed := (texts or named)[:_ITEMS]:
                yield Fact(printable(name[:_LABEL]), ", ".join(listed))
        elif isinstance(item, str | int | float) and item != "":
            yield Fact(printable(name[:_LABEL]), str(item))


def _blob(layer: Layer, transport: Transport, most: int | None) -> Section | None:
    """The contents of one blob, where its first bytes tell."""
    media_type, path = layer.descriptor.media_type, layer.descriptor.annotations.get(_MODEL_PATH, "")
    name = layer.descriptor.title or path or f"blob {layer.number}"
    if is_text(media_type) or layer.blob is None or layer.image_node is None:
        return None
    facts: list[Fact] = []
    title = ""
    try:
        with Beginning(layer.locate(transport)) as file:
            title, facts = _contents(file, media_type, name, most)
            if title and not is_tar(media_type):
                facts.append(Fact("read", f"{format_size(file.fetched)} of {format_size(layer.descriptor.size)}"))
    except (OcituiError, StreamDamageError, tarfile.TarError, EOFError, OSError, ValueError) as error:
        facts.append(Fact("problem", f"{name}: {error}", is_problem=True))
    return Section(printable((title or name)[:_TITLE]), tuple(facts)) if facts else None


def _contents(file: Beginning, media_type: str, name: str, most: int | None) -> tuple[str, list[Fact]]:
    """Return what the bytes are, and what is said of them; nothing where they are nothing that is known."""
    if base_type(media_type).startswith(_CHART):
        return f"chart  {name}", list(_chart_facts(file, most))
    if is_tar(media_type):
        name = enter_first_file(file) or name
    start = file.peek(_START)
    if start.startswith(GGUF):
        return f"GGUF  {name}", list(_gguf_facts(read_gguf(file)))
    if start.startswith(WASM):
        return f"WebAssembly  {name}", list(_wasm_facts(read_wasm(file), most))
    is_said_to_be = name.endswith(".safetensors") or "safetensors" in media_type
    if is_said_to_be or (".model.weight." in media_type and looks_like_safetensors(start)):
        return f"safetensors  {name}", list(_safetensors_facts(read_safetensors(file), most))
    return "", []


class _ChartFiles:
    """Takes the files of a chart; see `ocitui.layers.tar.sink.EntrySink`. Python's own reader of tars is recursive."""

    def __init__(self) -> None:
        self.files: list[tuple[str, int]] = []
        self.left = _NAMES

    def add(self, path: bytes, kind: EntryKind, *more: Any) -> None:
        if not self.left:
            raise FullIndexError(f"it has more than {_NAMES} files")
        self.left -= 1
        if kind is EntryKind.FILE:
            name = path.decode("utf-8", "surrogateescape")
            self.files.append((name.partition("/")[2] or name, more[3]))


def _chart_facts(file: Beginning, most: int | None) -> Iterator[Fact]:
    sink, findings = _ChartFiles(), Findings()
    scanner = TarScanner(sink, findings)
    while sink.left and (piece := file.read(_PIECE)):
        scanner.feed(piece)
    if sink.left:
        scanner.finish()
        if findings.damages:
            raise DocumentError(findings.damages[0].message.replace("the layer", "the chart"))
    names = sink.files
    yield Fact("files", f"{len(names):,}{'' if sink.left else ' at least'}")
    for wanted in ("values.yaml", "values.schema.json", "README.md"):
        yield from (Fact("", f"{name}  {format_size(size)}") for name, size in names if name == wanted)
    yield from several("templates", (name for name, _ in names if name.startswith("templates/")), most)
    charts = dict.fromkeys(name.split("/")[1] for name, _ in names if name.startswith("charts/"))
    yield from several("charts", charts, most)


def _tensor_facts(tensors: Counter[str], parameters: int) -> Iterator[Fact]:
    yield Fact("parameters", f"{_short(parameters)} ({parameters:,})")
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in tensors.most_common(8))
    yield Fact("tensors", f"{tensors.total():,}: {kinds}" if kinds else "0")


def _short(count: int) -> str:
    for unit, name in ((10**12, "T"), (10**9, "B"), (10**6, "M")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count:,}"


def _gguf_facts(header: GgufHeader) -> Iterator[Fact]:
    yield Fact("architecture", header.architecture or "(none)")
    for label, key in (("name", "general.name"), ("license", "general.license"), ("size", "general.size_label")):
        if isinstance(found := header.values.get(key), str) and found:
            yield Fact(label, found[:200])
    yield Fact("quantization", header.quantization or "(none)")
    yield from _tensor_facts(header.tensors, header.parameters)
    for label, name in (("context", "context_length"), ("layers", "block_count"), ("embedding", "embedding_length")):
        if isinstance(number := header.own(name), int):
            yield Fact(label, f"{number:,}")
    tokens = header.values.get("tokenizer.ggml.tokens")
    model = header.values.get("tokenizer.ggml.model")
    if isinstance(tokens, ListOf):
        yield Fact("tokenizer", f"{model or '(none)'}, {count_noun(tokens.count, 'token')}")
    yield Fact("version", f"GGUF {header.version}, {count_noun(len(header.values), 'key')}")


def _safetensors_facts(header: SafetensorsHeader, most: int | None) -> Iterator[Fact]:
    yield from _tensor_facts(header.tensors, header.parameters)
    yield from several("metadata", (f"{key}={value[:200]}" for key, value in header.metadata.items()), most)


def _wasm_facts(found: WasmFile, most: int | None) -> Iterator[Fact]:
    yield Fact("kind", "component" if found.is_component else "module")
    yield from several("imports", found.imports, most)
    yield from several("exports", found.exports, most)
    yield from several("made by", found.producers, most)
