"""Verifying in the background: what was found so far, in this session.

Blobs are read by worker processes; a thread waits for their reports and tells the screen.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from ocitui.errors import OcituiError
from ocitui.image.image import Image
from ocitui.image.node import Node, NodeKind
from ocitui.image.verify.blob_report import BlobReport, Mark
from ocitui.image.words import short_node_label
from ocitui.layers.cache import LayerCache
from ocitui.spec.digest import Digest
from ocitui.transports.allowance import Allowance
from ocitui.transports.transport import Transport
from ocitui.tui.scans.running import LOOK_EVERY, PROGRESS_INTERVAL, STALLED
from ocitui.tui.scans.scans import NICENESS

if TYPE_CHECKING:  # what reads blobs is loaded when they are read, after the first paint
    from ocitui.image.verify.verification import Verification


def size_to_fetch(node: Node) -> int:
    """Bytes of the blobs at and below a node that must be fetched from a registry to be read."""
    remote = (each for each in node.walk() if each.blob is not None and each.blob.is_remote)
    return sum({each.digest: each.size or 0 for each in remote}.values())


class Verifying:
    """Verifies one thing at a time, and keeps what was found."""

    class Progress(Message):
        """More was read, or reported."""

        def can_replace(self, message: Message) -> bool:
            """A later one makes an earlier one needless."""
            return isinstance(message, Verifying.Progress)

    class Ended(Message):
        """It came to its end, or was cancelled."""

        def __init__(self, problem: str = "") -> None:
            super().__init__()
            self.problem = problem
            """The reason why it stopped early."""

    def __init__(
        self, screen: Screen[None], transport: Transport, top: Node, cache: LayerCache, allowance: Allowance
    ) -> None:
        """
        Args:
            screen: is told what goes on.
            transport: where the blobs are.
            top: the whole tree of documents.
            cache: where layer indexes are kept.
            allowance: counts what is fetched from a registry.
        """
        self._allowance = allowance
        self._screen = screen
        self._transport = transport
        self._top = top
        self._cache = cache
        self._running: Verification | None = None
        self._reports: dict[Digest | None, BlobReport] = {}
        self._nodes: dict[Digest | None, list[Node]] = {}
        self._wrong_above: frozenset[Node] = frozenset()
        self._due = 0.0
        self._moved = 0.0
        self._timer: Timer | None = None
        self.start_node: Node | None = None
        """The node that was verified last."""
        self.last: list[BlobReport] = []
        """The findings in it."""
        self.is_cancelled = False
        """True if it was cancelled."""

    @property
    def subject(self) -> str:
        """The part that was verified last: ``index.json``, ``layer 2``, ``blob 2`` of an artifact; safe to draw."""
        node = self.start_node
        if node is None:
            return ""
        image = Image.containing(node)
        if image is not None and node.kind is NodeKind.LAYER and node.number is not None:
            return f"{image.layer_noun} {node.number}"
        return " ".join(short_node_label(node).split())

    @property
    def is_partial(self) -> bool:
        """True if that is a part of an image."""
        image = Image.containing(self.start_node) if self.start_node is not None else None
        return image is not None and image.node is not self.start_node

    @property
    def is_running(self) -> bool:
        """True if something is being verified now."""
        return self._running is not None

    @property
    def progress(self) -> tuple[int, int, int]:
        """Bytes that were read, bytes that there are, and blobs that are still to be reported."""
        running = self._running
        return (running.done, running.size, running.count - len(self.last)) if running is not None else (0, 0, 0)

    @property
    def silence(self) -> float:
        """Seconds since something was read."""
        return monotonic() - self._moved if self.is_running else 0.0

    def mark(self, node: Node) -> Mark | None:
        """The verdict on a node's blob; None where it was not verified in this session."""
        if node.descriptor is not None and node.digest is None:
            return None
        report = self._reports.get(node.digest)
        return report.mark if report is not None else None

    def is_wrong_below(self, node: Node) -> bool:
        """True if a blob below a node is wrong."""
        return node in self._wrong_above

    def start(self, node: Node) -> None:
        """Verify a node with all below it, or everything where it is the top."""
        from ocitui.image.verify.verification import Verification

        self.cancel()
        self.start_node, self.last, self.is_cancelled = node, [], False
        self._running = running = Verification(
            self._transport, self._top, node, self._cache, niceness=NICENESS, on_progress=self._went_on
        )
        self._moved = monotonic()
        if self._timer is None:
            self._timer = self._screen.set_interval(LOOK_EVERY, self._look)
        self._timer.resume()
        self._screen.run_worker(
            lambda: self._take_reports(running, size_to_fetch(node)),
            thread=True,
            group="verifying",
            exit_on_error=False,
        )

    def cancel(self) -> None:
        """Break off; what was found so far stays."""
        if self._running is not None:
            self._running.cancel()
            self._running = None
            self.is_cancelled = True

    def _look(self) -> None:
        """Let the screen say it when nothing moves."""
        if self.is_running and self.silence >= STALLED:
            self._screen.post_message(self.Progress())
        elif not self.is_running and self._timer is not None:
            self._timer.pause()

    def _take_reports(self, running: Verification, fetched: int) -> None:
        """Keep the reports and tell the screen, in a thread of its own."""
        problem = ""
        try:
            with self._allowance.agreed(fetched):
                for report in running.reports():
                    if running is not self._running:
                        return  # another one has begun
                    self._moved = monotonic()
                    self._keep(report)
                    self._screen.post_message(self.Progress())
        except OcituiError as error:
            problem = str(error)
        if running is self._running:
            self._running = None
        elif not self.is_cancelled:
            return
        self._screen.post_message(self.Ended(problem))

    def _keep(self, report: BlobReport) -> None:
        self.last.append(report)
        before = self._reports.get(report.digest)
        self._reports[report.digest] = report
        if Mark.WRONG not in {report.mark, before.mark if before is not None else None}:
            return
        if not self._nodes:
            for node in self._top.walk():
                self._nodes.setdefault(node.digest, []).append(node)
        wrong = [digest for digest, each in self._reports.items() if each.mark is Mark.WRONG]
        nodes = (node for digest in wrong for node in self._nodes.get(digest, ()))
        self._wrong_above = frozenset(above for node in nodes for above in node.above() if above is not node)

    def _went_on(self, done: int, size: int) -> None:
        self._moved = monotonic()
        if monotonic() >= self._due:
            self._due = monotonic() + PROGRESS_INTERVAL
            self._screen.post_message(self.Progress())
