"""The files of a filesystem as a tar stream: what `crane export` writes and `umoci unpack` unpacks.

What has no contents comes first. Files come in the order of the layers' streams, so that each layer is unpacked
once; of several names of one file the first holds the contents and the others are hard links to it. Folders with
something in them come last, so that their times stay what they are when all else is unpacked; whoever unpacks makes
those that are missing on the way. The same image gives the same bytes.
"""

from collections.abc import Callable, Iterator
from itertools import chain, groupby, pairwise
from tempfile import SpooledTemporaryFile

from ocitui.display import printable
from ocitui.image.extract.report import ExtractionReport
from ocitui.image.filesystem.filesystem import FileEntry
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.merged.stack import LayerStack
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.conditions import kinds
from ocitui.layers.reader import LayerReader
from ocitui.layers.tar.writer import END, entry_header, padding

_AT_ONCE = 100_000
"""Files whose order is decided at once, so that an image of millions needs no gigabytes."""
_FOLDERS_KEPT = 32 << 20
"""Bytes of the headers of folders, which come last, that are kept in memory."""
_SMALL = 1 << 16
"""Bytes that are gathered before they are handed on: most files are smaller."""

_FLAGS = {
    EntryKind.FILE: b"0",
    EntryKind.SYMLINK: b"2",
    EntryKind.CHARACTER_DEVICE: b"3",
    EntryKind.BLOCK_DEVICE: b"4",
    EntryKind.DIRECTORY: b"5",
    EntryKind.FIFO: b"6",
}
_HARD_LINK = b"1"
_LINKS_AT_ONCE = 1000

_Key = tuple[int, int]
"""A layer and the id of an entry in it: what several names may be names of."""


class TarExport:
    """One tar of a filesystem. Use it once."""

    def __init__(self, files: MergedFilesystem, reader_of: Callable[[int], LayerReader]) -> None:
        """
        Args:
            files: the filesystem.
            reader_of: reads the files of a layer, by the layer's number; may raise `OcituiError`.
        """
        self._files = files
        self._reader_of = reader_of
        self._linked: set[_Key] = set()
        self._written: dict[_Key, bytes] = {}
        self.report = ExtractionReport()
        """The report of what a tar cannot hold; of the rest nothing is counted."""

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of the tar.

        Raises:
            LayerError: contents are damaged or missing; what was yielded before is no whole tar.
            BlobError: a blob cannot be read.
        """
        gathered = bytearray()
        for piece in self._pieces():
            gathered += piece
            if len(gathered) >= _SMALL:
                yield bytes(gathered)
                gathered.clear()
        yield bytes(gathered)

    def _pieces(self) -> Iterator[bytes]:
        root = self._files.root
        self._linked = set(_targets_of_links(self._files.tree.stack))
        waiting: list[tuple[bytes, int, Entry]] = []
        with SpooledTemporaryFile(_FOLDERS_KEPT) as folders:
            for found, after in pairwise(chain(self._files.walk(root), (None,))):
                assert found is not None
                if found.directory is not None and after is not None and after.path.startswith(found.path + b"/"):
                    folders.write(self._header(found.path + b"/", found.entry))
                    continue
                layer, entry = self._held(found)
                if entry is None:
                    continue
                if entry.kind is not EntryKind.FILE:
                    yield self._header_or_link(found.path, layer, entry)
                    continue
                waiting.append((found.path, layer, entry))
                if len(waiting) >= _AT_ONCE:
                    yield from self._contents(waiting)
            yield from self._contents(waiting)
            folders.seek(0)
            while piece := folders.read(_SMALL):
                yield piece
        if not root.entry.is_implied:
            yield self._header(b"./", root.entry)
        yield END

    def _held(self, found: FileEntry) -> tuple[int, Entry | None]:
        """Return the layer and the entry with the metadata of what is at a path; None where no tar can hold it."""
        target = self._files.link_target(found)
        if target is None:
            link = printable(found.entry.link or b"")
            self.report.leave_out(found.path, f"is a hard link to {link}, which is missing")
            return found.layer, None
        if target[1].kind not in _FLAGS:
            self.report.leave_out(found.path, "is of an unknown type")
            return found.layer, None
        return target

    def _contents(self, waiting: list[tuple[bytes, int, Entry]]) -> Iterator[bytes]:
        """Yield files with their contents, and forget them."""
        waiting.sort(key=lambda file: (file[1], file[2].offset or 0, file[0]))
        for number, found in groupby(waiting, key=lambda file: file[1]):
            files, reader = list(found), self._reader_of(number)
            with reader.expecting(entry for _, _, entry in files):
                for path, layer, entry in files:
                    is_link = (layer, entry.id) in self._written
                    yield self._header_or_link(path, layer, entry)
                    if not is_link:
                        yield from reader.chunks(entry)
                        yield padding(entry.size)
        waiting.clear()

    def _header_or_link(self, path: bytes, layer: int, entry: Entry) -> bytes:
        key = layer, entry.id
        first = self._written.get(key)
        if first is not None:
            return entry_header(
                path, _HARD_LINK, mode=entry.mode, uid=entry.uid, gid=entry.gid, mtime_ns=entry.mtime_ns, link=first
            )
        if key in self._linked:
            self._written[key] = path
        return self._header(path + b"/" if entry.kind is EntryKind.DIRECTORY else path, entry)

    def _header(self, name: bytes, entry: Entry) -> bytes:
        xattrs = sorted(entry.xattrs.items())
        if any(b"=" in key for key, _ in xattrs):
            self.report.leave_out(name, "an extended attribute has = in its name")
        return entry_header(
            name,
            _FLAGS[entry.kind],
            mode=entry.mode & 0o7777,
            uid=entry.uid,
            gid=entry.gid,
            size=entry.size if entry.kind is EntryKind.FILE else 0,
            mtime_ns=entry.mtime_ns,
            link=entry.link or b"" if entry.kind is EntryKind.SYMLINK else b"",
            device=entry.device or (0, 0),
            xattrs=[(key, value) for key, value in xattrs if b"=" not in key],
        )


def _targets_of_links(stack: LayerStack) -> Iterator[_Key]:
    """Yield what hard links are other names of: only of these need the first name be remembered."""
    with stack.settled():
        for layer in stack.layers:
            if layer is None:
                continue
            table = layer.placed.table
            ids = table.select(kinds({EntryKind.HARDLINK}))
            for start in range(0, len(ids), _LINKS_AT_ONCE):
                for row in table.plain(ids[start : start + _LINKS_AT_ONCE]):
                    target = stack.link_target(layer.number, row)
                    if target is not None:
                        yield target[0], target[1].id
