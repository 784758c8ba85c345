"""Zips in layers: jar, war, wheel and whatever else is one; with Python's own library.

PKWARE's APPNOTE.TXT, "General Format of a .ZIP file". Only the central directory at the end is
read, and each file when it is asked for; of what lies as it is (a jar in a jar, as Spring packs
it) no byte is read that is not needed.
"""

import calendar
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from ocitui.errors import OcituiError
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.nested.data import Data, ReadData, Window, open_data
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.members import NOBODY, Members
from ocitui.layers.nested.whole import read_whole

DIRECTORY_LIMIT = 16 << 20
"""Bytes of a central directory; of each file it has its path and about sixty more."""

_LOCAL = struct.Struct("<4s22xHH")
_END = struct.Struct("<4sHHHHIIH")
_LONGEST_END = _END.size + (1 << 16)
_ENDS = 8 * _LONGEST_END
"""Bytes that are read, with what is read ahead, to find the list of files."""
_UTF8 = 0x800
_ENCRYPTED = 0x1
_LINK_LIMIT = 4096
"""Bytes of a symbolic link's target, as in Linux."""

_KINDS = {stat.S_IFLNK: EntryKind.SYMLINK, stat.S_IFIFO: EntryKind.FIFO}


def is_zip(data: Data) -> bool:
    """Tell whether a zip ends here; it may begin with a program that unpacks it."""
    tail = read_whole(data, max(0, data.size - _LONGEST_END), _LONGEST_END)
    at = tail.rfind(b"PK\5\6")
    return at >= 0 and len(tail) - at >= _END.size


class Zip:
    """See `ocitui.layers.nested.format.Format`."""

    word = "zip"

    def __init__(self, data: Data, members: Members) -> None:
        """Read the central directory.

        Raises:
            ArchiveError: it cannot be read.
        """
        self._data = data
        self._to_list: int | None = DIRECTORY_LIMIT + _ENDS
        with _reading():
            self._zip = zipfile.ZipFile(open_data(ReadData(data.size, self._read_data)))
        self._to_list = None
        self._infos = self._zip.infolist()
        self._open: tuple[int, IO[bytes]] | None = None
        for number, info in enumerate(self._infos):
            self._add(number, info, members)

    def _read_data(self, offset: int, size: int) -> bytes:
        """Read bytes of the zip: until its files are listed only so many, wherever the library finds the list."""
        found = self._data.read(offset, size)
        if self._to_list is not None:
            self._to_list -= len(found)
            if self._to_list < 0:
                raise ArchiveError(f"its list of files is over the limit of {DIRECTORY_LIMIT:,} bytes")
        return found

    def _add(self, number: int, info: zipfile.ZipInfo, members: Members) -> None:
        mode = info.external_attr >> 16
        is_folder = info.orig_filename.endswith("/")
        kind = EntryKind.DIRECTORY if is_folder else _KINDS.get(stat.S_IFMT(mode), EntryKind.FILE)
        link = None
        if kind is EntryKind.SYMLINK:
            link = b""
            if info.file_size <= _LINK_LIMIT:
                with suppress(ArchiveError):  # reading it says what is wrong with it
                    link = self._read(number, 0, _LINK_LIMIT)
        members.add(
            info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace"),
            kind,
            stat.S_IMODE(mode) if mode else 0o755 if is_folder else 0o644,
            NOBODY,
            NOBODY,
            info.file_size if kind is EntryKind.FILE else 0,
            _nanoseconds(info),
            link,
            number if kind is EntryKind.FILE else None,
            None,
        )

    def read(self, entry: Entry, offset: int, size: int) -> bytes:
        """See `Format.read`."""
        return self._read(entry.offset or 0, offset, size)

    def stored(self, entry: Entry) -> Data | None:
        """See `Format.stored`."""
        info = self._infos[entry.offset or 0]
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & _ENCRYPTED:
            return None
        head = read_whole(self._data, info.header_offset, _LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
            raise ArchiveError("its local header is damaged")
        _, name, extra = _LOCAL.unpack(head)
        return Window(self._data, info.header_offset + _LOCAL.size + name + extra, info.file_size)

    def _read(self, number: int, offset: int, size: int) -> bytes:
        info = self._infos[number]
        if info.flag_bits & _ENCRYPTED:
            raise ArchiveError("it is encrypted")
        with _reading():
            known = self._open
            self._open = None  # unless all goes well
            if known is None or known[0] != number:
                known = number, self._zip.open(info)
            file = known[1]
            if file.tell() != offset:
                file.seek(offset)
            data = file.read(size)
            self._open = known
            return data


def _nanoseconds(info: zipfile.ZipInfo) -> int:
    """The time of modification, which a zip gives to two seconds and in nobody knows which time zone: as UTC."""
    with suppress(ValueError, OverflowError):
        return calendar.timegm((*info.date_time, 0, 0, 0)) * 1_000_000_000
    return 0


@contextmanager
def _reading() -> Iterator[None]:
    """Say what is wrong with a zip, which the library does with exceptions of many kinds."""
    try:
        yield
    except OcituiError:
        raise
    except Exception as error:  # BadZipFile, NotImplementedError, struct, zlib, lzma, EOFError, …
        raise ArchiveError(f"the zip is damaged, or packed in an unknown way: {error}") from None
