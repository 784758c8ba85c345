"""Digests: computed beside everything else, or of a blob that is no layer."""

import hashlib
import os
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from ocitui.layers.compression.source import BlobSource
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob

_PIECE = 1 << 21
_QUEUED = 8
_NICENESS = 10
"""The niceness of a hashing thread, so that the one that unpacks, for which all others wait, comes first."""


class Hasher:
    """Hashes pieces in a thread of its own, which gives up Python's lock while it does."""

    def __init__(self, algorithm: str) -> None:
        """Start the thread.

        Args:
            algorithm: one that `ocitui.spec.digest.Digest.is_known` knows.
        """
        self._algorithm = algorithm
        self._hash = hashlib.new(algorithm)
        self._queue: queue.Queue[bytes | None] = queue.Queue(_QUEUED)
        self._thread = threading.Thread(target=self._run, name=algorithm, daemon=True)
        self._thread.start()

    def update(self, data: bytes) -> None:
        """Take the next piece; waits while several are waiting."""
        self._queue.put(data)

    def digest(self) -> Digest:
        """The digest of all pieces. None may come after this."""
        self.close()
        return Digest(self._algorithm, self._hash.hexdigest())

    def close(self) -> None:
        """End the thread."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        if sys.platform == "linux":  # elsewhere that is the whole process
            os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0) + _NICENESS)
        while (data := self._queue.get()) is not None:
            self._hash.update(data)


@dataclass(frozen=True, slots=True)
class HashedBlob:
    """The digest and size that a blob turned out to have."""

    size: int
    """Bytes that were read."""
    digest: Digest | None
    """None where the algorithm is not known."""


def hash_blob(blob: Blob, algorithm: str, on_bytes: Callable[[int], bool]) -> HashedBlob | None:
    """Hash the bytes of a blob; what is read next is read meanwhile.

    Args:
        blob: where they are.
        algorithm: one of a digest, known or not.
        on_bytes: is told how many were read so far; returns False when no more are wanted.

    Returns:
        What was found; None when it was broken off.

    Raises:
        BlobError: the blob cannot be opened or read.
    """
    hasher = Hasher(algorithm) if Digest(algorithm, "").is_known else None
    try:
        with BlobSource(blob) as source:
            while data := source.read(_PIECE):
                if hasher is not None:
                    hasher.update(data)
                if not on_bytes(source.position):
                    return None
            return HashedBlob(source.position, hasher.digest() if hasher is not None else None)
    finally:
        if hasher is not None:
            hasher.close()
