"""Reads the headers of a tar stream that arrives in pieces; file data is stepped over, never copied.

Implements POSIX.1-2017 pax Interchange Format with ustar and v7, and the GNU extensions
(long names, base-256, sparse files). Where readers differ it follows Go's
``archive/tar``, which unpacks images: the last of repeated extended headers wins, a GNU
long name wins over a PAX path, global headers do not change entries, links and
directories have no data whatever their size field says.
"""

import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from zlib import adler32

from ocitui.display import show, show_count
from ocitui.layers.entry import EntryKind
from ocitui.layers.oddities import Oddity
from ocitui.layers.sparse import LIMIT as SPARSE_LIMIT
from ocitui.layers.sparse import MapReader, SparseMap, parse_list, parse_old_runs, parse_pairs
from ocitui.layers.summary import Findings
from ocitui.layers.tarheader import (
    BLOCK,
    HEADER,
    INT64_MAX,
    HeaderError,
    checksum_matches,
    clamp,
    parse_decimal,
    parse_number,
    parse_owner,
    parse_pax,
    parse_seconds,
)

METADATA_LIMIT = 1 << 20
"""Bytes of one PAX or long-name header that are read, as in Go; a longer one is damage."""

PATH_LIMIT = 1 << 17
"""Bytes of a path or of a link's target, thirty times as many as Linux takes; of longer ones it is said that they are
left out."""

_FILE, _DIRECTORY, _SYMLINK, _HARDLINK = EntryKind.FILE, EntryKind.DIRECTORY, EntryKind.SYMLINK, EntryKind.HARDLINK
_KINDS = {
    b"0": _FILE,
    b"\0": _FILE,
    b"7": _FILE,  # contiguous, a file to everyone today
    b"1": _HARDLINK,
    b"2": _SYMLINK,
    b"3": EntryKind.CHARACTER_DEVICE,
    b"4": EntryKind.BLOCK_DEVICE,
    b"5": _DIRECTORY,
    b"6": EntryKind.FIFO,
}
_METADATA = frozenset({b"x", b"X", b"g", b"L", b"K"})
_ZEROS = bytes(BLOCK)
_MANY_ZEROS = bytes(1 << 21)


class FullIndexError(Exception):
    """No more entries are taken; the text says which limit was reached."""


@dataclass(slots=True)
class Extra:
    """What few entries have."""

    device: tuple[int, int] | None = None
    xattrs: dict[bytes, bytes] = field(default_factory=dict)
    sparse: SparseMap | None = None


class EntrySink(Protocol):
    """Where the scanner's entries go."""

    def add(
        self,
        path: bytes,
        kind: EntryKind,
        mode: int,
        uid: int,
        gid: int,
        size: int,
        mtime_ns: int,
        link: bytes | None,
        offset: int | None,
        extra: Extra | None,
    ) -> None:
        """Take one entry, in the order of the tar; values as `ocitui.layers.entry.Entry` has them.

        Raises:
            FullIndexError: no more are taken.
        """


