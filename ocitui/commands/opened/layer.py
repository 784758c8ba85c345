"""One layer for a command, and which one ``--layer`` means."""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ocitui.commands.opened.choice import remark_choice
from ocitui.commands.opened.layer_index import open_index
from ocitui.commands.opened.place import Place, remark, report
from ocitui.commands.opened.unverified import Unverified
from ocitui.display import printable
from ocitui.errors import NotFoundError, UsageError
from ocitui.image.contents import ImageContents
from ocitui.image.filesystem.filesystem import FileEntry, Follow
from ocitui.image.filesystem.layer import LayerFilesystem
from ocitui.image.filesystem.nearest import nearest_words
from ocitui.image.filesystem.nested import NestedFilesystem
from ocitui.image.image import Layer
from ocitui.image.selection import images_below, select_content
from ocitui.image.verify.layer_check import layer_problems
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.digest import Digest
from ocitui.spec.platform import Platform

if TYPE_CHECKING:
    from ocitui.image.filesystem.matching import Matches

SHORTEST_PREFIX = 6
"""Hexadecimal digits that the beginning of a digest must have."""

_PREFIX = re.compile(rf"(?:(\w+):)?([0-9a-f]{{{SHORTEST_PREFIX},}})")


class OpenLayer:
    """A layer of a place, read unless it was before. Close it when done, or use it as a context manager."""

    def __init__(self, place: Place, layer: Layer, *, reads_all: bool = False, lists_first: bool = False) -> None:
        """
        Args:
            place: where it is.
            layer: the layer.
            reads_all: whether the contents of all its files are read.
            lists_first: whether its entries may be used before its digest is known; see `answering`.

        Raises:
            BlobError: the blob is missing, or cannot be read.
            LayerError: it cannot be read as a layer at all.
        """
        for doubt in place.doubts:
            remark(doubt)
        self.place = place
        self.layer = layer
        self._unverified = Unverified((layer,))
        with ExitStack() as closing:
            closing.callback(self._unverified.close)
            early = self._unverified if lists_first else None
            tar = self._tar = open_index(place.transport, layer, closing if reads_all else None, early)
            self._closing = closing.pop_all()
        try:
            outer = LayerFilesystem(self._tar, layer.number, layer.title)
        except BaseException:
            self._tar.close()
            self._closing.close()
            raise
        self._contents = ImageContents(place.transport, (layer,), lambda _: tar)
        self.files = NestedFilesystem(outer, self._contents.archive)
        """The files of the layer, and what is in archives among them."""
        self.index = outer.index
        self.problems: tuple[str, ...] = (*place.workaround, *layer_problems(layer, self.index.summary))
        """The reasons why it may be of another image than is meant, its damage, and its differences from the config."""

    @property
    def unverified(self) -> tuple[int, ...]:
        """Its number where its digest is not known yet; see `answering`."""
        return self._unverified.numbers

    def answering(self) -> AbstractContextManager[None]:
        """Give the answer within this, where entries may be used early; see `Unverified.answering`."""
        return self._unverified.answering()

    @cached_property
    def contents(self) -> ImageContents:
        """Return the reader of its files.

        Raises:
            BlobError: the blob cannot be opened.
        """
        self._contents.reader(self.layer.number)
        return self._contents

    def look_up(self, paths: Sequence[bytes], follow: Follow = Follow.PARENTS) -> list[FileEntry]:
        """Return the entries at some paths of the layer.

        Where one is missing, the damage of the layer is reported first: the path may be in what is damaged.

        Raises:
            NotFoundError: the layer has no entry at one of them.
            UsageError: the same, and the layer may be of another image than is meant.
        """
        found = []
        for path in paths:
            try:
                found.append(self.files.at(path, follow))
            except NotFoundError as error:
                report(self.problems)
                if self.place.workaround:
                    raise UsageError(str(error)) from None
                raise NotFoundError(f"{error}{nearest_words(self.files, path)}") from None
        return found

    def matching(self, glob: bytes, follow: Follow = Follow.PARENTS) -> "Matches":
        """Return the entries that a glob means; archives that cannot be opened for it are problems of the layer."""
        from ocitui.image.filesystem.matching import matching_entries

        found = matching_entries(self.files, glob, follow)
        self._contents.archive_problems |= dict.fromkeys(found.problems)
        return found

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes on what is listed elsewhere than the tar has it."""
        return tuple(note for note in self.index.summary.notes if LayerWarning.of(note) is LayerWarning.BELOW_LINK)

    def all_problems(self) -> Iterator[str]:
        """Yield the problems of the layer, and of archives in it that were opened."""
        yield from self.problems
        yield from self._contents.archive_problems

    def problems_from(self, number: int) -> Iterator[str]:
        """Return the same: no other layer counts."""
        return self.all_problems()

    def close(self) -> None:
        """Close the blob and the index."""
        self._contents.close()
        self._tar.close()
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_layer(
    text: str, platform: Platform | None, layer: str, *, reads_all: bool = False, lists_first: bool = False
) -> OpenLayer:
    """Open a layer of what a user typed; see `OpenLayer` for the rest.

    Raises:
        UsageError: there is no image, or no such layer.
        BlobError: the blob is missing, or cannot be read.
        LayerError: it cannot be read as a layer at all.
    """
    place = Place.open(text, platform)
    found = choose_layer(place, platform, layer)
    if layer.isdecimal():  # a digest names it, whichever image it is of
        remark_choice(place, select_content(place.start, platform), platform)
    return OpenLayer(place, found, reads_all=reads_all, lists_first=lists_first)


def choose_layer(place: Place, platform: Platform | None, text: str) -> Layer:
    """The layer of a number or of the beginning of a digest (or of a diff ID).

    A number counts in the image for the platform, else for this machine, else in the
    first. A digest may be that of any image of the place, unless a platform was asked for.

    Raises:
        UsageError: there is no such layer, or there are several.
    """
    image = select_content(place.start, platform)
    count = len(image.layers)
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= count:
        return image.layers[int(text) - 1]
    found = _PREFIX.fullmatch(text)
    if found is None:
        raise UsageError(
            f"--layer {printable(text)}: must be a number from 1 to {count}, or at least {SHORTEST_PREFIX} "
            "hexadecimal digits of a digest"
        )
    others = [] if platform is not None else images_below(place.start)
    layers = [layer for each in (image, *others) for layer in each.layers]
    for name in ("digest", "diff ID"):
        matches: dict[Digest | None, Layer] = {}
        for layer in layers:
            digest = layer.descriptor.digest if name == "digest" else layer.diff_id
            if digest is not None and digest.encoded.startswith(found[2]) and found[1] in (None, digest.algorithm):
                matches.setdefault(layer.descriptor.digest, layer)
        if len(matches) > 1:
            names = ", ".join(str(digest) for digest in matches)
            raise UsageError(f"--layer {text}: several layers have a {name} like this: {names}")
        if matches:
            return next(iter(matches.values()))
    raise UsageError(f"--layer {text}: no layer has this digest")
