"""The compression of a layer, according to its media type and to its bytes.

Implements image-spec, Image Layer Filesystem Changeset: ``+gzip`` and ``+zstd`` media types.
When the media type and the bytes disagree, the bytes win and a note says so.
"""

from ocitui.display import printable
from ocitui.layers.tar.header import is_header
from ocitui.spec.compression import Compression, by_magic
from ocitui.spec.media_type import base_type, is_encrypted

MAGIC_LENGTH = 512
"""Bytes from the start of a blob that `detect` wants to see: one tar header."""

_PLAIN_TYPES = frozenset(
    {
        "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.oci.image.layer.nondistributable.v1.tar",
        "application/vnd.docker.image.rootfs.diff.tar",
        "application/vnd.docker.image.rootfs.foreign.diff.tar",
        "application/vnd.docker.container.image.rootfs.diff+x-gtar",
    }
)
_SUFFIXES = {"gzip": Compression.GZIP, "zstd": Compression.ZSTD}


def detect(start: bytes) -> Compression:
    """Tell the compression from the first bytes of a blob (`MAGIC_LENGTH` of them where there are as many).

    A plain tar whose first name happens to begin like a compressed stream is still a tar,
    since its header has a checksum.
    """
    return Compression.NONE if is_header(start) else by_magic(start)


def compression_of_media_type(media_type: str) -> Compression | None:
    """Return the compression that a media type implies; None when it is no layer type this program knows.

    OCI types end in ``.tar``, ``.tar+gzip``, ``.tar+zstd``; Docker's in ``.tar``, ``.tar.gzip``, ``.tar.zstd``.
    ``+encrypted`` is looked through, see `ocitui.spec.media_type.is_encrypted`.
    """
    name = base_type(media_type).removesuffix("+encrypted")
    if name in _PLAIN_TYPES:
        return Compression.NONE
    for word, compression in _SUFFIXES.items():
        for separator in "+.":
            suffix = separator + word
            if name.endswith(suffix) and name.removesuffix(suffix) in _PLAIN_TYPES:
                return compression
    return None


def disagreement(media_type: str, found: Compression) -> str | None:
    """One sentence when a layer's media type says another compression than its bytes; None when they agree.

    Args:
        media_type: from the layer's descriptor.
        found: from the layer's bytes, as `ocitui.layers.summary.LayerSummary.compression` has it.
    """
    said = compression_of_media_type(media_type)
    if said is None or said is found or is_encrypted(media_type):
        return None
    return f"the media type {printable(media_type)} says {_word(said)}, the bytes are {_word(found)}"


def _word(compression: Compression) -> str:
    return "not compressed" if compression is Compression.NONE else compression.value
