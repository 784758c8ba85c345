"""The members of a tar archive that holds an image: which are there, and where their bytes are.

The archive is read by the standard library, from header to header; no data is read. Its
silence at a broken header is not shared: what ends an archive early is said.
"""

import posixpath
import tarfile
from typing import IO

from ocitui.transports.archives.member_table import Member, MemberKind, NotTarError

_HEADER_LIMIT = 1 << 20
"""Bytes of one PAX or long-name header that are read."""

_HEADERS_LIMIT = 4 << 20
"""Bytes of all headers of one member, the map of a sparse file among them."""

_MEMBERS_LIMIT = 100_000
"""Members of an archive that are read: one of many images has some thousand."""

_NAMES_LIMIT = 16 << 20
"""Bytes of all their names."""

_BLOCK = 512


class _Headers:
    """The archive's file, of which only headers are read, and no long ones."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = _HEADERS_LIMIT
        self.tell = file.tell
        self.seek = file.seek

    def read(self, size: int) -> bytes:
        if size > _HEADER_LIMIT:
            raise tarfile.ReadError(f"an extended header of {size:,} bytes is over the limit of {_HEADER_LIMIT:,}")
        self._left -= size
        if self._left < 0:
            raise tarfile.ReadError(f"the headers of a member are over the limit of {_HEADERS_LIMIT:,} bytes")
        return self._file.read(size)

    def begin_member(self) -> None:
        """Count the bytes of the headers anew."""
        self._left = _HEADERS_LIMIT


def read_members(file: IO[bytes], limit: int | None = None) -> tuple[dict[str, Member], str]:
    """Read the headers of an archive.

    Args:
        file: the archive, which can be sought.
        limit: how many members are enough; None for all.

    Returns:
        Its members by their names, ``./`` and slashes around them taken away, of two with one
        name the last; and what ended the archive before its end, or nothing.

    Raises:
        NotTarError: it does not begin with a member.
        OSError: it cannot be read.
    """
    file.seek(0)
    start = file.read(_BLOCK)
    if not start.strip(b"\0"):
        raise NotTarError("the file is empty" if not start else "the archive is empty")
    file.seek(0)
    members: dict[str, Member] = {}
    offset = count = length = 0
    headers = _Headers(file)
    try:
        archive = tarfile.TarFile(fileobj=headers, encoding="utf-8", errors="surrogateescape")  # type: ignore[arg-type]
        while (found := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # it keeps all it has seen
            headers.begin_member()
            name = _inside(found.name)
            count += 1
            length += len(found.name) + len(found.linkname)
            if count > _MEMBERS_LIMIT or length > _NAMES_LIMIT:
                limit_text = f"{_MEMBERS_LIMIT:,} members with {_NAMES_LIMIT:,} bytes of names"
                return members, f"expected at most {limit_text}, found more after offset {offset:,}; they are not read"
            if name:
                members[name] = _member(found, name)
            offset = archive.offset
            if limit is not None and len(members) >= limit:
                return members, ""
    except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
        if not members:
            raise NotTarError("it does not begin like one") from None
        return members, f"the archive is damaged after offset {offset:,}: {error}"
    file.seek(offset)
    if file.read(_BLOCK).strip(b"\0"):
        return members, f"the archive is damaged at offset {offset:,}: expected a member or the end, found neither"
    return members, ""


def _member(found: tarfile.TarInfo, name: str) -> Member:
    if found.islnk() or found.issym():
        around = posixpath.dirname(name) if found.issym() else ""
        is_absolute = found.linkname.startswith("/")
        return Member(MemberKind.LINK, 0, 0, None if is_absolute else _inside(f"{around}/{found.linkname}"))
    if found.isdir():
        return Member(MemberKind.FOLDER, 0, 0)
    if found.isreg() and not found.issparse():
        return Member(MemberKind.FILE, found.offset_data, found.size)
    return Member(MemberKind.OTHER, 0, 0)


def _inside(name: str) -> str | None:
    """A name from the archive's top, or None for one that leads out of it; empty for the top itself."""
    plain = posixpath.normpath(name.lstrip("/") or ".")
    if plain == ".." or plain.startswith("../"):
        return None
    return "" if plain == "." else plain
