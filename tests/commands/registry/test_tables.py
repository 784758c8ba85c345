"""Layers in a registry that have tables of contents: what is fetched of them, and what is said."""

import io
import json
import random
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from ocitui.config_folder import settings_path
from ocitui.image import layer_tables
from ocitui.layers.toc import chunked_blob
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import OCI_CONFIG, OCI_MANIFEST
from ocitui.transports.registry.registry import TABLE_OF
from tests.commands.conftest import Run
from tests.layers.tars import END, member
from tests.layers.toc.tables import FILES, TOC_DIGEST, Layer, estargz, estargz_without_table, zstd_chunked
from tests.transports.registry.conftest import home  # noqa: F401
from tests.transports.registry.scripted import REPOSITORY, FakeRegistry, descriptor, fake_registry

BULK = {f"bulk/{number}": random.Random(number).randbytes(20_000) for number in range(200)}
"""Files enough for a table to be a small part of them."""


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    """A registry that counts what it sends."""
    with fake_registry() as (registry, server):
        registry.server = server
        yield registry


def add(fake: FakeRegistry, *layers: Layer) -> str:
    """An image of these layers."""
    rootfs = {"type": "layers", "diff_ids": [str(Digest.of(layer.tar)) for layer in layers]}
    history = [{"created_by": f"COPY {number} /"} for number, _ in enumerate(layers)]
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs, "history": history}).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor(OCI_CONFIG, fake.add_blob(config), len(config)),
        "layers": [
            descriptor(layer.descriptor.media_type, fake.add_blob(layer.blob), len(layer.blob))
            | {"annotations": layer.annotations}
            for layer in layers
        ],
    }
    fake.add_manifest(json.dumps(manifest).encode(), OCI_MANIFEST, "1")
    return f"docker://{fake.server.host}/{REPOSITORY}:1"


def fetched(fake: FakeRegistry, layer: Layer) -> list[int]:
    """Bytes of each range of a layer that was asked for since the last time."""
    found = [seen.range for seen in fake.server.seen if seen.path.endswith(str(layer.digest))]
    fake.server.seen.clear()
    return [wanted[1] + 1 - wanted[0] if wanted is not None else len(layer.blob) for wanted in found]


def test_a_layer_is_listed_from_its_table_and_says_so(fake: FakeRegistry, run: Run) -> None:
    layer = estargz(FILES)
    found = run("ls", add(fake, layer), "/etc")
    assert (found.code, found.lines) == (0, ["empty", "hostname"])
    assert found.message == (
        "layer 1 is listed from its table of contents (eStargz), contents not checked; ocitui verify reads it whole"
    )


