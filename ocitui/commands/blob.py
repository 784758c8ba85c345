"""``ocitui blob``: the bytes of a blob, checked against its digest."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress

import click

from ocitui.commands.arguments import DigestType, image_argument, registry_options
from ocitui.commands.opened.layer import SHORTEST_PREFIX
from ocitui.commands.opened.place import Place
from ocitui.commands.opened.registry import asked_to_fetch
from ocitui.commands.output.contents import write_contents
from ocitui.display import printable, quote
from ocitui.errors import BlobError, BlobMissingError, DocumentError, NotFoundError, UsageError
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.unpacked import UnpackedBlob
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob
from ocitui.transports.transport import Transport

_PREFIX = re.compile(rf"(?:([a-z0-9+._-]+):)?([0-9a-zA-Z=_-]{{{SHORTEST_PREFIX},}})")
_CHUNK = 1 << 19
_NAMED = 4
"""Digests with one beginning that a message names."""


@click.command()
@image_argument
@click.argument("digest", type=DigestType())
@click.option("--force", is_flag=True, help="On a terminal, print anything that is not text too, escaped.")
@registry_options
def command(image: str, digest: str, force: bool) -> int:
    """Print the bytes of a blob: a manifest, a config, a layer as it is stored, anything.

    DIGEST is `sha256:…`, or its beginning where that is enough; any blob of the place may
    be asked for. Bytes are written as they are read, and checked at the end: only exit code
    0 says that they are the blob. A layer of a docker archive, which goes by its diff ID,
    is written unpacked.

    Exits with 1 where there is no such blob, and with 2 where it does not match its digest,
    cannot be read, or cannot be checked; what was written is not to be used then.
    """
    transport = Place.open(image).transport
    found = find_digest(transport, digest)
    try:
        blob = transport.locate(found)
        with asked_to_fetch((blob.size or 0) if blob.is_remote else 0):
            write_contents(checked_pieces(blob, found), "" if force else f"blob {found}")
    except BlobMissingError:  # which a registry says when it is read
        raise NotFoundError(f"{printable(transport.place)}: no blob {found}") from None
    return 0


def find_digest(transport: Transport, text: str) -> Digest:
    """Return the digest of a blob of a place from its beginning; a whole one as it is.

    Raises:
        UsageError: it cannot be the beginning of one, or several begin so.
        NotFoundError: none begins so.
    """
    matched = _PREFIX.fullmatch(text)
    if matched is None:
        needed = f"give at least the first {SHORTEST_PREFIX} hexadecimal digits of one"
        raise UsageError(f"blob: {quote(text)} is not a digest; {needed}")
    algorithm, start = matched.groups()
    if algorithm is not None:
        with suppress(DocumentError):
            return Digest.parse(text)
    found = [
        each for each in transport.digests() if algorithm in (None, each.algorithm) and each.encoded.startswith(start)
    ]
    if not found:
        raise NotFoundError(f"{printable(transport.place)}: no blob {printable(text)}")
    if len(found) > 1:
        more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        raise UsageError(f"blob {text}: several blobs begin so: {', '.join(map(str, found[:_NAMED]))}{more}")
    return found[0]


def checked_pieces(blob: Blob, digest: Digest) -> Iterator[bytes]:
    """Yield the bytes that a digest stands for.

    Raises:
        BlobError: the blob cannot be read; or, at the end, the bytes have another digest, or it cannot be checked.
        LayerError: it cannot be unpacked.
    """
    running = hashlib.new(digest.algorithm) if digest.is_known else None
    for piece in _unpacked(blob) if blob.is_named_by_diff_id else _stored(blob):
        if running is not None:
            running.update(piece)
        yield piece
    if running is None:
        raise BlobError(f"blob {digest}: cannot be checked, {digest.algorithm} is not an algorithm that ocitui knows")
    if (found := running.hexdigest()) != digest.encoded:
        other = f"found {digest.algorithm}:{found}; do not use what was written"
        raise BlobError(f"blob: expected digest {digest}, {other}")


def _stored(blob: Blob) -> Iterator[bytes]:
    with BlobSource(blob) as source:
        while piece := source.read(_CHUNK):
            yield piece


def _unpacked(blob: Blob) -> Iterator[bytes]:
    unpacked, position = UnpackedBlob(blob, lambda _: None), 0
    try:
        while piece := unpacked.read(position, _CHUNK):
            position += len(piece)
            yield piece
    finally:
        unpacked.close()
