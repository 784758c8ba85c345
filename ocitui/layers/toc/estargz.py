"""Reads the table of contents of an eStargz layer from its end, or from the blob of another image.

Implements stargz-snapshotter's docs/estargz.md: The TOC and the footer, and eStargz image with an external TOC; the
footer of CRFS's stargz, too.
"""

import re
from collections.abc import Iterator

from ocitui.errors import BlobError
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.tar.header import BLOCK, HeaderError, is_header, parse_number
from ocitui.layers.toc.errors import ElsewhereError, TableError
from ocitui.layers.toc.json_table import JsonTable
from ocitui.layers.toc.packed import check_digest, gzip_pieces
from ocitui.layers.toc.table import LIMIT, TableOfContents
from ocitui.transports.blob import Blob

FOOTER = 51
"""Bytes of a footer."""

_FOOTER = re.compile(rb"\x1f\x8b\x08\x04.{6}(?:\x1a\0SG\x16\0|\x16\0)([0-9a-f]{16})STARGZ\x01\0\0\xff\xff\0{8}", re.S)
_EXTERNAL = re.compile(rb"\x1f\x8b\x08\x04.{6}\x15\0SG\x11\0STARGZEXTERNALTOC\x01\0\0\xff\xff\0{8}\Z", re.S)
_NAME = b"stargz.index.json"


def read_estargz(source: BlobSource, table: TableOfContents) -> JsonTable:
    """Read the table of a layer, and check its digest.

    Args:
        source: the layer's blob.
        table: what is known of the table.

    Raises:
        ElsewhereError: it is larger than what is read at once, or in another image.
        TableError: there is none, or it is not what it must be.
        BlobError: the blob cannot be read.
    """
    size = source.size
    if table.blob is not None:
        return _checked(table, _read_whole(table.blob), size)
    start = max(size - max(table.size, FOOTER), 0)
    tail = source.read_range(start, size - start)
    at = footer_offset(tail)
    if not 0 <= at < size - FOOTER or size - at > LIMIT:
        raise TableError(f"the footer of the layer says that it begins at byte {at:,}, which it does not")
    if at < start:
        if table.part is not None:
            raise TableError("expected it where the footer of the layer said before, found another footer")
        raise ElsewhereError(size - at)
    return _checked(table, tail[at - start :], at)


def _checked(table: TableOfContents, packed: bytes, end: int) -> JsonTable:
    check_digest(table.digest, _json(packed))
    return JsonTable(lambda: _json(packed), end, fetched=len(packed))


def _read_whole(blob: Blob) -> bytes:
    try:
        with BlobSource(blob) as source:
            if source.size > LIMIT:
                raise TableError(f"it is of {source.size:,} bytes, over the limit of {LIMIT:,}")
            return source.read_range(0, source.size)
    except BlobError as error:
        raise TableError(str(error)) from None


def footer_offset(tail: bytes) -> int:
    """Return the offset of the table of contents that a footer says.

    Raises:
        ElsewhereError: it is that of a table in another image.
        TableError: the last bytes are no footer.
    """
    found = _FOOTER.search(tail, max(len(tail) - FOOTER, 0))
    if found is not None and found.end() == len(tail):
        return int(found[1], 16)
    if _EXTERNAL.search(tail, max(len(tail) - FOOTER, 0)):
        raise ElsewhereError
    raise TableError("expected a footer of eStargz at the end of the layer, found none")


def _json(packed: bytes) -> Iterator[bytes]:
    """The bytes of the one file of the tar that the table is in."""
    pieces = gzip_pieces(packed)
    start = b""
    while len(start) < BLOCK:
        piece = next(pieces, b"")
        if not piece:
            raise TableError("expected a tar with the table in it, found none")
        start += piece
    if not is_header(start[:BLOCK]) or start[:100].rstrip(b"\0") != _NAME:
        raise TableError(f"expected a tar with {_NAME.decode()} in it, found something else")
    try:
        left = parse_number(start[124:136])
    except HeaderError as error:
        raise TableError(f"the size of {_NAME.decode()}: {error}") from None
    piece = start[BLOCK:]
    while left > 0:
        yield piece[:left]
        left -= len(piece)
        if left > 0:
            piece = next(pieces, b"")
            if not piece:
                raise TableError("expected more of the table, found the end of its tar")
