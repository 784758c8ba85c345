"""What is inside artifacts, read from documents made here, and from damaged ones."""

import gzip
import io
import json
import os
import struct
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ocitui
from ocitui.errors import DocumentError
from ocitui.image.artifacts.beginning import Beginning
from ocitui.image.artifacts.describe import describe_contents
from ocitui.image.artifacts.gguf import ListOf, read_gguf
from ocitui.image.artifacts.safetensors import read_safetensors
from ocitui.image.artifacts.wasm import read_wasm
from ocitui.image.described.bounded import READ_LIMIT
from ocitui.image.documents.flavours import FLAVOURS
from ocitui.image.documents.tree import build_tree
from ocitui.image.selection import select_content
from ocitui.spec.artifact_types import ARTIFACT_TYPES
from ocitui.transports.blob import BlobLocation
from ocitui.transports.opening import open_reference
from tests.images.layout_writer import LayerSpec, write_layout


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def gguf(keys: Mapping[str, bytes], tensors: Mapping[str, tuple[tuple[int, ...], int]], version: int = 3) -> bytes:
    raw = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(keys))
    raw += b"".join(text(key) + value for key, value in keys.items())
    for name, (shape, kind) in tensors.items():
        raw += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, 0)
    return raw


MODEL = gguf(
    {
        "general.architecture": struct.pack("<I", 8) + text("llama"),
        "general.file_type": struct.pack("<II", 4, 15),
        "llama.context_length": struct.pack("<II", 4, 8192),
        "tokenizer.ggml.tokens": struct.pack("<IIQ", 9, 8, 3) + text("a") + text("b") + text("é"),
        "tokenizer.ggml.scores": struct.pack("<IIQ", 9, 6, 1000) + bytes(4000),
        "tokenizer.ggml.model": struct.pack("<I", 8) + text("gpt2"),
        "flag": struct.pack("<IB", 7, 1),
    },
    {"a": ((4096, 1024), 12), "b": ((4096,), 0)},
)
SAFE_HEADER = json.dumps(
    {"__metadata__": {"format": "pt"}, "w": {"dtype": "BF16", "shape": [3, 5], "data_offsets": [0, 30]}}
).encode()
SAFE = struct.pack("<Q", len(SAFE_HEADER)) + SAFE_HEADER + bytes(30)


def section(kind: int, data: bytes) -> bytes:
    return bytes([kind, len(data)]) + data


def name(value: str) -> bytes:
    return bytes([len(value)]) + value.encode()


PRODUCERS = section(0, name("producers") + b"\x01" + name("processed-by") + b"\x01" + name("rustc") + name("1.77.0"))
MODULE = (
    b"\0asm\1\0\0\0"
    + section(1, b"\0")
    + section(2, b"\x02" + name("wasi") + name("fd_write") + b"\0\0" + name("env") + name("memory") + b"\x02\x01\1\2")
    + section(7, b"\x01" + name("_start") + b"\0\1")
    + section(10, b"\xff" * 100)
    + PRODUCERS
)
COMPONENT = (
    b"\0asm\x0d\0\1\0"
    + section(10, b"\x01\0" + name("wasi:cli/stdout@0.2.0") + b"\x05\0")
    + section(11, b"\x01\0" + name("wasi:cli/run@0.2.0") + b"\x05\0\0")
)


def beginning(folder: Path, data: bytes) -> Beginning:
    (folder / "blob").write_bytes(data)
    return Beginning(BlobLocation(folder / "blob"))


def test_gguf(tmp_path: Path) -> None:
    for data in (MODEL, gzip.compress(MODEL)):
        with beginning(tmp_path, data) as file:
            header = read_gguf(file)
        assert (header.version, header.architecture, header.quantization) == (3, "llama", "Q4_K_M")
        assert header.values["tokenizer.ggml.tokens"] == ListOf(3)
        assert header.values["flag"] is True
        assert (header.own("context_length"), header.parameters) == (8192, 4096 * 1024 + 4096)
        assert header.tensors == {"Q4_K": 1, "F32": 1}


def test_the_weights_of_a_large_model_are_not_read(tmp_path: Path) -> None:
    tokens = struct.pack("<IIQ", 9, 8, 100_000) + (text("a token") * 100_000)
    raw = gguf({"general.architecture": struct.pack("<I", 8) + text("x"), "tokens": tokens}, {"a": ((9,), 0)})
    with (tmp_path / "blob").open("wb") as file:
        file.write(raw)
        file.truncate(2_000_000_000)
    with Beginning(BlobLocation(tmp_path / "blob")) as opened:
        assert read_gguf(opened).values["tokens"] == ListOf(100_000)
        assert opened.fetched < len(raw) + (2 << 20) < 20_000_000


