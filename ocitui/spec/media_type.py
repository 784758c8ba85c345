"""Media types, and what a document is when it does not say.

Implements image-spec, OCI Image Media Types, and the Docker Image Manifest Version 2,
Schema 2 types that it is compatible with.
"""

from collections.abc import Mapping
from enum import Enum

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
OCI_ARTIFACT_MANIFEST = "application/vnd.oci.artifact.manifest.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_MANIFEST_V1 = "application/vnd.docker.distribution.manifest.v1+json"
DOCKER_MANIFEST_V1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_PLUGIN_CONFIG = "application/vnd.docker.plugin.v1+json"

_LAYER_PREFIXES = (
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
)


class DocumentKind(Enum):
    """What a blob is, as far as this program tells them apart."""

    INDEX = "index"
    MANIFEST = "manifest"
    CONFIG = "config"
    LAYER = "layer"
    OTHER = "blob"


_KINDS = {
    OCI_INDEX: DocumentKind.INDEX,
    DOCKER_MANIFEST_LIST: DocumentKind.INDEX,
    OCI_MANIFEST: DocumentKind.MANIFEST,
    DOCKER_MANIFEST: DocumentKind.MANIFEST,
    OCI_CONFIG: DocumentKind.CONFIG,
    DOCKER_CONFIG: DocumentKind.CONFIG,
}


def kind_of(media_type: str) -> DocumentKind:
    """What a media type stands for; ``OTHER`` for those this program knows nothing of."""
    bare = base_type(media_type)
    if is_layer(bare):
        return DocumentKind.LAYER
    return _KINDS.get(bare, DocumentKind.OTHER)


def kind_of_object(document: Mapping[str, object]) -> DocumentKind:
    """What a document without a ``mediaType`` is, told from what it holds.

    image-spec, Image Manifest: the property "SHOULD be used", so it may be missing.
    """
    if "manifests" in document:
        return DocumentKind.INDEX
    if "layers" in document or ("config" in document and "schemaVersion" in document):
        return DocumentKind.MANIFEST
    if "rootfs" in document or ("architecture" in document and "os" in document):
        return DocumentKind.CONFIG
    return DocumentKind.OTHER


def base_type(media_type: str) -> str:
    """A media type without its parameters, in lower case (RFC 6838, section 4.2)."""
    return media_type.partition(";")[0].strip().lower()


def is_layer(media_type: str) -> bool:
    """Whether this is a layer's media type, whatever its compression or encryption."""
    return base_type(media_type).startswith(_LAYER_PREFIXES)


def is_encrypted(media_type: str) -> bool:
    """Whether this is the media type of an encrypted layer (ocicrypt: ``…+gzip+encrypted``)."""
    return base_type(media_type).endswith("+encrypted")


def is_nondistributable(media_type: str) -> bool:
    """Whether registries need not hold this layer (image-spec, Layer: Non-Distributable Layers)."""
    return ".nondistributable." in media_type or ".foreign." in media_type


def is_json(media_type: str) -> bool:
    """Whether the blob should be a JSON document."""
    bare = base_type(media_type)
    return bare.endswith("+json") or bare in {"application/json", "text/json"}


def short_media_type(media_type: str) -> str:
    """The part of a media type that tells it from the others: ``layer.v1.tar+gzip``."""
    for prefix in (
        "application/vnd.oci.image.",
        "application/vnd.oci.",
        "application/vnd.docker.distribution.",
        "application/vnd.docker.image.rootfs.",
        "application/vnd.docker.",
        "application/vnd.",
        "application/",
    ):
        if media_type.startswith(prefix):
            return media_type.removeprefix(prefix)
    return media_type
