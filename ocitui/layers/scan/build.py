"""Builds the index of one layer from what comes of its blob.

All but the scanner give up Python's lock, so that the rest of the pipeline runs beside it: see
`ocitui.layers.scan.pipeline`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from ocitui.layers.index.writer import IndexWriter
from ocitui.layers.scan.pipeline import BlobPipeline
from ocitui.layers.summary import WRONG_SIZE, LayerSummary
from ocitui.layers.tar.scanner import TarScanner
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob

_PROGRESS_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """The progress of a scan."""

    blob_bytes: int
    """Bytes of the blob read so far."""
    blob_size: int
    """Bytes of the whole blob."""
    unpacked_bytes: int
    entries: int


def build_index(
    blob: Blob,
    digest: Digest,
    target: Path,
    *,
    size: int | None = None,
    diff_id_algorithm: str = "sha256",
    on_progress: Callable[[ScanProgress], object] | None = None,
) -> LayerSummary:
    """Scan a layer blob into a new index file.

    Whatever is wrong with the layer itself does not raise: it is in the summary's damages.

    Args:
        blob: where the bytes are.
        digest: what they, or what they unpack to, ought to have (see `Blob.is_named_by_diff_id`); one of an
            unknown algorithm cannot be verified.
        target: the file to make; it can be read by others while it grows.
        size: how many bytes the blob's descriptor says there are.
        diff_id_algorithm: for the digest of the unpacked stream.
        on_progress: called about twenty times a second.

    Raises:
        BlobError: the blob cannot be opened or read.
        sqlite3.Error: the index cannot be written, for one because the disk is full.
    """
    with BlobPipeline(blob, digest, diff_id_algorithm) as pipeline:
        findings = pipeline.findings
        writer = IndexWriter(target, findings)
        try:
            scanner = TarScanner(writer, findings)
            due = 0.0
            for chunk in pipeline.chunks():
                scanner.feed(chunk)
                writer.add_points(pipeline.take_points())
                writer.flush()
                if on_progress is not None and monotonic() >= due:
                    on_progress(
                        ScanProgress(pipeline.blob_bytes, pipeline.blob_size, scanner.position, writer.entry_count)
                    )
                    due = monotonic() + _PROGRESS_INTERVAL
            writer.add_points(pipeline.take_points())
            scanner.finish(stream_is_whole=pipeline.damage is None)
            if pipeline.damage is not None:
                findings.damage(
                    str(pipeline.damage), unpacked_offset=scanner.position, blob_offset=pipeline.damage.blob_offset
                )
            verified = check_claims(pipeline, digest, size)
            if on_progress is not None:
                on_progress(_progress(pipeline, scanner, writer))
            file_count = writer.finish()
            summary = LayerSummary(
                digest=digest,
                diff_id=pipeline.diff_id(),
                compression=pipeline.compression,
                blob_size=pipeline.blob_bytes,
                unpacked_size=scanner.position,
                entry_count=writer.entry_count,
                file_count=file_count,
                verified=verified,
                complete=True,
                damages=tuple(findings.damages),
                notes=findings.notes,
            )
            writer.write_summary(summary)
        finally:
            writer.close()
        return summary


def _progress(pipeline: BlobPipeline, scanner: TarScanner, writer: IndexWriter) -> ScanProgress:
    return ScanProgress(pipeline.blob_bytes, pipeline.blob_size, scanner.position, writer.entry_count)


def check_claims(pipeline: BlobPipeline, digest: Digest, size: int | None) -> bool:
    """True if the bytes that were read are the ones the descriptor means. Differences become damages."""
    findings, found = pipeline.findings, pipeline.named_digest()
    before = len(findings.damages)
    if size is not None and pipeline.blob_bytes != size:
        findings.damage(f"{WRONG_SIZE} of {size:,} bytes, found {pipeline.blob_bytes:,}")
    if not digest.is_known:
        findings.note(f"{LayerWarning.UNKNOWN_DIGEST}: {digest.algorithm} is not known")
        return False
    if found is None:  # what it unpacks to broke off, which has been said
        return False
    if found != digest:
        findings.damage(f"expected {digest}, found {found}")
    return len(findings.damages) == before