def test_all_that_is_fetched_is_the_table(fake: FakeRegistry, run: Run) -> None:
    layer = estargz(BULK)
    image = add(fake, layer)
    assert run("ls", image, "-R").code == 0
    assert fetched(fake, layer) == [len(layer.blob) // 128]
    assert run("which", image, "bulk/7").code == 0
    assert fetched(fake, layer) == []


@pytest.mark.parametrize("make", [estargz, zstd_chunked])
def test_a_file_is_fetched_alone_and_in_one_piece(fake: FakeRegistry, run: Run, make: Callable[..., Layer]) -> None:
    layer = make(BULK, chunk=1 << 12)
    image = add(fake, layer)
    run("ls", image)
    fetched(fake, layer)
    assert run("cat", image, "bulk/7").out == BULK["bulk/7"]
    (size,) = fetched(fake, layer)
    assert 20_000 < size < 20_000 + 4096


@pytest.mark.parametrize("make", [estargz, zstd_chunked])
def test_files_side_by_side_are_fetched_together(
    fake: FakeRegistry, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[..., Layer]
) -> None:
    """Up to a size; what is wanted far from each other is not, and nothing that nobody wants but small gaps."""
    layer = make(BULK)
    image = add(fake, layer)
    run("ls", image)
    fetched(fake, layer)
    assert run("extract", image, "bulk", "-o", str(tmp_path / "all")).code == 0
    assert {f"bulk/{each.name}": each.read_bytes() for each in (tmp_path / "all/bulk").iterdir()} == BULK
    assert len(fetched(fake, layer)) == 1
    assert run("extract", image, "bulk/1", "bulk/3", "bulk/190", "-o", str(tmp_path / "some")).code == 0
    assert (tmp_path / "some/3").read_bytes() == BULK["bulk/3"]
    near, far = fetched(fake, layer)
    assert 60_000 < near < 75_000
    assert 20_000 < far < 25_000
    done = run("export", image)
    with tarfile.open(fileobj=io.BytesIO(done.out)) as tar:
        found = {each.name: tar.extractfile(each) for each in tar if each.isfile()}
        assert {name: file.read() for name, file in found.items() if file is not None and name in BULK} == BULK
    assert len(fetched(fake, layer)) <= 2
    monkeypatch.setattr(chunked_blob, "JOINED", 500_000)
    assert run("extract", image, "bulk", "-o", str(tmp_path / "again")).code == 0
    sizes = fetched(fake, layer)
    assert len(sizes) == 9
    assert max(sizes) <= 500_000


def test_of_files_that_are_fetched_together_one_that_is_wrong_is_told(
    fake: FakeRegistry, run: Run, tmp_path: Path
) -> None:
    layer = zstd_chunked(BULK)
    image = add(fake, layer)
    run("ls", image)
    at = layer.blob.index(BULK["bulk/5"][:64])
    fake.blobs[str(layer.digest)] = layer.blob[:at] + b"\0" * 64 + layer.blob[at + 64 :]
    done = run("extract", image, "bulk", "-o", str(tmp_path / "all"))
    assert done.code == 2
    assert "bulk/5: expected sha256:" in done.err
    assert {f"bulk/{each.name}" for each in (tmp_path / "all/bulk").iterdir()} == BULK.keys() - {"bulk/5"}


def test_zeros_in_a_file_do_not_part_what_is_fetched(fake: FakeRegistry, run: Run) -> None:
    """They are not stored, and what is around them stands side by side."""

    def between(entries: list[dict[str, object]]) -> None:
        begin, end = entries
        begin |= {"size": 100_008, "chunkSize": 5}
        end |= {"name": "a", "type": "chunk", "chunkOffset": 100_005}
        entries.insert(1, {"name": "a", "type": "chunk", "chunkOffset": 5, "chunkSize": 100_000, "chunkType": "zeros"})

    layer = zstd_chunked({"a": b"begin", "b": b"end"}, edit=between)
    image = add(fake, layer)
    run("ls", image)
    fetched(fake, layer)
    assert run("cat", image, "a").out == b"begin" + bytes(100_000) + b"end"
    assert len(fetched(fake, layer)) == 1


@pytest.mark.parametrize("make", [estargz, zstd_chunked])
def test_a_table_that_no_document_names_is_looked_at_and_not_kept(
    fake: FakeRegistry, run: Run, monkeypatch: pytest.MonkeyPatch, make: Callable[..., Layer]
) -> None:
    monkeypatch.setattr(layer_tables, "LOOKED_AT_FROM", 1 << 20)
    layer = make(BULK)
    layer.annotations.clear()
    image = add(fake, layer)
    for _ in range(2):
        found = run("ls", image, "bulk/7")
        assert (found.code, found.lines) == (0, ["7"])
        assert "which no document names), contents not checked" in found.message
        ranges = fetched(fake, layer)
        assert ranges[0] == 72
        assert sum(ranges) < len(layer.blob) // 50
    assert run("cat", image, "bulk/7").out == BULK["bulk/7"]


def add_tables(fake: FakeRegistry, tables: Mapping[Layer, bytes], tag: str = "1-esgztoc") -> None:
    """An image with the tables of contents of these layers."""
    listed = [
        descriptor("application/vnd.oci.image.layer.v1.tar+gzip", fake.add_blob(raw), len(raw))
        | {"annotations": {TABLE_OF: str(layer.digest)}}
        for layer, raw in tables.items()
    ]
    config = descriptor(OCI_CONFIG, fake.add_blob(b"{}"), 2)
    manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": listed}
    fake.add_manifest(json.dumps(manifest).encode(), OCI_MANIFEST, tag)


def test_a_table_in_another_image_is_found_by_its_tag(fake: FakeRegistry, run: Run) -> None:
    (small, of_small), (large, of_large) = estargz_without_table(), estargz_without_table(BULK)
    image = add(fake, small, large)
    add_tables(fake, {large: of_large, small: of_small})
    found = run("ls", image, "bulk/7", "etc/hostname")
    assert (found.code, found.lines) == (0, ["bulk/7", "etc/hostname"])
    assert "listed from their tables of contents (eStargz), contents not checked" in found.message
    assert fake.server.asked("1-esgztoc") == [f"GET /v2/{REPOSITORY}/manifests/1-esgztoc"]
    assert sum(fetched(fake, large)) < len(large.blob) // 100
    assert run("cat", image, "bulk/7").out == BULK["bulk/7"]
    assert fake.server.asked("1-esgztoc") == []
    assert len(fetched(fake, large)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda fake, layer: None, "it is in another image, which does not have it"),
        (lambda fake, layer: add_tables(fake, {layer: estargz_without_table(BULK)[1]}), "expected sha256:"),
        (lambda fake, layer: add_tables(fake, {layer: b"<html>"}), "its gzip is damaged"),
        (lambda fake, layer: fake.add_manifest(b"[]", OCI_MANIFEST, "1-esgztoc"), "which does not have it"),
    ],
)
def test_a_table_of_another_image_that_is_of_no_use(
    fake: FakeRegistry, run: Run, change: Callable[[FakeRegistry, Layer], object], said: str
) -> None:
    layer, _ = estargz_without_table()
    image = add(fake, layer)
    change(fake, layer)
    found = run("ls", image, "/etc")
    assert (found.code, found.lines) == (0, ["empty", "hostname"])
    assert "layer 1" in found.err
    assert "its table of contents (eStargz) cannot be used: " in found.err
    assert said in found.err
    assert found.err.rstrip().endswith("; the layer itself is read")


