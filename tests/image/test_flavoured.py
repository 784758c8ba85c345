"""The main documents of images that are more than images: made here, and damaged."""

import io
import json
import struct
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.image.artifacts.describe import describe_contents
from ocitui.image.artifacts.flavoured import describe_flavours
from ocitui.image.documents.flavours import has_documents
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.selection import select_content
from ocitui.transports.opening import open_reference
from ocitui.transports.transport import Transport
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

METADATA = """[Application]
name=org.example.Boat
runtime=org.freedesktop.Platform/x86_64/23.08

[Context]
shared=network;ipc;
sockets=x11;\u202ewayland;

[Session Bus Policy]
org.freedesktop.Notifications=talk
"""
FLATPAK = {
    "org.flatpak.ref": "app/org.example.Boat/x86_64/stable",
    "org.flatpak.metadata": METADATA,
    "org.flatpak.installed-size": "123456",
    "org.flatpak.timestamp": "1700000000",
}
RECEIPT = {
    "homebrew_version": "4.1.0",
    "compiler": "clang",
    "arch": "arm64",
    "runtime_dependencies": [
        {"full_name": "openssl@3", "version": "3.1.2", "pkg_version": "3.1.2_1", "declared_directly": True},
        {"full_name": "ca-certificates", "version": "2023-08-22", "declared_directly": False},
    ],
    "built_on": {"os": "Macintosh", "os_version": "macOS 14"},
}
BOTTLE = {
    "com.github.package.type": "homebrew_bottle",
    "org.opencontainers.image.title": "wget",
    "org.opencontainers.image.version": "1.21.4",
    "sh.brew.bottle.digest": "ab" * 32,
    "sh.brew.bottle.installed_size": "4500000",
    "sh.brew.license": "GPL-3.0-or-later",
    "sh.brew.tab": json.dumps(RECEIPT),
}
SYSTEM = {
    "containers.bootc": "1",
    "ostree.linux": "6.8.5-301.fc40.x86_64",
    "ostree.commit": "c" * 64,
    "version": "40.1",
}
RAFS_5 = b"SFAR" + struct.pack("<IIIQQQQQIIII", 0x500, 8192, 1 << 20, 0x1A, 3, 8192, 0, 0, 3, 0, 72, 2)
RAFS_6 = bytearray(1024 + 128 + 256)
struct.pack_into("<IIIBBHQ", RAFS_6, 1024, 0xE0F5E1E2, 0, 0x40000000, 12, 0, 0, 4321)
struct.pack_into("<QQII", RAFS_6, 1152, 0xA8, 4096, 512, 1 << 20)


