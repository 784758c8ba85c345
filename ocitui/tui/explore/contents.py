"""The insides of the artifact, or of the image that is more than one, that is chosen; read beside the screen."""

from textual.message import Message

from ocitui.image.artifacts.describe import describe_contents
from ocitui.image.documents.flavours import has_documents
from ocitui.image.documents.summary import Section
from ocitui.image.image import Image
from ocitui.image.node import Node
from ocitui.tui.explore.shown import Shown
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.summary_lines import FACTS_LIMIT


class Contents:
    """Looks into artifacts that the cursor is on, and keeps what was found."""

    class Read(Message):
        """An artifact was looked into."""

        def __init__(self, node: Node) -> None:
            super().__init__()
            self.node = node

    def __init__(self, shown: Shown, panes: Panes) -> None:
        self._shown = shown
        self._panes = panes
        self._sections: dict[Node, list[Section]] = {}

    def sections(self, node: Node) -> list[Section]:
        """Return what is known of an artifact, or of the one that a blob is of; the rest is read, which is told of."""
        image = Image.containing(node)
        if image is None or not self._may_have_contents(image, node):
            return []
        if image.node not in self._sections:
            self._sections[image.node] = []
            self._read(image)
        return self._sections[image.node]

    def _may_have_contents(self, image: Image, node: Node) -> bool:
        if image.is_artifact:
            return image.node in (node, node.parent)
        return node is image.node and has_documents(image)

    def _read(self, image: Image) -> None:
        screen, transport = self._panes.screen, self._shown.transport

        def read() -> None:
            self._sections[image.node] = describe_contents(image, transport, FACTS_LIMIT)
            screen.post_message(self.Read(image.node))

        screen.run_worker(read, thread=True, group="contents", exit_on_error=False)
