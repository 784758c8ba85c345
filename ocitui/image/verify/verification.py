"""The verification of an image: every blob, every layer, every document.

Each blob is read once. A layer whose index is known is read all the same, since the index is
no proof that the bytes are still right; one that is not known is scanned on the way, and is
known from then on. Two workers read side by side, the largest blob first.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from ocitui.errors import BlobMissingError, CancelledError, LayerError, OcituiError
from ocitui.image.image import Image, Layer
from ocitui.image.layer_tables import LayerTables
from ocitui.image.node import Node
from ocitui.image.verify.below import Below
from ocitui.image.verify.blob_report import BlobReport, sort_problems
from ocitui.image.verify.entry_check import entry_problems
from ocitui.image.verify.layer_check import layer_notes, layer_problems
from ocitui.image.verify.plan import EMPTY_FINDINGS, BlobTask, VerificationPlan
from ocitui.layers.cache import LayerCache
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.refused import Refused
from ocitui.layers.scan.check import check_blob
from ocitui.layers.scan.hasher import hash_blob
from ocitui.layers.scan.recheck import BlobRecheck
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.scan import LayerScan, scan_layer
from ocitui.layers.scan.waiting import take
from ocitui.layers.summary import DamageKind, LayerSummary
from ocitui.spec import clause
from ocitui.spec.digest import Digest
from ocitui.spec.problem import Problem, Severity
from ocitui.transports.transport import Transport

_Process = TypeVar("_Process", LayerScan, BlobRecheck)

SMALL = 1 << 18
"""Bytes of a layer up to which it is read sooner than a process for it is started."""


class Verification:
    """Reads the blobs of a plan and reports each as soon as all is known of it. Use it once."""

    def __init__(
        self,
        transport: Transport,
        top: Node,
        start: Node,
        cache: LayerCache,
        *,
        is_sparse: bool = False,
        findings: Mapping[Digest, Sequence[Problem]] = EMPTY_FINDINGS,
        workers: int = 2,
        niceness: int = 0,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> None:
        """
        Args:
            transport: where the blobs are.
            top: the whole tree of documents.
            start: the part of it to verify; the top for everything, with blobs that nothing names.
            cache: where layer indexes are kept.
            is_sparse: whether manifests that an index names may be absent, with all below them, and layers.
            findings: what was found of documents before, by their digests.
            workers: blobs that are read side by side.
            niceness: how far the worker processes step back behind other ones.
            on_progress: is told how many bytes were read, and of how many; from several threads.
        """
        plan = VerificationPlan(transport, top, start, is_sparse=is_sparse, findings=findings)
        self._tables = LayerTables(transport)
        self._cache = cache
        self._niceness = niceness
        self._on_progress = on_progress
        self._reports = plan.reports
        self._waiting: queue.SimpleQueue[BlobTask] = queue.SimpleQueue()
        for task in plan.tasks:
            self._waiting.put(task)
        self._workers = min(workers, len(plan.tasks))
        self._found: queue.SimpleQueue[BlobReport | BaseException | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._running: set[LayerScan | BlobRecheck] = set()
        self._is_cancelled = False
        self._read: dict[Digest, int] = {}
        self._indexes: dict[Digest, LayerIndex] = {}
        self._postponed: list[tuple[BlobTask, LayerSummary, list[Problem], Refused]] = []
        self.order = plan.order
        """The titles and digests of the reports in the order of the tree: they come as they are done."""
        self.count = len(plan.reports) + len(plan.tasks)
        """The number of blobs to report."""
        self.size = sum(task.size or 0 for task in plan.tasks)
        """Bytes to read, as far as that is known."""

    @property
    def done(self) -> int:
        """Bytes read so far."""
        return sum(list(self._read.values()))

    def reports(self) -> Generator[BlobReport, None, None]:
        """Every blob, as it comes: first the documents, which are read already.

        Ends early when it is cancelled. Blocks while blobs are read.
        """
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._workers)]
        try:
            for thread in threads:
                thread.start()
            yield from self._reports
            ended = 0
            while ended < len(threads):
                found = take(self._found)
                if isinstance(found, BaseException):
                    raise found
                if found is None:
                    ended += 1
                else:
                    yield found
            if not self._is_cancelled:
                for postponed in self._postponed:
                    yield self._settle(*postponed)
        finally:
            self.cancel()
            for thread in threads:
                if thread.is_alive():
                    thread.join()
            for index in self._indexes.values():
                index.close()

    def cancel(self) -> None:
        """End what is under way. From any thread."""
        with self._lock:
            self._is_cancelled = True
            for process in self._running:
                process.cancel()

    def _work(self) -> None:
        try:
            with suppress(queue.Empty, CancelledError):
                while not self._is_cancelled:
                    task = self._waiting.get_nowait()
                    report = self._check_layer(task) if task.layers else self._check_blob(task)
                    if report is not None:
                        self._found.put(report)
        except BaseException as error:  # raised again where the reports are taken
            self._found.put(error)
        finally:
            self._found.put(None)

    def _went_on(self, digest: Digest, position: int) -> None:
        self._read[digest] = position
        if self._on_progress is not None:
            self._on_progress(self.done, self.size)

    # One blob.

    def _check_blob(self, task: BlobTask) -> BlobReport | None:
        def say(position: int) -> bool:
            self._went_on(task.digest, position)
            return not self._is_cancelled

        problems = list(task.problems)
        try:
            found = hash_blob(task.blob, task.digest.algorithm, say)
        except OcituiError as error:
            problems.append(_unread(error, task))
            return BlobReport(task.title, task.digest, 0, False, sort_problems(problems))
        if found is None:
            return None
        if found.digest is None:
            unknown = f"the digest cannot be checked: {task.digest.algorithm} is not known"
            problems.append(Problem(unknown, clause.ALGORITHMS, Severity.WARNING))
        elif found.digest != task.digest:
            problems.append(Problem(f"expected digest {task.digest}, found {found.digest}", clause.DIGEST))
        sizes = [f"expected {size:,} bytes, found {found.size:,}" for size in task.said if size != found.size]
        problems += [Problem(text, clause.DESCRIPTOR) for text in sizes]
        return BlobReport(task.title, task.digest, found.size, found.digest is not None, sort_problems(problems))

    def _check_layer(self, task: BlobTask) -> BlobReport | None:
        """Read a layer. None when its report has to wait for those of the layers below."""
        layer = task.layers[0][1]
        request = LayerRequest(task.blob, task.digest, layer.descriptor.size, layer.diff_id)
        problems = list(task.problems)
        try:
            summary, index = self._read_layer(self._tables.compared(request, layer))
        except CancelledError:
            raise
        except OcituiError as error:
            problems.append(_unread(error, task).without(layer.title))
            return BlobReport(task.title, task.digest, 0, False, sort_problems(problems))
        self._went_on(task.digest, summary.blob_size)
        for image, each in task.layers:
            problems += _summary_problems(image, each, summary, task.blob.size is not None)
        if index is not None:
            self._indexes[task.digest] = index
            try:
                refused = Refused(index)
            except LayerError as error:
                problems.append(_unread(error, task).without(layer.title))
                return _layer_report(task, summary, problems)
            problems += entry_problems(refused)
            if refused.dangling or (refused.needs_layers_below and any(each.number > 1 for _, each in task.layers)):
                self._postponed.append((task, summary, problems, refused))
                return None
            problems += Below(index, ()).link_problems(refused)
        return _layer_report(task, summary, problems)

    def _read_layer(self, request: LayerRequest) -> tuple[LayerSummary, LayerIndex | None]:
        """Read all of a layer's bytes. Its index is only given where it is that of these bytes."""
        known = self._cache.find(request.digest, request.variant)
        table = request.compared
        if known is not None and table is not None and known.summary.basis.digest != table.digest:
            known.close()  # it was not compared with this table
            known = None
        if known is None:
            index = self._scan(request)
            return index.summary, index
        try:
            summary = self._read_again(request)
        except BaseException:
            known.close()
            raise
        if not summary.verified or summary.damages:  # then all is said that would be if it were read for the first time
            known.close()
            index = self._scan(request)
            return index.summary, index
        return replace(known.summary, diff_id=summary.diff_id), known

    def _scan(self, request: LayerRequest) -> LayerIndex:
        if request.size is not None and request.size <= SMALL:
            return scan_layer(request, self._cache)
        return self._follow(LayerScan(request, self._cache, niceness=self._niceness), request.digest).result()

    def _read_again(self, request: LayerRequest) -> LayerSummary:
        if request.size is not None and request.size <= SMALL:
            return check_blob(request)
        return self._follow(BlobRecheck(request, niceness=self._niceness), request.digest).result()

    def _follow(self, process: _Process, digest: Digest) -> _Process:
        """Take the events of a worker until it ends."""
        with self._lock:
            self._running.add(process)
            if self._is_cancelled:
                process.cancel()
        try:
            for progress in process.events():
                self._went_on(digest, progress.blob_bytes)
        finally:
            with self._lock:
                self._running.discard(process)
        return process

    # Layers over each other.

    def _settle(self, task: BlobTask, summary: LayerSummary, problems: list[Problem], refused: Refused) -> BlobReport:
        """Report a layer that refers to what it does not hold, now that the layers below are known."""
        for image, layer in task.layers:
            below = Below(self._indexes[task.digest], self._indexes_below(image, layer))
            try:
                problems += below.link_problems(refused)
                problems += below.problems(refused)
            except LayerError as error:
                problems.append(_unread(error, task).without(layer.title))
        return _layer_report(task, summary, problems)

    def _indexes_below(self, image: Image, layer: Layer) -> list[LayerIndex | None]:
        """The indexes of the layers below one, but for those that are missing or not verified now."""
        digests = [below.descriptor.digest for below in image.layers[: layer.number - 1]]
        return [self._indexes.get(digest) if digest is not None else None for digest in digests]


def _unread(error: OcituiError, task: BlobTask) -> Problem:
    """Return why a blob could not be read to its end; a lack of processes, room or memory is no fault of the blob."""
    if isinstance(error, BlobMissingError):
        return task.missing
    if isinstance(error, LayerError):
        return Problem(str(error), clause.LAYOUT_BLOBS, Severity.UNREAD)
    return Problem.of(error, clause.LAYOUT_BLOBS)


def _summary_problems(image: Image, layer: Layer, summary: LayerSummary, is_size_said: bool) -> Iterator[Problem]:
    said = {DamageKind.SIZE} if is_size_said else set()
    if image.node.is_made and layer.descriptor.digest == layer.diff_id:
        said.add(DamageKind.DIGEST)  # a place that names layers by their diff IDs knows no other digest of them
    summary = replace(summary, damages=tuple(each for each in summary.damages if each.kind not in said))
    for problem in (*layer_problems(layer, summary), *layer_notes(layer, summary)):
        yield problem.without(layer.title)


def _layer_report(task: BlobTask, summary: LayerSummary, problems: list[Problem]) -> BlobReport:
    return BlobReport(task.title, task.digest, summary.blob_size, task.digest.is_known, sort_problems(problems))
