"""Finds the ztocs of an image's layers in its SOCI index.

Implements soci-snapshotter's soci/soci_index.go: the index is an image manifest whose layers are
ztocs, each with an annotation that says of which layer.
"""

from collections.abc import Callable

from ocitui.errors import BlobError
from ocitui.layers.basis import Source
from ocitui.layers.toc.table import TableOfContents
from ocitui.spec.digest import Digest
from ocitui.spec.manifest import Manifest
from ocitui.spec.soci import ANNOTATION_LAYER, ZTOC_TYPE, digest_in
from ocitui.transports.blob import Blob


def find_ztocs(
    manifest: Manifest, source: Source, locate: Callable[[Digest], Blob | None]
) -> dict[Digest, TableOfContents]:
    """Return the ztocs that a SOCI index names, by the digest of the layer that each is of.

    Args:
        manifest: the SOCI index.
        source: by what it was found.
        locate: gives the location of a blob; None, or an error, where it is missing.
    """
    found: dict[Digest, TableOfContents] = {}
    for descriptor in manifest.layers:
        digest, layer = descriptor.digest, digest_in(descriptor.annotations, ANNOTATION_LAYER)
        if descriptor.media_type != ZTOC_TYPE or layer is None or layer in found:
            continue
        if digest is None or not digest.is_known or not descriptor.size:
            continue
        try:
            blob = locate(digest)
        except BlobError:
            continue
        if blob is not None:
            found[layer] = TableOfContents(source, digest, descriptor.size, blob=blob)
    return found
