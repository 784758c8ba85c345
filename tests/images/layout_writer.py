"""Image layouts as no tool would write them.

`write_layout` writes an image of any layers, and lets a test override every field of every
document, or replace whole documents and blobs by bytes. What is not overridden is correct,
digests and sizes included, and stays so: a config that was changed has its true digest in
the manifest. Layers are tars; make them with `ocitui.demo.tar`, with ``tarfile``, or by hand::

    from ocitui.demo.tar import directory, file, opaque, symlink, whiteout, write_tar
    from tests.images.layout_writer import REMOVE, LayerSpec, write_layout

    lower = write_tar([directory("etc"), file("etc/motd", "hello")])
    upper = write_tar([whiteout("etc/motd")])

    write_layout(tmp_path / "image", [lower, upper])                            # a sound image
    write_layout(path, [LayerSpec(lower, "zstd"), LayerSpec(upper, "none")])    # other compressions
    write_layout(path, [LayerSpec(lower, descriptor={"size": -1})])             # a wrong size
    write_layout(path, [LayerSpec(lower, blob=b"not a tar")])                   # any bytes as a layer
    write_layout(path, [LayerSpec(lower, stored=False)])                        # a blob that is not here
    write_layout(path, [lower], config={"history": []})                        # a field of the config
    write_layout(path, [lower], config=b"not JSON")                            # the whole config
    write_layout(path, [lower], manifest={"mediaType": REMOVE, "layers": None}) # fields gone or odd
    write_layout(path, [lower], manifest_descriptor={"digest": "sha256:../../x"})
    write_layout(path, [lower], index={"manifests": None}, oci_layout=b"")

The result says where things are and can be damaged further::

    layout = write_layout(tmp_path / "image", [lower])
    layout.replace(layout.layers[0], b"changed")     # the bytes, not the name: the digest is wrong now
    layout.truncate(layout.layers[0], 100)
    layout.remove(layout.config)

For several images, nested indexes and referrers use `ocitui.demo.layout.LayoutWriter`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocitui.demo.layout import Compression, Document, LayoutWriter, compress, dump, sha256
from ocitui.spec import media_type

REMOVE = object()
"""As the value of an override: the property is left out."""

Overrides = Mapping[str, object] | bytes
"""Properties to set (or to `REMOVE`), or the bytes of the whole document."""

REF_NAME = "org.opencontainers.image.ref.name"
_MEDIA_TYPES: dict[Compression, str] = {
    "gzip": media_type.OCI_LAYER + "+gzip",
    "zstd": media_type.OCI_LAYER + "+zstd",
    "none": media_type.OCI_LAYER,
}


@dataclass(frozen=True)
class LayerSpec:
    """A layer to write."""

    tar: bytes = b""
    compression: Compression = "gzip"
    blob: bytes | None = None
    """Stored as it is, in place of the compressed tar."""
    descriptor: Mapping[str, object] = field(default_factory=dict)
    diff_id: str | None = None
    """What the config claims, in place of the digest of the tar."""
    stored: bool = True
    """False: the descriptor is there and the blob is not."""


@dataclass(frozen=True)
class WrittenLayout:
    """A layout that was written, and the true digests of what is in it."""

    path: Path
    manifest: str
    config: str
    layers: tuple[str, ...]

    def blob(self, digest: str) -> Path:
        """The file that holds, or would hold, this blob."""
        algorithm, _, encoded = digest.partition(":")
        return self.path / "blobs" / algorithm / encoded

    def replace(self, digest: str, data: bytes) -> None:
        """Put other bytes under the same digest."""
        self.blob(digest).write_bytes(data)

    def truncate(self, digest: str, size: int) -> None:
        """Keep only the first ``size`` bytes of a blob; with a negative number, all but the last ones."""
        self.replace(digest, self.blob(digest).read_bytes()[:size])

    def remove(self, digest: str) -> None:
        """Delete a blob."""
        self.blob(digest).unlink()


def write_layout(
    path: Path,
    layers: Sequence[bytes | LayerSpec] = (),
    *,
    tag: str | None = "latest",
    config: Overrides | None = None,
    config_descriptor: Mapping[str, object] | None = None,
    manifest: Overrides | None = None,
    manifest_descriptor: Mapping[str, object] | None = None,
    index: Overrides | None = None,
    oci_layout: Overrides | None = None,
) -> WrittenLayout:
    """Write a layout that holds one image, see the examples above.

    Args:
        path: the layout's folder, made where it does not exist yet.
        layers: the base first; bytes are a tar to be compressed with gzip.
        tag: the image's name in ``index.json``, or None for an image without one.
        config: overrides of the config; it names linux/amd64 and has one history entry a layer.
        config_descriptor: overrides of the manifest's descriptor of the config.
        manifest: overrides of the manifest.
        manifest_descriptor: overrides of the descriptor in ``index.json``.
        index: overrides of ``index.json``.
        oci_layout: overrides of the file ``oci-layout``.
    """
    writer = LayoutWriter(path)
    specs = [layer if isinstance(layer, LayerSpec) else LayerSpec(layer) for layer in layers]
    descriptors = [_store_layer(writer, spec) for spec in specs]
    stored_config = writer.blob(media_type.OCI_CONFIG, _document(_config(specs), config))
    head: Document = {"schemaVersion": 2, "mediaType": media_type.OCI_MANIFEST}
    claimed = [_override(descriptor, spec.descriptor) for descriptor, spec in zip(descriptors, specs, strict=True)]
    sound = {**head, "config": _override(stored_config, config_descriptor), "layers": claimed}
    stored_manifest = writer.blob(media_type.OCI_MANIFEST, _document(sound, manifest))
    named = {**stored_manifest, "annotations": {REF_NAME: tag}} if tag is not None else stored_manifest
    writer.finish([])
    top = {"schemaVersion": 2, "manifests": [_override(named, manifest_descriptor)]}
    (path / "index.json").write_bytes(_document(top, index))
    (path / "oci-layout").write_bytes(_document({"imageLayoutVersion": "1.0.0"}, oci_layout))
    return WrittenLayout(
        path, stored_manifest["digest"], stored_config["digest"], tuple(layer["digest"] for layer in descriptors)
    )


def _store_layer(writer: LayoutWriter, spec: LayerSpec) -> Document:
    data = compress(spec.tar, spec.compression) if spec.blob is None else spec.blob
    if spec.stored:
        return writer.blob(_MEDIA_TYPES[spec.compression], data)
    return {"mediaType": _MEDIA_TYPES[spec.compression], "digest": sha256(data), "size": len(data)}


def _config(specs: list[LayerSpec]) -> Document:
    return {
        "created": "2024-05-14T10:00:00Z",
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": [spec.diff_id or sha256(spec.tar) for spec in specs]},
        "history": [
            {"created": "2024-05-14T10:00:00Z", "created_by": f"COPY layer-{number} / # buildkit"}
            for number in range(1, len(specs) + 1)
        ],
    }


def _override(document: Document, overrides: Mapping[str, object] | None) -> Document:
    merged: dict[str, Any] = {**document, **(overrides or {})}
    return {key: value for key, value in merged.items() if value is not REMOVE}


def _document(document: Document, overrides: Overrides | None) -> bytes:
    if isinstance(overrides, bytes):
        return overrides
    merged = _override(document, overrides)
    try:
        return dump(merged)
    except UnicodeEncodeError:  # half of a pair, which only an escape can spell
        return json.dumps(merged).encode()