def test_a_table_in_another_image_that_no_document_means_is_looked_at_and_not_kept(
    fake: FakeRegistry, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_tables, "LOOKED_AT_FROM", 1 << 20)
    layer, table = estargz_without_table(BULK)
    layer.annotations.clear()
    image = add(fake, layer)
    add_tables(fake, {layer: table})
    for _ in range(2):
        found = run("ls", image, "bulk/7")
        assert (found.code, found.lines) == (0, ["7"])
        assert "(eStargz, which no document names), contents not checked" in found.message
        assert fetched(fake, layer) == [72]


def test_verify_compares_a_layer_with_a_table_in_another_image(fake: FakeRegistry, run: Run) -> None:
    layer, table = estargz_without_table(edit=lambda entries: entries[1].update(mode=0o4755))
    image = add(fake, layer)
    add_tables(fake, {layer: table})
    found = run("verify", image)
    assert found.code == 1
    assert "the table of contents and the layer differ: 'etc/hostname': its mode" in found.text


def test_a_table_larger_than_was_thought_counts_as_it_is(fake: FakeRegistry, run: Run, config_dir: Path) -> None:
    layer = estargz({Digest.of(b"%d" % number).encoded: b"" for number in range(2000)})
    image = add(fake, layer)
    assert run("ls", image).code == 0
    first, second = fetched(fake, layer)
    assert first == 1 << 14
    assert second > 3 * first
    assert run("cache", "--clear").code == 0
    settings_path().write_text(f'fetch_without_asking = "{first + second - 1}"')
    found = run("ls", image)
    assert found.code == 2
    assert fetched(fake, layer) == [first]
    assert "must be fetched from the registry; --yes fetches them" in found.err


def test_a_layer_without_a_table_is_asked_for_its_end_once(
    fake: FakeRegistry, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_tables, "LOOKED_AT_FROM", 1 << 10)
    tar = member(b"etc/motd", b"hello") + END
    layer = Layer(tar, {}, tar)
    image = add(fake, layer)
    assert run("ls", image, "/etc").lines == ["motd"]
    assert fetched(fake, layer)[0] == 72
    assert run("cat", image, "/etc/motd").out == b"hello"
    assert 72 not in fetched(fake, layer)


