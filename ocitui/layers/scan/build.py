"""Builds the index of one layer from what comes of its blob.

All but the scanner give up Python's lock, so that the rest of the pipeline runs beside it: see
`ocitui.layers.scan.pipeline`.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.layers.basis import SCANNED, Basis
from ocitui.layers.index.writer import IndexWriter
from ocitui.layers.scan.header_pipeline import BlobChangedError, HeaderPipeline
from ocitui.layers.scan.one_file import OneFile
from ocitui.layers.scan.pipeline import BlobPipeline
from ocitui.layers.scan.progress import OnProgress, ProgressReporter, ScanProgress
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.summary import WRONG_SIZE, Findings, LayerSummary
from ocitui.layers.tar.scanner import TarScanner
from ocitui.layers.tar.sink import EntrySink
from ocitui.layers.toc.table import TableOfContents
from ocitui.layers.warnings import LayerWarning

if TYPE_CHECKING:
    from ocitui.layers.toc.compare import Compared

Pipeline = BlobPipeline | HeaderPipeline


def build_index(request: LayerRequest, target: Path, on_progress: OnProgress | None = None) -> LayerSummary:
    """Scan a layer blob into a new index file.

    Whatever is wrong with the layer itself does not raise: it is in the summary's damages.

    Args:
        request: the blob.
        target: the file to make; it can be read by others while it grows.
        on_progress: is told how far the scan is.

    Raises:
        TableError: its table of contents is of no use, where it was to be read from that.
        BlobError: the blob cannot be opened or read.
        sqlite3.Error: the index cannot be written, for one because the disk is full.
    """
    if request.table is not None:
        return _from_table(request, request.table, target, on_progress)
    if (headers := HeaderPipeline.open(request)) is not None:
        with suppress(BlobChangedError):
            return _scan(headers, request, target, on_progress)
        target.unlink(missing_ok=True)
    return _scan(BlobPipeline(request), request, target, on_progress)


def _scan(pipeline: Pipeline, request: LayerRequest, target: Path, on_progress: OnProgress | None) -> LayerSummary:
    with pipeline:
        findings = pipeline.findings
        writer = IndexWriter(target, findings)
        try:
            compared = _compared(request, writer, findings)
            if isinstance(pipeline, BlobPipeline) and compared is not None:
                pipeline.observer = compared.observe
            scanner = _scanner(request, writer, findings, compared)
            reporter = ProgressReporter(pipeline, on_progress)
            for chunk in pipeline.feed(scanner):
                if compared is not None:
                    compared.take(chunk)
                writer.add_points(pipeline.take_points())
                writer.flush()
                reporter.report(scanner.position, writer.entry_count)
            writer.add_points(pipeline.take_points())
            scanner.finish(stream_is_whole=pipeline.damage is None)
            if compared is not None and pipeline.damage is None:
                compared.finish()
            counts = {"file_count": writer.finish(), "entry_count": writer.entry_count}
            if isinstance(pipeline, HeaderPipeline) and pipeline.is_hashing:
                known = summary_of(pipeline, request, scanner.position, False, **counts)
                writer.show_all(replace(known, blob_size=pipeline.blob_size))
                reporter.is_listed = True
                reporter.report(scanner.position, writer.entry_count, at_once=True)
            for _ in pipeline.hash():
                reporter.report(scanner.position, writer.entry_count)
            verified = check_claims(pipeline, request, scanner.position)
            reporter.report(scanner.position, writer.entry_count, at_once=True)
            summary = summary_of(pipeline, request, scanner.position, verified, **counts)
            writer.write_summary(summary)
        finally:
            writer.close()
        return summary


def _scanner(
    request: LayerRequest, writer: IndexWriter, findings: Findings, compared: "Compared | None"
) -> OneFile | TarScanner:
    if request.title:
        return OneFile(writer, request.title)
    return TarScanner(writer, findings) if compared is None else compared.scanner()


def _compared(request: LayerRequest, sink: EntrySink, findings: Findings) -> "Compared | None":
    if request.compared is None:
        return None
    from ocitui.layers.toc.compare import Compared  # few layers have any table

    return Compared(sink, findings, request.blob, request.compared)


def _from_table(
    request: LayerRequest, table: TableOfContents, target: Path, on_progress: OnProgress | None
) -> LayerSummary:
    from ocitui.layers.toc.build import build_from_table  # what scans a layer needs none of it

    def report(done: int, size: int, entries: int) -> None:
        if on_progress is not None:
            on_progress(ScanProgress(done, size, 0, entries))

    return build_from_table(request.blob, request.digest, table, target, report)


def check_claims(pipeline: Pipeline, request: LayerRequest, unpacked_size: int) -> bool:
    """True if the bytes that were read are the ones the descriptor means. Differences become damages."""
    findings, found = pipeline.findings, pipeline.named_digest()
    if pipeline.damage is not None:
        findings.damage(str(pipeline.damage), unpacked_offset=unpacked_size, blob_offset=pipeline.damage.blob_offset)
    has_size = request.size is None or pipeline.blob_bytes == request.size
    if not has_size:
        findings.damage(f"{WRONG_SIZE} of {request.size:,} bytes, found {pipeline.blob_bytes:,}")
    if not request.digest.is_known:
        findings.note(f"{LayerWarning.UNKNOWN_DIGEST}: {request.digest.algorithm} is not known")
        return False
    if found is None:  # what it unpacks to broke off, which has been said
        return False
    if found != request.digest:
        findings.damage(f"expected {request.digest}, found {found}")
    return has_size and found == request.digest


def summary_of(
    pipeline: Pipeline,
    request: LayerRequest,
    unpacked_size: int,
    verified: bool,
    *,
    entry_count: int = 0,
    file_count: int = 0,
) -> LayerSummary:
    """Return the summary of a blob that was read to its end."""
    return LayerSummary(
        digest=request.digest,
        diff_id=pipeline.diff_id(),
        compression=pipeline.compression,
        blob_size=pipeline.blob_bytes,
        unpacked_size=unpacked_size,
        entry_count=entry_count,
        file_count=file_count,
        verified=verified,
        complete=True,
        damages=tuple(pipeline.findings.damages),
        notes=pipeline.findings.notes,
        basis=Basis(digest=request.compared.digest) if request.compared is not None else SCANNED,
    )
