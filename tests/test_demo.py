"""The demo image: the same each time, sound to the tools of others, and with all in it that it promises."""

import io
import json
import os
import stat
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo import LATEST, PREVIOUS, REF_NAME, build_demo
from ocitui.demo.contents import AMD64, ARM64, Machine
from ocitui.demo.layers import application, base, clean_up, dependencies, packages
from ocitui.demo.layout import sha256
from ocitui.demo.tar import Entry, file, symlink, write_tar
from tests.images.tools import require_root, require_tool, run
from tests.images.with_umoci import unpack


def read(layout: Path, digest: str) -> Any:
    return json.loads((layout / "blobs" / digest.replace(":", "/")).read_bytes())


def top(layout: Path) -> dict[str, Any]:
    """The descriptors of ``index.json`` by tag."""
    manifests = json.loads((layout / "index.json").read_bytes())["manifests"]
    return {descriptor.get("annotations", {}).get(REF_NAME, ""): descriptor for descriptor in manifests}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_builds_are_the_same(demo_layout: Path, tmp_path: Path) -> None:
    build_demo(tmp_path)
    assert contents(tmp_path) == contents(demo_layout)


def test_it_is_small_and_quickly_made(demo_layout: Path, tmp_path: Path) -> None:
    started = time.process_time()
    build_demo(tmp_path)
    assert time.process_time() - started < 5
    assert sum(map(len, contents(demo_layout).values())) < 3_000_000


def test_every_blob_has_its_digest(demo_layout: Path) -> None:
    for path in (demo_layout / "blobs/sha256").iterdir():
        assert sha256(path.read_bytes()) == f"sha256:{path.name}"


def test_every_descriptor_names_a_blob_of_its_size(demo_layout: Path) -> None:
    pending = list(top(demo_layout).values())
    seen = set()
    while pending:
        descriptor = pending.pop()
        blob = demo_layout / "blobs" / descriptor["digest"].replace(":", "/")
        assert blob.stat().st_size == descriptor["size"]
        seen.add(blob.name)
        if descriptor["mediaType"].endswith(("manifest.v1+json", "index.v1+json")):
            document = json.loads(blob.read_bytes())
            children = [*document.get("manifests", []), *document.get("layers", []), document.get("config")]
            pending += [child for child in children if child]
    assert seen == {path.name for path in (demo_layout / "blobs/sha256").iterdir()}


def test_the_index_holds_two_platforms_and_their_attestations(demo_layout: Path) -> None:
    manifests = read(demo_layout, top(demo_layout)[LATEST]["digest"])["manifests"]
    platforms = ["/".join(descriptor["platform"].values()) for descriptor in manifests]
    assert sorted(platforms) == ["amd64/linux", "arm64/linux/v8", "unknown/unknown", "unknown/unknown"]
    attested = {descriptor.get("annotations", {}).get("vnd.docker.reference.digest") for descriptor in manifests}
    assert attested == {manifests[0]["digest"], manifests[1]["digest"], None}


def test_history_and_layers_agree(demo_layout: Path) -> None:
    manifests = read(demo_layout, top(demo_layout)[LATEST]["digest"])["manifests"][:2]
    for descriptor in [*manifests, top(demo_layout)[PREVIOUS]]:
        manifest = read(demo_layout, descriptor["digest"])
        config = read(demo_layout, manifest["config"]["digest"])
        made = [entry for entry in config["history"] if not entry.get("empty_layer")]
        assert len(made) == len(manifest["layers"]) == len(config["rootfs"]["diff_ids"])
        assert len(made) < len(config["history"])


def test_referrers_name_their_subject(demo_layout: Path) -> None:
    index = top(demo_layout)[LATEST]
    amd64 = read(demo_layout, index["digest"])["manifests"][0]
    assert read(demo_layout, top(demo_layout)[""]["digest"])["subject"]["digest"] == amd64["digest"]
    fallback = top(demo_layout)[index["digest"].replace(":", "-")]
    (signature,) = read(demo_layout, fallback["digest"])["manifests"]
    assert read(demo_layout, signature["digest"])["subject"]["digest"] == index["digest"]


@pytest.mark.parametrize("machine", [AMD64, ARM64])
@pytest.mark.parametrize("layer", [base, packages, dependencies, clean_up])
def test_tar_reads_every_layer(layer: Any, machine: Machine) -> None:
    entries = layer(machine)
    with tarfile.open(fileobj=io.BytesIO(write_tar(entries))) as tar:
        members = tar.getmembers()
    assert [os.fsencode(member.name) for member in members] == [entry.name.rstrip(b"/") for entry in entries]
    assert [member.mode for member in members] == [entry.mode for entry in entries]


@pytest.mark.peer
def test_names_of_every_kind_survive(tmp_path: Path) -> None:
    archive = tmp_path / "layer.tar"
    archive.write_bytes(write_tar(application("1.4.0")))
    listed = run("tar", "--quoting-style=literal", "--null", "-tf", archive, environment={"LC_ALL": "C.UTF-8"})
    for name in (b"caf\xe9.txt", b"\x1b[31mred\x1b[0m.txt", "Übersicht.md".encode(), "\u202e".encode()):
        assert name in listed


@pytest.mark.parametrize("length", [99, 100, 101, 155, 256, 989, 990, 4000])
def test_long_names_and_links_survive(length: int) -> None:
    name = "n" * length
    with tarfile.open(fileobj=io.BytesIO(write_tar([file(name, "x"), symlink("link", name)]))) as tar:
        first, second = tar.getmembers()
    assert (first.name, second.linkname) == (name, name)


def test_extended_attributes_survive() -> None:
    entry = Entry(b"a", b"data", xattrs=(("user.note", b"\0\xff\n="),))
    with tarfile.open(fileobj=io.BytesIO(write_tar([entry]))) as tar:
        (member,) = tar.getmembers()
    value = member.pax_headers["SCHILY.xattr.user.note"]
    assert value.encode("utf-8", "surrogateescape") == b"\0\xff\n="


@pytest.mark.peer
def test_skopeo_finds_both_platforms(demo_layout: Path) -> None:
    skopeo = require_tool("skopeo")
    for architecture in ("amd64", "arm64"):
        command = (skopeo, "inspect", "--override-os", "linux", "--override-arch", architecture)
        inspected = json.loads(run(*command, f"oci:{demo_layout}:{LATEST}"))
        assert inspected["Architecture"] == architecture
        assert len(inspected["Layers"]) == 8


@pytest.mark.peer
def test_umoci_merges_the_layers_as_intended(skopeo_gzip_layout: Path, tmp_path: Path) -> None:
    require_root()
    root = unpack(f"{skopeo_gzip_layout}:latest", tmp_path / "bundle")
    app = root / "srv/paperboat"
    assert not (root / "home/user/.ssh/deploy_key").exists()
    assert not (app / "tests").exists()
    assert (app / "build").is_file()
    assert (app / "log/access.log").stat().st_size == 0
    assert sorted(path.name for path in (app / "static").iterdir()) == ["app.3f9c1a.css", "app.b07e42.js"]
    assert (app / "manage.py").stat().st_mode & 0o111
    assert (root / "usr/bin/perl").samefile(root / "usr/bin/perl5.36.0")
    assert stat.S_ISFIFO((root / "var/lib/paperboat/reload.fifo").stat().st_mode)
    assert (root / "usr/local/bin/paperboat-mail").stat().st_mode & stat.S_ISUID
    assert b"caf\xe9.txt" in os.listdir(os.fsencode(app / "uploads"))
