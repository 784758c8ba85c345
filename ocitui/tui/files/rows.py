"""The entries of a tree on each row, while folders open and close.

A row costs eight bytes, an open folder a few hundred: a million rows fit where a widget
for each would not. What is shown of an entry is fetched a page at a time, when it is seen.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

from ocitui.layers.nested.entry import MARK
from ocitui.tui.files.archives import is_archive
from ocitui.tui.files.folder import Folder, Place
from ocitui.tui.files.source import EntrySource, Order, Row

PAGE = 64
"""Rows that are fetched together."""
KEPT_ROWS = 4096
"""Rows that are kept after they were fetched."""
SLICE = 0.008
"""Seconds of work before the screen gets a turn."""


class EntryRows:
    """The rows of a tree over a source."""

    def __init__(self, source: EntrySource, order: Order = "name", reverse: bool = False) -> None:
        self.source = source
        """The source of the entries."""
        self.order: Order = order
        """The order of the entries of a folder."""
        self.reverse = reverse
        """True if they are sorted downwards."""
        self.root = Folder(source.root, source.children(source.root, order, reverse))
        """The folder whose entries are the first rows."""
        self.generation = 0
        """Goes up when listings changed."""
        self._open = {self.root.directory: self.root}
        self._rows: OrderedDict[int, Row] = OrderedDict()

    def __len__(self) -> int:
        return self.root.size

    # Rows and entries.

    def place(self, index: int) -> Place:
        """The entry on a row."""
        folder = self.root
        while True:
            starts = folder.starts
            at = bisect_right(starts, index) - 1
            if at < 0:
                return folder, index
            sub = folder.opened[at]
            into = index - starts[at]
            if into >= sub.size:
                return folder, sub.nth + 1 + into - sub.size
            folder, index = sub, into

    def index(self, place: Place) -> int:
        """The row of an entry."""
        folder, nth = place
        at = bisect_left(folder.nths, nth) - 1
        row = nth if at < 0 else folder.starts[at] + folder.opened[at].size + nth - folder.nths[at] - 1
        while folder.parent is not None:
            row += folder.parent.starts[bisect_left(folder.parent.nths, folder.nth)]
            folder = folder.parent
        return row

    def index_again(self, folder: Folder, nth: int, number: int) -> int:
        """The row of an entry after changes: where its id is now, or where it was, or the folder it was in."""
        while not self.is_open(folder) and folder.parent is not None:
            folder, nth = folder.parent, folder.nth
            number = folder.ids[nth] if nth < len(folder.ids) else -1
        if nth >= len(folder.ids) or folder.ids[nth] != number:
            nth = folder.ids.index(number) if number in folder.ids else min(nth, len(folder.ids) - 1)
        if nth >= 0:
            return self.index((folder, nth))
        return 0 if folder.parent is None else self.index((folder.parent, folder.nth))

    def is_open(self, folder: Folder) -> bool:
        """True if a folder is among the rows, and was not closed meanwhile."""
        return self._open.get(folder.directory) is folder

    def row(self, index: int) -> Row:
        """The entry on a row; its page is fetched with it."""
        folder, nth = self.place(index)
        row = self._rows.get(folder.ids[nth])
        if row is None:
            seen = range(max(0, index - PAGE // 2), min(index + PAGE // 2, len(self)))
            places = [self.place(near) for near in seen]
            self._fetch([folder.ids[nth] for folder, nth in places])
            row = self._rows[folder.ids[nth]]
        return row

    def entry(self, place: Place) -> Row:
        """The row of one entry."""
        folder, nth = place
        number = folder.ids[nth]
        if number not in self._rows:
            self._fetch([number])
        return self._rows[number]

    def _fetch(self, ids: Sequence[int]) -> None:
        missing = [number for number in ids if number not in self._rows]
        for number, row in zip(missing, self.source.rows(missing), strict=True):
            self._rows[number] = row
        while len(self._rows) > KEPT_ROWS:
            self._rows.popitem(last=False)

    def path(self, place: Place) -> bytes:
        """The path of an entry from the root: ``/etc/passwd``, in an archive ``/app.war!/WEB-INF``."""
        names: list[bytes] = []
        around: Place | None = place
        while around is not None:
            row = self.entry(around)
            names.append(row.name + MARK if names and is_archive(row) else row.name)
            folder = around[0]
            around = None if folder.parent is None else (folder.parent, folder.nth)
        return b"/" + b"/".join(reversed(names))

    def outermost(self, place: Place) -> Place:
        """The archive of the layer that an entry is in, or in an archive of which; else the entry itself."""
        found = around = place
        while around[0].parent is not None:
            around = (around[0].parent, around[0].nth)
            if is_archive(self.entry(around)):
                found = around
        return found

    def forget(self, id_: int) -> None:
        """Fetch the row of an entry anew, which is something else by now."""
        self._rows.pop(id_, None)

    def forget_all(self) -> None:
        """Fetch every row anew."""
        self._rows.clear()

    # Opening and closing.

    def children(self, directory: int) -> array[int]:
        """The entries of a directory in the order they are shown, open or not."""
        folder = self._open.get(directory)
        return self.source.children(directory, self.order, self.reverse) if folder is None else folder.ids

    def open(self, place: Place, ids: array[int] | None = None) -> Folder | None:
        """Open the folder that an entry is; its entries are asked for unless they are given."""
        folder, nth = place
        directory = self.entry(place).directory
        if directory is None or directory in self._open:
            return folder.sub(nth)
        sub = Folder(directory, self.children(directory) if ids is None else ids, folder, nth)
        folder.open(sub)
        self._open[directory] = sub
        return sub

    def close(self, folder: Folder) -> None:
        """Close a folder and all that is open below it."""
        if folder.parent is None:
            return
        folder.parent.close(folder)
        waiting = [folder]
        while waiting:
            gone = waiting.pop()
            self._open.pop(gone.directory, None)
            waiting += gone.opened

    def open_below(self, place: Place | None) -> Iterator[None]:
        """Open a folder and every folder below it; None opens the whole tree.

        Yields when the screen should get a turn. Nothing changes before the last.
        """
        directory = self.root.directory if place is None else self.entry(place).directory
        if directory is None:
            return
        top = Folder(directory, self.children(directory))
        made = [top]
        deadline = time.perf_counter() + SLICE
        for folder in made:  # grows while it is walked
            folders = self.source.folders(folder.directory)
            if folders:
                opened = [
                    Folder(folders[number], self.children(folders[number]), folder, nth)
                    for nth, number in enumerate(folder.ids)
                    if number in folders
                ]
                made += opened
                folder.set_opened(opened)
            if time.perf_counter() > deadline:
                yield
                deadline = time.perf_counter() + SLICE
        for folder in reversed(made):
            if folder.opened:
                folder.count()
        if place is None:
            self.root = top
            self._open.clear()
        else:
            parent, top.nth = place
            before = parent.sub(top.nth)
            if before is not None:
                self.close(before)
            parent.open(top)
        self._open.update((folder.directory, folder) for folder in made)

    def open_way(self, directories: Sequence[int], entry: int) -> Place | None:
        """Open the folders on the way to an entry, and return its place; None where it is not there.

        Args:
            directories: the directories from below the root down to the one it is in.
            entry: its id.
        """
        folder = self.root
        for directory in directories:
            number = next((n for n, sub in self.source.folders(folder.directory).items() if sub == directory), None)
            if number is None or number not in folder.ids:
                return None
            opened = self.open((folder, folder.ids.index(number)))
            if opened is None:
                return None
            folder = opened
        return (folder, folder.ids.index(entry)) if entry in folder.ids else None

    def open_way_to(self, path: bytes) -> Place | None:
        """Do the same for the entry at a path; a slash at its beginning does not matter."""
        way = self.source.locate(path.strip(b"/"))
        return None if way is None else self.open_way(*way)

    # When the source changed, or its order.

    @property
    def open_directories(self) -> list[int]:
        """The directories whose entries are rows now."""
        return list(self._open)

    @property
    def open_folders(self) -> list[Folder]:
        """The folders whose entries are rows now."""
        return list(self._open.values())

    def listings(self, directories: Sequence[int]) -> dict[int, array[int]]:
        """The entries of directories as the source has them now; touches nothing here, so any thread may ask."""
        order, reverse = self.order, self.reverse
        return {number: self.source.children(number, order, reverse) for number in directories}

    def update(self, listings: Mapping[int, array[int]]) -> None:
        """Take new listings of open directories; what is open stays open."""
        self.generation += 1
        self._rows.clear()
        deepest_first: list[Folder] = [self.root]
        for folder in deepest_first:
            deepest_first += folder.opened
        for folder in reversed(deepest_first):
            ids = listings.get(folder.directory, folder.ids)
            if ids == folder.ids:
                folder.count()
                continue
            wanted = {folder.ids[sub.nth]: sub for sub in folder.opened}
            kept: list[Folder] = []
            if wanted:
                for nth, number in enumerate(ids):
                    sub = wanted.pop(number, None)
                    if sub is not None:
                        sub.nth = nth
                        kept.append(sub)
            folder.ids = ids
            folder.set_opened(kept)
        self._open = {}
        waiting = [self.root]
        while waiting:
            folder = waiting.pop()
            self._open[folder.directory] = folder
            waiting += folder.opened
