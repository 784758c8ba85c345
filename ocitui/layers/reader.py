"""Reads the contents of files in one layer, without unpacking more of it than is needed."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from ocitui.display import printable
from ocitui.errors import LayerError
from ocitui.layers.compression.unpacked import UnpackedBlob
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.nested.entry import MemberEntry
from ocitui.spec.compression import Compression
from ocitui.transports.blob import Blob

if TYPE_CHECKING:
    from ocitui.layers.toc.soci.header_check import HeaderCheck

CHUNK = 1 << 18
"""Bytes that `LayerReader.chunks` gives at once, at most."""

READ_LIMIT = 1 << 30
"""Bytes that `LayerReader.read` gives at most: anything larger must be read in parts or in chunks."""


class Unpacked(Protocol):
    """Random access to what a layer unpacks to, as its index counts offsets. For one thread at a time."""

    size: int
    """Bytes of the blob as stored."""

    def read(self, offset: int, size: int) -> bytes:
        """The bytes at an offset: at least one and up to ``size``, or none at the end."""

    @property
    def has_changed(self) -> bool:
        """True if the blob is another file by now, was written to, or is gone."""

    def rest(self) -> None:
        """Let go of what is held in memory."""

    def close(self) -> None:
        """Close all files."""


@runtime_checkable
class ExpectsRanges(Protocol):
    """Access that is cheaper where it is known what is going to be read: over a network, in larger pieces."""

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Take what is going to be read, as offsets and sizes, instead of what was expected before."""


