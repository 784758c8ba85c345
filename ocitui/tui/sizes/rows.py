"""Bytes as rows: what is in a folder, the largest files, the packages. Each with its share, and a bar of it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

from ocitui.cells import cut, cut_start
from ocitui.display import count_noun, format_count, printable
from ocitui.image.layer_numbers import LAYER_NOUN
from ocitui.image.packages.sums import PackageSum
from ocitui.image.squash.sizes import ShownFile, TreeSizes
from ocitui.image.squash.squash import Folder
from ocitui.tui.rows.row import Part, cut_parts
from ocitui.tui.sizes.columns import size_header, size_parts, used_columns

LARGEST = 500
"""Files in the list of the largest."""


class SizeList(Protocol):
    """A list of things with sizes, the largest first."""

    @property
    def count(self) -> int:
        """Number of rows."""
        ...

    @property
    def total(self) -> int:
        """Bytes of which the rows are shares."""
        ...

    @property
    def title(self) -> str:
        """The subject of the list, safe to draw; without the total."""
        ...

    def header(self, width: int) -> str:
        """The names of the columns."""
        ...

    def parts(self, index: int, width: int) -> Sequence[Part]:
        """One row."""
        ...

    def place(self, index: int) -> bytes:
        """The identity of a row, whatever row it is on in another list of the kind."""
        ...

    def index_of(self, place: bytes) -> int:
        """The row of a place; the first where it is not in the list."""
        ...

    def size(self, index: int) -> int:
        """Bytes of what a row is."""
        ...

    def file(self, index: int) -> tuple[int, bytes] | None:
        """The number of the layer and the path of a file or a folder; None where a row is neither."""
        ...

    def copy_text(self, index: int) -> str:
        """The text that is copied for a row, raw."""
        ...


class FolderList:
    """The contents of one folder."""

    def __init__(self, tree: TreeSizes, trail: Sequence[str] = ()) -> None:
        """
        Args:
            tree: where it is.
            trail: names that lead from the root to the folder; the last that is there is taken.
        """
        self._tree = tree
        self.trail: list[str] = []
        """The names that lead here."""
        self._folder: Folder = tree.root
        for name in trail:
            below = tree.subfolder(self._folder, name)
            if below is None:
                break
            self.trail.append(name)
            self._folder = below

    @cached_property
    def _names(self) -> list[str]:
        return self._tree.names(self._folder)

    @cached_property
    def _most(self) -> int:
        return self.size(0) if self._names else 0

    @property
    def count(self) -> int:
        """Number of names in the folder."""
        return len(self._names)

    @property
    def total(self) -> int:
        """Bytes below the folder."""
        return self._tree.below(self._folder).size

    @property
    def title(self) -> str:
        """Number of files below the folder."""
        return _files(self._tree.below(self._folder).files)

    @property
    def path(self) -> str:
        """The path of the folder, raw."""
        return "/" + "/".join(self.trail)

    def inside(self, index: int) -> "FolderList | None":
        """The contents of the folder on a row; None where a row is no folder."""
        if self._tree.subfolder(self._folder, self._names[index]) is None:
            return None
        return FolderList(self._tree, [*self.trail, self._names[index]])

    def above(self) -> "FolderList | None":
        """The contents of the folder that this one is in; None where this one is the root."""
        return FolderList(self._tree, self.trail[:-1]) if self.trail else None

    def header(self, width: int) -> str:
        """The names of the columns."""
        return size_header("files", "name", width)

    def parts(self, index: int, width: int) -> Sequence[Part]:
        """One name, with a slash where it is a folder."""
        name = self._names[index]
        below = self._tree.of(self._folder, name)
        is_folder = self._tree.subfolder(self._folder, name) is not None
        count = format_count(below.files) if is_folder else ""
        parts = size_parts(below.size, self.total, self._most, count, width)
        room = width - used_columns(width)
        if not is_folder:
            return [*parts, (cut(printable(name), room), "")]
        return [*parts, (cut(printable(name), room - 1) + "/", "lines--strong")]

    def place(self, index: int) -> bytes:
        """The name on a row."""
        return _raw(self._names[index])

    def index_of(self, place: bytes) -> int:
        """The row of a name; the first where it is not in the folder."""
        name = place.decode("utf-8", "surrogateescape")
        return self._names.index(name) if name in self._names else 0

    def size(self, index: int) -> int:
        """Bytes of a file, or below a folder."""
        return self._tree.of(self._folder, self._names[index]).size

    def file(self, index: int) -> tuple[int, bytes]:
        """The number of the layer and the path."""
        name = self._names[index]
        return self._tree.layer_of(self._folder, name), _raw("/".join([*self.trail, name]))

    def layers(self, index: int) -> Mapping[int, int]:
        """The bytes of each layer below a folder; empty for a file."""
        below = self._tree.subfolder(self._folder, self._names[index])
        return self._tree.layers(below) if below is not None else {}

    def copy_text(self, index: int) -> str:
        """The path from the root, raw."""
        return "/" + "/".join([*self.trail, self._names[index]])


class FileList:
    """The largest files of a tree."""

    def __init__(self, tree: TreeSizes, files: Sequence[ShownFile], noun: str = LAYER_NOUN) -> None:
        """
        Args:
            tree: where they are.
            files: they, the largest first.
            noun: see `ocitui.image.image.Image.layer_noun`.
        """
        self._noun = noun
        self._files = files
        self._below = tree.below(tree.root)

    @property
    def count(self) -> int:
        """Number of files in the list."""
        return len(self._files)

    @property
    def total(self) -> int:
        """Bytes of all files of the tree."""
        return self._below.size

    @property
    def title(self) -> str:
        """The number of files in the list, and in the tree."""
        return f"the {format_count(self.count)} largest of {_files(self._below.files)}"

    def header(self, width: int) -> str:
        """The names of the columns."""
        return size_header(self._noun, "path", width)

    def parts(self, index: int, width: int) -> Sequence[Part]:
        """One file, with its layer."""
        file = self._files[index]
        parts = size_parts(file.size, self.total, self._files[0].size, str(file.layer), width)
        return [*parts, (cut_start(f"/{printable(file.path)}", width - used_columns(width)), "")]

    def place(self, index: int) -> bytes:
        """The path of a file."""
        return self._files[index].path

    def index_of(self, place: bytes) -> int:
        """The row of a path; the first where it is not in the list."""
        return next((number for number, file in enumerate(self._files) if file.path == place), 0)

    def size(self, index: int) -> int:
        """Bytes of a file."""
        return self._files[index].size

    def file(self, index: int) -> tuple[int, bytes]:
        """The number of the layer and the path."""
        return self._files[index].layer, self._files[index].path

    def copy_text(self, index: int) -> str:
        """The path from the root, raw."""
        return "/" + self._files[index].path.decode("utf-8", "surrogateescape")


class PackageList:
    """The packages that have files in a tree, and all that is nobody's."""

    def __init__(self, tree: TreeSizes, sums: Sequence[PackageSum]) -> None:
        """
        Args:
            tree: where their files are.
            sums: they, the largest first.
        """
        self._sums = sums
        self._below = tree.below(tree.root)

    @property
    def count(self) -> int:
        """Number of packages; files that no package owns count as one."""
        return len(self._sums)

    @property
    def total(self) -> int:
        """Bytes of all files of the tree."""
        return self._below.size

    @property
    def title(self) -> str:
        """The number of packages."""
        count = sum(each.package is not None for each in self._sums)
        return count_noun(count, "package")

    def header(self, width: int) -> str:
        """The names of the columns."""
        return size_header("files", "package", width)

    def parts(self, index: int, width: int) -> Sequence[Part]:
        """One package."""
        each = self._sums[index]
        parts = size_parts(each.shown, self.total, self._sums[0].shown, format_count(each.files), width)
        if each.package is None:
            named: list[Part] = [("(owned by no package)", "lines--muted")]
        else:
            named = [(printable(each.package.name), ""), (f" {printable(each.package.version)}", "lines--muted")]
        return [*parts, *cut_parts(named, width - used_columns(width))]

    def place(self, index: int) -> bytes:
        """The name of a package."""
        return _raw(self._sums[index].title)

    def index_of(self, place: bytes) -> int:
        """The row of a name; the first where it is not in the list."""
        return next((number for number, each in enumerate(self._sums) if _raw(each.title) == place), 0)

    def size(self, index: int) -> int:
        """Bytes of a package's files."""
        return self._sums[index].shown

    def file(self, index: int) -> None:
        """None: a package is neither a file nor a folder."""

    def copy_text(self, index: int) -> str:
        """The name of a package, raw."""
        return self._sums[index].title


def _files(count: int) -> str:
    return count_noun(count, "file")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
