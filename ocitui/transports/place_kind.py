"""The kind of a file or folder, told without opening it as an image: by names, first bytes and headers.

For lists of what could be opened. It is quick and may be wrong about what is damaged; what
a place really is shows when it is opened.
"""

import io
import os
import re
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from ocitui.spec.compression import Compression
from ocitui.transports.archives.member_table import Member, NotTarError
from ocitui.transports.archives.source import compression_of
from ocitui.transports.archives.tar_members import read_members

MEMBERS = 1_000
"""Members of an archive that are looked at: an image has some hundred."""

_BLOBS = 2_000
_VERSION = b"Directory Transport Version"
_PARTS = re.compile(r"blobs/sha(?:256|512)(?:/.*)?|[0-9a-f]{64}(?:\.json|\.tar|/.*)?", re.DOTALL)
"""The names that an image has most of: blobs, or in older docker archives files named after digests."""


@dataclass(frozen=True, slots=True)
class PlaceKind:
    """The kind of image at a place."""

    kind: str
    """The word for it: ``OCI layout``, ``docker archive``."""
    size: int | None
    """Bytes of its blobs, or of the archive; None where there are too many files to add up."""
    moment: datetime | None
    """The time it was changed."""


def kind_of_path(path: str) -> PlaceKind | None:
    """Return the kind of a file or folder; None where it is no image or cannot be read."""
    try:
        if os.path.isdir(path):
            return kind_of_folder(path, set(os.listdir(path)))
        return kind_of_file(path)
    except (OSError, ValueError):
        return None


def kind_of_folder(path: str, names: Collection[str]) -> PlaceKind | None:
    """Return the kind of a folder, told by the names in it.

    Raises:
        OSError: it cannot be read.
    """
    if "oci-layout" in names or ("index.json" in names and "blobs" in names):
        top = "index.json" if "index.json" in names else "oci-layout"
        folders = [entry.path for entry in _entries(f"{path}/blobs") if entry.is_dir(follow_symlinks=False)]
        return PlaceKind("OCI layout", _sum_of_files(folders), _changed(f"{path}/{top}"))
    if "manifest.json" in names and "version" in names and _starts_with(f"{path}/version", _VERSION):
        return PlaceKind("skopeo dir", _sum_of_files([path]), _changed(f"{path}/manifest.json"))
    return None


def kind_of_file(path: str) -> PlaceKind | None:
    """Return the kind of an archive. Of a compressed one the first MiB is unpacked, and no more.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return None
        compression = compression_of(file)
        try:
            kind = _kind_of_tar(file) if compression is Compression.NONE else _kind_unpacked(path, compression)
        except NotTarError:
            return None
    return PlaceKind(kind, status.st_size, _moment(status.st_mtime)) if kind else None


def _kind_of_tar(file: IO[bytes]) -> str:
    members = _members(file)
    if _is_dockers(members, file):
        return "docker archive"
    return "OCI archive" if _is_layout(members) else ""


def _kind_unpacked(path: str, compression: Compression) -> str:
    """A compressed archive, told by its beginning: what it is exactly stands further on."""
    from ocitui.transports.archives.unpack import Unpacking

    pieces = iter(Unpacking(Path(path), compression))
    start = io.BytesIO(next(pieces, b""))
    pieces.close()  # type: ignore[attr-defined]  # a generator, and its file is open
    members = _members(start)
    is_image = _is_dockers(members, start) or _is_layout(members) or any(map(_PARTS.fullmatch, members))
    return f"archive ({compression.value})" if is_image else ""


def _members(file: IO[bytes]) -> Mapping[str, Member]:
    """The members by their names; below the one folder that was packed, where it is one."""
    members, _ = read_members(file, MEMBERS)
    tops = {name.partition("/")[0] for name in members}
    if len(tops) == 1 and tops.isdisjoint({"blobs", "index.json", "oci-layout", "manifest.json"}):
        below = {name.partition("/")[2]: member for name, member in members.items() if "/" in name}
        return below or members
    return members


def _is_layout(members: Mapping[str, Member]) -> bool:
    has_blobs = any(name.partition("/")[0] == "blobs" for name in members)
    return "oci-layout" in members or ("index.json" in members and has_blobs)


def _is_dockers(members: Mapping[str, Member], file: IO[bytes]) -> bool:
    """True if ``manifest.json`` holds a list: other archives have a file of that name too."""
    table = members.get("manifest.json")
    if table is None:
        return False
    file.seek(table.offset)
    return file.read(min(table.size, 64)).lstrip().startswith(b"[")


def _entries(path: str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(path) as entries:
            return [entry for _, entry in zip(range(_BLOBS), entries, strict=False)]
    except OSError:
        return []


def _sum_of_files(folders: Collection[str]) -> int | None:
    """The bytes of the files in these folders, as far as they can be read."""
    total = 0
    for folder in folders:
        entries = _entries(folder)
        if len(entries) == _BLOBS:
            return None
        for entry in entries:
            try:
                if entry.is_file(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
            except OSError:
                continue
    return total


def _starts_with(path: str, start: bytes) -> bool:
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(len(start)) == start


def _changed(path: str) -> datetime | None:
    try:
        return _moment(os.stat(path).st_mtime)
    except OSError:
        return None


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