class LayerReader:
    """Contents of one layer's files. May be used from several threads; close it, or use it as a context manager.

    The index stays open when the reader is closed.
    """

    def __init__(self, blob: Blob, index: LayerIndex) -> None:
        """Open a layer's blob.

        Args:
            blob: where it is.
            index: its index, finished or still growing.

        Raises:
            BlobError: the blob cannot be opened.
            LayerError: it has another size than when it was indexed.
        """
        self.index = index
        self._lock = threading.Lock()
        summary = index.summary
        # What is one file as it is stored may be compressed, and is not unpacked.
        known = summary.compression if summary.complete else None
        self._unpacked = _open(blob, index, known)
        self._headers: HeaderCheck | None = None
        if index.has_spans:
            from ocitui.layers.toc.soci import header_check  # few layers have a ztoc

            self._headers = header_check.HeaderCheck(index, self._unpacked.read)
        expected = summary.blob_size
        if summary.complete and self._unpacked.size != expected:
            found = self._unpacked.size
            self._unpacked.close()
            raise LayerError(
                f"blob {index.summary.digest}: expected {expected:,} bytes as when it was indexed, found {found:,}"
            )

    @classmethod
    def open(cls, blob: Blob, index: LayerIndex) -> Self:
        """The same as the constructor."""
        return cls(blob, index)

    def file_of(self, entry: Entry) -> Entry:
        """The entry that holds the contents: the file itself, or what a hard link is another name of.

        Raises:
            LayerError: it is no file, or a hard link to what is not in this layer.
        """
        found: Entry | None = entry
        if entry.kind is EntryKind.HARDLINK:
            links = entry.archive if isinstance(entry, MemberEntry) else self.index
            found = links.hard_link_target(entry)
            if found is None:
                raise LayerError(
                    f"{self._name(entry)}: is a hard link to {printable(entry.link or b'')},"
                    " which is not in the same layer"
                )
        if found is None or found.kind is not EntryKind.FILE or found.offset is None:
            raise LayerError(f"{self._name(entry)}: expected a file, found a {(found or entry).kind.word}")
        return found

    def read(self, entry: Entry, offset: int = 0, size: int | None = None) -> bytes:
        """Bytes of a file.

        Args:
            entry: a file, or a hard link to one in the same layer; of an archive in the layer, too.
            offset: from where in the file.
            size: how many; to the end of the file when None. Fewer are given where the file ends.

        Raises:
            LayerError: these bytes are damaged or missing, or are more than `READ_LIMIT`; or it is no file.
            BlobError: the blob cannot be read.
        """
        file = self.file_of(entry)
        wanted = min(file.size if size is None else offset + size, file.size) - offset
        if wanted > READ_LIMIT:
            raise LayerError(f"{self._name(file)}: {wanted:,} bytes are too many to be read at once")
        return b"".join(self.chunks(file, offset, wanted))

    def chunks(self, entry: Entry, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Bytes of a file, piece by piece; nothing is read before it is asked for.

        Holes of a sparse file are zeros.

        Args:
            entry: a file, or a hard link to one in the same layer.
            offset: from where in the file.
            size: how many; to the end of the file when None.

        Raises:
            LayerError: the next bytes are damaged or missing; what is before them has been given. Or it is no file.
            BlobError: the blob cannot be read.
        """
        file = self.file_of(entry)
        end = file.size if size is None else min(offset + size, file.size)
        at = offset
        for start, piece in self.data_chunks(file, offset, size):
            yield from _zeros(start - at)
            yield piece
            at = start + len(piece)
        yield from _zeros(end - at)

    def data_chunks(self, entry: Entry, offset: int = 0, size: int | None = None) -> Iterator[tuple[int, bytes]]:
        """The same as `chunks` without holes: the pieces that are stored, each after its offset in the file.

        Raises:
            LayerError: the next bytes are damaged or missing. Or it is no file.
            BlobError: the blob cannot be read.
        """
        file = self.file_of(entry)
        end = file.size if size is None else min(offset + size, file.size)
        if offset >= end:
            return
        for start, length, stored in self._runs(file, offset):
            at, stop = max(start, offset), min(start + length, end)
            while at < stop:
                piece = self._read_stored(file, stored + at - start, min(CHUNK, stop - at))
                yield at, piece
                at += len(piece)
            if start + length >= end:
                break

    @contextmanager
    def expecting(self, files: Iterable[Entry]) -> Iterator[None]:
        """Read some files meanwhile, in the order of their offsets: what stands side by side is fetched together."""
        if not isinstance(self._unpacked, ExpectsRanges):
            yield
            return
        ranges = [(file.offset, file.size) for file in files if file.offset is not None]
        with self._lock:
            self._unpacked.expect(ranges)
        try:
            yield
        finally:
            with self._lock:
                self._unpacked.expect(())

    @property
    def has_changed(self) -> bool:
        """True if the blob is another file by now, was written to, or is gone."""
        return self._unpacked.has_changed

    def rest(self) -> None:
        """Let go of what is held in memory, unless another thread reads just now."""
        if self._lock.acquire(blocking=False):
            try:
                self._unpacked.rest()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Close the blob."""
        with self._lock:
            self._unpacked.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _runs(self, file: Entry, offset: int) -> Iterator[tuple[int, int, int]]:
        """Runs that are stored: where in the file, how long, where in the unpacked layer. All from an offset on."""
        stored = file.offset or 0
        sparse = file.sparse
        if sparse is None and isinstance(file, MemberEntry):
            for start, length in file.archive.data_runs(file, offset):
                yield start, length, stored + start
            return
        for start, length in ((0, file.size),) if sparse is None else sparse:
            yield start, length, stored
            stored += length

    def _read_stored(self, file: Entry, offset: int, size: int) -> bytes:
        if isinstance(file, MemberEntry):
            return file.archive.read_stored(file, offset - (file.offset or 0), size)
        try:
            with self._lock:
                if self._headers is not None:
                    self._headers.check(file, self._path)
                data = self._unpacked.read(offset, size)
        except LayerError as error:
            raise LayerError(f"{self._name(file)}: {error}") from None
        if not data:
            raise LayerError(
                f"{self._name(file)}: expected {size:,} more bytes or more, the layer ends at offset {offset:,}"
            )
        return data

    def _name(self, file: Entry) -> str:
        return printable(self._path(file))

    def _path(self, file: Entry) -> bytes:
        if isinstance(file, MemberEntry):
            return file.archive.path_of(file)
        (in_tar,) = self.index.rows([file.id])  # unpacking may put it into another folder
        return self.index.path_of(in_tar)


def _zeros(size: int) -> Iterator[bytes]:
    """Yield the zeros of a hole; none where its size is not positive."""
    while size > 0:
        yield bytes(min(CHUNK, size))
        size -= CHUNK


def _open(blob: Blob, index: LayerIndex, compression: Compression | None) -> Unpacked:
    if index.summary.complete and index.has_chunks:
        from ocitui.layers.toc.chunked_blob import ChunkedBlob  # few layers have any

        return ChunkedBlob(blob, index)
    if index.has_spans:
        from ocitui.layers.toc.soci.span_source import SpanSource

        spans = index.spans  # which are there before any entry is
        stored = Compression.GZIP if spans[0].blob_bit else Compression.NONE
        return UnpackedBlob(blob, index.seek_point, compression=stored, open_source=partial(SpanSource, points=spans))
    return UnpackedBlob(blob, index.seek_point, compression=compression, unpacked_size=index.summary.unpacked_size)
