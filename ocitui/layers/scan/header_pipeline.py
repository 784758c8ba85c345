"""The pipeline of a plain tar: headers are read where they stand, and the digest is computed beside that.

So the entries are known as soon as the headers are read, however much lies between them. The
digest is of all bytes, read once more by a thread. That they are the same bytes is known from
the file, which was not written to meanwhile; where that cannot be told, the blob is to be read
once, in order, as every other is.
"""

import sys
import threading
from collections.abc import Iterator
from typing import Self

from ocitui.layers.compression.detect import MAGIC_LENGTH, detect
from ocitui.layers.compression.seekpoints import SeekPoint
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.stream import StreamDamageError
from ocitui.layers.scan.hasher import HashedBlob, hash_blob
from ocitui.layers.scan.one_file import OneFile
from ocitui.layers.scan.pipeline import SWITCH_INTERVAL
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.sightings import is_settled, stamp_of
from ocitui.layers.summary import Findings
from ocitui.layers.tar.feed import feed_headers
from ocitui.layers.tar.scanner import TarScanner
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation

LEAST = 1 << 20
"""Bytes of a blob up to which it is read in order before two threads are of use."""

_PAUSE = 0.05
"""Seconds between two looks at how far the digest is."""


class BlobChangedError(Exception):
    """The file was written to while it was read, or may have been: what was read is of no use."""


class HeaderPipeline:
    """Like `ocitui.layers.scan.pipeline.BlobPipeline`; see `open`."""

    compression = Compression.NONE
    damage: StreamDamageError | None = None
    """A stream that is stored as it is has no damage of its own."""

    def __init__(self, request: LayerRequest, source: BlobSource, stamp: str) -> None:
        """
        Args:
            request: the blob.
            source: the same, open.
            stamp: what told its file from others before it was opened.
        """
        self.findings = Findings()
        self.blob_size = source.size
        """Bytes of the blob that there are."""
        self.blob_bytes = 0
        """Bytes that the digest is of so far."""
        self._request = request
        self._source = source
        self._stamp = stamp
        self._hashed: HashedBlob | None = None
        self._error: BaseException | None = None
        self._is_stopped = False
        self._thread = threading.Thread(target=self._hash, name="digest", daemon=True)
        self._interval = sys.getswitchinterval()

    @classmethod
    def open(cls, request: LayerRequest) -> Self | None:
        """Open a blob, or return None where it is no plain tar in a file, or needs another digest than its own.

        Raises:
            BlobError: it cannot be opened.
        """
        blob = request.blob
        if not isinstance(blob, BlobLocation) or blob.is_named_by_diff_id or request.compared:
            return None
        if not request.digest.is_known or request.digest.algorithm != request.diff_id_algorithm:
            return None
        stamp = stamp_of(blob)
        source = BlobSource(blob)
        is_plain = bool(request.title) or detect(source.peek(MAGIC_LENGTH)) is Compression.NONE
        if stamp and source.size >= LEAST and is_plain:
            return cls(request, source, stamp)
        source.close()
        return None

    def feed(self, scanner: TarScanner | OneFile) -> Iterator[bytes]:
        """Give a scanner the headers of the blob; yields nothing of use, and now and then.

        Raises:
            BlobError: the blob cannot be read any further.
            BlobChangedError: it is not the same any more.
        """
        for _ in feed_headers(scanner, self._source.read_at, self._source.size):
            yield b""
        if scanner.position < self._source.size:  # it has become shorter
            raise BlobChangedError

    @property
    def is_hashing(self) -> bool:
        """True while the digest is not known."""
        return self._thread.is_alive()

    def hash(self) -> Iterator[None]:
        """Wait for the digest; yields now and then.

        Raises:
            BlobError: the blob cannot be read any further.
            BlobChangedError: it is not the same any more.
        """
        while self._thread.is_alive():
            yield
            self._thread.join(_PAUSE)
        if self._error is not None:
            raise self._error
        if not is_settled(self._stamp) or stamp_of(self._request.blob) != self._stamp:
            raise BlobChangedError

    def take_points(self) -> list[SeekPoint]:
        """None: any place can be entered."""
        return []

    def named_digest(self) -> Digest | None:
        """The digest of the blob."""
        return self._hashed.digest if self._hashed is not None else None

    def diff_id(self) -> Digest | None:
        """The same: nothing is unpacked."""
        return self.named_digest()

    def _hash(self) -> None:
        try:
            self._hashed = hash_blob(self._request.blob, self._request.digest.algorithm, self._went_on)
        except BaseException as error:  # raised again in the scanning thread
            self._error = error

    def _went_on(self, position: int) -> bool:
        self.blob_bytes = position
        return not self._is_stopped

    def __enter__(self) -> Self:
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_stopped = True
        self._thread.join()
        sys.setswitchinterval(self._interval)
        self._source.close()
