"""The contents of a tar-split: the runs that a tar is put together from, bytes that it holds and files on disk.

The format is that of the tar-split project, as podman, buildah and CRI-O keep it beside
every layer: gzip of a line of JSON for each run, in the order of the tar.
"""

import binascii
import errno
import json
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ocitui.display import quote
from ocitui.spec.compression import Compression
from ocitui.spec.document import type_name
from ocitui.transports.archives.unpack import Unpacking
from ocitui.transports.containers_storage.packed_bytes import PackedBytes

LINE_LIMIT = 16 << 20
"""Bytes of a line. One holds the header of an entry and what stands between it and the one before."""

RUN_LIMIT = 10_000_000
"""Runs of a tar."""

SIZE_LIMIT = 1 << 53
"""Bytes of a file and of the whole tar: as far as numbers in JSON are exact."""

_FILE, _SEGMENT = 1, 2


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes of the tar that come from one place."""

    start: int
    """Their offset in the tar."""
    length: int
    """Bytes; at least one."""
    name: bytes
    """The file that they are the whole of, as the tar names it; empty for bytes that the tar-split holds."""
    place: int
    """Their offset among the bytes that the tar-split holds."""


class SplitRuns:
    """The runs of one tar, in little memory: a layer may have a hundred thousand files."""

    def __init__(self) -> None:
        self.size = 0
        """Bytes of the tar."""
        self._starts = array("q")
        self._places = array("q")
        """The offset of a run's bytes in `_held`; for a file, ``-1 -`` the offset of its name in `_names`."""
        self._held = PackedBytes()
        self._names = bytearray()

    def __len__(self) -> int:
        """The number of runs."""
        return len(self._starts)

    def add_bytes(self, data: bytes) -> None:
        """Append bytes of the tar."""
        if not data:
            return
        if not self._places or self._places[-1] < 0:
            self._append(len(self._held))
        self._held.append(data)
        self.size += len(data)

    def add_file(self, name: bytes, length: int) -> None:
        """Append the contents of a file; one without contents is no run."""
        if not length:
            return
        self._append(-1 - len(self._names))
        self._names += name + b"\0"
        self.size += length

    def at(self, offset: int) -> Run:
        """The run that holds an offset of the tar, which must be less than its size."""
        number = bisect_right(self._starts, offset) - 1
        start, place = self._starts[number], self._places[number]
        end = self._starts[number + 1] if number + 1 < len(self) else self.size
        if place >= 0:
            return Run(start, end - start, b"", place)
        name = -1 - place
        return Run(start, end - start, bytes(self._names[name : self._names.index(0, name)]), 0)

    def held(self, place: int, size: int) -> bytes:
        """Bytes that the tar-split holds: at least one and up to ``size``."""
        return self._held.read(place, size)

    def _append(self, place: int) -> None:
        self._starts.append(self.size)
        self._places.append(place)


def read_runs(path: Path) -> SplitRuns:
    """Read a tar-split file.

    Raises:
        OSError: it cannot be read, or is damaged; the message says in which line and how.
    """
    runs = SplitRuns()
    for part in split_parts(_whole(Unpacking(path, Compression.GZIP))):
        if part.name is None:
            runs.add_bytes(part.data)
        else:
            runs.add_file(part.name, part.size)
    return runs


class SplitPart(NamedTuple):
    """The contents of one line of a tar-split."""

    name: bytes | None
    """The file whose contents come next in the tar, as the tar names it; None for bytes that the tar-split holds."""
    size: int
    """Bytes of the tar."""
    data: bytes
    """These bytes, where the tar-split holds them."""


def split_parts(pieces: Iterable[bytes]) -> Iterator[SplitPart]:
    """The lines of a tar-split, in order.

    Args:
        pieces: the tar-split, unpacked.

    Raises:
        OSError: it is damaged; the message says in which line and how.
    """
    number = size = 0
    for number, line in enumerate(_lines(pieces), 1):
        try:
            part = _part(json.loads(line))
        except _DamageError as error:
            raise _damaged(f"line {number:,}: {error}") from None
        except (ValueError, RecursionError):
            raise _damaged(f"line {number:,}: expected JSON, found {quote(line[:60])}") from None
        size += part.size
        if size > SIZE_LIMIT or number > 2 * RUN_LIMIT:
            raise _damaged(f"line {number:,}: expected a tar of at most {SIZE_LIMIT:,} bytes in {RUN_LIMIT:,} runs")
        yield part
    if not number:
        raise _damaged("expected lines of JSON, found nothing")


class _DamageError(Exception):
    """A line holds a value that is not allowed there."""


def _whole(stream: Unpacking) -> Iterator[bytes]:
    yield from stream
    if stream.damage:
        raise _damaged(stream.damage)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from filter(None, lines)
        if len(rest) > LINE_LIMIT:
            raise _damaged(f"expected lines of at most {LINE_LIMIT:,} bytes, found a longer one")
    if rest:
        yield rest


def _part(value: object) -> SplitPart:
    if not isinstance(value, dict):
        raise _DamageError(f"expected an object, found {type_name(value)}")
    match value.get("type"):
        case 2:
            data = _bytes(value, "payload")
            return SplitPart(None, len(data), data)
        case 1:
            size = value.get("size") or 0
            if not isinstance(size, int) or not 0 <= size <= SIZE_LIMIT:
                raise _DamageError(f"expected the size of a file, found {type_name(size)}")
            name = _bytes(value, "name_raw") or _text(value, "name").encode("utf-8", "surrogatepass")
            if b"\0" in name or (size and not name):
                raise _DamageError(f"expected the name of a file, found {quote(name)}")
            return SplitPart(name, size, b"")
        case other:
            raise _DamageError(f"expected the type {_FILE} or {_SEGMENT}, found {type_name(other)}")


def _bytes(value: dict[str, object], field: str) -> bytes:
    try:
        return binascii.a2b_base64(_text(value, field), strict_mode=True)
    except ValueError as error:
        raise _DamageError(f"{field}: expected base64, found something else ({error})") from None


def _text(value: dict[str, object], field: str) -> str:
    text = value.get(field) or ""
    if not isinstance(text, str):
        raise _DamageError(f"{field}: expected text, found {type_name(text)}")
    return text


def _damaged(what: str) -> OSError:
    return OSError(errno.EIO, f"the tar-split: {what}")
