"""Places with hostile names: folders, archives, tags, and what engines and stores call their images."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ocitui.demo.tar import Entry, file, write_tar
from ocitui.spec.digest import Digest
from ocitui.transports.containers_storage.records import file_name
from tests.hostile.images import BYTES, HALVES, WORDS
from tests.images.bolt_writer import Tree, database
from tests.images.docker_archive_writer import write_docker_archive
from tests.images.layout_writer import write_layout
from tests.images.with_containerd import CONTENT, DATABASE

_NAMES = [WORDS[name] for name in ("clear", "title", "newline", "bidi override", "unclosed markup", "percent", "tab")]
_LAYER = write_tar([file("etc/motd", "hello\n")])


@dataclass(frozen=True)
class HostilePlaces:
    """Where they are."""

    folder: Path
    """A folder in which everything is called so."""
    references: dict[str, str]
    """What would be typed, by what it is."""
    environment: dict[str, str]
    """Under which engines and stores are found that are called so."""


def hostile_places(folder: Path) -> HostilePlaces:
    """Write them."""
    folder.mkdir()
    references: dict[str, str] = {}
    for number, name in enumerate((*_NAMES, "-rf", HALVES[2], os.fsdecode(BYTES["invalid"]), "a:b@c")):
        path = folder / f"{number}{name}"
        write_layout(path, [_LAYER], tag=name)
        references[f"layout {number}"] = str(path)
        references[f"tag {number}"] = f"{path}:{name}"
    archive = folder / f"oci{WORDS['clear']}.tar"
    members = [
        file(str(path.relative_to(folder / f"0{_NAMES[0]}")), path.read_bytes())
        for path in sorted((folder / f"0{_NAMES[0]}").rglob("*"))
        if path.is_file()
    ]
    archive.write_bytes(write_tar(members))
    references["oci archive"] = str(archive)
    references["oci archive, tag"] = f"oci-archive:{archive}:{_NAMES[0]}"
    references["docker archive"] = str(_docker_archive(folder / f"docker{WORDS['title']}.tar", _NAMES))
    references["docker archive, tag"] = f"docker-archive:{references['docker archive']}:{_NAMES[1]}"
    references["dir"] = str(_image_folder(folder / f"dir{WORDS['markup'].replace('/', '')}"))
    storage = _storage(folder / f"storage{WORDS['tab']}", _NAMES)
    references["storage"] = f"containers-storage:[vfs@{storage}]"
    references["storage, name"] = f"containers-storage:[vfs@{storage}]{_NAMES[0]}"
    store = _containerd(folder / f"containerd{WORDS['return']}", _NAMES)
    references["containerd"] = str(store)
    references["containerd, name"] = f"{store}:{_NAMES[0]}"
    references["engine"] = f"docker-daemon:{_NAMES[0]}"
    settings = folder / "storage.conf"
    settings.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = {json.dumps(str(storage))}\n')
    environment = {
        "DOCKER_HOST": f"unix://{folder}/{WORDS['title']}.sock",
        "CONTAINER_HOST": f"tcp://{WORDS['clear']}",
        "CONTAINERS_STORAGE_CONF": str(settings),
    }
    return HostilePlaces(folder, references, environment)


def _docker_archive(path: Path, names: list[str]) -> Path:
    config = {"os": "linux", "architecture": WORDS["clear"], "rootfs": {"type": "layers", "diff_ids": []}}
    manifest = [{"Config": f"{names[0]}.json", "RepoTags": names, "Layers": [f"{name}/layer.tar" for name in names]}]
    layers = [file(f"{name}/layer.tar", _LAYER) for name in names]
    documents = [file(f"{names[0]}.json", json.dumps(config)), file("manifest.json", json.dumps(manifest))]
    repositories: list[Entry] = [file("repositories", json.dumps({name: {name: name} for name in names}))]
    return write_docker_archive(path, [*layers, *documents, *repositories])


def _image_folder(path: Path) -> Path:
    path.mkdir()
    manifest = {"schemaVersion": 2, "mediaType": WORDS["clear"], "config": {"digest": WORDS["title"]}, "layers": []}
    (path / "manifest.json").write_text(json.dumps(manifest))
    (path / "version").write_text(f"Directory Transport Version: {WORDS['clear']}\n")
    return path


def _storage(path: Path, names: list[str]) -> Path:
    """A record with names, and the manifest that it points to."""
    for part in ("images", "layers", "containers"):
        (path / f"vfs-{part}").mkdir(parents=True)
        (path / f"vfs-{part}" / f"{part}.json").write_text("[]")
    manifest = json.dumps({"schemaVersion": 2, "mediaType": WORDS["title"], "config": {}, "layers": []}).encode()
    number, data = "ab" * 32, f"manifest-{Digest.of(manifest)}"
    record = {"id": number, "names": [*names, "plain"], "big-data-names": [data, WORDS["clear"]]}
    table = path / "vfs-images" / "images.json"
    table.write_text(json.dumps([{**record, "layer": WORDS["newline"]}, {"id": WORDS["clear"], "names": names}]))
    (path / "vfs-images" / number).mkdir()
    for name in (data, "manifest"):
        (path / "vfs-images" / number / file_name(name)).write_bytes(manifest)
    return path


def _containerd(path: Path, names: list[str]) -> Path:
    target = {b"digest": WORDS["title"].encode(), b"mediatype": WORDS["clear"].encode(), b"size": b"\x0e"}
    called = sorted([*(name.encode() for name in names), BYTES["invalid"]])
    images: Tree = {name: {b"target": target} for name in called}
    found: Tree = {WORDS["title"].encode(): {b"images": images}, b"version": b"\x08"}
    for folder in (f"{CONTENT}/blobs/sha256", f"{CONTENT}/ingest", os.path.dirname(DATABASE)):
        (path / folder).mkdir(parents=True)
    (path / DATABASE).write_bytes(database({b"v1": found}))
    return path
