"""The files that ``--layer`` chooses: of the final filesystem of an image, or of one of its layers."""

from typing import TYPE_CHECKING, Union

from ocitui.commands.opened.layer import OpenLayer, open_layer
from ocitui.spec.platform import Platform

if TYPE_CHECKING:
    from ocitui.commands.opened.image import OpenImage

OpenFiles = Union[OpenLayer, "OpenImage"]
"""The result of `open_files`."""


def open_files(
    text: str, platform: Platform | None, layer: str | None, *, reads_all: bool = False, lists_first: bool = False
) -> OpenFiles:
    """Open an image that a user typed, or one of its layers.

    Args:
        text: the image.
        platform: the one that was asked for, if any.
        layer: what ``--layer`` names; None for the final filesystem.
        reads_all: whether the contents of all its files are read.
        lists_first: whether entries may be used before digests are known: then within its ``answering``.

    Raises:
        UsageError: there is no image, or no such layer.
        BlobError: the blob of the layer is missing, or cannot be read.
        LayerError: the layer cannot be read as a layer at all.
    """
    if layer is not None:
        return open_layer(text, platform, layer, reads_all=reads_all, lists_first=lists_first)
    from ocitui.commands.opened.image import open_image  # what puts layers over each other

    return open_image(text, platform, reads_all=reads_all, lists_first=lists_first)
