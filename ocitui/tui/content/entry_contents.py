"""The contents of one entry of a layer, for the viewer, the comparison and saving."""

from ocitui.image.contents import ImageContents
from ocitui.layers.entry import Entry


class EntryContents:
    """Bytes of a file of a layer; see `ocitui.tui.content.contents.Contents`."""

    def __init__(self, contents: ImageContents, layer: int, entry: Entry) -> None:
        """
        Args:
            contents: reads the layers.
            layer: number of the layer that has the entry.
            entry: the file itself, not a hard link to it.
        """
        self._contents = contents
        self.layer = layer
        """Number of the layer."""
        self.entry = entry
        """The file."""

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.entry.size

    def read(self, offset: int, size: int) -> bytes:
        """Bytes from an offset.

        Raises:
            LayerError: they are damaged or missing.
            BlobError: the blob cannot be read.
        """
        return self._contents.reader(self.layer).read(self.entry, offset, size)
