"""The interface for listing, reading and writing files, of one layer or of layers over each other."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple, Protocol

from ocitui.layers.entry import Entry


class Follow(Enum):
    """The symbolic links that are followed when a path is looked up."""

    PARENTS = "parents"
    """Those on the way to it."""
    TO_DIRECTORY = "to directory"
    """The path itself too, where it leads to a directory."""
    ALWAYS = "always"
    """The path itself too."""


class FileEntry(NamedTuple):
    """One entry of a filesystem, and where it stands."""

    path: bytes
    """From the root, without a slash at its beginning; empty for the root. A whiteout's is the path that it hides."""
    layer: int
    """The number of the layer it comes from; 0 for the root of layers over each other."""
    entry: Entry
    """Its entry in that layer."""
    directory: int | None
    """For a directory, the number by which the filesystem knows what is in it."""

    @property
    def raw_path(self) -> bytes:
        """Its path as the tar has it: a whiteout's with the ``.wh.`` before its name."""
        name = self.entry.raw_name
        return self.path if name == self.entry.name else self.path[: len(self.path) - len(self.entry.name)] + name


class Filesystem(Protocol):
    """The files of one layer, or of layers over each other. May be used from several threads."""

    @property
    def title(self) -> str:
        """The name in messages, safe to draw: ``layer 2 (sha256:…)``, ``the final filesystem``."""

    @property
    def root(self) -> FileEntry:
        """Its root directory."""

    def at(self, path: bytes, follow: Follow = Follow.PARENTS) -> FileEntry:
        """The entry at a path, absolute or relative to the root, which is the same here.

        Raises:
            NotFoundError: nothing is there.
            UsageError: a link that must be followed leads in a circle.
        """

    def children(self, directory: FileEntry) -> Iterator[FileEntry]:
        """The entries in a directory, by name."""

    def walk(self, directory: FileEntry) -> Iterator[FileEntry]:
        """Everything below a directory, parents before children, each folder by name."""

    def link_target(self, found: FileEntry) -> tuple[int, Entry] | None:
        """Return the entry that holds the contents: the entry itself, or the target of a hard link.

        Returns:
            The number of the layer and the entry there; None for a hard link to nothing. One whose target may
            be in a layer that is not in this filesystem is given itself.
        """

    def described(self, found: FileEntry, *, with_totals: bool = False) -> Entry:
        """An entry with the name and the metadata that it has here.

        Args:
            found: an entry of this filesystem.
            with_totals: whether what is below a directory is wanted, though it has to be added up.
        """
