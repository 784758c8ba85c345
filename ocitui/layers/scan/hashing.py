"""Reads a blob that is no layer, for its digest."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ocitui.layers.compression.source import BlobSource
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class HashedBlob:
    """What a blob turned out to be."""

    size: int
    """Bytes that were read."""
    digest: Digest | None
    """None where the algorithm is not known."""


def hash_blob(blob: Blob, algorithm: str, on_bytes: Callable[[int], bool]) -> HashedBlob | None:
    """Hash the bytes of a blob. Python's lock is given up meanwhile.

    Args:
        blob: where they are.
        algorithm: one of a digest, known or not.
        on_bytes: is told how many were read so far; returns False when no more are wanted.

    Returns:
        What was found; None when it was broken off.

    Raises:
        BlobError: the blob cannot be opened or read.
    """
    known = Digest(algorithm, "").is_known
    running = hashlib.new(algorithm) if known else None
    with BlobSource(blob) as source:
        while data := source.read(_PIECE):
            if running is not None:
                running.update(data)
            if not on_bytes(source.position):
                return None
        return HashedBlob(source.position, Digest(algorithm, running.hexdigest()) if running is not None else None)