def tar_of(data: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        folder, entry = tarfile.TarInfo("image"), tarfile.TarInfo("image/image.boot")
        folder.type, entry.size = tarfile.DIRTYPE, len(data)
        tar.addfile(folder)
        tar.addfile(entry, io.BytesIO(data))
    return held.getvalue()


def image_of(
    folder: Path,
    labels: Mapping[str, str] = MappingProxyType({}),
    annotations: Mapping[str, str] = MappingProxyType({}),
    layers: Sequence[tuple[bytes, dict[str, str]]] = (),
) -> tuple[WrittenLayout, Image, Transport]:
    specs = [LayerSpec(data, descriptor={"annotations": of_layer}) for data, of_layer in layers]
    config = {"config": {"Labels": dict(labels)}}
    layout = write_layout(folder, specs, config=config, manifest={"annotations": dict(annotations)})
    transport, _ = open_reference(str(layout.path))
    image = select_content(build_tree(transport), None)
    assert not image.is_artifact
    return layout, image, transport


def said(image: Image, transport: Transport) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for section in describe_contents(image, transport):
        label = ""
        for fact in section.facts:
            label = fact.label or label
            found.setdefault(section.title, {}).setdefault(label, []).append(fact.value)
    return found


def test_a_flatpak_of_many_groups(tmp_path: Path) -> None:
    metadata = "".join(f"[g{number}]\na=1\n[empty{number}]\n" for number in range(103))
    _, image, transport = image_of(tmp_path / "it", labels={**FLATPAK, "org.flatpak.metadata": metadata})
    found = said(image, transport)
    assert [title for title in found if title.startswith("[")] == [f"[g{number}]" for number in range(100)]
    assert found["more Flatpak metadata"] == {"not shown": ["3 more groups: the first 100 are"]}


@pytest.mark.parametrize("where", ["labels", "annotations"])
def test_a_flatpak(tmp_path: Path, where: str) -> None:
    _, image, transport = image_of(tmp_path / "it", **{where: FLATPAK})
    found = said(image, transport)
    assert found["Flatpak"] == {
        "kind": ["app"],
        "id": ["org.example.Boat"],
        "machine": ["x86_64"],
        "branch": ["stable"],
        "made": ["2023-11-14 22:13:20 UTC"],
        "installed": ["123.5 kB"],
    }
    assert found["[Application]"]["runtime"] == ["org.freedesktop.Platform/x86_64/23.08"]
    assert found["[Context]"] == {"shared": ["network;ipc;"], "sockets": ["x11;\u202ewayland;"]}
    assert found["[Session Bus Policy]"] == {"": ["org.freedesktop.Notifications=talk"]}


def test_a_bottle(tmp_path: Path) -> None:
    _, image, transport = image_of(tmp_path / "it", annotations=BOTTLE)
    found = said(image, transport)["Homebrew bottle"]
    assert (found["formula"], found["license"], found["installed"]) == (
        ["wget 1.21.4"],
        ["GPL-3.0-or-later"],
        ["4.5 MB"],
    )
    assert found["needs"] == ["openssl@3 3.1.2_1", "ca-certificates 2023-08-22 (through another)"]
    assert (found["built on"], found["compiler"]) == (["Macintosh, macOS 14"], ["clang"])


def bottle_of(*files: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return held.getvalue()


NO_TAB = {name: value for name, value in BOTTLE.items() if name != "sh.brew.tab"}
PLACE = "wget/1.21.4/INSTALL_RECEIPT.json"
RECEIPT_FILE = (PLACE, json.dumps(RECEIPT).encode())


@pytest.mark.parametrize("kept", [list(NO_TAB), ["com.github.package.type"]], ids=["all but it", "the type alone"])
def test_the_receipt_of_a_bottle_is_read_from_its_layer_where_no_annotation_has_it(
    tmp_path: Path, kept: list[str]
) -> None:
    files = ("wget/INSTALL_RECEIPT.json", b"{}"), ("wget/1.21.4/AUTHORS", b"a" * 70_000), RECEIPT_FILE
    said_of_it = {name: NO_TAB[name] for name in kept}
    _, image, transport = image_of(tmp_path / "it", annotations=said_of_it, layers=[(bottle_of(*files), {})])
    assert has_documents(image)
    found = said(image, transport)["Homebrew bottle"]
    _, other, other_transport = image_of(tmp_path / "other", annotations=BOTTLE)
    expected = said(other, other_transport)["Homebrew bottle"]
    names = "needs", "built on", "machine", "compiler", "Homebrew"
    assert found["receipt"] == [PLACE]
    assert "receipt" not in expected
    assert [found[name] for name in names] == [expected[name] for name in names]


@pytest.mark.parametrize(
    ("layer", "label", "words"),
    [
        (bottle_of(("wget/1.21.4/AUTHORS", b"a")), "receipt", "missing"),
        (
            bottle_of(("wget/1.21.4/AUTHORS", bytes(5 << 20)), RECEIPT_FILE),
            "receipt",
            "not found in the first 4.2 MB of the layer",
        ),
        (bottle_of((PLACE, b"[]")), "problem", "INSTALL_RECEIPT.json: expected a JSON object, found a list"),
        (
            bottle_of((PLACE, bytes((1 << 20) + 1))),
            "problem",
            "INSTALL_RECEIPT.json: expected at most 1,048,576 bytes, found 1,048,577",
        ),
        (bottle_of(RECEIPT_FILE)[:600], "problem", "INSTALL_RECEIPT.json: it ends at byte 600, inside of its header"),
        (b"no tar", "problem", "INSTALL_RECEIPT.json: "),
    ],
    ids=["missing", "too far", "no object", "too large", "cut off", "no tar"],
)
def test_a_layer_in_which_no_receipt_can_be_read(tmp_path: Path, layer: bytes, label: str, words: str) -> None:
    _, image, transport = image_of(tmp_path / "it", annotations=NO_TAB, layers=[(layer, {})])
    found = said(image, transport)["Homebrew bottle"]
    (value,) = found[label]
    assert value.startswith(words)
    assert ("receipt" in found) + ("problem" in found) == 1
    assert not found.keys() & {"needs", "compiler"}


def test_a_bootable_system_of_chunks(tmp_path: Path) -> None:
    many = ",".join(f"package-{number}" for number in range(30))
    layers = [(tar_of(b""), {"ostree.components": "kernel"}), (tar_of(b"x"), {"ostree.components": many})]
    _, image, transport = image_of(tmp_path / "it", SYSTEM, layers=layers)
    found = said(image, transport)
    assert found["bootable system"]["kernel"] == ["6.8.5-301.fc40.x86_64"]
    assert (found["bootable system"]["version"], found["bootable system"]["commit"]) == (["40.1"], ["c" * 64])
    chunks = found["components, by layer"]
    assert chunks["layer 1"] == ["kernel"]
    assert chunks["layer 2"][0].startswith("30 components: package-0, package-1, ")
    assert chunks["layer 2"][0].endswith("package-19, … and 10 more")


BOOTSTRAP = {"containerd.io/snapshot/nydus-bootstrap": "true", "containerd.io/snapshot/nydus-fs-version": "6"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (RAFS_5, {"RAFS": "version 5", "inodes": "3", "blobs": "2", "compression": "LZ4", "digests": "SHA-256"}),
        (
            bytes(RAFS_6),
            {"RAFS": "version 6", "inodes": "4,321", "blobs": "2", "blocks of": "4,096 B", "chunks of": "1,048,576 B"}
            | {"compression": "zstd", "digests": "SHA-256", "attributes": "yes"},
        ),
    ],
    ids=["5", "6"],
)
def test_a_bootstrap(tmp_path: Path, data: bytes, expected: dict[str, str]) -> None:
    _, image, transport = image_of(tmp_path / "it", layers=[(tar_of(data), BOOTSTRAP)])
    found = said(image, transport)["Nydus bootstrap, layer 1"]
    assert {label: found[label] for label in expected} == {label: [value] for label, value in expected.items()}
    assert found["fs-version"] == ["6"]


def test_of_many_bootstraps_the_first_few_are_read(tmp_path: Path) -> None:
    _, image, transport = image_of(tmp_path / "it", layers=[(tar_of(RAFS_5), BOOTSTRAP)] * 23)
    found = said(image, transport)
    assert len([1 for facts in found.values() if "RAFS" in facts]) == 20
    assert found["more Nydus bootstraps"] == {"not read": ["3 more bootstraps: the first 20 are"]}


@pytest.mark.parametrize(
    ("labels", "layers", "problem"),
    [
        (FLATPAK | {"org.flatpak.metadata": "no group\n"}, [], "metadata: File contains no section headers."),
        (FLATPAK | {"org.flatpak.metadata": "[a]\n" * 300_000}, [], "metadata: expected at most 1,048,576 characters"),
        (BOTTLE | {"sh.brew.tab": "[" * 5000}, [], "sh.brew.tab: "),
        (BOTTLE | {"sh.brew.tab": "[]"}, [], "sh.brew.tab: expected a JSON object, found a list"),
        (
            BOTTLE | {"sh.brew.tab": '{"a": "\ud800"}'},
            [],
            "sh.brew.tab: expected a JSON document, found half of a surr",
        ),
        ({}, [(tar_of(b"x" * 2000), BOOTSTRAP)], "bootstrap: expected a superblock of RAFS 5 or 6"),
        ({}, [(tar_of(b"SFAR"), BOOTSTRAP)], ""),
        ({}, [(b"no tar", BOOTSTRAP)], "bootstrap: "),
    ],
    ids=range(8),
)
def test_what_lies_is_one_problem(
    tmp_path: Path, labels: dict[str, str], layers: list[tuple[bytes, dict[str, str]]], problem: str
) -> None:
    _, image, transport = image_of(tmp_path / "it", labels, layers=layers)
    sections = list(describe_flavours(image, transport))
    problems = [fact.value for section in sections for fact in section.facts if fact.is_problem]
    assert [each for each in problems if each.startswith(problem)] == problems[:1]
    assert sections


def test_an_image_that_is_just_one_has_none(tmp_path: Path) -> None:
    _, image, transport = image_of(tmp_path / "it", {"maintainer": "me"}, layers=[(tar_of(b""), {})])
    assert not has_documents(image)
    assert describe_contents(image, transport) == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_words_are_taken(tmp_path: Path, words: str) -> None:
    _, image, transport = image_of(
        tmp_path / "it", dict.fromkeys(("org.flatpak.ref", "org.flatpak.metadata", "sh.brew.tab"), f"[a]\n{words}")
    )
    for section in describe_flavours(image, transport):
        assert section.title.isprintable()
        assert all(fact.label.isprintable() for fact in section.facts)
