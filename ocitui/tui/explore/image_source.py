"""The image that is shown, as the screens that search ask for it."""

from ocitui.image.contents import ImageContents
from ocitui.image.history.instruction import LINE_LIMIT
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.rows.keys import READ_AGAIN, key_text
from ocitui.tui.scans.scans import Scans


class ImageSource:
    """The layers of one image, for pages: a `ocitui.tui.page.search_source.SearchSource`."""

    def __init__(self, image: Image, scans: Scans, contents: ImageContents | None) -> None:
        """
        Args:
            image: the image.
            scans: knows which of its layers are indexed, and indexes the rest.
            contents: reads its files.
        """
        self._image = image
        self._scans = scans
        self._contents = contents

    @property
    def title(self) -> str:
        """The image, safe to draw."""
        return self._image.label

    @property
    def layer_count(self) -> int:
        """Number of layers in the image."""
        return len(self._image.layers)

    @property
    def layer_noun(self) -> str:
        """See `ocitui.image.image.Image.layer_noun`."""
        return self._image.layer_noun

    def index(self, number: int) -> LayerIndex | None:
        """The finished index of a layer, counted from 1; None where there is none yet."""
        return self._scans.known(self._image.layers[number - 1])

    def problem(self, number: int) -> str:
        """The reason why a layer cannot be searched; empty where it can, or where that is not known yet."""
        return self._scans.problem(self._image.layers[number - 1], key_text(READ_AGAIN, self._scans.app, typing=True))

    def is_missing(self, number: int) -> bool:
        """True if that is because the layer's blob is missing."""
        return self._scans.is_missing(self._image.layers[number - 1])

    @property
    def unopened(self) -> dict[int, str]:
        """By the number of each layer that is never opened what it is: encrypted, for one."""
        return self._image.unopened

    def request_layers(self) -> None:
        """Begin to index the layers that are not."""
        self._scans.want(self._image.layers)

    def contents(self) -> ImageContents | None:
        """The reader of the layers' files."""
        return self._contents

    def instruction(self, number: int) -> str:
        """The instruction that made a layer, safe to draw."""
        return origin_text(self._image.history, number, LINE_LIMIT)
