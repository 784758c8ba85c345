"""Docker archives as builders write them: the old form, kaniko's, jib's, today's, and damaged ones.

`write_docker_archive` writes any members in any order; `old_form` and the others give the
members of an image whose layers are given as tars.
"""

import hashlib
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocitui.demo.layout import Compression, compress
from ocitui.demo.tar import Entry, write_tar
from ocitui.demo.tar import file as regular

Members = list[Entry]


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> Entry:
    """A link of the archive, symbolic unless said otherwise."""
    return Entry(name.encode(), mode=0o777, kind=kind, link=target.encode())


@dataclass(frozen=True)
class ArchiveImage:
    """One image to put into archives."""

    layers: Sequence[bytes]
    """Tars, the lowest first."""
    tags: Sequence[str] = ("example:latest",)
    compression: Compression = "none"
    config: Mapping[str, Any] = field(default_factory=dict)
    """Overrides of the config."""

    @property
    def diff_ids(self) -> list[str]:
        return [f"sha256:{_hex(layer)}" for layer in self.layers]

    @property
    def blobs(self) -> list[bytes]:
        return [compress(layer, self.compression) for layer in self.layers]

    @property
    def config_bytes(self) -> bytes:
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["/bin/true"]},
            "history": [{"created_by": f"RUN step {number}"} for number in range(1, len(self.layers) + 1)],
            "rootfs": {"type": "layers", "diff_ids": self.diff_ids},
        }
        return json.dumps({**config, **self.config}).encode()


def write_docker_archive(path: Path, members: Members) -> Path:
    """Write an archive of these members."""
    path.write_bytes(write_tar(members))
    return path


def table(*entries: Mapping[str, Any]) -> Entry:
    """A ``manifest.json``."""
    return regular("manifest.json", json.dumps(list(entries)))


def old_form(*images: ArchiveImage) -> Members:
    """``docker save`` before Docker 25: a folder a layer; a layer that was there before is a link to the first."""
    members: Members = []
    entries = []
    seen: dict[str, str] = {}
    repositories: dict[str, dict[str, str]] = {}
    for place, image in enumerate(images):
        names = []
        for number, (blob, diff_id) in enumerate(zip(image.blobs, image.diff_ids, strict=True)):
            folder = _hex(f"{place}/{number}".encode())
            name = f"{folder}/layer.tar"
            names.append(name)
            members += [regular(f"{folder}/VERSION", "1.0"), regular(f"{folder}/json", json.dumps({"id": folder}))]
            first = seen.setdefault(diff_id, name)
            members.append(regular(name, blob) if first == name else link(name, f"../{first}"))
        config = f"{_hex(image.config_bytes)}.json"
        members.append(regular(config, image.config_bytes))
        entries.append({"Config": config, "RepoTags": list(image.tags) or None, "Layers": names})
        for tag in image.tags:
            repository, _, version = tag.rpartition(":")
            repositories.setdefault(repository, {})[version] = names[-1].partition("/")[0]
    return [*members, table(*entries), regular("repositories", json.dumps(repositories))]


def kaniko_form(image: ArchiveImage) -> Members:
    """go-containerregistry, which kaniko and crane use: ``sha256:…`` for the config, ``<hex>.tar.gz`` for layers."""
    config = f"sha256:{_hex(image.config_bytes)}"
    names = [f"{_hex(blob)}.tar.gz" for blob in image.blobs]
    layers = [regular(name, blob) for name, blob in zip(names, image.blobs, strict=True)]
    entry = {"Config": config, "RepoTags": list(image.tags), "Layers": names}
    return [regular(config, image.config_bytes), *layers, table(entry)]


def jib_form(image: ArchiveImage) -> Members:
    """jib: ``config.json``, names in lower case."""
    names = [f"{_hex(layer)[:12]}.tar.gz" for layer in image.layers]
    layers = [regular(name, blob) for name, blob in zip(names, image.blobs, strict=True)]
    entry = {"config": "config.json", "repoTags": list(image.tags), "layers": names}
    return [*layers, regular("config.json", image.config_bytes), table(entry)]


def todays_form(image: ArchiveImage, *, lists_images: bool = True) -> Members:
    """``docker save`` since Docker 25: a layout, and ``manifest.json`` beside it that names its blobs."""
    members: Members = []
    names = []
    layers = []
    for blob in image.blobs:
        names.append(f"blobs/sha256/{_hex(blob)}")
        members.append(regular(names[-1], blob))
        suffix = {"gzip": "+gzip", "zstd": "+zstd", "none": ""}[image.compression]
        layers.append(_descriptor(f"application/vnd.oci.image.layer.v1.tar{suffix}", blob))
    config = f"blobs/sha256/{_hex(image.config_bytes)}"
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": _descriptor("application/vnd.oci.image.config.v1+json", image.config_bytes),
            "layers": layers,
        }
    ).encode()
    tag = image.tags[0]
    names_of_it = {
        "io.containerd.image.name": f"docker.io/library/{tag}",
        "org.opencontainers.image.ref.name": tag.rpartition(":")[2],
    }
    found = {**_descriptor("application/vnd.oci.image.manifest.v1+json", manifest), "annotations": names_of_it}
    index = {"schemaVersion": 2, "manifests": [found] if lists_images else None}
    return [
        *members,
        regular(config, image.config_bytes),
        regular(f"blobs/sha256/{_hex(manifest)}", manifest),
        regular("index.json", json.dumps(index)),
        table({"Config": config, "RepoTags": list(image.tags), "Layers": names}),
        regular("oci-layout", '{"imageLayoutVersion": "1.0.0"}'),
    ]


def _descriptor(media_type: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{_hex(data)}", "size": len(data)}


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
