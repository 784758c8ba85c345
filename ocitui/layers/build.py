"""Builds the index of one layer: the whole line from the blob's bytes to the finished file.

Four threads work side by side, since all but the scanner give up Python's lock: one reads
and unpacks, one hashes the blob, one hashes the unpacked stream, and the calling one scans
headers and writes rows.
"""

import hashlib
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from ocitui.layers.compression import MAGIC_LENGTH, Compression, detect
from ocitui.layers.decompress import open_decompressor
from ocitui.layers.scanner import TarScanner
from ocitui.layers.seekpoints import PointRecorder, SeekPoint
from ocitui.layers.source import BlobSource
from ocitui.layers.stream import StreamDamageError
from ocitui.layers.summary import Findings, LayerSummary
from ocitui.layers.writer import IndexWriter
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation

CHUNK = 1 << 20
"""Bytes of the unpacked stream that go from hand to hand at once."""

_FIRST_CHUNK = 1 << 17
_EXACT_CHUNK = 1 << 9
_QUEUED = 4
_PROGRESS_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is."""

    blob_bytes: int
    """Bytes of the blob read so far."""
    blob_size: int
    """Bytes of the whole blob."""
    unpacked_bytes: int
    entries: int


def build_index(
    blob: BlobLocation,
    digest: Digest,
    target: Path,
    *,
    size: int | None = None,
    diff_id_algorithm: str = "sha256",
    on_progress: Callable[[ScanProgress], object] | None = None,
) -> LayerSummary:
    """Scan a layer blob into a new index file.

    Whatever is wrong with the layer itself does not raise: it is in the summary's damages.

    Args:
        blob: where the bytes are.
        digest: what they ought to have; one of an unknown algorithm cannot be verified.
        target: the file to make; it can be read by others while it grows.
        size: how many bytes the blob's descriptor says there are.
        diff_id_algorithm: for the digest of the unpacked stream.
        on_progress: called about twenty times a second.

    Raises:
        BlobError: the blob cannot be opened or read.
        sqlite3.Error: the index cannot be written, for one because the disk is full.
    """
    findings = Findings()
    with _quick_switches(), _Line(blob, digest, diff_id_algorithm, findings) as line:
        writer = IndexWriter(target, findings)
        try:
            scanner = TarScanner(writer, findings)
            due = 0.0
            for chunk in line.chunks():
                scanner.feed(chunk)
                writer.add_points(line.take_points())
                writer.flush()
                if on_progress is not None and monotonic() >= due:
                    on_progress(ScanProgress(line.blob_bytes, line.blob_size, scanner.position, writer.entry_count))
                    due = monotonic() + _PROGRESS_INTERVAL
            writer.add_points(line.take_points())
            scanner.finish(stream_is_whole=line.damage is None)
            if line.damage is not None:
                findings.damage(str(line.damage), unpacked_offset=scanner.position, blob_offset=line.damage.blob_offset)
            verified = _verify(line, digest, size, findings)
            if on_progress is not None:
                on_progress(ScanProgress(line.blob_bytes, line.blob_size, scanner.position, writer.entry_count))
            file_count = writer.finish()
            summary = LayerSummary(
                digest=digest,
                diff_id=line.diff_id,
                compression=line.compression,
                blob_size=line.blob_bytes,
                unpacked_size=scanner.position,
                entry_count=writer.entry_count,
                file_count=file_count,
                verified=verified,
                complete=True,
                damages=tuple(findings.damages),
                notes=findings.notes,
            )
            writer.write_summary(summary)
        finally:
            writer.close()
    return summary


def _verify(line: "_Line", digest: Digest, size: int | None, findings: Findings) -> bool:
    """Whether the bytes that were read are the ones the descriptor means. Differences become damages."""
    before = len(findings.damages)
    if size is not None and line.blob_bytes != size:
        findings.damage(f"expected a blob of {size:,} bytes, found {line.blob_bytes:,}")
    if line.blob_digest is None:
        findings.note(f"the digest cannot be checked: {digest.algorithm} is not known")
        return False
    if line.blob_digest != digest:
        findings.damage(f"expected {digest}, found {line.blob_digest}")
    return len(findings.damages) == before


class _Line:
    """The threads that feed the scanner."""

    def __init__(self, blob: BlobLocation, digest: Digest, diff_id_algorithm: str, findings: Findings) -> None:
        self._blob = blob
        self._findings = findings
        self._source = BlobSource(blob, self._observe)
        self.blob_size = self._source.size
        self.compression = detect(self._source.peek(MAGIC_LENGTH))
        self.damage: StreamDamageError | None = None
        self._error: BaseException | None = None
        self._stopped = threading.Event()
        self._recorder = PointRecorder()
        self._chunks: queue.Queue[bytes | None] = queue.Queue(_QUEUED)
        self._blob_hash = _Hasher(digest.algorithm) if digest.is_known else None
        is_plain = self.compression is Compression.NONE
        self._has_own_diff_id = not (is_plain and digest.algorithm == diff_id_algorithm)
        self._diff_hash = _Hasher(diff_id_algorithm) if self._has_own_diff_id else None
        self._thread = threading.Thread(target=self._run, name="unpack", daemon=True)

    @property
    def blob_bytes(self) -> int:
        """Bytes of the blob read so far."""
        return self._source.position

    @property
    def blob_digest(self) -> Digest | None:
        """Of the whole blob, once the chunks have ended; None for an algorithm that is not known."""
        return self._blob_hash.digest() if self._blob_hash else None

    @property
    def diff_id(self) -> Digest | None:
        """Of the whole unpacked stream, once the chunks have ended; None when the stream is damaged."""
        if self.damage is not None:
            return None
        return self._diff_hash.digest() if self._diff_hash else self.blob_digest

    def chunks(self) -> Iterator[bytes]:
        """The unpacked stream.

        Raises:
            BlobError: the blob cannot be read any further.
        """
        while (chunk := self._chunks.get()) is not None:
            yield chunk
        self._thread.join()
        if self._error is not None:
            raise self._error

    def take_points(self) -> list[SeekPoint]:
        """The seek points that were found since the last call."""
        found = self._recorder.found
        return [found.popleft() for _ in range(len(found))]

    def _observe(self, data: bytes) -> None:
        if self._blob_hash is not None:
            self._blob_hash.update(data)

    def _run(self) -> None:
        produced = 0
        try:
            decompressor = open_decompressor(self.compression, self._source, self._findings, recorder=self._recorder)
            size = _FIRST_CHUNK  # so that the first rows come at once
            try:
                while not self._stopped.is_set() and (chunk := decompressor.read(size)):
                    produced += len(chunk)
                    self._give(chunk)
                    size = min(size * 2, CHUNK)
            except StreamDamageError as damage:
                self.damage = damage
                self._give_up_to_damage(produced)
            while not self._stopped.is_set() and self._source.read(CHUNK):  # what is left is part of the digest
                pass
        except BaseException as error:  # raised again in the scanning thread
            self._error = error
        finally:
            self._chunks.put(None)

    def _give(self, chunk: bytes) -> None:
        if self._diff_hash is not None:
            self._diff_hash.update(chunk)
        self._chunks.put(chunk)

    def _give_up_to_damage(self, produced: int) -> None:
        """Unpack once more, in small steps at the end, to get the bytes right before a damage."""
        with BlobSource(self._blob) as source:
            decompressor = open_decompressor(self.compression, source, Findings(), exact=True)
            try:
                position = 0
                while position < produced and not self._stopped.is_set():
                    position += len(decompressor.read(min(CHUNK, produced - position)))
                while not self._stopped.is_set() and (chunk := decompressor.read(_EXACT_CHUNK)):
                    self._chunks.put(chunk)
            except StreamDamageError as damage:
                self.damage = damage

    def __enter__(self) -> "_Line":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        while self._thread.is_alive():  # it may be waiting for a place in the queue
            try:
                self._chunks.get(timeout=0.01)
            except queue.Empty:
                continue
        self._source.close()
        for hasher in (self._blob_hash, self._diff_hash):
            if hasher is not None:
                hasher.close()


class _Hasher:
    """A digest computed in its own thread."""

    def __init__(self, algorithm: str) -> None:
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
        while (data := self._queue.get()) is not None:
            self._hash.update(data)


@contextmanager
def _quick_switches() -> Iterator[None]:
    """Let threads hand over Python's lock after 0.2 ms instead of 5: the unpacking one needs it often, and briefly."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
