"""Reads the headers of a tar stream that arrives in pieces; file data is stepped over, never copied.

Implements POSIX.1-2017 pax Interchange Format with ustar and v7, and the GNU extensions
(long names, base-256, sparse files). Where readers differ it follows Go's
``archive/tar``, which unpacks images: the last of repeated extended headers wins, a GNU
long name wins over a PAX path, global headers do not change entries, links and
directories have no data whatever their size field says.
"""

from collections.abc import Callable
from functools import partial
from zlib import adler32

from ocitui.display import format_count, printable
from ocitui.layers.entry import DEVICE_KINDS, EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar import extended
from ocitui.layers.tar.entry import KINDS, OLD_SPARSE, REFUSED_KINDS, TarEntry
from ocitui.layers.tar.extended import ExtendedHeaders
from ocitui.layers.tar.header import (
    BLOCK,
    HEADER,
    INT64_MAX,
    HeaderError,
    checksum_matches,
    clamp,
    device_fields,
    is_clamped,
    is_gnu,
    is_owner,
    is_padded,
    is_star,
    is_ustar,
    parse_number,
    parse_owner,
    parse_pax,
    star_times,
    with_prefix,
)
from ocitui.layers.tar.sink import EntrySink, FullIndexError
from ocitui.layers.tar.sparse_blocks import BlockMap, OldMap
from ocitui.layers.warnings import LayerWarning

PATH_LIMIT = 1 << 17
"""Bytes of a path or of a link's target, thirty times as many as Linux takes; of longer ones it is said that they are
left out."""

