"""Reads the table of contents of a zstd:chunked layer.

Implements containers/storage's pkg/chunked (compression.go) and stargz-snapshotter's
estargz/zstdchunked: the table is in a skippable frame behind the frames of the files, and the
digest is that of its compressed bytes.
"""

from collections.abc import Iterator

from ocitui.layers.compression.source import BlobSource
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.json_table import JsonTable
from ocitui.layers.toc.packed import check_digest, zstd_pieces
from ocitui.layers.toc.table import LIMIT, Part, TableOfContents

FRAME_HEADER = 8
"""Bytes of a skippable frame before what is in it."""


def read_zstd_chunked(source: BlobSource, table: TableOfContents) -> JsonTable:
    """Read the table of a layer, and check its digest.

    Args:
        source: the layer's blob.
        table: what is known of the table; where it is, for one.

    Raises:
        TableError: there is none, or it is not what it must be.
        BlobError: the blob cannot be read.
    """
    assert table.part is not None, "where it is, is known of every one"
    packed = read_part(source, table.part)
    check_digest(table.digest, iter([packed]))
    ends = [part.offset - FRAME_HEADER for part in (table.part, table.split) if part is not None]
    unpacked = table.part.unpacked
    return JsonTable(lambda: _exactly(zstd_pieces(packed), unpacked), end=min(ends), fetched=len(packed))


def read_part(source: BlobSource, part: Part) -> bytes:
    """The compressed bytes of a part of a layer that the manifest names, or `TableError` where it cannot be there."""
    if part.size > LIMIT or part.unpacked > LIMIT:
        raise TableError(f"it is of {max(part.size, part.unpacked):,} bytes, over the limit of {LIMIT:,}")
    if part.offset < FRAME_HEADER or part.offset + part.size > source.size:
        raise TableError(f"expected it within the {source.size:,} bytes of the layer, found it at {part.offset:,}")
    return source.read_range(part.offset, part.size)


def _exactly(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The pieces, as long as they are no more than was said."""
    came = 0
    for piece in pieces:
        came += len(piece)
        if came > size:
            break
        yield piece
    if came != size:
        raise TableError(f"expected it to unpack to {size:,} bytes, found {'more' if came > size else f'{came:,}'}")
