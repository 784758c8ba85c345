"""One entry of a table of contents that is JSON: eStargz and zstd:chunked have the same.

Implements stargz-snapshotter's docs/estargz.md, TOC; and the FileMetadata of containers/storage.
"""

import binascii
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from ocitui.display import quote
from ocitui.layers.entry import DEVICE_KINDS, LINK_KINDS, EntryKind
from ocitui.layers.tar.header import INT64_MAX, clamp
from ocitui.layers.tar.sink import Extra
from ocitui.layers.toc.errors import TableError
from ocitui.spec.document import type_name

CHUNK = "chunk"
"""The type of an entry that is a further chunk of the file before it."""

KINDS = {
    "reg": EntryKind.FILE,
    "dir": EntryKind.DIRECTORY,
    "symlink": EntryKind.SYMLINK,
    "hardlink": EntryKind.HARDLINK,
    "char": EntryKind.CHARACTER_DEVICE,
    "block": EntryKind.BLOCK_DEVICE,
    "fifo": EntryKind.FIFO,
}
"""By the words that tables have for them."""

_FILE = EntryKind.FILE  # which takes longer to look up than to compare

_NO_TIME = "0001-01-01T00:00:00Z"
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def well_formed(entry: dict[str, Any]) -> Iterator[None]:
    """Say `TableError` where a value of an entry is missing, or of another type than it must be."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise malformed(entry, error) from None


def malformed(entry: dict[str, Any], error: Exception) -> TableError:
    """The error for an entry that lacks a value, or has one of another type than it must be."""
    if isinstance(error, KeyError):
        return TableError(f"an entry lacks {error}")
    return TableError(f"{quote(str(entry.get('name')), 120)}: a value of it is of the wrong type")


class TocEntry(NamedTuple):
    """An entry as `ocitui.layers.tar.sink.EntrySink.add` takes it, but for where its contents are."""

    path: bytes
    """As written; names that were no UTF-8 have lost their bytes."""
    kind: EntryKind
    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    link: bytes | None
    extra: Extra | None


class Listed(NamedTuple):
    """An entry, with what its table says of where its contents are, and of what its owners are called."""

    entry: TocEntry
    chunks: list[dict[str, Any]] | None = None
    """Of a table that is JSON: the entries that say its chunks."""
    offset: int | None = None
    """Of a ztoc: where they begin in the unpacked stream."""
    users: tuple[bytes, ...] = ()
    """The names that the user may have in the tar; empty where the table does not say it."""
    groups: tuple[bytes, ...] = ()
    """Those of the group."""


_toc_entry: "partial[TocEntry]" = partial(tuple.__new__, TocEntry)
"""Makes one of a tuple, in half the time."""


def read_entry(entry: dict[str, Any]) -> TocEntry:
    """Read an entry that is no chunk.

    Raises:
        TableError: it is not what it must be.
    """
    get = entry.get
    name, kind = entry["name"], KINDS.get(entry["type"])
    if kind is None:
        raise TableError(f"{quote(name, 120)}: expected a type of files, found {quote(str(entry['type']), 40)}")
    mode, uid, gid, size = get("mode", 0), get("uid", 0), get("gid", 0), get("size", 0)
    if not are_whole(mode, uid, gid, size):
        mode, uid, gid = whole(entry, "mode"), whole(entry, "uid"), whole(entry, "gid")
        size = whole(entry, "size") if kind is _FILE else 0
    extra = None
    xattrs = get("xattrs")
    if xattrs or kind in DEVICE_KINDS:
        device = (whole(entry, "devMajor"), whole(entry, "devMinor")) if kind in DEVICE_KINDS else None
        extra = Extra(device, _xattrs(xattrs or {}))
    return _toc_entry(
        (
            name.encode("utf-8", "surrogatepass"),
            kind,
            mode & 0o7777,
            uid,
            gid,
            size if kind is _FILE else 0,
            parse_time(get("modtime")),
            (get("linkName") or "").encode("utf-8", "surrogatepass") if kind in LINK_KINDS else None,
            extra,
        )
    )


def are_whole(first: object, second: object, third: object = 0, fourth: object = 0) -> bool:
    """True if all of these are numbers as `whole` returns them: what nearly all entries have."""
    return (
        type(first) is int
        and type(second) is int
        and type(third) is int
        and type(fourth) is int
        and 0 <= first | second | third | fourth <= INT64_MAX
    )


def whole(entry: dict[str, Any], name: str) -> int:
    """A number of an entry that is not negative; 0 where nothing says it.

    Raises:
        TableError: it is none.
    """
    if name not in entry:  # as most of them
        return 0
    value = entry[name]
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value <= INT64_MAX:
        said = f"{name}: expected a number from 0 on, found {type_name(value)}"
        raise TableError(f"{quote(str(entry.get('name')), 120)}: {said}")
    return value


def _xattrs(values: dict[str, str]) -> dict[bytes, bytes]:
    try:
        return {
            name.encode("utf-8", "surrogatepass"): binascii.a2b_base64(value, strict_mode=True)
            for name, value in values.items()
        }
    except ValueError:
        raise TableError("expected extended attributes in base64, found something else") from None


@lru_cache(maxsize=4096)
def parse_time(text: str | None) -> int:
    """Return a time of RFC 3339 as Go writes it in nanoseconds since the epoch; 0 where there is none.

    Raises:
        TableError: it is no time.
    """
    if not text or text == _NO_TIME:
        return 0
    found = _TIME.fullmatch(text)
    if found is None:
        raise TableError(f"expected a time, found {quote(text, 60)}")
    fraction = int(found[2].ljust(9, "0")) if found[2] else 0
    return clamp(_seconds(found[1] + found[3]) * 1_000_000_000 + fraction)


@lru_cache(maxsize=4096)
def _seconds(text: str) -> int:
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except (ValueError, OverflowError):
        raise TableError(f"expected a time, found {quote(text, 60)}") from None
    return since.days * 86_400 + since.seconds
