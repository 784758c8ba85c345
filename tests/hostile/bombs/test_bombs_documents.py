"""Documents of a million parts, and archives of them: no memory, and one message that says the limit."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.selection import images_below
from ocitui.spec import media_type
from ocitui.spec.compression import Compression
from ocitui.transports.archives import tar_members, unpack
from ocitui.transports.archives.tar_members import read_members
from ocitui.transports.archives.unpack import Unpacking
from ocitui.transports.layout import Layout
from tests.commands.conftest import Run
from tests.hostile.bombs.bombs import (
    GIB,
    gzip_of_zeros,
    index_circle,
    index_laughs,
    many_configs,
    nested,
    objects,
    xz_with_dictionary,
    zero_file,
    zstd_of_zeros,
)
from tests.hostile.watched import run_watched
from tests.images.docker_archive_writer import ArchiveImage, table, todays_form, write_docker_archive
from tests.images.layout_writer import write_layout
from tests.layers.tars import END, header, member, pax

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

LAYER = member(b"a", b"1") + END
ABSENT = "sha256:" + "0" * 64
MILLION = 1_000_000

VALUES = "expected at most 300,000 values in such a document, found more"
LAYER_DESCRIPTOR = {"mediaType": media_type.OCI_LAYER, "digest": ABSENT, "size": 1}
MANIFEST_DESCRIPTOR = {"mediaType": media_type.OCI_MANIFEST, "digest": ABSENT, "size": 1}

LAYOUTS: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "history": (lambda: {"config": {"history": [{}] * MILLION}}, VALUES),
    "labels": (lambda: {"config": {"config": {"Labels": {f"{n:x}": "" for n in range(310_000)}}}}, VALUES),
    "objects": (lambda: {"config": objects(MILLION)}, VALUES),
    "a large config": (lambda: {"config": b'{"x":"' + b"y" * (9 << 20) + b'"}'}, "expected at most 8,388,608 bytes"),
    "layers": (lambda: {"manifest": {"layers": [{}] * MILLION}}, VALUES),
    "whole layers": (lambda: {"manifest": {"layers": [LAYER_DESCRIPTOR] * 40_000}}, "expected at most 4,194,304 bytes"),
    "descriptors": (lambda: {"index": {"manifests": [{}] * MILLION}}, VALUES),
    "whole descriptors": (
        lambda: {"index": {"manifests": [MANIFEST_DESCRIPTOR] * 100_000}},
        "expected at most 4,194,304 bytes",
    ),
    "a nested config": (lambda: {"config": nested(100_000)}, "expected JSON nested at most 200 deep, found it deeper"),
    "a nested index": (lambda: {"index": nested(100_000)}, "expected JSON nested at most 200 deep, found it deeper"),
    "brackets": (lambda: {"manifest": b"[" * (4 << 20)}, "expected JSON nested at most 200 deep, found it deeper"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_document_of_very_many_parts(name: str, tmp_path: Path) -> None:
    make, message = LAYOUTS[name]
    done = run_watched(tmp_path / "cache", "inspect", write_layout(tmp_path / "image", [LAYER], **make()).path)
    assert done.code == 2
    assert message in done.message


PLACES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a circle": (lambda path: index_circle(path, 4, 1), "names itself, and is not followed"),
    "laughs": (lambda path: index_laughs(path, 1000, 4), "expected at most 50,000 nodes, found more"),
    "many configs": (lambda path: many_configs(path, 5, 250_000), "expected at most 600,000 values in all documents"),
}


@pytest.mark.parametrize("name", PLACES)
def test_documents_that_name_very_many(name: str, tmp_path: Path) -> None:
    write, message = PLACES[name]
    done = run_watched(tmp_path / "cache", "inspect", write(tmp_path / "image"))
    assert done.code == 2
    assert message in done.text


def test_what_is_large_and_within_the_limits(tmp_path: Path) -> None:
    layers = [{**LAYER_DESCRIPTOR, "digest": f"sha256:{number:064x}"} for number in range(27_000)]
    config = {
        "config": {"Labels": {f"{number:x}": "" for number in range(100_000)}},
        "history": [{"created_by": f"RUN step {number}"} for number in range(27_000)],
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
    }
    layout = write_layout(tmp_path / "image", config=config, manifest={"layers": layers})
    done = run_watched(tmp_path / "cache", "inspect", layout.path)
    assert (done.code, done.message) == (0, "27,000 layers missing")
    assert "27,000 layers" in done.text
    assert done.text.count("RUN step") == 27_000
    assert "1869f=" in done.text


def test_what_is_nested_as_deep_as_is_read(tmp_path: Path, run: Run) -> None:
    config = b'{"os":"linux","architecture":"amd64","x":' + nested(198) + b"}"
    layout = write_layout(tmp_path / "image", config=config)
    for arguments in (("inspect",), ("inspect", "--json"), ("diff", layout.path)):
        assert run(arguments[0], layout.path, *arguments[1:]).code == 0


def test_the_layers_of_an_image_are_looked_up(tmp_path: Path) -> None:
    """With thousands of them nothing may look through all of them for each."""
    layout = Layout.open(write_layout(tmp_path / "image", manifest={"layers": [LAYER_DESCRIPTOR] * 20_000}).path)
    (image,) = images_below(build_tree(layout))
    assert image.layer_node(20_000).number == 20_000
    assert image.row_of(image.layers[-1]) is not None
    assert Image.of(image.node) is image


# Archives.


def test_a_table_of_very_many_images(tmp_path: Path) -> None:
    many = [{"Config": "a.json", "RepoTags": [f"x:{number}"], "Layers": ["l.tar"] * 1000} for number in range(200)]
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": ["sha256:" + "1" * 64] * 1000}})
    files = [table(*many), file("a.json", config), file("l.tar", write_tar([file("f")]))]
    done = run_watched(tmp_path / "cache", "inspect", write_docker_archive(tmp_path / "x.tar", files))
    assert done.code == 2
    assert "expected at most 50,000 layers in all" in done.text
    few = [{"Config": "a.json", "RepoTags": [f"x:{number}" for number in range(2000)], "Layers": ["l.tar"] * 1000}]
    done = run_watched(
        tmp_path / "cache", "inspect", write_docker_archive(tmp_path / "y.tar", [table(*few), *files[1:]])
    )
    assert done.code == 2
    assert "8,388,608 bytes of manifests made of them" in done.text
    objects = file("manifest.json", "[" + '{"":0},' * MILLION + "0]")
    done = run_watched(tmp_path / "cache", "inspect", write_docker_archive(tmp_path / "z.tar", [objects]))
    assert (done.code, done.message) == (
        2,
        f"manifest.json: expected at most 4,194,304 bytes for such a document, found {len(objects.data):,}",
    )


def test_an_archive_of_very_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_members, "_MEMBERS_LIMIT", 100)
    archive = b"".join(header(b"same") for _ in range(101)) + END
    members, damage = read_members(io.BytesIO(archive))
    assert list(members) == ["same"]
    assert damage.startswith("expected at most 100 members with 16,777,216 bytes of names, found more after offset")
    monkeypatch.setattr(tar_members, "_NAMES_LIMIT", 1000)
    members, damage = read_members(io.BytesIO(pax([(b"path", b"x" * 1001)]) + header(b"x") + END))
    assert "1,000 bytes of names" in damage


def test_an_archive_with_a_sparse_map_without_end() -> None:
    numbers = b"100000000\n" + b"0\n" * 3_000_000
    records = pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.realsize", b"5")])
    members, damage = read_members(io.BytesIO(member(b"first") + records + member(b"s", numbers) + END))
    assert list(members) == ["first"]
    assert "the headers of a member are over the limit of 4,194,304 bytes" in damage


def test_an_archive_that_unpacks_without_end(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "_FREE", 1 << 20)
    image = write_tar(todays_form(ArchiveImage([LAYER])))[: -len(END)]
    archive = tmp_path / "x.tar.gz"
    archive.write_bytes(gzip_of_zeros(1024 << 20, image + zero_file(b"zeros", 1024 << 20)))
    assert sum(map(len, Unpacking(archive, Compression.GZIP))) < 300 << 20
    listed = run("ls", archive)
    assert listed.lines == ["a"]
    assert run("inspect", archive).code == 2
    small = tmp_path / "y.tar.gz"
    small.write_bytes(gzip_of_zeros(0, image))
    assert run("inspect", small).code == 0


def test_archives_with_windows_and_dictionaries_of_gibibytes(tmp_path: Path) -> None:
    image = write_tar(todays_form(ArchiveImage([LAYER])))
    zstd, xz = tmp_path / "x.tar.zst", tmp_path / "x.tar.xz"
    zeros = zstd_of_zeros(8 * GIB, zero_file(b"zeros", 8 * GIB), window_log=31)
    zstd.write_bytes(zeros)
    done = run_watched(tmp_path / "cache", "inspect", zstd)
    assert done.code == 2
    assert "no more than 134.2 MB are held in memory" in done.message
    xz.write_bytes(xz_with_dictionary(image, 39))
    done = run_watched(tmp_path / "cache", "inspect", xz)
    assert done.code == 2
    assert "a dictionary that does not fit into the 134.2 MB" in done.message
    xz.write_bytes(xz_with_dictionary(image, 24))  # 16 MiB
    assert run_watched(tmp_path / "cache", "inspect", xz).code == 0


# Databases of packages.

STANZA = b"Package: a\nVersion: 1\n\n"
DATABASES: dict[str, tuple[Callable[[], list[tuple[bytes, bytes]]], str]] = {
    "status": (
        lambda: [(b"var/lib/dpkg/status", STANZA * 3_000_000), (b"var/lib/dpkg/info/a.list", b"")],
        "67,108,864 bytes",
    ),
    "list": (
        lambda: [(b"var/lib/dpkg/info/a.list", b"".join(b"/%x\n" % n for n in range(600_000)))],
        "500,000 paths with",
    ),
    "one line": (lambda: [(b"var/lib/dpkg/info/a.list", b"x" * 1_000_000)], "expected lines of at most 65,536 bytes"),
    "apk": (lambda: [(b"lib/apk/db/installed", b"P:a\n\n" * 200_000)], "expected at most 100,000 packages, found more"),
}


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_of_very_many_packages(name: str, tmp_path: Path) -> None:
    make, message = DATABASES[name]
    tar = b"".join(member(path, data) for path, data in make()) + END
    layout = write_layout(tmp_path / "image", [tar])
    done = run_watched(tmp_path / "cache", "waste", "--by", "package", layout.path)
    assert done.code == (2 if message else 0)
    assert message in done.err
