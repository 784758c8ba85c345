"""The error of a table of contents that is of no use."""

from ocitui.errors import LayerError
from ocitui.layers.basis import Source


class TableError(LayerError):
    """A table of contents is not what it must be; nothing of it is used. The layer itself may be read instead."""


class ElsewhereError(TableError):
    """The table of contents is not where it was looked for, and the layer says where it is."""

    def __init__(self, size: int = 0) -> None:
        """
        Args:
            size: bytes from where it begins to the end of the layer; 0 where it is in another image.
        """
        super().__init__(f"it begins {size:,} bytes before the end of the layer" if size else "it is in another image")
        self.size = size


def unusable_text(source: Source, why: object) -> str:
    """The sentence about a table of no use."""
    return f"its table of contents ({source.value}) cannot be used: {why}"
