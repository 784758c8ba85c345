"""Writes an OCI image layout, blob by blob (image-spec, Image Layout)."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import zstandard

from ocitui.spec import media_type

Compression = Literal["gzip", "zstd", "none"]
Document = dict[str, Any]
"""A JSON object as it goes into the layout: a descriptor, a manifest, a config."""

_SUFFIXES: dict[Compression, str] = {"gzip": "+gzip", "zstd": "+zstd", "none": ""}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that is in the layout: what a manifest and what a config say of it."""

    descriptor: Document
    diff_id: str
    """The digest of the unpacked tar."""


def sha256(data: bytes) -> str:
    """The digest of these bytes as the documents write it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dump(document: object) -> bytes:
    """A document as bytes: without spaces, keys in the order given."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def compress(data: bytes, compression: Compression = "gzip") -> bytes:
    """Compress a tar, with nothing in the result that depends on the time or the machine."""
    match compression:
        case "gzip":
            stream = zlib.compressobj(6, zlib.DEFLATED, 31)
            return stream.compress(data) + stream.flush()
        case "zstd":
            return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(data)
        case "none":
            return data


class LayoutWriter:
    """An image layout under construction; nothing of it can be found before `finish`."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._blobs = target / "blobs" / "sha256"
        self._blobs.mkdir(parents=True, exist_ok=True)

    def blob(self, kind: str, data: bytes, **properties: Any) -> Document:
        """Store bytes and return their descriptor.

        Args:
            kind: the media type.
            data: the bytes.
            properties: what else the descriptor says (``platform``, ``annotations``, …).
        """
        digest = sha256(data)
        (self._blobs / digest.removeprefix("sha256:")).write_bytes(data)
        return {"mediaType": kind, "digest": digest, "size": len(data), **properties}

    def document(self, kind: str, document: object, **properties: Any) -> Document:
        """Store a JSON document and return its descriptor."""
        return self.blob(kind, dump(document), **properties)

    def layer(self, tar: bytes, compression: Compression = "gzip") -> Layer:
        """Compress and store a tar as a layer."""
        descriptor = self.blob(media_type.OCI_LAYER + _SUFFIXES[compression], compress(tar, compression))
        return Layer(descriptor, sha256(tar))

    def image(self, config: Mapping[str, Any], layers: Iterable[Layer], **properties: Any) -> Document:
        """Store an image: its config, completed by the layers' diff IDs, and its manifest.

        Args:
            config: the image configuration without ``rootfs``.
            layers: the layers, the base first.
            properties: what else the manifest's descriptor says.
        """
        layers = list(layers)
        rootfs = {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]}
        stored = self.document(media_type.OCI_CONFIG, {**config, "rootfs": rootfs})
        return self.manifest(stored, [layer.descriptor for layer in layers], **properties)

    def manifest(
        self, config: Document, layers: list[Document], extra: Mapping[str, Any] | None = None, **properties: Any
    ) -> Document:
        """Store a manifest.

        Args:
            config: the config's descriptor.
            layers: the layers' descriptors.
            extra: further properties of the manifest itself (``subject``, ``artifactType``, …).
            properties: what else the manifest's descriptor says.
        """
        head = {"schemaVersion": 2, "mediaType": media_type.OCI_MANIFEST}
        document = {**head, "config": config, "layers": layers, **(extra or {})}
        return self.document(media_type.OCI_MANIFEST, document, **properties)

    def index(self, manifests: list[Document], **properties: Any) -> Document:
        """Store a nested image index."""
        document = {"schemaVersion": 2, "mediaType": media_type.OCI_INDEX, "manifests": manifests}
        return self.document(media_type.OCI_INDEX, document, **properties)

    def finish(self, manifests: list[Document]) -> None:
        """Write ``oci-layout`` and ``index.json``, with which the layout is complete."""
        document = {"schemaVersion": 2, "mediaType": media_type.OCI_INDEX, "manifests": manifests}
        (self.target / "oci-layout").write_bytes(dump({"imageLayoutVersion": "1.0.0"}))
        (self.target / "index.json").write_bytes(dump(document))
