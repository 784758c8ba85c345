"""Compares a layer's table of contents with its tar, while that is scanned: whoever made the table may have lied.

docker unpacks the tar; podman and the stargz snapshotter go by the table.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ocitui.display import quote
from ocitui.layers.basis import ZTOCS, Source
from ocitui.layers.entry import EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar.header import clamp
from ocitui.layers.tar.owner_names import OwnerNames
from ocitui.layers.tar.sink import EntrySink, Extra
from ocitui.layers.toc.chunks import chunk_of
from ocitui.layers.toc.differences import differing_field, key_of, lossy
from ocitui.layers.toc.entry import CHUNK, Listed, TocEntry, read_entry, well_formed
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.json_table import JsonTable
from ocitui.layers.warnings import LayerWarning

TOLD = 20
"""Differences of one layer that are told one by one."""

_WAITING = 100_000
"""Entries of a table in another order than the tar that are held in memory."""
_OWN_FILES = {Source.ESTARGZ: b"stargz.index.json"}
"""The file of the tar that is the table itself, which does not list itself."""


@dataclass(slots=True)
class _Range:
    """A part of the unpacked stream whose digest the table says."""

    path: bytes
    start: int
    left: int
    digest: bytes | None
    """None for zeros."""
    hasher: Any = field(default_factory=hashlib.sha256)
    is_zeros: bool = True

    def take(self, data: memoryview) -> None:
        """Take the next bytes of it."""
        self.left -= len(data)
        if self.digest is not None:
            self.hasher.update(data)
        elif self.is_zeros:
            self.is_zeros = not any(data)

    @property
    def is_right(self) -> bool:
        """True if it is what the table says, once all of it was taken."""
        return self.is_zeros if self.digest is None else self.hasher.digest() == self.digest


class Comparison:
    """Stands between the scanner of a tar and the index, and is given the bytes of the tar as well."""

    def __init__(self, sink: EntrySink, findings: Findings, listed: Iterator[Listed], source: Source) -> None:
        """
        Args:
            sink: takes the entries of the tar.
            findings: differences go there.
            listed: the entries of the table that is compared.
            source: its format.
        """
        self._sink = sink
        self._findings = findings
        self._own_file = _OWN_FILES.get(source)
        self._is_exact = source in ZTOCS
        self._spelled = bytes if self._is_exact else lossy
        self._listed = listed
        self._waiting: dict[bytes, list[Listed]] = {}
        self._waiting_count = 0
        self._ranges: deque[_Range] = deque()
        self._position = 0
        self.owner_names: Callable[[], OwnerNames] | None = None
        """Tells what the owners of the entry that is taken are called in the tar; set before the first one comes."""
        self._wrong: bytes | None = None
        self._count = 0
        self._told: set[bytes] = set()
        """The paths of which a difference was told, or counted."""
        self._is_over = False

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
        if self._is_over:
            return
        found = self._find(key_of(path, self._spelled))
        if found is None:
            if not self._is_over and path != self._own_file:
                self._tell(path, "is in the layer, and not in its table of contents")
            return
        said = found.entry._replace(uid=clamp(found.entry.uid), gid=clamp(found.entry.gid))
        different = differing_field(
            said, path, kind, mode, uid, gid, size, mtime_ns, link, extra, is_exact=self._is_exact
        )
        if not different and found.offset is not None and found.offset != offset:
            different = "place"
        different = different or self._differing_name(found)
        if different:
            differ = "differ from those" if different.endswith("s") else "differs from that"
            self._tell(path, f"its {different} in the table of contents {differ} in the layer")
        if found.chunks is not None and offset is not None and size and said.size == size:
            self._expect(path, offset, size, found.chunks)

    def take(self, data: bytes) -> None:
        """Take the next bytes of the tar, which were scanned before."""
        base, view = self._position, memoryview(data)
        self._position = end = base + len(data)
        while self._ranges and self._ranges[0].start < end:
            first = self._ranges[0]
            start = max(first.start, base)
            first.take(view[start - base : start - base + first.left])
            if first.left:
                break
            self._ranges.popleft()
            if not first.is_right and first.path != self._wrong:
                self._wrong = first.path
                self._tell(first.path, "its contents are not those that the table of contents means")

    def finish(self, misplaced: Mapping[bytes, str]) -> None:
        """Tell what is in the table alone, once the tar was scanned to its end.

        Args:
            misplaced: what is wrong with the places that the table says, by path: told where nothing else was.
        """
        if not self._is_over:
            self._find(None)
        for waiting in self._waiting.values():
            for listed in waiting:
                self._tell(listed.entry.path, "is in the table of contents, and not in the layer")
        for path, what in () if self._is_over else misplaced.items():
            if key_of(path, self._spelled) not in self._told:
                self._tell(path, what)
        if self._count > TOLD:
            self._findings.note(f"{LayerWarning.TABLE_DIFFERS}: in {self._count - TOLD:,} more places")

    def _differing_name(self, found: Listed) -> str:
        """The word for the name of an owner that is another in the table; empty where none is."""
        if self.owner_names is None or not (found.users or found.groups):
            return ""
        user, group = map(self._spelled, self.owner_names())
        if found.users and user not in found.users:
            return "user name"
        return "group name" if found.groups and group not in found.groups else ""

    def _find(self, key: bytes | None) -> Listed | None:
        """The entry that the table has for a path; it is read on until there, and those of other paths wait."""
        if key is not None and (waiting := self._waiting.get(key)):
            self._waiting_count -= 1
            found = waiting.pop(0)
            if not waiting:
                del self._waiting[key]
            return found
        try:
            for listed in self._listed:
                if (its_key := key_of(listed.entry.path, self._spelled)) == key:
                    return listed
                self._waiting.setdefault(its_key, []).append(listed)
                self._waiting_count += 1
                if self._waiting_count > _WAITING:
                    raise TableError("its entries are in another order than those of the layer: they are not compared")
        except TableError as error:
            self._give_up(error)
        return None

    def _give_up(self, error: TableError) -> None:
        self._is_over = True
        self._waiting.clear()
        self._findings.note(f"{LayerWarning.TABLE_UNUSABLE}: {error}")

    def _expect(self, path: bytes, offset: int, size: int, chunks: list[dict[str, Any]]) -> None:
        at = 0
        try:
            for chunk in chunks:
                with well_formed(chunk):
                    length, digest = chunk_of(chunk, at, size)
                self._ranges.append(_Range(path, offset + at, length, digest))
                at += length
        except TableError as error:
            self._give_up(error)
            return
        if at != size:
            self._tell(path, f"the table of contents has chunks for {at:,} of its {size:,} bytes")

    def _tell(self, path: bytes, what: str) -> None:
        self._count += 1
        if len(self._told) < _WAITING:
            self._told.add(key_of(path, self._spelled))
        if self._count <= TOLD:
            self._findings.note(f"{LayerWarning.TABLE_DIFFERS}: {quote(path, 200)}: {what}")


def listed_in(table: JsonTable) -> Iterator[Listed]:
    """The entries of a table that is JSON, each with those that say its chunks."""
    before: TocEntry | None = None
    chunks: list[dict[str, Any]] = []
    users, groups = _Names("userName"), _Names("groupName")
    for entry in table.entries():
        with well_formed(entry):
            if entry["type"] != CHUNK:
                if before is not None:
                    yield Listed(before, chunks, None, users.last, groups.last)
                before, chunks = read_entry(entry), [entry]
                users.take(entry, before.uid)
                groups.take(entry, before.gid)
            elif before is None or entry["name"] != chunks[0]["name"]:
                raise TableError(f"{quote(entry['name'], 120)}: a chunk of it stands by another file")
            else:
                chunks.append(entry)
    if before is not None:
        yield Listed(before, chunks, None, users.last, groups.last)


class _Names:
    """The names of users, or of groups: eStargz leaves out that of an id which was called so before.

    Of an entry that has no name in the tar, it has none either, and is then read as if it had that of its id.
    """

    def __init__(self, member: str) -> None:
        self._member = member
        self._known: dict[int, bytes] = {}
        self.last: tuple[bytes, ...] = ()
        """Those that the entry which was taken last may have in the tar."""

    def take(self, entry: dict[str, Any], id_: int) -> None:
        """Take the next entry of the table."""
        if name := entry.get(self._member):
            self._known[id_] = said = name.encode("utf-8", "surrogatepass")
            self.last = (said,)
        else:
            self.last = (self._known[id_], b"") if id_ in self._known else ()
