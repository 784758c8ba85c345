"""The statements and signatures of what is chosen, read beside the screen."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from textual.message import Message

from ocitui.image.attestations.find import is_statement, read_attestation, subject_node
from ocitui.image.documents.attested import describe_attestation, provenance_first
from ocitui.image.documents.signed import describe_signature
from ocitui.image.documents.summary import Section
from ocitui.image.node import Node
from ocitui.image.signatures.find import is_signature, read_signature, signature_files
from ocitui.spec.digest import Digest
from ocitui.transports.transport import DOCUMENT_LIMIT, KeepsSignatures, ListsReferrers
from ocitui.tui.explore.shown import Shown
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.summary_lines import FACTS_LIMIT

_MOST = 20
"""Statements and signatures of one manifest that are read."""
_UNASKED = 1 << 20
"""Bytes of one that are fetched from a registry where only the cursor is on it."""

_Key = tuple[Digest | None, Digest | None]
"""The digest of a document, and of what it stands under; of files beside an image, that of the image alone."""


class Attested:
    """Reads the statements and signatures that the cursor is on, and keeps what they say."""

    class Read(Message):
        """A document was read, or the files beside one."""

        def __init__(self, digest: Digest) -> None:
            super().__init__()
            self.digest = digest

    def __init__(self, shown: Shown, panes: Panes) -> None:
        self._shown = shown
        self._panes = panes
        self._sections: dict[_Key, list[Section] | None] = {}

    def sections(self, node: Node) -> list[Section]:
        """Return what is known of a document, or of those of a manifest; the rest is read, which is told of."""
        found = []
        for key, read in self._readings(node):
            if key not in self._sections:
                self._sections[key] = None
                self._read(key, read)
            found += self._sections[key] or []
        return provenance_first(found)

    def _readings(self, node: Node) -> Iterator[tuple[_Key, Callable[[], list[Section]]]]:
        for each in [node, *node.children][:_MOST]:
            about = subject_node(each) if is_statement(each) or is_signature(each) else None
            if about is not None and each.digest is not None and not each.is_missing and self._is_at_hand(each):
                yield (each.digest, about.digest), partial(self._describe, each, about)
        if node.is_entry and isinstance(self._shown.transport, KeepsSignatures):
            yield (node.digest, None), partial(self._describe_files, node)

    def _is_at_hand(self, node: Node) -> bool:
        is_remote = isinstance(self._shown.transport, ListsReferrers)
        return (node.size or 0) <= (_UNASKED if is_remote else DOCUMENT_LIMIT)

    def _describe(self, node: Node, about: Node) -> list[Section]:
        found = []
        if is_statement(node):
            found.append(describe_attestation(read_attestation(node, about, self._shown.transport), FACTS_LIMIT))
        if is_signature(node):
            found.append(describe_signature(read_signature(node, about, self._shown.transport), FACTS_LIMIT))
        return [section for section in found if section.facts]

    def _describe_files(self, node: Node) -> list[Section]:
        files = islice(signature_files(node, self._shown.transport), _MOST)
        return [describe_signature(each, FACTS_LIMIT) for each in files]

    def _read(self, key: _Key, read: Callable[[], list[Section]]) -> None:
        screen = self._panes.screen

        def work() -> None:
            self._sections[key] = read()
            if key[0] is not None and self._sections[key]:
                screen.post_message(self.Read(key[0]))

        screen.run_worker(work, thread=True, group="statements", exit_on_error=False)
