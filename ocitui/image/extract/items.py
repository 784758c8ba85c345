"""The items to write to disk, from any filesystem."""

from collections.abc import Iterator
from dataclasses import dataclass

from ocitui.image.filesystem.filesystem import FileEntry, Filesystem
from ocitui.layers.entry import Entry


@dataclass(frozen=True, slots=True)
class ExtractionItem:
    """One path to write."""

    path: bytes
    """The path, relative to the chosen folder; empty for that itself."""
    layer: int
    entry: Entry
    """The entry there. For a hard link its target, unless that is missing."""


def items_below(files: Filesystem, found: FileEntry, name: bytes) -> Iterator[ExtractionItem]:
    """An entry and all that is below it, folders before what is in them; the root where an entry describes it.

    Args:
        files: the filesystem.
        found: where to begin.
        name: what to call it in the chosen folder; empty for the folder itself.
    """
    if (name and found.path) or (not found.path and found.entry.is_described):
        yield _item(files, found, name)
    if found.directory is not None:
        skipped = len(found.path) + 1 if found.path else 0
        for below in files.walk(found):
            path = below.path[skipped:]
            yield _item(files, below, name + b"/" + path if name else path)


def _item(files: Filesystem, found: FileEntry, path: bytes) -> ExtractionItem:
    return ExtractionItem(path, *(files.link_target(found) or (found.layer, found.entry)))
