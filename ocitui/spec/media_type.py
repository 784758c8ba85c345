"""Media types, and what a document is when it does not say.

Implements image-spec, OCI Image Media Types, and the Docker Image Manifest Version 2,
Schema 2 types that it is compatible with.
"""

import re
from collections.abc import Mapping
from enum import Enum

from ocitui.spec.properties import Properties

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
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_PLUGIN_CONFIG = "application/vnd.docker.plugin.v1+json"

_LAYER = re.compile(
    r"application/vnd\.(oci\.image\.layer\.(nondistributable\.)?v1|docker\.image\.rootfs\.(foreign\.)?diff)\.tar"
    r"([.+-][a-z0-9.+-]*)?"
)
"""With a suffix for the compression: ``+gzip`` in OCI, ``.gzip`` in Docker, and ``+encrypted`` after it."""

NAMING = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
"""The name of a media type (RFC 6838, section 4.2), which has no parameters in a descriptor."""

_TAR = re.compile(r"[./-]x?-?tar(?:[.+](?:gzip|gz|zstd))?\Z")

IN_TOTO_PREFIX = "application/vnd.in-toto"
DOCKER_ATTESTATION = "application/vnd.docker.attestation.manifest.v1+json"
"""The artifact type of BuildKit's attestation manifests, where it was told to say one (``oci-artifact=true``)."""


class DocumentKind(Enum):
    """The kind of a blob, as far as this program tells them apart."""

    INDEX = "index"
    MANIFEST = "manifest"
    CONFIG = "config"
    LAYER = "layer"
    OTHER = "blob"


_KINDS = {
    OCI_INDEX: DocumentKind.INDEX,
    DOCKER_MANIFEST_LIST: DocumentKind.INDEX,
    OCI_MANIFEST: DocumentKind.MANIFEST,
    OCI_ARTIFACT_MANIFEST: DocumentKind.MANIFEST,
    DOCKER_MANIFEST: DocumentKind.MANIFEST,
    OCI_CONFIG: DocumentKind.CONFIG,
    DOCKER_CONFIG: DocumentKind.CONFIG,
}


def kind_of(media_type: str) -> DocumentKind:
    """Return the kind that a media type stands for; ``OTHER`` for unknown ones."""
    bare = base_type(media_type)
    if is_layer(bare):
        return DocumentKind.LAYER
    return _KINDS.get(bare, DocumentKind.OTHER)


def kind_of_object(document: Mapping[str, object]) -> DocumentKind:
    """Return the kind of a document, told from its fields, since it need not have a media type.

    image-spec, Image Manifest: ``mediaType`` "SHOULD be used", so it may be missing. A
    document that is two things at once is what its ``mediaType`` says, or else ``OTHER``.
    """
    found = Properties(document)
    said = found.get("mediaType")
    kind = kind_of(said) if isinstance(said, str) else DocumentKind.OTHER
    if _is_ambiguous(found):
        return kind
    if "manifests" in found:
        return DocumentKind.INDEX
    if "layers" in found or ("config" in found and "schemaVersion" in found):
        return DocumentKind.MANIFEST
    if "blobs" in found and kind is DocumentKind.MANIFEST:
        return DocumentKind.MANIFEST
    if "rootfs" in found or ("architecture" in found and "os" in found):
        return DocumentKind.CONFIG
    return DocumentKind.OTHER


def is_ambiguous(document: Mapping[str, object]) -> bool:
    """True if a document could be read both as an index and as a manifest (CVE-2021-41190)."""
    return _is_ambiguous(Properties(document))


def _is_ambiguous(document: Properties) -> bool:
    return "manifests" in document and ("layers" in document or "config" in document)


def base_type(media_type: str) -> str:
    """A media type without its parameters, in lower case (RFC 6838, section 4.2)."""
    return media_type.partition(";")[0].strip().lower()


def is_layer(media_type: str) -> bool:
    """True if this is a layer's media type, whatever its compression or encryption."""
    return _LAYER.fullmatch(base_type(media_type)) is not None


def is_tar(media_type: str) -> bool:
    """True if the blob should be a tar: a layer, or what an artifact holds, such as a Helm chart."""
    return is_layer(media_type) or _TAR.search(base_type(media_type)) is not None


def is_encrypted(media_type: str) -> bool:
    """True if this is the media type of an encrypted layer (ocicrypt: ``…+gzip+encrypted``)."""
    return base_type(media_type).endswith("+encrypted")


def is_nondistributable(media_type: str) -> bool:
    """True if registries need not hold this layer (image-spec, Layer: Non-Distributable Layers)."""
    return ".nondistributable." in media_type or ".foreign." in media_type


def is_json(media_type: str) -> bool:
    """True if the blob should be a JSON document."""
    bare = base_type(media_type)
    return bare.endswith("+json") or bare in {"application/json", "text/json"}


def is_text(media_type: str) -> bool:
    """True if the blob should be readable text, which no layer is: JSON, XML, plain."""
    bare = base_type(media_type)
    return is_json(bare) or bare.startswith("text/") or bare.endswith(("+xml", "/xml"))


def is_schema_1(media_type: str) -> bool:
    """True if this is Docker's Image Manifest Version 2, Schema 1, which has no descriptors."""
    return base_type(media_type) in {DOCKER_MANIFEST_V1, DOCKER_MANIFEST_V1_SIGNED}


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