def test_safetensors_and_webassembly(tmp_path: Path) -> None:
    with beginning(tmp_path, SAFE) as file:
        header = read_safetensors(file)
    assert (header.parameters, header.tensors, header.metadata) == (15, {"BF16": 1}, {"format": "pt"})
    with beginning(tmp_path, MODULE) as file:
        module = read_wasm(file)
    assert (module.is_component, module.imports) == (False, ["wasi.fd_write (func)", "env.memory (memory)"])
    assert (module.exports, module.producers) == (["_start (func)"], ["processed-by: rustc 1.77.0"])
    with beginning(tmp_path, COMPONENT) as file:
        component = read_wasm(file)
    assert (component.is_component, component.imports) == (True, ["wasi:cli/stdout@0.2.0 (instance)"])
    assert component.exports == ["wasi:cli/run@0.2.0 (instance)"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"GGUF", "ends at byte 4"),
        (b"GGUF" + struct.pack("<I", 9), "expected version 1, 2 or 3"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "at most 100,000 tensors"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 40), "bytes of a text"),
        (gguf({"a": struct.pack("<I", 77)}, {}), "expected a type of values, found 77"),
        (gguf({"a": struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 9}, {}), "nested at most 4 deep"),
        (gguf({"a": struct.pack("<IIQ", 9, 10, 4_000_000)}, {}), "inside of its header"),
        (MODEL[:-4], "inside of its header"),
    ],
)
def test_a_model_that_is_none_is_told(data: bytes, message: str, tmp_path: Path) -> None:
    with beginning(tmp_path, data) as file, pytest.raises(DocumentError, match=message):
        read_gguf(file)


def test_no_more_is_read_than_is_allowed(tmp_path: Path) -> None:
    tokens = struct.pack("<IIQ", 9, 8, 1000) + text("x" * 100_000) * 1000
    with beginning(tmp_path, gzip.compress(gguf({"a": tokens}, {}), 1)) as file:
        with pytest.raises(DocumentError, match="goes on beyond"):
            read_gguf(file)
        assert file.fetched <= READ_LIMIT + (1 << 20)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([MODEL, SAFE, MODULE, COMPONENT]), st.integers(0, 300), st.binary(max_size=6))
def test_damage_is_told_and_nothing_else_is_raised(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, at: int, change: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data[:at] + change + data[at + len(change) :])
    for read in (read_gguf, read_safetensors, read_wasm):
        with Beginning(BlobLocation(path)) as file, suppress(DocumentError):
            read(file)


# Whole artifacts.


