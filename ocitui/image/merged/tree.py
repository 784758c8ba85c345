"""The root filesystem after a layer, and what that layer changed, a folder at a time."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from ocitui.errors import NotFoundError
from ocitui.image.merged.changes import Change, Mark, compare_contents
from ocitui.image.merged.changeset import described_root
from ocitui.image.merged.folder import MergedEntry
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.listing import Folder, Listing, Listings, Piece, piece_of, position_of
from ocitui.image.merged.paths import join, split
from ocitui.image.merged.row import Located, MergedRow
from ocitui.image.merged.stack import LayerStack, compare_rows
from ocitui.layers.entry import Entry
from ocitui.layers.index.plain_row import PlainRow

ROOT_FOLDER = 1
"""The number of the root, in every merged tree."""

_ROWS_AT_ONCE = 500
_PATHS_KEPT = 1 << 24
"""Bytes of the paths of folders that are kept."""


class MergedTree:
    """The layers from 1 to ``top`` over each other; the last of them is the one that marks tell about.

    Folders and rows have numbers that mean the same as long as the tree lives. May be used
    from several threads.
    """

    def __init__(self, stack: LayerStack, top: int | None = None) -> None:
        """A tree over a stack; nothing is computed before it is asked for.

        Args:
            stack: the layers.
            top: the number of the last layer that counts; all of them unless given.
        """
        self.stack = stack
        self.top = len(stack) if top is None else top
        self._folders: list[Folder | None] = [None]
        self._numbers: dict[tuple[int, bytes], int] = {}
        self._listings = Listings(self._path_of)
        self._paths: dict[int, bytes] = {ROOT_FOLDER: b""}
        self._paths_size = 0

    @property
    def unknown(self) -> tuple[int, ...]:
        """The numbers of the layers that are missing from it."""
        return tuple(number for number in self.stack.unknown if number <= self.top)

    @property
    def damaged(self) -> tuple[int, ...]:
        """The numbers of the layers that are in it in part."""
        return tuple(number for number in self.stack.damaged if number <= self.top)

    # By number.

    def listing(self, number: int, piece: int = 0) -> Listing:
        """Return the entries of a folder, or of a piece of it. Recent results are kept."""
        with self.stack.settled(self.top):
            return self._listings.of(self.folder(number), piece)

    def listings(self, number: int) -> Iterator[Listing]:
        """Yield the entries of a folder, piece by piece; all but those of very many names are one."""
        return (self.listing(number, piece) for piece in range(self._pieces(number)))

    def listing_with(self, number: int, name: bytes) -> Listing:
        """Return the entries of a folder, or of the piece of it where a name would be."""
        with self.stack.settled(self.top):
            folder = self.folder(number)
            return self._listings.of(folder, self._listings.piece_with(folder, name))

    def _pieces(self, number: int) -> int:
        with self.stack.settled(self.top):
            return len(self._listings.spans(self.folder(number)))

    def folder(self, number: int) -> Folder:
        """The folder of a number."""
        with self.stack.settled(self.top):
            if number == ROOT_FOLDER and len(self._folders) == 1:
                below, now = (self.stack.directories(top, b"") or () for top in (max(self.top - 1, 0), self.top))
                self._folders.append(Folder(ROOT_FOLDER, 0, b"", now, below))
            found = self._folders[number]
            assert found is not None
            return found

    def rows(self, ids: Sequence[int]) -> list[MergedRow]:
        """The rows with these numbers, in this order."""
        with self.stack.settled(self.top):
            wanted: dict[Piece, list[int]] = {}
            for id_ in ids:
                wanted.setdefault(piece_of(id_), []).append(position_of(id_))
            found: dict[int, MergedRow] = {}
            for (number, piece), positions in wanted.items():
                listing = self._listings.glimpse(self.folder(number), piece, positions)
                found.update((row.id, row) for row in self._rows(listing, positions))
            return [found[id_] for id_ in ids]

    def mark(self, listing: Listing, name: bytes) -> Mark:
        """Return the effect of the last layer on an entry of a folder."""
        now, below = listing.now.get(name), listing.below.get(name)
        if now is None:
            return Mark.DELETED
        if below is None:
            return Mark.ADDED
        if now.layer != self.top or now is below:
            return Mark.UNCHANGED
        return self._change(listing, name, below, now).mark

    def subfolder(self, listing: Listing, name: bytes) -> int | None:
        """The number of a directory in a folder; None where the name is no directory's."""
        now, below = listing.now.get(name), listing.below.get(name)
        shown = now or below
        if shown is None or shown.directories is None:
            return None
        with self.stack.settled(self.top):
            key = (listing.folder.number, name)
            number = self._numbers.get(key)
            if number is None:
                number = self._numbers[key] = len(self._folders)
                directories = (tuple(merged.directories or ()) if merged is not None else () for merged in (now, below))
                self._folders.append(Folder(number, listing.folder.number, name, *directories))
            return number

    # By path.

    def find_folder(self, path: bytes) -> int | None:
        """The number of the directory at a path; links are not followed."""
        number: int | None = ROOT_FOLDER
        for name in path.split(b"/") if path else ():
            if number is None:
                return None
            number = self.subfolder(self.listing_with(number, name), name)
        return number

    def find(self, path: bytes) -> MergedRow | None:
        """The row at a path that is not the root's, deleted by the last layer or not; links are not followed."""
        folder, name = split(path)
        number = self.find_folder(folder)
        if number is None or not name:
            return None
        listing = self.listing_with(number, name)
        if name not in listing.now and name not in listing.below:
            return None
        return next(self._rows(listing, [bisect_left(listing.names, name)]))

    def find_now(self, path: bytes) -> MergedRow | None:
        """The row at a path that is not the root's and is there; links are not followed."""
        found = self.find(path)
        return found if found is not None and found.mark is not Mark.DELETED else None

    def at(self, path: bytes, *, follows_last: bool = False) -> Located:
        """Return the entry at a path, with the links on the way to it followed.

        Args:
            path: any path, which may lead to nothing.
            follows_last: also follow a link that the path itself is.
        """
        resolved = self.stack.resolve(self.top, path, with_last=follows_last)
        if resolved is None:
            return Located(None, (), None)
        return Located(resolved.path, resolved.links, self.find_now(resolved.path) if resolved.path else None)

    @cached_property
    def root(self) -> tuple[int, Entry] | None:
        """The root's entry in the topmost layer that describes it, with the layer's number; None where none does."""
        with self.stack.settled(self.top):
            found = described_root(self.stack.layers[: self.top])
            return (found[0], self.stack.entry(found[0], found[1].id)) if found is not None else None

    def walk(self, number: int = ROOT_FOLDER) -> Iterator[MergedRow]:
        """Everything that is there below a directory, parents before children, each folder by name."""
        pending = [(number, 0, 0)]  # by their numbers: what they hold would be too much where very many are open
        while pending:
            here, piece, start = pending.pop()
            listing = self.listing(here, piece)
            positions = _up_to_a_folder(listing, start)
            row = None
            for row in self._rows(listing, positions):
                yield row
            end = positions[-1] + 1 if positions else len(listing.names)
            if end < len(listing.names):
                pending.append((here, piece, end))
            elif piece + 1 < self._pieces(here):
                pending.append((here, piece + 1, 0))
            if row is not None and row.directory is not None:
                pending.append((row.directory, 0, 0))

    def children(self, path: bytes) -> Iterator[MergedRow]:
        """Yield the entries of the directory at a path, by name.

        Raises:
            NotFoundError: there is no directory.
        """
        number = self.find_folder(path)
        if number is None:
            raise NotFoundError("not a directory")
        return self._present(number)

    def link_target(self, layer: int, entry: Entry) -> tuple[int, Entry] | None:
        """Return the entry that holds the metadata and the contents of an entry that is no directory, with its layer.

        Returns:
            The entry itself, or for a hard link the one it names, each with its layer; None for
            a hard link to nothing.
        """
        found = self.stack.link_target(layer, row_of(entry))
        if found is None:
            return None
        if (found[0], found[1].id) == (layer, entry.id):
            return layer, entry
        return found[0], self.stack.entry(found[0], found[1].id)

    def compare_contents(self, id_: int, reader: ContentReader) -> bool:
        """Read both contents of a row where only they can tell whether the last layer changed them.

        Args:
            id_: the number of the row.
            reader: reads them.

        Returns:
            Whether it was open and is known now.

        Raises:
            OcituiError: one of them cannot be read.
        """
        row = self.rows([id_])[0]
        if not row.change.content_is_open or row.before is None:
            return False
        before, after = self.link_target(*row.before), self.link_target(row.layer, row.entry)
        if before is None or after is None:
            return False
        settled = compare_contents(row.change, reader, before, after)
        with self.stack.settled(self.top):
            self._listings.keep_change(id_, row.name, settled)
        return True

    def _present(self, number: int) -> Iterator[MergedRow]:
        for listing in self.listings(number):
            yield from self._rows(listing, [at for at, name in enumerate(listing.names) if name in listing.now])

    def _path_of(self, folder: Folder) -> bytes:
        """The path of a folder; not kept with it, since those of folders that are deep in each other are long."""
        names: list[bytes] = []
        here = folder
        while here.number not in self._paths:
            names.append(here.name)
            here = self.folder(here.above)
        path = b"/".join(filter(None, [self._paths[here.number], *reversed(names)]))
        self._paths_size += len(path)
        if self._paths_size > _PATHS_KEPT:
            self._paths, self._paths_size = {ROOT_FOLDER: b""}, 0
        self._paths[folder.number] = path
        return path

    def _rows(self, listing: Listing, positions: Sequence[int]) -> Iterator[MergedRow]:
        """Rows of a listing, their entries read many at once."""
        for start in range(0, len(positions), _ROWS_AT_ONCE):
            some = positions[start : start + _ROWS_AT_ONCE]
            wanted: dict[int, list[int]] = {}
            for position in some:
                merged = listing.merged_entry(position)
                wanted.setdefault(merged.layer, []).append(merged.row.id)
            with self.stack.settled(self.top):
                entries = {layer: self.stack.entries(layer, ids) for layer, ids in wanted.items()}
                rows = [self._row(listing, position, entries) for position in some]
            yield from rows

    def _row(self, listing: Listing, position: int, entries: Mapping[int, Mapping[int, Entry]]) -> MergedRow:
        name = listing.names[position]
        now, below = listing.now.get(name), listing.below.get(name)
        merged = now or below
        assert merged is not None
        mark = self.mark(listing, name)
        before = None
        if below is not None and now is not None and now is not below and now.layer == self.top:
            before = below.layer, self.stack.entry(below.layer, below.row.id)
        return MergedRow(
            id=listing.row_id(position),
            path=join(listing.path, name),
            mark=mark,
            change=listing.changes.get(name, Change()),
            layer=merged.layer,
            entry=entries[merged.layer][merged.row.id],
            before=before,
            directory=self.subfolder(listing, name),
            size=merged.bound,
            size_is_exact=merged.directories is None or len(merged.directories) == 1,
        )

    def _change(self, listing: Listing, name: bytes, below: MergedEntry, now: MergedEntry) -> Change:
        found = listing.changes.get(name)
        if found is None:
            found = listing.changes[name] = compare_rows(self.stack, (below.layer, below.row), (now.layer, now.row))
        return found


def _up_to_a_folder(listing: Listing, start: int) -> list[int]:
    """Positions of what is there, from one on until there is a directory."""
    found: list[int] = []
    for at in range(start, len(listing.names)):
        merged = listing.now.get(listing.names[at])
        if merged is not None:
            found.append(at)
            if merged.directories is not None or len(found) == _ROWS_AT_ONCE:
                break
    return found


def row_of(entry: Entry) -> PlainRow:
    """An entry as a row of its index."""
    return PlainRow(
        entry.id,
        entry.parent,
        entry.name,
        entry.kind,
        entry.mode,
        entry.uid,
        entry.gid,
        entry.size,
        entry.mtime_ns,
        entry.link,
        entry.directory,
        entry.is_implied,
        entry.below_bytes,
    )
