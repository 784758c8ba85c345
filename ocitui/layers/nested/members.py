"""The tree of what is in an archive."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from ocitui.display import printable
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.extras import Extras, StoredExtras, pack_sparse, pack_xattrs, unpack_sparse, unpack_xattrs
from ocitui.layers.nested.allowance import Allowance
from ocitui.layers.nested.entry import Holder, MemberEntry
from ocitui.layers.pathnames import components
from ocitui.layers.tar.header import INT64_MAX, clamp
from ocitui.layers.tar.sink import Extra, FullIndexError

ENTRIES = 200_000
"""Entries of an archive that are read, with the folders around them; jars and wheels seldom have a tenth."""

TEXT = 64 << 20
"""Bytes of the paths, targets of links, extended attributes and maps of sparse files of an archive."""

DEPTH = 1000
"""Components of a path."""

PROBLEMS = 100
"""Problems of one archive that are told."""

NOBODY = -1
"""The owner where an archive says none: POSIX's word for no user, as ``chown`` takes it."""

_NUMBERS = count(-2, -1)  # -1 is nothing to those who look an entry up


class Members:
    """Takes the entries of an archive in order (see `ocitui.layers.tar.sink.EntrySink`); later ones win.

    Paths are taken inside the archive's root: ``..`` and a slash before them do not leave it.
    """

    def __init__(self, archive: Holder) -> None:
        self._archive = archive
        self.root = self._entry(b"", 0, EntryKind.DIRECTORY, is_implied=True)
        """The root directory."""
        self._entries = 1
        self._added = 0
        self._text = Allowance(TEXT, "the paths, links, extended attributes and maps of sparse files in it")
        self._children: dict[int, dict[bytes, MemberEntry]] = {_number(self.root): {}}
        self._above: dict[int, tuple[int, bytes]] = {_number(self.root): (0, b"")}
        self._extras: dict[int, tuple[bytes | None, bytes | None]] = {}
        """Extended attributes and sparse maps, packed."""
        self._sorted: dict[int, list[MemberEntry]] = {}
        self.problems: list[str] = []
        """The reasons why some of it is left out; safe to draw."""

    def __len__(self) -> int:
        return self._entries

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
        """Take one entry; see `ocitui.layers.tar.sink.EntrySink`.

        Raises:
            FullIndexError: the archive has more than `ENTRIES`, or than `TEXT`.
        """
        self.count()
        self._text.take(len(path) + len(link or b""))
        parts, _ = components(path)
        if len(parts) > DEPTH:
            self.problem(f"a path of more than {DEPTH:,} components is left out")
            return
        if not parts and kind is not EntryKind.DIRECTORY:
            return
        parent = self._folder(parts[:-1])
        found = self._entry(
            parts[-1] if parts else b"",
            parent if parts else 0,
            kind,
            mode=mode,
            owner=(clamp(uid), clamp(gid)),
            size=min(max(size, 0), INT64_MAX),
            mtime_ns=clamp(mtime_ns),
            link=link,
            offset=offset,
            device=extra.device if extra is not None else None,
        )
        if extra is not None and (extra.xattrs or extra.sparse is not None):
            found = replace(found, extras=StoredExtras(self, found.id))
            packed = pack_xattrs(extra.xattrs), pack_sparse(extra.sparse)
            self._text.take(sum(len(each) for each in packed if each is not None))
            self._extras[found.id] = packed
        self._put(parts, parent, found)

    def extras_of(self, id_: int) -> Extras:
        """See `ocitui.layers.extras.ExtrasSource`."""
        xattrs, sparse = self._extras[id_]
        return Extras(unpack_xattrs(xattrs), unpack_sparse(sparse))

    def count(self) -> None:
        """Count a header in the archive, of which `add` may not be told.

        Raises:
            FullIndexError: there are more than `ENTRIES`.
        """
        self._added += 1
        if self._added > ENTRIES:
            raise FullIndexError(f"it has more than {ENTRIES:,} entries")

    def at(self, path: bytes) -> MemberEntry | None:
        """Return the entry at a path without links on the way."""
        parts, found = path.split(b"/") if path else [], self.root
        for name in parts:
            inside = None if found.directory is None else self._children[found.directory].get(name)
            if inside is None:
                return None
            found = inside
        return found

    def path_of(self, entry: Entry) -> bytes:
        """Return the path of an entry in the archive."""
        names, directory = [entry.name], entry.parent
        while directory in self._above:
            directory, name = self._above[directory]
            names.append(name)
        return b"/".join(filter(None, reversed(names)))

    def children(self, directory: int) -> list[MemberEntry]:
        """Return the entries in a directory, by name, with the sums of what is below them."""
        found = self._sorted.get(directory)
        if found is None:
            found = sorted(self._children.get(directory, {}).values(), key=lambda entry: entry.name)
            self._sorted[directory] = found
        return found

    def walk(self, directory: int) -> Iterator[MemberEntry]:
        """Yield everything below a directory, parents first, each folder by name."""
        waiting = self.children(directory)[::-1]
        while waiting:
            entry = waiting.pop()
            yield entry
            if entry.directory is not None:
                waiting += self.children(entry.directory)[::-1]

    def finish(self) -> None:
        """Add up what is below each directory: nothing more comes."""
        order = [entry for entry in self.walk(_number(self.root)) if entry.directory is not None]
        for entry in reversed(order):
            self._replace(self._summed(entry))
        self.root = self._summed(self.root)
        self._sorted.clear()

    def problem(self, problem: str) -> None:
        """Take the reason why some of it is left out, safe to draw; of many only some are told."""
        if len(self.problems) < PROBLEMS:
            self.problems.append(problem)
        elif len(self.problems) == PROBLEMS:
            self.problems.append("it has more problems, which are not told")

    def _summed(self, entry: MemberEntry) -> MemberEntry:
        children = self._children[_number(entry)].values()
        entries = len(children) + sum(each.below_entries or 0 for each in children)
        return replace(entry, below_entries=entries, below_bytes=sum(each.total_size for each in children))

    def _replace(self, entry: MemberEntry) -> None:
        self._children[entry.parent][entry.name] = entry

    def _folder(self, parts: list[bytes]) -> int:
        """Return the number of a directory, which is made where nothing else does, or in place of a file."""
        directory = _number(self.root)
        for depth, name in enumerate(parts):
            known = self._children[directory].get(name)
            if known is None or known.directory is None:
                known = self._entry(name, directory, EntryKind.DIRECTORY, is_implied=True)
                self._put(parts[: depth + 1], directory, known)
            directory = _number(known)
        return directory

    def _put(self, parts: list[bytes], parent: int, entry: MemberEntry) -> None:
        before = self._children[parent].get(entry.name) if parts else self.root
        if before is None and self._entries >= ENTRIES:
            raise FullIndexError(f"it has more than {ENTRIES:,} entries")
        if before is None:
            self._entries += 1
        elif (before.directory is None) is not (entry.directory is None):
            self.problem(f"{printable(b'/'.join(parts))}: is a folder and something else in the archive")
            if entry.directory is None:
                return
        elif before.directory is not None:
            entry = replace(entry, id=before.id, directory=before.directory)  # what is in it stays
        if entry.directory is not None and entry.directory not in self._children:
            self._children[entry.directory] = {}
            self._above[entry.directory] = (parent, entry.name)
        if parts:
            self._children[parent][entry.name] = entry
        else:
            self.root = entry

    def _entry(
        self,
        name: bytes,
        parent: int,
        kind: EntryKind,
        *,
        mode: int = 0o755,
        owner: tuple[int, int] = (NOBODY, NOBODY),
        size: int = 0,
        mtime_ns: int = 0,
        link: bytes | None = None,
        offset: int | None = None,
        device: tuple[int, int] | None = None,
        is_implied: bool = False,
    ) -> MemberEntry:
        number = next(_NUMBERS)
        return MemberEntry(
            id=number,
            parent=parent,
            name=name,
            kind=kind,
            mode=mode,
            uid=owner[0],
            gid=owner[1],
            size=size,
            mtime_ns=mtime_ns,
            link=link,
            offset=offset,
            directory=number if kind is EntryKind.DIRECTORY else None,
            below_entries=None,
            below_bytes=None,
            superseded=False,
            is_implied=is_implied,
            is_described=not is_implied,
            device=device,
            extras=None,
            archive=self._archive,
        )


def _number(entry: Entry) -> int:
    assert entry.directory is not None
    return entry.directory