def tar_of(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as tar:  # type: ignore[call-overload]
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return held.getvalue()


CHART = tar_of(
    {f"c/{each}": b"x" for each in ("Chart.yaml", "values.yaml", "templates/a.yaml", "charts/db/Chart.yaml")}, "w:gz"
)
HELM = "application/vnd.cncf.helm."
OLLAMA = "application/vnd.ollama.image."


def said(folder: Path, config_type: str, config: object, *blobs: tuple[str, str, bytes]) -> dict[str, dict[str, str]]:
    """What is said of an artifact: by the title of each section the value of each label."""
    specs = []
    for kind, title, data in blobs:
        label = "org.cncf.model.filepath" if "cncf.model" in kind else "org.opencontainers.image.title"
        specs.append(LayerSpec(blob=data, descriptor={"mediaType": kind, "annotations": {label: title}}))
    raw = json.dumps(config).encode()
    layout = write_layout(folder, specs, config=raw, config_descriptor={"mediaType": config_type})
    transport, _ = open_reference(str(layout.path))
    artifact = select_content(build_tree(transport), None)
    assert artifact.is_artifact
    return {
        each.title: {fact.label: fact.value for fact in each.facts if fact.label}
        for each in describe_contents(artifact, transport)
    }


def test_a_chart(tmp_path: Path) -> None:
    config = {"name": "paperboat", "version": "1.2.3", "appVersion": "4", "dependencies": [{"name": "db"}]}
    found = said(tmp_path / "it", f"{HELM}config.v1+json", config, (f"{HELM}chart.content.v1.tar+gzip", "", CHART))
    assert found["contents"] == {"name": "paperboat", "version": "1.2.3", "appVersion": "4", "dependencies": "db"}
    chart = found["chart  blob 1"]
    assert (chart["files"], chart["templates"], chart["charts"]) == ("4", "templates/a.yaml", "db")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_chart_of_headers_before_headers(tmp_path: Path, kind: bytes) -> None:
    """Python's own reader calls itself for each."""
    header = tarfile.TarInfo("x")
    header.type, header.size = kind, 9
    data = gzip.compress((header.tobuf() + b"9 a=bcde\n".ljust(512, b"\0")) * 2000)
    found = said(tmp_path / "it", f"{HELM}config.v1+json", {}, (f"{HELM}chart.content.v1.tar+gzip", "", data))
    assert found["blob 1"]["problem"].startswith("blob 1: ")


def test_a_tar_whose_header_leads_back(tmp_path: Path) -> None:
    header = bytearray(tarfile.TarInfo("d").tobuf())
    header[124:136], header[156:157] = b"\xff" * 4 + struct.pack(">q", -1_000_000), tarfile.DIRTYPE
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    kind = "application/vnd.cncf.model."
    found = said(tmp_path / "it", f"{kind}config.v1+json", {}, (f"{kind}weight.v1.tar", "w", bytes(header) * 3))
    assert found["w"] == {"problem": "w: expected a size in the header of a tar, found -1,000,000"}


def test_versions_of_gguf(tmp_path: Path) -> None:
    """Version 1 counts in 32 bits, the later ones in 64; another one is refused."""
    key = b"general.architecture"
    first = struct.pack("<4sIIII", b"GGUF", 1, 0, 1, len(key)) + key + struct.pack("<II", 8, 5) + b"llama"
    values = {"general.architecture": struct.pack("<I", 8) + text("llama")}
    for version, raw in ((1, first), (2, gguf(values, {}, 2)), (3, gguf(values, {}))):
        with beginning(tmp_path, raw) as file:
            found = read_gguf(file)
        assert (found.version, found.values) == (version, {"general.architecture": "llama"})
    with beginning(tmp_path, gguf(values, {}, 4)) as file, pytest.raises(DocumentError, match="found 4"):
        read_gguf(file)


def test_models(tmp_path: Path) -> None:
    config = {"model_format": "gguf", "model_family": "llama", "rootfs": {"type": "layers"}}
    kind = "application/vnd.docker.container.image.v1+json"
    found = said(tmp_path / "1", kind, config, (f"{OLLAMA}model", "", MODEL), (f"{OLLAMA}license", "", b"MIT" * 9))
    assert found["contents"]["model_family"] == "llama"
    model = found["GGUF  blob 1"]
    assert (model["architecture"], model["quantization"], model["tokenizer"]) == ("llama", "Q4_K_M", "gpt2, 3 tokens")
    assert model["parameters"] == "4.2 M (4,198,400)"
    kind = "application/vnd.cncf.model."
    weights = (f"{kind}weight.v1.tar", "w", tar_of({"m.safetensors": SAFE}))
    found = said(tmp_path / "2", f"{kind}config.v1+json", {"config": {"paramSize": "8b"}}, weights)
    assert (found["contents"], found["safetensors  m.safetensors"]["tensors"]) == ({"paramSize": "8b"}, "1: 1 BF16")


def test_what_is_damaged_is_one_message_and_the_rest_is_said(tmp_path: Path) -> None:
    kind = "application/vnd.docker.ai."
    blobs = ((f"{kind}gguf.v3", "bad.gguf", b"GGUF" + bytes(30)), (f"{kind}gguf.v3", "good.gguf", MODEL))
    found = said(tmp_path / "it", f"{kind}model.config.v0.1+json", {"config": {"format": "gguf"}}, *blobs)
    assert found["bad.gguf"] == {"problem": "bad.gguf: expected version 1, 2 or 3 of GGUF, found 0"}
    assert found["GGUF  good.gguf"]["architecture"] == "llama"


def test_tensors_whose_header_is_too_large_are_said_to_be(tmp_path: Path) -> None:
    """Only what may be anything else, by its name and type, is left alone."""
    kind = "application/vnd.cncf.model."
    data = struct.pack("<Q", READ_LIMIT + 1) + b"{}"
    blobs = ((f"{kind}weight.v1.raw", "m.safetensors", data), (f"{kind}weight.v1.raw", "m.bin", data))
    found = said(tmp_path / "it", f"{kind}config.v1+json", {}, *blobs)
    problem = "m.safetensors: expected a header of at most 18,874,368 bytes, found a length of 18,874,369"
    assert found == {"m.safetensors": {"problem": problem}}


def test_webassembly(tmp_path: Path) -> None:
    found = said(
        tmp_path / "it", "application/vnd.wasm.config.v0+json", {"os": "wasip2"}, ("application/wasm", "x", COMPONENT)
    )
    assert found["WebAssembly  x"]["kind"] == "component"


def test_the_manual_lists_what_is_recognised() -> None:
    """Each kind of artifact with its types, as the table in the code has them, and each flavour of images."""
    rows = [
        f"| {each.name} | {' '.join(f'`{kind}`' for kind in dict.fromkeys((*each.types, *each.blobs)))} | {each.read} |"
        for each in ARTIFACT_TYPES
    ]
    rows += [f"| {name} | {how} | {read} |" for name, (how, read) in FLAVOURS.items()]
    manual = Path(ocitui.__file__).parent / "docs/artifacts.md"
    if os.environ.get("ARTIFACTS") == "write":
        head, *_ = manual.read_text().partition("| what")
        manual.write_text(
            head + "\n".join(["| what | told by | what is read, in which versions |", "|---|---|---|", *rows]) + "\n"
        )
    assert [line for line in manual.read_text().splitlines() if line.startswith("|")][2:] == rows
