"""One image for a command: its documents read, its layers as soon as they are needed."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ocitui.commands.opened.choice import remark_choice
from ocitui.commands.opened.layer_index import open_indexes
from ocitui.commands.opened.place import CannotTellError, Place, remark
from ocitui.commands.opened.unverified import Unverified
from ocitui.errors import DocumentError, NotFoundError
from ocitui.image.contents import ImageContents
from ocitui.image.filesystem.filesystem import FileEntry, Follow
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.filesystem.nearest import nearest_words
from ocitui.image.filesystem.nested import NestedFilesystem
from ocitui.image.image import Image
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.image.remembered import remember_image
from ocitui.image.selection import select_content
from ocitui.image.verify.layer_check import layer_problems
from ocitui.layers.pathnames import components
from ocitui.spec.platform import Platform

if TYPE_CHECKING:
    from ocitui.image.filesystem.matching import Matches
    from ocitui.image.merged.provenance import Provenance


class OpenImage:
    """An image of a place. Close it when done, or use it as a context manager.

    Its layers are read, those that are not in the cache, when they are first asked for. A layer
    that cannot be read is missing from the stack, and has a problem.
    """

    def __init__(
        self,
        place: Place,
        image: Image,
        *,
        must_read: bool = False,
        reads_all: bool = False,
        lists_first: bool = False,
    ) -> None:
        """Take an image of a place.

        Args:
            place: where it is.
            image: the image.
            must_read: whether its layers are read even where they were before, and were not written to since.
            reads_all: whether the contents of all files are read.
            lists_first: whether entries may be used before the digests of their layers are known; see `answering`.

        Raises:
            DocumentError: its manifest has no list of layers, so that nothing is known of its files.
        """
        if image.manifest.no_list:
            raise DocumentError(f"{image.node.title}: {image.manifest.no_list}")
        self._must_read = must_read
        self._reads_all = reads_all
        self.place = place
        self.image = image
        self._closing = ExitStack()
        self._unverified = Unverified(image.layers) if lists_first else None
        for doubt in place.doubts:
            remark(doubt)
        if not image.layers:
            remark(f"{image.node.title}: it has no layers, so it has no files")

    @property
    def stack(self) -> LayerStack:
        """The layers over each other."""
        return self._layers[0]

    @property
    def problems(self) -> dict[int, tuple[str, ...]]:
        """By the number of each layer that is missing or damaged: it may have done what is not known."""
        return self._layers[1]

    @property
    def unverified(self) -> tuple[int, ...]:
        """The layers whose digests are not known yet; see `answering`."""
        return self._unverified.numbers if self._unverified is not None else ()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Give the answer within this, where entries may be used early; see `Unverified.answering`."""
        assert self._unverified is not None
        _ = self._layers
        with self._unverified.answering():
            yield

    @cached_property
    def tree(self) -> MergedTree:
        """The final filesystem."""
        return MergedTree(self.stack)

    @cached_property
    def files(self) -> NestedFilesystem[MergedFilesystem]:
        """The files of it, and what is in archives among them."""
        return NestedFilesystem(MergedFilesystem(self.tree), self.contents.archive)

    @cached_property
    def contents(self) -> ImageContents:
        """Return the reader of files of the layers."""
        found = ImageContents(self.place.transport, self.image.layers, self.stack.index_of)
        self._closing.callback(found.close)
        return found

    def look_up(self, paths: Sequence[bytes], follow: Follow = Follow.PARENTS) -> list[FileEntry]:
        """Return the entries at some paths of the final filesystem.

        Raises:
            NotFoundError: nothing is at one of them.
            CannotTellError: a layer that is missing or damaged, or another image, may have what is not found.
            UsageError: a link that must be followed leads in a circle.
        """
        found = []
        for path in paths:
            try:
                found.append(self.files.at(path, follow))
            except NotFoundError as error:
                if any(map(self.cannot_tell, paths)):
                    raise CannotTellError(self.all_problems()) from None
                raise NotFoundError(f"{error}{self._missing_words(path)}") from None
        return found

    def matching(self, glob: bytes, follow: Follow = Follow.PARENTS) -> "Matches":
        """Return the entries that a glob means; archives that cannot be opened for it are problems of the image."""
        from ocitui.image.filesystem.matching import matching_entries

        found = matching_entries(self.files, glob, follow)
        if found.problems:
            self.contents.archive_problems |= dict.fromkeys(found.problems)
        return found

    def cannot_tell(self, path: bytes) -> bool:
        """True if a path that is not found may be in a layer that is missing or damaged, or in another image."""
        if self.place.workaround:
            return True
        return bool(self.problems) and self._provenance(path).is_unknown

    def _missing_words(self, path: bytes) -> str:
        """Return what a message adds about a missing path: ``: layer 3 deleted it``, or another that was meant."""
        found = self._provenance(path)
        if found.is_deleted:
            return f": layer {found.timeline.changes[-1].layer} deleted it"
        return nearest_words(self.files, path)

    def _provenance(self, path: bytes) -> "Provenance":
        from ocitui.image.merged.provenance import find_provenance  # only where a path is missing

        return find_provenance(self.stack, b"/".join(components(path)[0]), self.problems)

    def problems_from(self, number: int) -> Iterator[str]:
        """Yield the problems of a layer, and of those above it, which may have changed what it has."""
        return self.all_problems(tuple(range(number, len(self.stack) + 1)))

    def all_problems(self, numbers: tuple[int, ...] | None = None) -> Iterator[str]:
        """Yield why this may be another image than the place means, and the problems of layers and archives."""
        yield from self.place.workaround
        yield from self.layer_problems(numbers)
        if "contents" in self.__dict__:
            yield from self.contents.archive_problems

    def layer_problems(self, numbers: tuple[int, ...] | None = None) -> Iterator[str]:
        """The problems of some layers, or of all, the lowest first."""
        found = [self.problems[each] for each in sorted(self.problems) if numbers is None or each in numbers]
        yield from dict.fromkeys(problem for problems in found for problem in problems)  # some are of several layers

    @cached_property
    def _layers(self) -> tuple[LayerStack, dict[int, tuple[str, ...]]]:
        if self._unverified is not None:
            self._closing.callback(self._unverified.close)
        indexes, problems = open_indexes(
            self.place.transport,
            self.image,
            self._closing,
            must_read=self._must_read,
            reads_all=self._reads_all,
            unverified=self._unverified,
        )
        for layer in self.image.layers:
            index = indexes.get(layer.descriptor.digest)
            if index is not None and (found := layer_problems(layer, index.summary)):
                problems[layer.number] = found
        known = [indexes.get(layer.descriptor.digest) for layer in self.image.layers]
        return LayerStack(known, self.image.layer_noun), problems

    def close(self) -> None:
        """Close every blob and every index."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_image(
    text: str,
    platform: Platform | None,
    *,
    must_read: bool = False,
    reads_all: bool = False,
    lists_first: bool = False,
) -> OpenImage:
    """Open the image that a user typed: of the platform asked for, else of this machine's, else the first.

    See `OpenImage` for the rest.

    Raises:
        UsageError: there is none.
    """
    place = Place.open(text, platform)
    image = select_content(place.start, platform)
    remember_image(image, place.reference.text)
    remark_choice(place, image, platform)
    return OpenImage(place, image, must_read=must_read, reads_all=reads_all, lists_first=lists_first)