class TarScanner:
    """Finds the entries of one tar stream. Feed it the stream in order, then `finish`."""

    def __init__(self, sink: EntrySink, findings: Findings) -> None:
        self._sink = sink
        self._findings = findings
        self._position = 0  # bytes of the stream seen so far
        self._next = 0  # offset of the run of bytes that the current step wants
        self._wanted = BLOCK  # its length
        self._carry = bytearray()  # the start of that run, when a piece ended inside it
        self._step: Callable[[bytes, int], None] | None = self._headers  # None once the archive has ended
        self._data_end = 0  # of the last entry, without padding
        self._last_path = b""
        self._zero_block: int | None = None
        self._trailing_from: int | None = None
        self._metadata_flag = b""
        self._metadata_size = 0
        self._pax: dict[bytes, bytes] = {}
        self._long_name: bytes | None = None
        self._long_link: bytes | None = None
        self._has_metadata = False

    @property
    def position(self) -> int:
        """Bytes of the stream seen so far."""
        return self._position

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the stream, of any length."""
        base = self._position
        self._position = end = base + len(chunk)
        try:
            self._take_steps(chunk, base, end)
        except FullIndexError as error:
            self._stop(f"{error}; what follows is not read", self._next)
        if self._trailing_from is not None:
            start = max(self._trailing_from - base, 0)
            rest = chunk[start:]
            if rest != _MANY_ZEROS[: len(rest)] and (rest := rest.lstrip(b"\0")):
                self._findings.note(f"{Oddity.AFTER_ARCHIVE} at offset {end - len(rest):,}")
                self._trailing_from = None

    def _take_steps(self, chunk: bytes, base: int, end: int) -> None:
        while self._step is not None:
            if not self._carry and self._next + self._wanted <= end:
                self._step(chunk, self._next - base)
                continue
            start = max(self._next - base, 0)
            self._carry += chunk[start : start + self._wanted - len(self._carry)]
            if len(self._carry) < self._wanted:
                return
            block = bytes(self._carry)
            self._carry.clear()
            self._step(block, 0)

    def finish(self, stream_is_whole: bool = True) -> None:
        """Say how the archive ended.

        Args:
            stream_is_whole: False when the stream stopped for a reason that was reported already.
        """
        if self._step is None or not stream_is_whole:
            return
        position = self._position
        if position == 0:
            self._findings.note(f"{Oddity.EMPTY}: 0 bytes, not even the end of an archive")
        elif self._carry or self._step != self._headers:
            what = "a header" if self._step == self._headers else "the extended header of an entry"
            self._findings.damage(f"the layer ends inside {what}", unpacked_offset=position)
        elif position < self._data_end:
            self._findings.damage(
                f"the layer ends inside the data of {show(self._last_path)}: "
                f"{show_count(self._data_end - position)} bytes are missing",
                unpacked_offset=position,
            )
        elif self._has_metadata:
            self._findings.damage("the layer ends after an extended header, before its entry", unpacked_offset=position)
        elif self._zero_block is not None:
            self._findings.note(Oddity.ONE_ZERO_BLOCK)
        else:
            self._findings.note(Oddity.NO_END)

    def _headers(self, chunk: bytes, at: int) -> None:
        """Read headers for as long as they lie in this piece. The first one does."""
        base = self._next - at
        last = len(chunk) - BLOCK
        unpack, add, number, owner, kinds = HEADER.unpack_from, self._sink.add, parse_number, parse_owner, _KINDS
        while at <= last:
            name, owner_, size_, mtime_, checksum, flag, link, magic, device, prefix = unpack(chunk, at)
            try:  # Adler-32: see tarheader.checksum_matches
                fits = (adler32(chunk[at : at + BLOCK]) & 0xFFFF) + 255 - sum(checksum) == int(checksum[:6], 8)
            except ValueError:
                fits = False
            if not fits and not checksum_matches(chunk, at):
                if self._not_a_header(chunk, at, base):
                    return
                at += BLOCK
                continue
            if self._zero_block is not None:
                self._stop(
                    f"a lone block of zeros at offset {self._zero_block:,} ends the archive, yet a header follows",
                    base + at,
                )
                return
            try:
                try:
                    size = int(size_[:11], 8) if size_[11] in b"\0 " else number(size_)
                except ValueError:
                    size = number(size_)
                if not 0 <= size <= INT64_MAX:
                    raise HeaderError("it is out of range")
            except HeaderError as error:
                self._stop(f"the size field of a header cannot be read: {error}", base + at)
                return
            data = base + at + BLOCK
            if flag in _METADATA:
                self._begin_metadata(flag, size, data)
                return
            path = name.partition(b"\0")[0]
            if prefix[0]:
                path = self._with_prefix(path, prefix, magic)
            try:
                mtime = int(mtime_[:11], 8) * 1_000_000_000 if mtime_[11] in b"\0 " else self._mtime(mtime_)
            except ValueError:
                mtime = self._mtime(mtime_)
            try:
                mode, uid, gid = owner(owner_)
            except HeaderError:
                mode = self._number(owner_[:8], "mode") & 0o7777
                uid, gid = self._number(owner_[8:16], "uid"), self._number(owner_[16:], "gid")
            kind = kinds.get(flag)
            if kind is _FILE and not self._has_metadata and (flag != b"\0" or path[-1:] != b"/"):
                add(path, kind, mode, uid, gid, size, mtime, None, data, None)
                self._last_path = path
                self._data_end = data + size
                self._next = data + (size + 511 & ~511)
                at = self._next - base
                continue
            target = link.partition(b"\0")[0]
            if kind is _DIRECTORY and not self._has_metadata:
                add(path, kind, mode, uid, gid, 0, mtime, None, None, None)
                self._next = self._data_end = data
            elif (kind is _SYMLINK or kind is _HARDLINK) and not self._has_metadata:
                add(path, kind, mode, uid, gid, 0, mtime, target, None, None)
                self._next = self._data_end = data
            else:
                self._rare(chunk, at, flag, path, mode, uid, gid, size, mtime, target, device, data)
                if self._step != self._headers:
                    return
            at = self._next - base

    def _not_a_header(self, chunk: bytes, at: int, base: int) -> bool:
        """Handle a block without a valid checksum. Returns whether the archive ends here."""
        block = chunk[at : at + BLOCK]
        offset = base + at
        if block == _ZEROS:
            self._next = offset + BLOCK
            if self._zero_block is None:
                self._zero_block = self._data_end = offset
                return False
            self._step = None
            self._trailing_from = self._next
        elif offset == 0:
            self._stop("this is no tar archive: its first block is not a header", 0)
        else:
            self._stop("the checksum of a header does not match, so that nothing after it can be read", offset)
        return True

    def _stop(self, message: str, offset: int) -> None:
        self._findings.damage(message, unpacked_offset=offset)
        self._step = None

    # Metadata: PAX and long-name headers

    def _begin_metadata(self, flag: bytes, size: int, data: int) -> None:
        """Turn to the contents of an extended header."""
        if size > METADATA_LIMIT:
            self._stop(f"an extended header of {size:,} bytes is over the limit of {METADATA_LIMIT:,}", data - BLOCK)
            return
        self._metadata_flag, self._metadata_size = flag, size
        self._next = self._data_end = data
        self._wanted = size + 511 & ~511
        self._step = self._metadata

    def _metadata(self, chunk: bytes, at: int) -> None:
        content = chunk[at : at + self._metadata_size]
        flag = self._metadata_flag
        start = self._next
        self._next += self._wanted
        self._data_end = self._next
        self._wanted, self._step = BLOCK, self._headers
        if flag == b"L":
            self._long_name, self._has_metadata = content.partition(b"\0")[0], True
        elif flag == b"K":
            self._long_link, self._has_metadata = content.partition(b"\0")[0], True
        else:
            try:
                records = parse_pax(content)
            except HeaderError as error:
                self._stop(str(error), start)
                return
            if flag != b"g":
                self._pax, self._has_metadata = records, True
            elif records.keys() - {b"comment"}:
                self._findings.note(Oddity.GLOBAL_HEADER)

    def _forget_metadata(self) -> None:
        self._pax = {}
        self._long_name = self._long_link = None
        self._has_metadata = False

    # Entries that need more than the common fields

    def _rare(
        self,
        chunk: bytes,
        at: int,
        flag: bytes,
        path: bytes,
        mode: int,
        uid: int,
        gid: int,
        size: int,
        mtime: int,
        link: bytes,
        device: bytes,
        data: int,
    ) -> None:
        pax = self._pax
        path, link = pax.get(b"path") or path, pax.get(b"linkpath") or link
        path = path if self._long_name is None else self._long_name
        link = link if self._long_link is None else self._long_link
        try:
            if pax.get(b"size"):
                size = parse_decimal(pax[b"size"])
            if not 0 <= size <= INT64_MAX:
                raise HeaderError("the size is out of range")
            uid = parse_decimal(pax[b"uid"]) if pax.get(b"uid") else uid
            gid = parse_decimal(pax[b"gid"]) if pax.get(b"gid") else gid
            mtime = parse_seconds(pax[b"mtime"]) if pax.get(b"mtime") else mtime
            kind = _KINDS.get(flag, EntryKind.UNKNOWN)
            if flag == b"D" or (flag == b"\0" and path.endswith(b"/")):  # GNU's incremental dumps; v7's directories
                kind = _DIRECTORY
            extra = Extra(xattrs=_xattrs(pax))
            if kind in (EntryKind.CHARACTER_DEVICE, EntryKind.BLOCK_DEVICE):
                extra.device = self._number(device[:8], "device"), self._number(device[8:], "device")
            entry = _Deferred(path, kind, mode, clamp(uid), clamp(gid), size, mtime, link, data, size, extra)
            if flag == b"S":
                self._begin_old_sparse(entry, chunk, at)
                return
            if kind is _FILE and not self._begin_pax_sparse(entry, pax):
                return
        except HeaderError as error:
            self._stop(f"the header of {show(path)} cannot be read: {error}", data - BLOCK)
            return
        if kind is EntryKind.UNKNOWN:
            example = f"{show(path)} ({show(flag)})"
            self._findings.note(Oddity.UNKNOWN_TYPE, example)
        elif kind is not _FILE and flag != b"D":
            entry.stored = 0
        self._emit(entry)

    def _emit(self, entry: "_Deferred") -> None:
        has_link = entry.kind in (_SYMLINK, _HARDLINK)
        is_plain = entry.kind in (_FILE, EntryKind.UNKNOWN)
        extra = entry.extra
        longest = max(len(entry.path), len(entry.link) if has_link else 0)
        if longest > PATH_LIMIT:
            what = f"a path or a link's target of {longest:,} bytes is over the limit of {PATH_LIMIT:,}"
            named = f"{show(entry.path[:80])}…" if len(entry.path) > 80 else show(entry.path)
            self._findings.damage(f"{what}; the entry {named} is left out", unpacked_offset=self._next)
        else:
            self._sink.add(
                entry.path,
                entry.kind,
                entry.mode,
                entry.uid,
                entry.gid,
                entry.size if is_plain else 0,
                entry.mtime_ns,
                entry.link if has_link else None,
                entry.data if is_plain else None,
                extra if extra.device or extra.xattrs or extra.sparse is not None else None,
            )
        self._last_path = entry.path
        self._data_end = entry.data + entry.stored
        self._next = entry.data + (entry.stored + 511 & ~511)
        self._wanted, self._step = BLOCK, self._headers
        self._forget_metadata()

    def _begin_pax_sparse(self, entry: "_Deferred", pax: dict[bytes, bytes]) -> bool:
        """Apply the ``GNU.sparse.*`` records. Returns False when the map, in format 1.0, is still to be read."""
        version = pax.get(b"GNU.sparse.major"), pax.get(b"GNU.sparse.minor")
        if version != (b"1", b"0") and b"GNU.sparse.map" not in pax:
            return True
        entry.path = pax.get(b"GNU.sparse.name") or entry.path
        real_size = pax.get(b"GNU.sparse.realsize") or pax.get(b"GNU.sparse.size")
        if real_size:
            entry.size = parse_decimal(real_size)
            if not 0 <= entry.size <= INT64_MAX:
                raise HeaderError("the size of the sparse file is out of range")
        if version != (b"1", b"0"):
            entry.extra.sparse = parse_pairs(parse_list(pax[b"GNU.sparse.map"]), entry.stored, entry.size)
            return True
        reader = MapReader()
        map_start = entry.data

        def step(chunk: bytes, at: int) -> None:
            self._next += BLOCK
            entry.data, entry.stored = entry.data + BLOCK, entry.stored - BLOCK
            try:
                numbers = reader.feed(chunk[at : at + BLOCK])
                if numbers is None:
                    if entry.stored < BLOCK or entry.data - map_start > SPARSE_LIMIT:
                        raise HeaderError("its sparse map has no end")
                    return
                if entry.stored < 0:
                    raise HeaderError("its sparse map is longer than its data")
                entry.extra.sparse = parse_pairs(numbers, entry.stored, entry.size)
            except HeaderError as error:
                self._stop(f"the sparse file {show(entry.path)} cannot be read: {error}", self._next)
                return
            self._emit(entry)

        if entry.stored < BLOCK:
            raise HeaderError("its sparse map is missing")
        self._next, self._wanted, self._step = entry.data, BLOCK, step
        return False

    def _begin_old_sparse(self, entry: "_Deferred", chunk: bytes, at: int) -> None:
        """Read the sparse map of a GNU header (type ``S``), which may go on in further blocks."""
        entry.kind = _FILE
        numbers = parse_old_runs(chunk, at + 386, 4)
        entry.size = parse_number(chunk[at + 483 : at + 495])
        if not 0 <= entry.size <= INT64_MAX:
            raise HeaderError("the size of the sparse file is out of range")
        is_extended = chunk[at + 482] != 0

        def step(chunk: bytes, at: int) -> None:
            self._next += BLOCK
            entry.data += BLOCK
            try:
                numbers.extend(parse_old_runs(chunk, at, 21))
                if len(numbers) > SPARSE_LIMIT // 24:
                    raise HeaderError("its sparse map is over the limit")
                if chunk[at + 504]:
                    return
                entry.extra.sparse = parse_pairs(numbers, entry.stored, entry.size)
            except HeaderError as error:
                self._stop(f"the sparse file {show(entry.path)} cannot be read: {error}", self._next)
                return
            self._emit(entry)

        if is_extended:
            self._next, self._wanted, self._step = entry.data, BLOCK, step
            return
        entry.extra.sparse = parse_pairs(numbers, entry.stored, entry.size)
        self._emit(entry)

    # Fields

    def _with_prefix(self, name: bytes, prefix: bytes, magic: bytes) -> bytes:
        """Put ustar's prefix before the name.

        GNU headers keep times there, but Go before 1.8 wrote ustar prefixes into GNU
        headers, and so did the image tools of that time.
        """
        if magic[:6] == b"ustar\0":
            return prefix.partition(b"\0")[0] + b"/" + name
        if magic == b"ustar  \0":
            try:
                parse_number(prefix[:12]), parse_number(prefix[12:24])
            except HeaderError:
                text = prefix.partition(b"\0")[0]
                if text.isascii():
                    return text + b"/" + name
        return name

    def _number(self, value: bytes, what: str) -> int:
        try:
            return clamp(parse_number(value))
        except HeaderError as error:
            self._findings.note(f"a {what} {Oddity.BAD_FIELD}", show(str(error)))
            return 0

    def _mtime(self, value: bytes) -> int:
        return clamp(self._number(value, "time") * 1_000_000_000)


@dataclass(slots=True)
class _Deferred:
    """An entry on its way to the sink, whose map of holes may still have to be read."""

    path: bytes
    kind: EntryKind
    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    link: bytes
    data: int
    stored: int
    extra: Extra


def _xattrs(pax: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Extended attributes as star, GNU tar and Go write them (raw), or as libarchive does (base64)."""
    found: dict[bytes, bytes] = {}
    for key, value in pax.items():
        if key.startswith(b"SCHILY.xattr."):
            found[key[13:]] = value
        elif key.startswith(b"LIBARCHIVE.xattr."):
            from urllib.parse import unquote_to_bytes  # rare, and slow to import

            name = unquote_to_bytes(key[17:])
            try:
                found.setdefault(name, binascii.a2b_base64(value + b"=" * (-len(value) % 4)))
            except binascii.Error:
                found.setdefault(name, value)
    return found
