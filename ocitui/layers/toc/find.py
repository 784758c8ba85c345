"""Finds out from what a manifest says of a layer whether it has a table of contents.

Implements stargz-snapshotter's docs/estargz.md (annotation of the digest), and the annotations of
containers/storage's pkg/chunked, under the two prefixes that it has had.
"""

from ocitui.errors import DocumentError
from ocitui.layers.basis import Source
from ocitui.layers.toc.table import TableOfContents
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest

ESTARGZ_DIGEST = "containerd.io/snapshot/stargz/toc.digest"
"""The annotation of an eStargz layer: the digest of the table as JSON, unpacked."""

TAIL_PART = 128
"""One part in this number of an eStargz layer is asked for at once, since only its end says where the table begins."""

TAIL_LEAST = 1 << 14
"""Bytes that are asked for at least."""

TAIL_MOST = 4 << 20
"""Bytes that are asked for at most."""


def find_table(descriptor: Descriptor) -> TableOfContents | None:
    """Return the table of contents that a layer's descriptor names; None where it names none, or none that can be."""
    size = descriptor.size
    if size is None:
        return None
    digest = _digest(descriptor.annotations.get(ESTARGZ_DIGEST, ""))
    if digest is None:
        return None
    return TableOfContents(Source.ESTARGZ, digest, tail_size(size))


def tail_size(size: int) -> int:
    """Bytes of the end of a blob of some size that are read at once."""
    return min(size, max(TAIL_LEAST, min(size // TAIL_PART, TAIL_MOST)))


def _digest(text: str) -> Digest | None:
    try:
        found = Digest.parse(text)
    except DocumentError:
        return None
    return found if found.is_known else None
