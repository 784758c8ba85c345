"""Opens what a layer is compared with while it is scanned: its table of contents, and what is beside that."""

from dataclasses import replace

from ocitui.errors import BlobError
from ocitui.layers.basis import ZTOCS
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.summary import Findings
from ocitui.layers.tar.owner_names import NamingScanner
from ocitui.layers.tar.sink import EntrySink
from ocitui.layers.toc.build import READERS
from ocitui.layers.toc.comparison import Comparison, listed_in
from ocitui.layers.toc.errors import ElsewhereError, TableError
from ocitui.layers.toc.json_table import JsonTable
from ocitui.layers.toc.place_comparison import PlaceComparison
from ocitui.layers.toc.soci.span_comparison import SpanComparison
from ocitui.layers.toc.soci.ztoc import read_ztoc
from ocitui.layers.toc.split import read_split, split_digest
from ocitui.layers.toc.split_comparison import FileNames, SplitComparison
from ocitui.layers.toc.table import TableOfContents
from ocitui.layers.warnings import LayerWarning
from ocitui.transports.blob import Blob


class Compared:
    """All that a layer is compared with while it is scanned; what is wrong becomes notes."""

    def __init__(self, sink: EntrySink, findings: Findings, blob: Blob, table: TableOfContents) -> None:
        """Read the table.

        Args:
            sink: takes the entries of the tar.
            findings: what is wrong goes there.
            blob: the layer.
            table: where its table is.
        """
        self._split: SplitComparison | None = None
        self._table: Comparison | None = None
        self._spans: SpanComparison | None = None
        self._places: PlaceComparison | None = None
        self._findings = findings
        self._sink = sink
        try:
            with BlobSource(blob) as source:
                if table.source in ZTOCS:
                    ztoc = read_ztoc(table, source.size)
                    self._sink = self._table = Comparison(sink, findings, ztoc.entries(with_names=True), table.source)
                    self._spans = SpanComparison(findings, ztoc, source.size)
                else:
                    found = _read(source, table)
                    self._sink = self._table = Comparison(sink, findings, listed_in(found), table.source)
                    self._places = PlaceComparison(found, READERS[table.source][0])
                    self._split = self._open_split(findings, source, table, found)
                    if self._split is not None:
                        self._sink = FileNames(self._table, self._split)
        except (TableError, BlobError) as error:
            findings.note(f"{LayerWarning.TABLE_UNUSABLE}: {error}")

    def scanner(self) -> NamingScanner:
        """The scanner of the tar, which gives the entries to what compares them."""
        scanner = NamingScanner(self._sink, self._findings)
        if self._table is not None:
            self._table.owner_names = lambda: scanner.owner_names
        return scanner

    def observe(self, data: bytes) -> None:
        """Take the next bytes of the blob, before what they unpack to. In any thread."""
        for each in (self._spans, self._places):
            if each is not None:
                each.observe(data)

    def take(self, data: bytes) -> None:
        """Take the next bytes of the tar, which were scanned before."""
        for each in (self._table, self._split, self._spans):
            if each is not None:
                each.take(data)
        if self._places is not None:
            self._places.compare()

    def finish(self) -> None:
        """Tell what is missing, once the tar was scanned to its end."""
        if self._table is not None:
            self._table.finish(self._places.finish() if self._places is not None else {})
        for each in (self._split, self._spans):
            if each is not None:
                each.finish()

    def _open_split(
        self, findings: Findings, source: BlobSource, table: TableOfContents, found: JsonTable
    ) -> SplitComparison | None:
        if table.split is None:
            return None
        digest = split_digest(found)
        if digest is None:
            raise TableError("it does not say the digest of the tar-split that the manifest names")
        return SplitComparison(findings, read_split(source, table.split, digest))


def _read(source: BlobSource, table: TableOfContents) -> JsonTable:
    read = READERS[table.source][1]
    try:
        return read(source, table)
    except ElsewhereError as error:
        return read(source, replace(table, size=error.size))
