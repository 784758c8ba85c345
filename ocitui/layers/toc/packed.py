"""Unpacks parts of a blob that are in memory, never more of them than was asked for."""

import hashlib
import zlib
from collections.abc import Iterator

import zstandard

from ocitui.display import format_size
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.table import LIMIT
from ocitui.spec.digest import Digest
from ocitui.spec.zstd_frames import MEMORY_LIMIT

PIECE = 1 << 16


def gzip_pieces(packed: bytes) -> Iterator[bytes]:
    """The first gzip member of some bytes, unpacked piece by piece; `TableError` where it is damaged or too long."""
    member = zlib.decompressobj(31)
    came, rest = 0, packed
    while not member.eof:
        try:
            piece = member.decompress(rest, PIECE)
        except zlib.error as error:
            raise TableError(f"its gzip is damaged: {error}") from None
        rest = member.unconsumed_tail
        if not piece and not member.eof and not rest:
            raise TableError("its gzip ends too early")
        came += len(piece)
        _check(came)
        if piece:
            yield piece


def zstd_pieces(packed: bytes) -> Iterator[bytes]:
    """The same of zstd."""
    reader = zstandard.ZstdDecompressor(max_window_size=MEMORY_LIMIT).stream_reader(packed)
    came = 0
    while True:
        try:
            piece = reader.read(PIECE)
        except zstandard.ZstdError as error:
            raise TableError(f"its zstd is damaged: {error}") from None
        if not piece:
            return
        came += len(piece)
        _check(came)
        yield piece


def _check(came: int) -> None:
    if came > LIMIT:
        raise TableError(f"it unpacks to more than the limit of {format_size(LIMIT)}")


def digest_of(pieces: Iterator[bytes], algorithm: str) -> Digest:
    """The digest of all pieces together."""
    hasher = hashlib.new(algorithm)
    for piece in pieces:
        hasher.update(piece)
    return Digest(algorithm, hasher.hexdigest())


def check_digest(expected: Digest | None, pieces: Iterator[bytes], who: str = "the image's manifest") -> None:
    """Raise `TableError` where the pieces have another digest than somebody says."""
    if expected is None:
        return
    found = digest_of(pieces, expected.algorithm)
    if found != expected:
        raise TableError(f"expected {expected}, as {who} says, found {found}")
