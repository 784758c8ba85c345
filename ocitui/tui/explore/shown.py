"""The image that is shown and the layer of it whose files are: what is known of them, and what reads them."""

from collections.abc import Sequence

from textual.screen import Screen

from ocitui.image.contents import ImageContents
from ocitui.image.image import Image, Layer
from ocitui.image.node import Node
from ocitui.image.words import no_layers_text
from ocitui.layers.cache import LayerCache
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.nested.entry import MemberEntry
from ocitui.spec.digest import Digest
from ocitui.transports.allowance import Allowance
from ocitui.transports.transport import Speaks, Transport
from ocitui.tui.explore.image_source import ImageSource
from ocitui.tui.explore.merged_view import MergedView, ViewChoice
from ocitui.tui.explore.totals import ImageTotals
from ocitui.tui.fetching import Fetching
from ocitui.tui.scans.scans import Scans
from ocitui.tui.settings import FileSettings


class Shown:
    """The subject of the panes."""

    def __init__(
        self,
        screen: Screen[None],
        transport: Transport,
        top: Node,
        chosen: Node,
        image: Image | None,
        cache: LayerCache,
        files: FileSettings,
        limit: float,
    ) -> None:
        """
        Args:
            screen: gets the messages of scans.
            transport: where the blobs are.
            top: the tree of documents.
            chosen: the node to start on.
            image: the image to start with; None where there is none.
            cache: where layer indexes are kept.
            files: what the Files pane shows at first.
            limit: bytes that are fetched from a registry before the user is asked.
        """
        self.transport = transport
        """The place of the blobs."""
        self.top = top
        """The tree of documents."""
        self.chosen = chosen
        """The node that was chosen last."""
        self.image = image
        """The image that is shown."""
        self.layer: Layer | None = None
        """The layer whose files are shown."""
        self.scans = Scans(screen, transport, cache, Fetching(Allowance(limit)))
        """The layers that are being indexed, and those that are known."""
        self.totals = ImageTotals(self.scans)
        """The totals of the image."""
        self.merged = MergedView(self.scans, files)
        """The view of the layers that is shown."""
        self._left: dict[Node, tuple[int | None, ViewChoice]] = {}
        """The layer and the view that were shown of each image when it was left."""
        self._contents: ImageContents | None = None
        self._contents_of: Image | None = None
        self._replaced: dict[Digest, LayerIndex] = {}
        """The indexes that `_contents` goes on with once others take their place."""
        self._left_contents: list[ImageContents] = []
        """Readers by indexes that others took the place of: a page or a thread may still be reading with them."""

    def turn_to(self, image: Image) -> None:
        """Show another image: the layer and the view that were shown when it was left, where that costs no scan."""
        if self.image is not None:
            self._left[self.image.node] = (self.layer.number if self.layer is not None else None, self.merged.choice)
        number, self.merged.choice = self._left.get(image.node, (None, self.merged.choice))
        layer = image.layers[number - 1] if number is not None else None
        is_free = layer is None or self.scans.known(layer) is not None or self.scans.is_running(layer)
        self.image, self.layer = image, layer if is_free or not self.merged.is_alone else None

    @property
    def layers(self) -> Sequence[Layer]:
        """The layers of the image, the lowest first."""
        return self.image.layers if self.image is not None else ()

    @property
    def lack(self) -> str:
        """The words for what is missing where there are no layers to show: an image, or its layers; else empty."""
        if self.image is None:
            return "no image is chosen"
        return "" if self.image.layers else no_layers_text(self.image.node)

    @property
    def layer_at_hand(self) -> Layer | None:
        """The layer whose files are shown, else the one that is chosen."""
        return self.layer or self.layer_of(self.chosen)

    @staticmethod
    def layer_of(node: Node) -> Layer | None:
        """The layer that a node stands for; None where it is none of an image."""
        image = Image.containing(node)
        if image is None or node.parent is not image.node or node.number is None:
            return None
        return image.layers[node.number - 1]

    def is_shown(self, digest: object) -> bool:
        """True if the layer with this digest is shown, alone."""
        return self.merged.is_alone and self.layer is not None and digest == self.layer.descriptor.digest

    @property
    def contents(self) -> ImageContents | None:
        """Reads the files of the image."""
        if self._contents_of is not self.image:
            self.close_contents()
            self._contents_of = self.image
            self._contents = self._make_contents(self.image) if self.image is not None else None
        return self._contents

    def _make_contents(self, image: Image) -> ImageContents:
        replaced: dict[Digest, LayerIndex] = {}
        self._replaced = replaced

        def find_index(number: int) -> LayerIndex | None:
            layer = image.layers[number - 1]
            digest = layer.descriptor.digest
            return replaced[digest] if digest in replaced else self.scans.known(layer)

        return ImageContents(self.transport, image.layers, find_index)

    def file_of(self, number: int, entry: Entry) -> tuple[int, Entry] | None:
        """The file that an entry is, or another name of, with the number of its layer; None where it is none.

        Args:
            number: the number of the layer.
            entry: an entry of it, or of an archive in it.
        """
        image = self.image
        if isinstance(entry, MemberEntry):
            target = entry.archive.hard_link_target(entry)
            return (number, target) if target is not None and target.kind is EntryKind.FILE else None
        if entry.kind is EntryKind.HARDLINK and image is not None:
            found = self.merged.tree(image, number).link_target(number, entry)
            return found if found is not None and found[1].kind is EntryKind.FILE else None
        return (number, entry) if entry.kind is EntryKind.FILE else None

    def take_scanned(self) -> bool:
        """Let indexes of layers that were scanned take the place of those that rest on tables of contents.

        For the screen's thread, while no page is open: an entry or a row of such a layer must not be read by the
        `contents` that are had from now on.

        Returns:
            Whether there are any, and so all rows of layers must be asked for anew.
        """
        if not self.scans.take_scanned(self._replaced):
            return False
        if self._contents is not None and self._contents_of is not None:
            self._left_contents.append(self._contents)
            self._contents = self._make_contents(self._contents_of)
        if self.image is not None:
            self.totals.forget(self.image)
        return True

    def search_source(self, image: Image) -> ImageSource:
        """The image, as the screens that search ask for it."""
        return ImageSource(image, self.scans, self.contents)

    def interrupt(self) -> None:
        """Wait no longer for a registry that asks to wait: nobody looks at what would come."""
        if isinstance(self.transport, Speaks):
            self.transport.interrupt()

    def close_contents(self) -> None:
        """Let go of the blobs that were read."""
        for contents in (*self._left_contents, self._contents):
            if contents is not None:
                contents.close()
        self._left_contents.clear()
        self._contents = self._contents_of = None

    def close(self) -> None:
        """End every scan, and let go of all that was read."""
        self.close_contents()
        self.scans.close()
