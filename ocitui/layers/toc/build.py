"""Builds the index of a layer from its table of contents, as `ocitui.layers.scan.build` does from the layer itself."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from ocitui.layers.basis import ZTOCS, Source
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.index.writer import IndexWriter
from ocitui.layers.summary import Findings, LayerSummary
from ocitui.layers.tar.header import clamp
from ocitui.layers.tar.sink import FullIndexError
from ocitui.layers.toc.errors import ElsewhereError, TableError, unusable_text
from ocitui.layers.toc.estargz import read_estargz
from ocitui.layers.toc.json_table import JsonTable
from ocitui.layers.toc.listing import Listing
from ocitui.layers.toc.soci.ztoc import Ztoc, read_ztoc
from ocitui.layers.toc.split import SplitListing, read_split, split_digest
from ocitui.layers.toc.table import TableOfContents
from ocitui.layers.toc.zstd_chunked import read_zstd_chunked
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob

READERS: dict[Source, tuple[Compression, Callable[[BlobSource, TableOfContents], JsonTable]]] = {
    Source.ESTARGZ: (Compression.GZIP, read_estargz),
    Source.ZSTD_CHUNKED: (Compression.ZSTD, read_zstd_chunked),
}
"""Of each format of a table that is part of its layer the compression of that, and what reads it."""

_FLUSHED_EVERY = 500
_TOLD_EVERY = 0.05
"""Seconds."""


def build_from_table(
    blob: Blob,
    digest: Digest,
    table: TableOfContents,
    target: Path,
    on_progress: Callable[[int, int, int], object] | None = None,
) -> LayerSummary:
    """Read a table of contents into a new index file.

    Args:
        blob: the layer.
        digest: of the layer.
        table: where its table is.
        target: the file to make; it can be read by others while it grows.
        on_progress: is told how many bytes were read, of how many, and the entries so far.

    Raises:
        ElsewhereError: the table is not where it was looked for.
        TableError: it is not what it must be.
        BlobError: the blob cannot be opened or read.
        sqlite3.Error: the index cannot be written, for one because the disk is full.
    """
    with _few_pauses():
        return _build(blob, digest, table, target, on_progress)


@contextmanager
def _few_pauses() -> Iterator[None]:
    """Keep Python from looking for cycles, which nothing here makes, each time that it has made some hundred values."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _build(
    blob: Blob,
    digest: Digest,
    table: TableOfContents,
    target: Path,
    on_progress: Callable[[int, int, int], object] | None,
) -> LayerSummary:
    findings = Findings()
    report = on_progress or (lambda *_: None)
    with BlobSource(blob) as source:
        try:
            found = read_ztoc(table, source.size) if table.source in ZTOCS else READERS[table.source][1](source, table)
            writer = IndexWriter(target, findings, is_quick=True)
            try:
                if isinstance(found, Ztoc):
                    unpacked, compression = None, found.compression
                    _fill_from_ztoc(writer, found, report)
                else:
                    unpacked, compression = (
                        _fill(writer, findings, source, table, found, report),
                        READERS[table.source][0],
                    )
                summary = LayerSummary(
                    digest=digest,
                    diff_id=None,
                    compression=compression,
                    blob_size=source.size,
                    unpacked_size=unpacked,
                    entry_count=writer.entry_count,
                    file_count=writer.finish(),
                    verified=table.digest is not None,
                    complete=True,
                    damages=(),
                    notes=findings.notes,
                    basis=table.basis,
                )
                writer.write_summary(summary)
            finally:
                writer.close()
        except ElsewhereError:
            raise
        except (TableError, FullIndexError) as error:
            raise TableError(unusable_text(table.source, error)) from None
        report(found.fetched, found.fetched, summary.entry_count)
    return summary


def _fill_from_ztoc(writer: IndexWriter, found: Ztoc, on_progress: Callable[[int, int, int], object]) -> None:
    """Write the entries, and the points where the layer can be entered."""
    writer.add_points(found.points)
    for entry, _, offset, *_ in found.entries():
        path, kind, mode, uid, gid, size, mtime_ns, link, extra = entry
        writer.add(path, kind, mode, clamp(uid), clamp(gid), size, mtime_ns, link, offset, extra)
        if writer.entry_count % _FLUSHED_EVERY == 0:
            writer.flush()
            on_progress(found.fetched, found.fetched, writer.entry_count)


def _fill(
    writer: IndexWriter,
    findings: Findings,
    source: BlobSource,
    table: TableOfContents,
    found: JsonTable,
    on_progress: Callable[[int, int, int], object],
) -> int | None:
    """Write the entries. Returns the bytes of the tar, where anything says how many these are."""
    if table.split is not None and found.has_lost_names:
        digest = split_digest(found)
        if digest is not None:
            on_progress(found.fetched, found.fetched + table.split.size, 0)
            parts = read_split(source, table.split, digest)
            return SplitListing(writer, found.entries(), found.end).read(parts, findings)
    listing = Listing(writer, findings, found.end)
    due = 0.0
    for entries in found.entries().batches():
        listing.add(entries)
        writer.flush()
        if (now := monotonic()) >= due:
            on_progress(found.fetched, found.fetched, writer.entry_count)
            due = now + _TOLD_EVERY
    listing.finish()
    return None
