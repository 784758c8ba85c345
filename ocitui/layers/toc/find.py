"""Finds out from what a manifest says of a layer whether it has a table of contents.

Implements stargz-snapshotter's docs/estargz.md (annotation of the digest), and the annotations of
containers/storage's pkg/chunked, under the two prefixes that it has had.
"""

import re
from collections.abc import Mapping

from ocitui.errors import DocumentError
from ocitui.layers.basis import Source
from ocitui.layers.toc.table import Part, TableOfContents
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest

ESTARGZ_DIGEST = "containerd.io/snapshot/stargz/toc.digest"
"""The annotation of an eStargz layer: the digest of the table as JSON, unpacked."""

ZSTD_CHUNKED = ("io.github.containers.zstd-chunked.", "io.containers.zstd-chunked.")
"""Beginnings of the annotations of a zstd:chunked layer: as containers/storage writes them since 2023, and as it did
before, and stargz-snapshotter does to this day. The digest is that of the table as stored, compressed."""

_POSITION = re.compile(r"([0-9]{1,18}):([0-9]{1,18}):([0-9]{1,18})(?::1)?", re.ASCII)

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
    for prefix in ZSTD_CHUNKED:  # stargz-snapshotter gives such a layer both annotations
        found = _zstd_chunked(descriptor.annotations, prefix)
        if found is not None:
            return found
    digest = _digest(descriptor.annotations.get(ESTARGZ_DIGEST, ""))
    if digest is None:
        return None
    return TableOfContents(Source.ESTARGZ, digest, tail_size(size))


def _zstd_chunked(annotations: Mapping[str, str], prefix: str) -> TableOfContents | None:
    digest = _digest(annotations.get(f"{prefix}manifest-checksum", ""))
    part = _part(annotations.get(f"{prefix}manifest-position", ""))
    if digest is None or part is None:
        return None
    split = _part(annotations.get(f"{prefix}tarsplit-position", ""))
    return TableOfContents.zstd_chunked(digest, part, split)


def _part(text: str) -> Part | None:
    """A place as containers/storage writes it: offset, bytes, and bytes unpacked; of a table the type follows, 1."""
    found = _POSITION.fullmatch(text)
    return Part(int(found[1]), int(found[2]), int(found[3])) if found is not None else None


def tail_size(size: int) -> int:
    """Bytes of the end of a blob of some size that are read at once."""
    return min(size, max(TAIL_LEAST, min(size // TAIL_PART, TAIL_MOST)))


def _digest(text: str) -> Digest | None:
    try:
        found = Digest.parse(text)
    except DocumentError:
        return None
    return found if found.is_known else None
