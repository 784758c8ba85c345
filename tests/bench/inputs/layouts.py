"""Writes large images without holding them in memory: OCI layouts, and the archives that dive reads."""

import hashlib
import io
import os
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ocitui.demo.layout import Compression, Document, Layer, LayoutWriter, dump
from ocitui.spec import media_type

_COMMANDS: dict[Compression, tuple[str, ...]] = {
    "gzip": ("gzip", "-6", "-n", "-c"),
    "zstd": ("zstd", "-3", "-q", "-c"),
}
_SUFFIXES: dict[Compression, str] = {"gzip": "+gzip", "zstd": "+zstd", "none": ""}
_ARCHIVED: dict[Compression, str] = {"gzip": ".tar.gz", "zstd": ".tar.zst", "none": ".tar"}


@dataclass(frozen=True, slots=True)
class Blob:
    """A layer that lies somewhere."""

    path: Path
    compression: Compression
    diff_id: str
    annotations: Mapping[str, str] = field(default_factory=dict)
    """What its descriptor says besides."""

    @classmethod
    def compress(cls, tar: Path, compression: Compression) -> "Blob":
        """Compress a tar as the tools of a builder would; one that is not compressed is used as it is."""
        diff_id = digest_of(tar)
        if compression == "none":
            return cls(tar, compression, diff_id)
        target = tar.with_name(f"{tar.name}.{compression}")
        with tar.open("rb") as source, target.open("wb") as sink:
            subprocess.run(_COMMANDS[compression], stdin=source, stdout=sink, check=True)
        return cls(target, compression, diff_id)


def digest_of(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def write_layout(folder: Path, blobs: Sequence[Blob]) -> None:
    """An image of these layers, tag ``bench``; the blobs are linked, not copied."""
    writer = LayoutWriter(folder)
    layers = []
    for blob in blobs:
        digest = digest_of(blob.path)
        target = folder / "blobs" / "sha256" / digest.removeprefix("sha256:")
        if not target.exists():
            os.link(blob.path, target)
        kind = media_type.OCI_LAYER + _SUFFIXES[blob.compression]
        descriptor: Document = {"mediaType": kind, "digest": digest, "size": blob.path.stat().st_size}
        if blob.annotations:
            descriptor["annotations"] = dict(blob.annotations)
        layers.append(Layer(descriptor, blob.diff_id))
    named = {"org.opencontainers.image.ref.name": "bench"}
    writer.finish([writer.image(_config(len(blobs)), layers, annotations=named)])


def write_archive(path: Path, blobs: Sequence[Blob]) -> None:
    """The same image as ``docker save`` writes it, but for the compression of the layers, which dive can read too."""
    diff_ids = [blob.diff_id for blob in blobs]
    config = dump({**_config(len(blobs)), "rootfs": {"type": "layers", "diff_ids": diff_ids}})
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    layers = [f"layer-{number:03}{_ARCHIVED[blob.compression]}" for number, blob in enumerate(blobs, 1)]
    manifest = dump([{"Config": name, "RepoTags": ["bench:latest"], "Layers": layers}])
    with tarfile.open(path, "w") as archive:
        for document, data in ((name, config), ("manifest.json", manifest)):
            header = tarfile.TarInfo(document)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
        for layer, blob in zip(layers, blobs, strict=True):
            archive.add(blob.path, layer)


def _config(count: int) -> dict[str, object]:
    created = "2024-05-14T10:00:00Z"
    history = [{"created": created, "created_by": f"COPY part-{number} / # buildkit"} for number in range(1, count + 1)]
    return {"created": created, "architecture": "amd64", "os": "linux", "config": {}, "history": history}