_FILE, _DIRECTORY, _SYMLINK, _HARDLINK = EntryKind.FILE, EntryKind.DIRECTORY, EntryKind.SYMLINK, EntryKind.HARDLINK
_DEVICE_FLAGS = b"34"
_NO_DEVICE = (bytes(16), b"0000000\0" * 2)
_NO_PREFIX = bytes(155)
_ZEROS = bytes(BLOCK)
_MANY_ZEROS = bytes(1 << 21)


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
        self._extended: ExtendedHeaders | None = None  # of the next entry
        self._extended_flag = b""  # of the one that is being read
        self._extended_size = 0

    @property
    def position(self) -> int:
        """Bytes of the stream seen so far."""
        return self._position

    @property
    def wanted(self) -> int | None:
        """The offset of the next byte that it must see: those before it are contents of a file. None where none is."""
        if self._step is None:
            return self._position if self._trailing_from is not None else None
        return self._position if self._carry else max(self._next, self._position)

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
                self._findings.note(f"{LayerWarning.AFTER_ARCHIVE} at offset {end - len(rest):,}")
                self._trailing_from = None

    def pass_over(self, size: int) -> bool:
        """Step over contents of a file that nobody has. False where a header stands among these bytes."""
        if self._step is not None and (self._carry or self._next < self._position + size):
            return False
        self._position += size
        return True

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
            self._findings.note(f"{LayerWarning.EMPTY}: 0 bytes, not even the end of an archive")
        elif self._carry or self._step != self._headers:
            what = "a header" if self._step == self._headers else "the extended header of an entry"
            self._findings.damage(f"the layer ends inside {what}", unpacked_offset=position)
        elif position < self._data_end:
            self._findings.damage(
                f"the layer ends inside the data of {printable(self._last_path)}: "
                f"{format_count(self._data_end - position)} bytes are missing",
                unpacked_offset=position,
            )
        elif self._extended is not None:
            self._findings.damage("the layer ends after an extended header, before its entry", unpacked_offset=position)
        elif self._zero_block is not None:
            self._findings.note(LayerWarning.ONE_ZERO_BLOCK)
        else:
            self._findings.note(LayerWarning.NO_END)

    def _headers(self, chunk: bytes, at: int) -> None:
        """Read headers for as long as they lie in this piece. The first one does."""
        base = self._next - at
        last = len(chunk) - BLOCK
        unpack, add, number, owner, kinds = HEADER.unpack_from, self._sink.add, parse_number, parse_owner, KINDS
        is_plain = self._extended is None
        while at <= last:
            name, owner_, size_, mtime_, checksum, flag, link, device, prefix = unpack(chunk, at)
            # Python reads more as a number than others do: 0o7, 0_7, +7. So it is only asked about digits.
            digits = checksum[:6]
            try:  # Adler-32: see tarheader.checksum_matches
                fits = (
                    digits.isdigit()
                    and (adler32(chunk[at : at + BLOCK]) & 0xFFFF) + 255 - sum(checksum) == int(digits, 8)
                    and checksum[6] in b"\0 "
                )
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
                    digits = size_[:11]
                    size = int(digits, 8) if digits.isdigit() and size_[11] in b"\0 " else number(size_)
                except ValueError:
                    size = number(size_)
                if not 0 <= size <= INT64_MAX:
                    raise HeaderError("it is out of range")
            except HeaderError as error:
                self._stop(f"the size field of a header cannot be read: {error}", base + at)
                return
            data = base + at + BLOCK
            if device not in _NO_DEVICE and flag not in _DEVICE_FLAGS:  # Go reads them in every header
                self._device(chunk[at : at + BLOCK])
            if flag in extended.FLAGS:
                self._check_unused(owner_, mtime_)
                self._begin_extended(flag, size, data)
                return
            path = name.partition(b"\0")[0]
            if prefix != _NO_PREFIX:
                path = self._with_prefix(path, chunk[at : at + BLOCK])
            try:
                digits = mtime_[:11]
                is_octal = digits.isdigit() and mtime_[11] in b"\0 "
                mtime = int(digits, 8) * 1_000_000_000 if is_octal else self._mtime(mtime_)
            except ValueError:
                mtime = self._mtime(mtime_)
            try:
                mode, uid, gid = owner(owner_)
            except HeaderError:
                mode, uid, gid = self._owner(owner_)
                if is_plain:
                    self._check_owner(path, uid, gid)
            kind = kinds.get(flag)
            if kind is _FILE and is_plain and (flag != b"\0" or path[-1:] != b"/"):
                add(path, kind, mode, uid, gid, size, mtime, None, data, None)
                self._last_path = path
                self._data_end = data + size
                self._next = data + (size + 511 & ~511)
                at = self._next - base
                continue
            target = link.partition(b"\0")[0]
            if kind is _DIRECTORY and is_plain:
                add(path, kind, mode, uid, gid, 0, mtime, None, None, None)
                self._next = self._data_end = data
            elif (kind is _SYMLINK or kind is _HARDLINK) and is_plain:
                add(path, kind, mode, uid, gid, 0, mtime, target, None, None)
                self._next = self._data_end = data
            else:
                entry = TarEntry(flag, path, mode, uid, gid, size, mtime, target, data)
                self._rare(entry, chunk[at : at + BLOCK])
                if self._step != self._headers:
                    return
                is_plain = True
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

    # Extended headers

    def _begin_extended(self, flag: bytes, size: int, data: int) -> None:
        """Turn to the contents of an extended header."""
        if size > extended.LIMIT:
            self._stop(f"an extended header of {size:,} bytes is over the limit of {extended.LIMIT:,}", data - BLOCK)
            return
        self._extended_flag, self._extended_size = flag, size
        self._next = self._data_end = data
        self._wanted, self._step = size + 511 & ~511, self._extended_header

    def _extended_header(self, chunk: bytes, at: int) -> None:
        content = chunk[at : at + self._extended_size]
        start = self._next
        self._next = self._data_end = start + self._wanted
        self._wanted, self._step = BLOCK, self._headers
        try:
            if self._extended_flag in (b"x", extended.GLOBAL) and is_padded(content):
                self._findings.note(LayerWarning.PADDED)
            if self._extended_flag == extended.GLOBAL:
                # To Go it is an entry of its own, which ends what was said before it.
                self._extended = None
                parse_pax(content)  # which raises where no reader takes it
                self._findings.note(LayerWarning.GLOBAL_HEADER)
                return
            self._extended = self._extended or ExtendedHeaders()
            self._extended.take(self._extended_flag, content)
        except HeaderError as error:
            self._stop(str(error), start)

    # Entries that need more than the common fields

    def _rare(self, entry: TarEntry, header: bytes) -> None:
        sparse_map: BlockMap | None = None
        try:
            if self._extended is not None:
                self._extended.describe(entry)
            entry.settle()
            if entry.kind in DEVICE_KINDS:
                entry.extra.device = self._device(header)
            if entry.flag == OLD_SPARSE and is_gnu(header):
                old = OldMap(entry, header)
                sparse_map = None if old.is_whole else old
            elif self._extended is not None:
                sparse_map = self._extended.begin_sparse(entry)
        except HeaderError as error:
            self._stop(f"the header of {printable(entry.path)} cannot be read: {error}", entry.data - BLOCK)
            return
        if sparse_map is None:
            self._emit(entry)
        else:
            self._next, self._wanted, self._step = entry.data, BLOCK, partial(self._sparse_map, sparse_map)

    def _sparse_map(self, sparse_map: BlockMap, chunk: bytes, at: int) -> None:
        self._next += BLOCK
        try:
            is_whole = sparse_map.feed(chunk[at : at + BLOCK])
        except HeaderError as error:
            self._stop(f"the sparse file {printable(sparse_map.entry.path)} cannot be read: {error}", self._next)
            return
        if is_whole:
            self._emit(sparse_map.entry)

    def _emit(self, entry: TarEntry) -> None:
        if entry.kind is EntryKind.UNKNOWN:
            self._findings.note(LayerWarning.UNKNOWN_TYPE, f"{printable(entry.path)} ({printable(entry.flag)})")
        elif entry.flag in REFUSED_KINDS:
            self._findings.note(LayerWarning.REFUSED_TYPE, f"{printable(entry.path)} ({printable(entry.flag)})")
        if entry.is_miscounted:
            self._findings.note(LayerWarning.SPARSE_COUNT, printable(entry.path))
        if entry.has_rest:
            self._findings.note(LayerWarning.SPARSE_REST, printable(entry.path))
        if entry.longest_path > PATH_LIMIT:
            what = f"a path or a link's target of {entry.longest_path:,} bytes is over the limit of {PATH_LIMIT:,}"
            self._findings.damage(f"{what}; the entry {_shortened(entry.path)} is left out", unpacked_offset=self._next)
        else:
            if self._extended is not None:
                self._check_owner(entry.path, entry.uid, entry.gid)
                self._check_time(entry.mtime_ns)
            if entry.is_too_long:
                self._findings.note(LayerWarning.TOO_LONG, _shortened(entry.path))
            entry.send(self._sink)
        self._last_path = entry.path
        self._data_end = entry.data + entry.stored
        self._next = entry.data + (entry.stored + 511 & ~511)
        self._wanted, self._step = BLOCK, self._headers
        self._extended = None

    # Fields

    def _number(self, value: bytes, what: str) -> int:
        try:
            return clamp(parse_number(value))
        except HeaderError as error:
            self._findings.note(f"a {what} {LayerWarning.BAD_FIELD}", str(error))
            return 0

    def _owner(self, fields: bytes) -> tuple[int, int, int]:
        """Permission bits, user and group."""
        mode = self._number(fields[:8], "mode") & 0o7777
        return mode, self._number(fields[8:16], "uid"), self._number(fields[16:], "gid")

    def _check_unused(self, owner: bytes, mtime: bytes) -> None:
        """Look at fields of extended headers, which mean nothing, and which Go reads all the same."""
        try:
            parse_owner(owner)
        except HeaderError:
            self._owner(owner)
        self._number(mtime, "time")

    def _with_prefix(self, path: bytes, header: bytes) -> bytes:
        if is_ustar(header) and is_star(header):  # nobody shows the times, but no unpacker takes what is none
            for time in star_times(header):
                self._number(time, "time")
        return with_prefix(path, header)

    def _device(self, header: bytes) -> tuple[int, int] | None:
        """Major and minor number of a device; None where one cannot be read."""
        major, minor = device_fields(header)
        try:
            return clamp(parse_number(major)), clamp(parse_number(minor))
        except HeaderError as error:
            self._findings.note(LayerWarning.BAD_DEVICE, str(error))
            return None

    def _mtime(self, value: bytes) -> int:
        found = clamp(self._number(value, "time") * 1_000_000_000)
        if self._extended is None:
            self._check_time(found)
        return found

    # What Linux or the index does not hold; of the header, or of those that say more of it.

    def _check_time(self, mtime: int) -> None:
        if is_clamped(mtime):
            self._findings.note(LayerWarning.TIME_RANGE)

    def _check_owner(self, path: bytes, uid: int, gid: int) -> None:
        if not is_owner(uid) or not is_owner(gid):
            self._findings.note(LayerWarning.OWNER_RANGE, f"{_shortened(path)} ({uid}:{gid})")


def _shortened(path: bytes) -> str:
    return f"{printable(path[:80])}…" if len(path) > 80 else printable(path)
