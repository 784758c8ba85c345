"""Compares a layer's tar-split with its tar, while that is read: byte by byte, and which files have contents where.

containers/storage puts the tar together again with the files of these names. The names of entries
without contents are not compared: nothing is looked up by them. Nor are those of sparse files, if
the tar says in their contents where the holes are, and of entries that are no files.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from ocitui.display import quote
from ocitui.layers.entry import EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar.sink import EntrySink, Extra
from ocitui.layers.toc.differences import key_of
from ocitui.layers.toc.errors import TableError
from ocitui.layers.warnings import LayerWarning
from ocitui.transports.containers_storage.split_runs import SplitPart


class _File(NamedTuple):
    offset: int
    path: bytes
    size: int | None


class SplitComparison:
    """Is given the files of the tar, and its bytes. The first difference is told, and none after it."""

    def __init__(self, findings: Findings, parts: Iterator[SplitPart]) -> None:
        """
        Args:
            findings: where a difference goes.
            parts: of the tar-split.
        """
        self._findings = findings
        self._parts = parts
        self._part = SplitPart(None, 0, b"")
        self._at = 0
        """Bytes of the part that were compared."""
        self._position = 0
        self._files: deque[_File] = deque()
        """Those of the tar whose contents did not come yet."""
        self._is_over = False

    def expect(self, path: bytes, offset: int, size: int | None) -> None:
        """Take a file of the tar, before its contents.

        Args:
            path: of it.
            offset: of its contents in the tar.
            size: bytes of these in the tar; None where that is another number than that of the file.
        """
        if not self._is_over:
            self._files.append(_File(offset, path, size))

    def take(self, data: bytes) -> None:
        """Take the next bytes of the tar."""
        at = 0
        while at < len(data) and not self._is_over:
            if self._at == self._part.size and not self._next():
                self._tell(f"it ends at offset {self._position + at:,} of the unpacked layer, which does not")
                break
            if self._at == 0 and self._part.name is not None:
                self._compare_file(self._part.name, self._position + at)
            size = min(self._part.size - self._at, len(data) - at)
            said, found = self._part.data[self._at : self._at + size], data[at : at + size]
            if self._part.name is None and said != found:
                same = next(n for n in range(size) if said[n] != found[n])
                self._tell(f"it has another byte at offset {self._position + at + same:,} of the unpacked layer")
            self._at += size
            at += size
        self._position += len(data)
        self._pass(self._position)

    def finish(self) -> None:
        """Tell what is missing, once the tar was read to its end."""
        if not self._is_over and (self._at < self._part.size or self._next()):
            self._tell(f"it goes on after the end of the unpacked layer at offset {self._position:,}")

    def _compare_file(self, name: bytes, offset: int) -> None:
        self._pass(offset)
        if not self._files or self._files[0].offset != offset:
            return
        _, path, size = self._files.popleft()
        if key_of(name) != key_of(path):
            self._tell(f"it calls {quote(name, 200)} what is {quote(path, 200)} in the layer")
        elif size is not None and size != self._part.size:
            self._tell(f"{quote(path, 200)}: it says {self._part.size:,} bytes, the layer has {size:,}")

    def _pass(self, offset: int) -> None:
        """Forget files whose contents begin before an offset."""
        while self._files and self._files[0].offset < offset:
            self._files.popleft()

    def _next(self) -> bool:
        """Go on to the next part that is not empty; False at the end."""
        try:
            for part in self._parts:
                if part.size:
                    self._part, self._at = part, 0
                    return True
        except TableError as error:
            self._tell(str(error))
        return False

    def _tell(self, what: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._findings.note(f"{LayerWarning.SPLIT_DIFFERS}: {what}")


class FileNames:
    """A sink that tells the comparison of the tar-split of each file that has contents."""

    def __init__(self, sink: EntrySink, split: SplitComparison) -> None:
        """
        Args:
            sink: takes all entries.
            split: is told.
        """
        self._sink = sink
        self._split = split

    def add(
        self,
        path: bytes,
        kind: EntryKind,
        mode: int,
        uid: int,
        gid: int,
        size: int,
        mtime_ns: int,
        link: bytes | None,
        offset: int | None,
        extra: Extra | None,
    ) -> None:
        """Take an entry of the tar; see `ocitui.layers.tar.sink.EntrySink`."""
        self._sink.add(path, kind, mode, uid, gid, size, mtime_ns, link, offset, extra)
        if offset is not None and size:
            is_sparse = extra is not None and extra.sparse is not None
            self._split.expect(path, offset, None if is_sparse else size)
