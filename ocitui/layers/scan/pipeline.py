"""The pipeline that feeds the scanner: a blob is read, hashed, unpacked, and hashed again.

The pieces are large, since a thread waits for Python's lock after each call into a
library. Unpacking in a process of its own waits for nothing, but to copy the stream from
one to the other costs more than that gains.
"""

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Self

from ocitui.layers.compression.detect import MAGIC_LENGTH, detect
from ocitui.layers.compression.seekpoints import PointRecorder, SeekPoint
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.stream import StreamDamageError
from ocitui.layers.scan.hasher import Hasher
from ocitui.layers.scan.one_file import OneFile
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.unpacking import Unpacking
from ocitui.layers.summary import Findings
from ocitui.layers.tar.scanner import TarScanner
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest

_QUEUED = 8
SWITCH_INTERVAL = 0.0002
"""Seconds after which a thread must hand over Python's lock: the unpacking one needs it often, and briefly."""


class BlobPipeline:
    """Threads between a blob and the scanner: one reads and unpacks, one hashes the blob, one what was unpacked."""

    def __init__(self, request: LayerRequest, *, has_points: bool = True) -> None:
        """Open the blob.

        Args:
            request: the blob.
            has_points: whether seek points are wanted.

        Raises:
            BlobError: it cannot be opened.
        """
        blob, digest, diff_id_algorithm = request.blob, request.digest, request.diff_id_algorithm
        self.findings = Findings()
        self._source = BlobSource(blob, self._observe)
        self.blob_size = self._source.size
        """Bytes of the blob that there are."""
        self.blob_bytes = 0
        """Bytes of it that were read so far."""
        self.compression = Compression.NONE if request.title else detect(self._source.peek(MAGIC_LENGTH))
        self.observer: Callable[[bytes], object] | None = None
        """Is given the bytes of the blob too, in the thread that reads them, before what they unpack to is given."""
        self.damage: StreamDamageError | None = None
        """The damage at which the stream ended early, once the chunks have ended."""
        self._error: BaseException | None = None
        self._is_stopped = False
        self._recorder = PointRecorder(has_points, is_remote=blob.is_remote)
        self._chunks: queue.Queue[bytes | None] = queue.Queue(_QUEUED)
        self._is_named_by_diff_id = blob.is_named_by_diff_id
        self._blob_hash = Hasher(digest.algorithm) if digest.is_known and not blob.is_named_by_diff_id else None
        # An unpacked stream that is the blob itself has its digest already.
        is_same = self.compression is Compression.NONE and digest.algorithm == diff_id_algorithm
        has_own_digest = not is_same or blob.is_named_by_diff_id
        self._diff_hash = Hasher(diff_id_algorithm) if has_own_digest else None
        self._unpacking = Unpacking(blob, self._source, self.compression, self.findings, self._recorder, self._give)
        self._thread = threading.Thread(target=self._run, name="unpack", daemon=True)
        self._interval = sys.getswitchinterval()

    def chunks(self) -> Iterator[bytes]:
        """The unpacked stream, in pieces.

        Raises:
            BlobError: the blob cannot be read any further.
        """
        self._thread.start()
        while (chunk := self._chunks.get()) is not None:
            yield chunk
        self._thread.join()
        if self._error is not None:
            raise self._error

    def feed(self, scanner: TarScanner | OneFile) -> Iterator[bytes]:
        """Give a scanner the unpacked stream, and yield each piece after that.

        Raises:
            BlobError: the blob cannot be read any further.
        """
        for chunk in self.chunks():
            scanner.feed(chunk)
            yield chunk

    def hash(self) -> Iterator[None]:
        """Yield nothing: the digests are known once the stream has ended."""
        yield from ()

    def take_points(self) -> list[SeekPoint]:
        """The seek points that were found since the last call."""
        found = self._recorder.found
        return [found.popleft() for _ in range(len(found))]

    def named_digest(self) -> Digest | None:
        """Of what the blob's own name is the digest of, once the chunks have ended.

        That is the whole blob, or what it unpacks to. None for an algorithm that is not
        known, and where what it unpacks to broke off.
        """
        if self._is_named_by_diff_id:
            return self.diff_id()
        return self._blob_hash.digest() if self._blob_hash else None

    def diff_id(self) -> Digest | None:
        """Of the whole unpacked stream, once the chunks have ended; None when it broke off."""
        if self.damage is not None:
            return None
        return self._diff_hash.digest() if self._diff_hash else self.named_digest()

    def _observe(self, data: bytes) -> None:
        self.blob_bytes += len(data)
        if self.observer is not None:
            self.observer(data)
        if self._blob_hash is not None:
            self._blob_hash.update(data)

    def _run(self) -> None:
        try:
            self.damage = self._unpacking.run()
        except BaseException as error:  # raised again in the scanning thread
            self._error = error
        finally:
            self._chunks.put(None)

    def _give(self, chunk: bytes) -> bool:
        if self._diff_hash is not None:
            self._diff_hash.update(chunk)
        self._chunks.put(chunk)
        return not self._is_stopped

    def __enter__(self) -> Self:
        sys.setswitchinterval(SWITCH_INTERVAL)
        return self

    def __exit__(self, *_: object) -> None:
        self._is_stopped = True
        while self._thread.is_alive():  # it may be waiting for a place in the queue
            try:
                self._chunks.get(timeout=0.01)
            except queue.Empty:
                continue
        sys.setswitchinterval(self._interval)
        self._source.close()
        self.observer = None  # it holds the end of the blob, and this would hold it until garbage is looked for
        del self._unpacking
        for hasher in (self._blob_hash, self._diff_hash):
            if hasher is not None:
                hasher.close()
