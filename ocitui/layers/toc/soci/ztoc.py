"""Reads a ztoc: the entries of a layer's tar, and the places where the layer can be entered.

Implements soci-snapshotter's ztoc/fbs/ztoc.fbs, and what ztoc/toc_builder.go puts there: names and
PAX records are bytes as the tar has them, and offsets those of the unpacked stream.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ocitui.display import quote
from ocitui.errors import BlobMissingError
from ocitui.layers.compression.seekpoints import SeekPoint
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.entry import DEVICE_KINDS, LINK_KINDS, EntryKind
from ocitui.layers.tar.extended import xattrs_of
from ocitui.layers.tar.header import BLOCK, INT64_MAX
from ocitui.layers.tar.sink import Extra
from ocitui.layers.toc.entry import KINDS, Listed, TocEntry, parse_time
from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.packed import check_digest
from ocitui.layers.toc.soci.checkpoints import POINTS
from ocitui.layers.toc.soci.flatbuffer import FlatBuffer, within
from ocitui.layers.toc.table import LIMIT, TableOfContents
from ocitui.spec.compression import Compression

SPANS_LIMIT = 1 << 17
"""Spans of one layer, which are held in memory: at 4 MiB each, half a terabyte."""

_SPARSE = b"GNU.sparse."
_WORD = 64
"""Bytes of a type or of a time, at most."""

_KINDS = {word.encode(): kind for word, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Ztoc:
    """A ztoc that has the digest that it must have."""

    compression: Compression
    """Of the layer."""
    points: list[SeekPoint]
    """The places where the layer can be entered, from its beginning on, each with the digest of its span."""
    fetched: int
    """Bytes of the ztoc."""
    buffer: FlatBuffer
    toc: int | None
    """The offset of the table of entries in the buffer."""

    def entries(self, *, with_names: bool = False) -> Iterator[Listed]:
        """The entries, in the order of the tar.

        Args:
            with_names: tell what their owners are called, too.

        Raises:
            TableError: one is not what it must be.
        """
        with within():
            if self.toc is None:
                return
            buffer, end, records = self.buffer, 0, len(self.buffer.data) // 4
            for place in buffer.places(self.toc, buffer.layout(self.toc)[0]):
                table = buffer.table_at(place)
                entry, offset, count = _read_entry(buffer, table)
                records -= count
                if records < 0:
                    raise TableError("its entries have more PAX records than there can be")
                if offset % BLOCK or offset < end + BLOCK:
                    raise TableError(
                        f"{quote(entry.path, 120)}: overlaps what is before it, or stands in another order than the tar"
                    )
                end = offset + -(-entry.size // BLOCK) * BLOCK
                if end > INT64_MAX:
                    raise TableError("its files are of more bytes than there can be")
                users, groups = _owner_names(buffer, table) if with_names else ((), ())
                yield Listed(entry, None, offset if entry.kind is EntryKind.FILE else None, users, groups)


def read_ztoc(table: TableOfContents, size: int) -> Ztoc:
    """Read a ztoc, and check its digest.

    Args:
        table: where it is.
        size: bytes of the layer's blob.

    Raises:
        TableError: it is missing, or is not what it must be.
        BlobError: it cannot be read.
    """
    assert table.blob is not None, "a ztoc is a blob of its own"
    if table.size > LIMIT:
        raise TableError(f"it is of {table.size:,} bytes, over the limit of {LIMIT:,}")
    try:
        with BlobSource(table.blob) as source:
            if source.size != table.size:
                raise TableError(f"expected {table.size:,} bytes, found {source.size:,}")
            data = source.read_range(0, table.size)
    except BlobMissingError:
        raise TableError(f"the ztoc {table.digest} is missing") from None
    check_digest(table.digest, iter([data]), "its SOCI index")
    return parse_ztoc(data, size)


def parse_ztoc(data: bytes, size: int) -> Ztoc:
    """Take a ztoc apart; see `read_ztoc`."""
    with within():
        buffer = FlatBuffer(data)
        root = buffer.root
        _, _, blob_size, _, toc, information, *_ = buffer.layout(root)
        if (said := buffer.i64(root, blob_size)) != size:
            raise TableError(f"it is of a layer of {said:,} bytes, and this one is of {size:,}")
        table = buffer.table(root, information)
        if table is None:
            raise TableError("it says nothing of checkpoints")
        algorithm, last_span, digests, checkpoints, *_ = buffer.layout(table)
        number = buffer.i8(table, algorithm, 1)
        if number not in POINTS:
            raise TableError(f"expected the number of a compression, found {number}")
        compression, read = POINTS[number]
        places = buffer.places(table, digests)
        if len(places) > SPANS_LIMIT:
            raise TableError(f"expected at most {SPANS_LIMIT:,} spans, found {len(places):,}")
        spans = [buffer.string_at(place) for place in places]
        if buffer.i32(table, last_span) + 1 != len(spans):
            raise TableError(
                f"expected the digests of {buffer.i32(table, last_span) + 1:,} spans, found {len(spans):,}"
            )
        points = read(buffer.string(table, checkpoints), spans, size)
        return Ztoc(compression, points, len(data), buffer, buffer.table(root, toc))


def _read_entry(buffer: FlatBuffer, table: int) -> tuple[TocEntry, int, int]:
    """Read an entry. Returns it, where its contents begin in the unpacked stream, and the number of its PAX records."""
    at = buffer.layout(table)
    path, word = buffer.string(table, at[0]), buffer.string(table, at[1])
    kind = _KINDS.get(word)
    if kind is None:
        raise TableError(f"{quote(path, 120)}: expected a type of files, found {quote(word[:_WORD], 40)}")
    offset, size = buffer.i64(table, at[2]), buffer.i64(table, at[3])
    if offset < 0 or size < 0:
        raise TableError(f"{quote(path, 120)}: expected a size from 0 on, found {min(offset, size):,}")
    time = buffer.string(table, at[10])
    if len(time) > _WORD:
        raise TableError(f"{quote(path, 120)}: expected a time, found {len(time):,} bytes")
    records = buffer.places(table, at[13])
    pax = dict(_record(buffer, place) for place in records) if records else {}
    if any(key.startswith(_SPARSE) for key in pax):
        raise TableError(f"{quote(path, 120)}: is a sparse file, of which it does not say where the holes are")
    device = (buffer.i64(table, at[11]), buffer.i64(table, at[12])) if kind in DEVICE_KINDS else None
    xattrs = xattrs_of(pax) if pax else {}
    entry = TocEntry(
        path,
        kind,
        buffer.i64(table, at[5]) & 0o7777,
        buffer.u32(table, at[6]),
        buffer.u32(table, at[7]),
        size if kind is EntryKind.FILE else 0,
        parse_time(time.decode("utf-8", "replace")),
        buffer.string(table, at[4]) if kind in LINK_KINDS else None,
        Extra(device, xattrs) if device or xattrs else None,
    )
    return entry, offset, len(records)


def _owner_names(buffer: FlatBuffer, table: int) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    at = buffer.layout(table)
    user, group = buffer.string(table, at[8]), buffer.string(table, at[9])
    return (user,) if user else (), (group,) if group else ()


def _record(buffer: FlatBuffer, place: int) -> tuple[bytes, bytes]:
    table = buffer.table_at(place)
    key, value, *_ = buffer.layout(table)
    return buffer.string(table, key), buffer.string(table, value)
