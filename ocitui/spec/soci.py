"""The names by which an image and its SOCI index are tied together.

Implements soci-snapshotter's soci/soci_index.go, and docs/soci-index-manifest-v2.md.
"""

from collections.abc import Mapping

from ocitui.errors import DocumentError
from ocitui.spec.digest import Digest

V1_TYPE = "application/vnd.amazon.soci.index.v1+json"
"""The type of a SOCI index that is a referrer of its image."""

V2_TYPE = "application/vnd.amazon.soci.index.v2+json"
"""The type of one that its image names."""

ZTOC_TYPE = "application/octet-stream"
"""The type of a ztoc, which is a layer of a SOCI index."""

ANNOTATION_INDEX = "com.amazon.soci.index-digest"
"""Of an image, and of an index's entry for it: the digest of its SOCI index."""

ANNOTATION_IMAGE = "com.amazon.soci.image-manifest-digest"
"""Of an index's entry for a SOCI index: the digest of its image."""

ANNOTATION_LAYER = "com.amazon.soci.image-layer-digest"
"""Of a ztoc: the digest of its layer."""


def digest_in(annotations: Mapping[str, str], key: str) -> Digest | None:
    """Return the digest that an annotation is; None where it is none."""
    try:
        return Digest.parse(annotations.get(key, ""))
    except DocumentError:
        return None
