"""Looks at the end of a layer for a table of contents that no document names.

Whoever could change the layer on its way could change such a table: an index of it is looked at,
marked, and not kept. Finding one takes the last bytes of the layer, in one request.
"""

import struct

from ocitui.errors import BlobError
from ocitui.layers.basis import Source
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.toc.errors import ElsewhereError, TableError
from ocitui.layers.toc.estargz import footer_offset
from ocitui.layers.toc.find import tail_size
from ocitui.layers.toc.table import Part, TableOfContents
from ocitui.transports.blob import Blob

_FOOTERS = 72
"""Bytes of the longest footer, with the header of the frame that it is in."""

_ZSTD = ((b"GnUlInUx", 4), (b"GNUlInUx", 7))
"""The last bytes of zstd:chunked layers, old and new, and the numbers before them."""


def probe(blob: Blob, size: int) -> TableOfContents | None:
    """Return the table that the end of a layer tells of; None where there is none, or the blob cannot be read.

    Args:
        blob: the layer.
        size: bytes of it.

    Raises:
        ElsewhereError: it tells of one in another image.
    """
    try:
        with BlobSource(blob) as source:
            end = source.read_range(max(size - _FOOTERS, 0), min(size, _FOOTERS))
    except BlobError:
        return None  # whoever reads the layer says so
    for magic, count in _ZSTD:
        if end.endswith(magic):
            offset, packed, unpacked, _, *split = struct.unpack(f"<{count}Q", end[-8 - 8 * count : -8])
            parts = Part(*split) if split else None
            return TableOfContents.zstd_chunked(None, Part(offset, packed, unpacked), parts)
    try:
        footer_offset(end)
    except ElsewhereError:
        raise
    except TableError:
        return None
    return TableOfContents(Source.ESTARGZ, None, tail_size(size))
