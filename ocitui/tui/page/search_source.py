"""The interface through which the screens that search see an image and its layers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from ocitui.layers.index.index import LayerIndex

if TYPE_CHECKING:  # what unpacks archives is loaded where they are searched
    from ocitui.image.search.nested import ArchiveReader


class SearchSource(Protocol):
    """The layers of one image as they become known. All of it is asked for on the screen's thread.

    When an answer of `index` or `problem` changes, the screen's ``layers_changed`` must be
    called. Indexes stay open as long as the screen is there.
    """

    @property
    def layer_count(self) -> int:
        """Number of layers in the image."""
        ...

    @property
    def layer_noun(self) -> str:
        """See `ocitui.image.image.Image.layer_noun`."""
        ...

    def index(self, number: int) -> LayerIndex | None:
        """The finished index of a layer, counted from 1; None where there is none yet."""
        ...

    def problem(self, number: int) -> str:
        """The reason why a layer cannot be searched, safe to draw; empty where it can, or is not known yet."""
        ...

    def is_missing(self, number: int) -> bool:
        """True if that is because the layer's blob is missing."""
        ...

    @property
    def unopened(self) -> Mapping[int, str]:
        """See `ocitui.image.image.Image.unopened`."""
        ...

    def request_layers(self) -> None:
        """Begin to index the layers that are not."""
        ...

    def contents(self) -> "ArchiveReader | None":
        """The reader of the layers' files; asked for once, used on other threads."""
        ...

    def instruction(self, number: int) -> str:
        """The instruction that made a layer, safe to draw; empty where nothing says so."""
        ...