def test_contents_that_differ_from_the_table_are_not_printed(fake: FakeRegistry, run: Run) -> None:
    layer = estargz(FILES)
    lie = estargz(FILES | {"etc/hostname": b"otherboat\n"})
    image = add(fake, Layer(layer.blob, lie.annotations, layer.tar), layer)
    assert layer.blob != lie.blob
    found = run("cat", image, "etc/hostname", "--layer", "1")
    assert (found.code, found.out) == (0, b"paperboat\n")
    assert "its table of contents (eStargz) cannot be used: expected" in found.err
    assert found.err.splitlines()[0].endswith("; the layer itself is read")


def test_the_output_of_every_command_is_that_of_the_layer(fake: FakeRegistry, run: Run) -> None:
    layer = estargz(FILES)
    image = add(fake, layer)
    commands = [
        ("ls", image, "-R", "-l"),
        ("which", image, "etc/hostname"),
        ("find", image, "text:paperboat"),
    ]
    listed = [run(*command) for command in commands]
    assert run("verify", image).code == 0
    scanned = [run(*command) for command in commands]
    assert [found.err.count("listed from") for found in listed] == [1, 1, 1]
    assert not any(found.err for found in scanned)
    without = [line for line in scanned[0].lines if "stargz.index.json" not in line]
    assert listed[0].lines == without
    assert [found.out for found in listed[1:]] == [found.out for found in scanned[1:]]


def test_json_says_what_layers_rest_on(fake: FakeRegistry, run: Run) -> None:
    layer = estargz(FILES)
    image = add(fake, layer)
    table = {"source": "eStargz", "digest": layer.annotations[TOC_DIGEST]}
    assert run("ls", image, "--json").json["restsOn"] == [table]
    assert run("ls", image, "--json", "--layer", "1").json["layer"]["restsOn"] == table
    (said,) = run("inspect", image, "--json").json["image"]["layers"]
    assert (said["restsOn"], said["unpackedSize"], said["entries"]) == (table, None, len(FILES))
    assert "from its table" in run("inspect", image).text
    assert run("ci", image).code == 0
    assert run("ls", image, "--json").json["restsOn"] == [{"source": "scan", "digest": None}]
    (said,) = run("inspect", image, "--json").json["image"]["layers"]
    assert said["unpackedSize"] == len(layer.tar)


def test_a_server_that_ignores_ranges_sends_the_layer_once(fake: FakeRegistry, run: Run) -> None:
    fake.has_ranges = False
    layer = estargz(BULK)
    image = add(fake, layer)
    assert run("cat", image, "bulk/7").out == BULK["bulk/7"]
    assert run("cat", image, "bulk/8").out == BULK["bulk/8"]
    assert len(fetched(fake, layer)) == 1


def test_verify_tells_how_a_table_differs_from_the_layer(fake: FakeRegistry, run: Run) -> None:
    layer = estargz(FILES, edit=lambda entries: entries[1].update(mode=0o4755))
    image = add(fake, layer)
    assert run("ls", image, "-l", "etc/hostname").text.startswith("-rwsr-xr-x")
    for _ in range(2):  # it is found again, though the layer is known
        found = run("verify", image)
        assert found.code == 1
        mode = "its mode in the table of contents differs from that in the layer"
        said = f"the table of contents and the layer differ: 'etc/hostname': {mode}"
        assert f"  error: {said} [eStargz, zstd:chunked and SOCI, table of contents]" in found.lines
    assert run("ls", image, "-l", "etc/hostname").text.startswith("-rw-r--r--")


def test_a_layer_that_was_read_before_is_compared_all_the_same(fake: FakeRegistry, run: Run) -> None:
    layer = zstd_chunked(FILES, edit=lambda entries: entries[1].update(uid=0))
    image = add(fake, layer)
    run("ci", image)
    found = run("verify", image)
    assert (found.code, found.text.count("the table of contents and the layer differ")) == (1, 1)
