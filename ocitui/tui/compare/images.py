"""Two images that a screen compares: their layers, as far as they are known, and what their files hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocitui.display import printable
from ocitui.image.contents import ImageContents
from ocitui.image.diff.images import PathsDiff, compare_paths
from ocitui.image.diff.paths import PathDiff
from ocitui.image.diff.side import Side
from ocitui.image.image import Image, Layer
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.timeline import Version
from ocitui.image.verify.layer_check import layer_problems
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.transports.transport import Transport
from ocitui.tui.content.entry_contents import EntryContents
from ocitui.tui.scans.scans import Scans


@dataclass(frozen=True, slots=True)
class ComparedImage:
    """One of the two images."""

    image: Image
    transport: Transport
    scans: Scans
    """Knows which of its layers are indexed, and indexes the rest."""

    @property
    def title(self) -> str:
        """Its place, tag and platform; safe to draw."""
        return "  ".join(filter(None, (printable(self.transport.place), self.image.label)))

    def index_of(self, number: int) -> LayerIndex | None:
        """The index of a layer; None where it is not known."""
        return self.scans.known(self.image.layers[number - 1])

    @property
    def is_unknown(self) -> bool:
        """True if it has layers, and nothing is known of any of them."""
        layers = self.image.layers
        return bool(layers) and all(self.scans.known(layer) is None for layer in layers)

    @property
    def waiting(self) -> list[Layer]:
        """The layers that are not known and may be read."""
        return [each for each in self.image.layers if not self.scans.known(each) and not self.scans.failure(each)]

    @property
    def problems(self) -> list[str]:
        """Reasons why some layers are unknown or incomplete."""
        found: list[str] = []
        for layer in self.image.layers:
            summary = self.scans.summary(layer)
            if summary is not None:
                found += layer_problems(layer, summary)
            elif self.scans.failure(layer):
                found.append(self.scans.failure(layer))
        return found


class TwoImages:
    """The files of both, compared in a thread and read from the screen; close it when done."""

    def __init__(self, before: ComparedImage, after: ComparedImage) -> None:
        self._images = before, after
        self._contents = tuple(
            ImageContents(compared.transport, compared.image.layers, compared.index_of) for compared in self._images
        )
        self._sides: tuple[Side, Side] | None = None

    def compare(self, is_cancelled: Callable[[], bool], on_progress: Callable[[int, int], object]) -> PathsDiff:
        """Compare the files of all layers that are known; see `ocitui.image.diff.images.compare_paths`."""
        before, after = (self._side(number) for number in (0, 1))
        self._sides = before, after
        return compare_paths(before, after, is_cancelled=is_cancelled, on_progress=on_progress)

    def _side(self, number: int) -> Side:
        compared = self._images[number]
        layers = compared.image.layers
        stack = LayerStack([compared.index_of(layer.number) for layer in layers], compared.image.layer_noun)
        digests = [layer.descriptor.digest for layer in layers]
        return Side(stack, len(layers), digests, self._contents[number])

    def name_of(self, number: int, version: Version) -> str:
        """The name of the layer of image 0 or 1 that a version is from."""
        return self._images[number].image.layers[version.layer - 1].name

    def versions(self, path: PathDiff) -> tuple[Version | None, Version | None]:
        """The versions of a path in both images."""
        assert self._sides is not None
        return path.versions(*self._sides)

    def inside(
        self, path: PathDiff, is_cancelled: Callable[[], bool]
    ) -> tuple[Sequence[PathDiff] | None, Sequence[str]]:
        """Compare an archive, member by member, in a thread.

        Args:
            path: a file that `ocitui.image.diff.paths.is_archive` says is one.
            is_cancelled: asked for each member.

        Returns:
            What differs in it, and in the archives in it; None where it cannot be opened, or is none.
            And what is wrong.

        Raises:
            CancelledError: ``is_cancelled`` said so.
        """
        from ocitui.image.diff.nested import NestedDiff  # with all that unpacks them

        assert self._sides is not None
        before, after = zip(self._sides, self._contents, strict=True)
        nested = NestedDiff(before, after, is_cancelled=is_cancelled)
        return nested.in_file(path), list(nested.problems)

    def file_of(self, number: int, version: Version | None) -> EntryContents | None:
        """The contents of a path in one of the two; None where it is no file.

        Args:
            number: 0 or 1.
            version: what `versions` said.

        Raises:
            BlobError: the layer's blob cannot be opened.
        """
        if version is None or version.content is None or version.content[1].kind is not EntryKind.FILE:
            return None
        self._contents[number].reader(version.content[0])
        return EntryContents(self._contents[number], *version.content)

    def close(self) -> None:
        """Close every blob."""
        for contents in self._contents:
            contents.close()
