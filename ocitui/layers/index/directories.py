"""The directories of one layer while its index is built: their ids, and what is below them."""

from array import array

ROOT = 1
"""Id of the layer's root directory."""

NOWHERE = 0
"""The parent of the root."""


class Directories:
    """Gives each directory a small ascending id and adds up what it holds.

    Memory is a few dozen bytes a directory and nothing for other entries.
    """

    def __init__(self) -> None:
        self._ids: dict[tuple[int, bytes], int] = {}
        self.parents = array("q", [0, NOWHERE])
        self.children = array("q", [0, 0])
        """For each id, how many visible entries are in the directory itself."""
        self.entries = array("q", [0, 0])
        """For each id, the id of the last entry that described it."""
        self.sizes = [0, 0]
        """For each id, the bytes of the visible entries in the directory itself."""
        self._lengths = array("I", [0, 0])
        self.paths_size = 0
        """Bytes of the paths of all directories."""

    def __len__(self) -> int:
        """One more than the highest id."""
        return len(self.parents)

    def find(self, parent: int, name: bytes) -> int | None:
        """The id of the directory that now has this name there, or None."""
        return self._ids.get((parent, name))

    def make(self, parent: int, name: bytes) -> int:
        """Give a new directory its id."""
        self._ids[parent, name] = made = len(self.parents)
        self.parents.append(parent)
        self.children.append(0)
        self.entries.append(0)
        self.sizes.append(0)
        length = self._lengths[parent] + len(name) + 1
        self._lengths.append(length)
        self.paths_size += length
        return made

    def replace(self, parent: int, name: bytes) -> None:
        """Something that is no directory took the name: a directory of that name would be a new one."""
        del self._ids[parent, name]

    def mark_below(self, gone: bytearray) -> None:
        """Mark all that is below a directory that is gone as gone too.

        Args:
            gone: for each id 1 where the directory is not visible any more; changed.
        """
        parents = self.parents
        for directory in range(ROOT + 1, len(parents)):  # a parent's id is always the smaller one
            gone[directory] |= gone[parents[directory]]

    def total(self, gone: bytearray) -> "tuple[array[int], list[int]]":
        """Add up entries and bytes below each directory, at any depth.

        Args:
            gone: for each id 1 where the directory, or one above it, is not visible any more.

        Returns:
            Entries and bytes for each id.
        """
        entries, sizes, parents = self.children[:], self.sizes[:], self.parents
        for directory in range(len(parents) - 1, ROOT, -1):
            if not gone[directory]:
                parent = parents[directory]
                entries[parent] += entries[directory]
                sizes[parent] += sizes[directory]
        return entries, sizes
