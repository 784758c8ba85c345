"""The changes of the last layer of a merged tree, counted for each folder in which there are any."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ocitui.display import format_count
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.listing import Listing
from ocitui.image.merged.paths import join
from ocitui.image.merged.totals import MergedTotals
from ocitui.image.merged.tree import ROOT_FOLDER, MergedTree


@dataclass(slots=True)
class ChangeCounts:
    """Numbers of names at any depth below a folder."""

    added: int = 0
    modified: int = 0
    deleted: int = 0
    has_unchanged: bool = False
    """True if there is anything in it that the layer left as it was."""

    @property
    def text(self) -> str:
        """The numbers as they are said: ``+1,722 ~3 -142``; empty where nothing changed."""
        pairs = ((Mark.ADDED, self.added), (Mark.MODIFIED, self.modified), (Mark.DELETED, self.deleted))
        return " ".join(f"{mark.value}{format_count(count)}" for mark, count in pairs if count)

    def has(self, mark: Mark) -> bool:
        """True if something below has a mark."""
        match mark:
            case Mark.ADDED:
                return self.added > 0
            case Mark.MODIFIED:
                return self.modified > 0
            case Mark.DELETED:
                return self.deleted > 0
            case Mark.UNCHANGED:
                return self.has_unchanged

    def add(self, other: "ChangeCounts") -> None:
        """Add what is below a folder in this one."""
        self.added += other.added
        self.modified += other.modified
        self.deleted += other.deleted
        self.has_unchanged |= other.has_unchanged


def mark_of(tree: MergedTree, listing: Listing, name: bytes) -> Mark:
    """Return the mark of a name; where only its contents can tell, it was modified until they are read."""
    mark = tree.mark(listing, name)
    change = listing.changes.get(name)
    return Mark.MODIFIED if mark is Mark.UNCHANGED and change is not None and change.content_is_open else mark


def count_changes(
    tree: MergedTree, is_cancelled: Callable[[], bool] = lambda: False
) -> Mapping[int, ChangeCounts] | None:
    """Count the changes below every folder that the last layer reaches into, in a thread.

    Args:
        tree: the layers.
        is_cancelled: asked for each folder.

    Returns:
        By the number of a folder; one that is missing is wholly added, wholly deleted or left alone.
        None where it was cancelled.
    """
    now, before = MergedTotals(tree), MergedTotals(MergedTree(tree.stack, tree.top - 1))
    found: dict[int, ChangeCounts] = {}
    open_counts = [_open(tree, ROOT_FOLDER, now, before)]
    while True:  # without recursion: images may nest folders deeper than Python calls
        here = open_counts[-1]
        if here.folders:
            if is_cancelled():
                return None
            open_counts.append(_open(tree, here.folders.pop(), now, before))
            continue
        found[here.number] = here.counts
        open_counts.pop()
        if not open_counts:
            return found
        open_counts[-1].counts.add(here.counts)


def _open(tree: MergedTree, number: int, now: MergedTotals, before: MergedTotals) -> "_Open":
    here = _Open(number)
    counts = here.counts
    for listing in tree.listings(number):
        for name in listing.names:
            mark = mark_of(tree, listing, name)
            folder = tree.subfolder(listing, name)
            below = 0
            if folder is not None and mark in (Mark.ADDED, Mark.DELETED):
                totals = (now if mark is Mark.ADDED else before).of(join(listing.path, name))
                below = totals.entries if totals is not None else 0
            elif folder is not None and reaches_into(tree, listing, name):
                here.folders.append(folder)
            match mark:
                case Mark.ADDED:
                    counts.added += 1 + below
                case Mark.DELETED:
                    counts.deleted += 1 + below
                case Mark.MODIFIED:
                    counts.modified += 1
                case Mark.UNCHANGED:
                    counts.has_unchanged = True
    return here


def reaches_into(tree: MergedTree, listing: Listing, name: bytes) -> bool:
    """Tell whether the last layer holds a folder of this name that is there, so that it may change what is in it."""
    now = listing.now.get(name)
    directories = now.directories if now is not None else None
    return bool(directories) and directories is not None and directories[-1][0].number == tree.top


@dataclass(slots=True)
class _Open:
    """A folder that is being counted."""

    number: int
    folders: list[int] = field(default_factory=list)
    """Those in it that are still to be counted."""
    counts: ChangeCounts = field(default_factory=ChangeCounts)
