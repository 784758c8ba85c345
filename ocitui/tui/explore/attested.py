"""The statements of the attestation that is chosen, read beside the screen."""

from collections.abc import Iterator

from textual.message import Message

from ocitui.image.attestations.find import is_statement, read_attestation, subject_node
from ocitui.image.documents.attested import describe_attestation, provenance_first
from ocitui.image.documents.summary import Section
from ocitui.image.node import Node
from ocitui.spec.digest import Digest
from ocitui.transports.transport import DOCUMENT_LIMIT, ListsReferrers
from ocitui.tui.explore.panes import Panes
from ocitui.tui.explore.shown import Shown
from ocitui.tui.explore.summary_lines import FACTS_LIMIT

_MOST = 20
"""Statements of one manifest that are read."""
_UNASKED = 1 << 20
"""Bytes of a statement that are fetched from a registry where only the cursor is on it."""


class Attested:
    """Reads the statements that the cursor is on, and keeps what they say."""

    class Read(Message):
        """A statement was read."""

        def __init__(self, digest: Digest) -> None:
            super().__init__()
            self.digest = digest

    def __init__(self, shown: Shown, panes: Panes) -> None:
        self._shown = shown
        self._panes = panes
        self._sections: dict[tuple[Digest, Digest | None], Section | None] = {}

    def sections(self, node: Node) -> list[Section]:
        """Return what is known of a statement, or of those of a manifest; the rest is read, which is told of."""
        found = []
        for each, about in self._statements(node):
            assert each.digest is not None
            key = each.digest, about.digest
            if key not in self._sections:
                self._sections[key] = None
                self._read(each, about)
            if (section := self._sections[key]) is not None:
                found.append(section)
        return provenance_first(found)

    def _statements(self, node: Node) -> Iterator[tuple[Node, Node]]:
        for each in [node, *node.children][:_MOST]:
            about = subject_node(each) if is_statement(each) else None
            if about is not None and each.digest is not None and not each.is_missing and self._is_at_hand(each):
                yield each, about

    def _is_at_hand(self, node: Node) -> bool:
        is_remote = isinstance(self._shown.transport, ListsReferrers)
        return (node.size or 0) <= (_UNASKED if is_remote else DOCUMENT_LIMIT)

    def _read(self, node: Node, about: Node) -> None:
        screen, transport = self._panes.screen, self._shown.transport

        def read() -> None:
            section = describe_attestation(read_attestation(node, about, transport), FACTS_LIMIT)
            assert node.digest is not None
            self._sections[node.digest, about.digest] = section
            screen.post_message(self.Read(node.digest))

        screen.run_worker(read, thread=True, group="statements", exit_on_error=False)
