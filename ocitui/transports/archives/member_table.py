"""The members of archives, kept in the cache under the identity of the archive's file.

A table holds what one pass over the headers found. Another file, or one that was written
to, has another identity, and so another table (device, inode, size, time of the last
change in nanoseconds). A checksum before it tells whether it is what was written; a copy
is told by its size and the time of its last change, which stand in its name, for reading all of
one takes as long as making it.
"""

import base64
import hashlib
import json
import os
import stat
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ocitui.cache_folder import CacheFolder, make_private_file
from ocitui.transports.archives.spool import VERSION, Spool
from ocitui.transports.blob import FileIdentity

_LIMIT = 20_000
"""Members of a table that is kept: an image has some hundred."""

START = 16
"""Bytes of each file of a compressed archive that are kept: they tell how a layer is compressed."""
SMALL = 1 << 16
"""Bytes of a file that is kept whole: a document."""
KEPT = 1 << 22
"""Bytes of all such files."""


class NotTarError(ValueError):
    """The file is no tar archive; the text says what was found."""


class MemberKind(Enum):
    """The type of a member. The value is the word for it."""

    FILE = "a file"
    FOLDER = "a folder"
    LINK = "a link"
    OTHER = "a device or a pipe"


@dataclass(frozen=True, slots=True)
class Member:
    """One member."""

    kind: MemberKind
    offset: int
    """The beginning of its bytes in the archive."""
    size: int
    """Bytes of it."""
    target: str | None = None
    """Of a link the name of the member it leads to; None where it leads out of the archive."""


@dataclass(frozen=True, slots=True)
class MemberTable:
    """The members of an archive."""

    members: dict[str, Member]
    """By their names, ``./`` and slashes around them taken away."""
    size: int
    """Bytes of the archive, unpacked."""
    damage: str = ""
    """The damage at which reading stopped before the end of the archive."""
    kept: Mapping[str, bytes] = field(default_factory=dict)
    """Of an archive that is compressed from outside, the first bytes of each file; of a small one all of them."""


class KeptTables:
    """The tables in the cache folder, and the copies of archives that were compressed."""

    def __init__(self, cache: CacheFolder) -> None:
        self._cache = cache
        self._folder = cache.root / "archives" / f"v{VERSION}"

    def find(self, identity: FileIdentity) -> MemberTable | None:
        """The table of a file; None where there is none that can be read."""
        path = self._folder / f"{_name(identity)}.json"
        if not os.path.isfile(path):
            return None
        try:
            checksum, _, text = path.read_bytes().partition(b"\n")
            if checksum != _checksum(text):
                return None
            found = json.loads(text)
            if found["identity"] != list(identity):
                return None
            members = {
                name: Member(MemberKind(kind), int(offset), int(size), target)
                for name, (kind, offset, size, target) in found["members"].items()
            }
            data = {name: base64.b64decode(text) for name, text in found["kept"].items()}
            table = MemberTable(members, int(found["size"]), str(found["damage"]), data)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        with suppress(OSError):
            os.utime(path)
        return table

    def keep(self, identity: FileIdentity, table: MemberTable) -> None:
        """Keep a table, where that is possible."""
        if len(table.members) > _LIMIT:
            return
        members = {name: (m.kind.value, m.offset, m.size, m.target) for name, m in table.members.items()}
        document = {
            "identity": identity,
            "size": table.size,
            "damage": table.damage,
            "members": members,
            "kept": {name: base64.b64encode(data).decode() for name, data in table.kept.items()},
        }
        text = json.dumps(document).encode()
        target = self._folder / f"{_name(identity)}.json"
        for place in self._cache.temporary_places(self._folder, "table"):
            if place.parent != target.parent:
                return
            try:
                make_private_file(place)
                place.write_bytes(_checksum(text) + b"\n" + text)
                os.replace(place, target)
                return
            except OSError:
                with suppress(OSError):
                    place.unlink()

    def find_copy(self, identity: FileIdentity) -> Path | None:
        """The unpacked copy of a compressed archive; None where there is none. One that was changed is removed."""
        for path in self._folder.glob(f"{_name(identity)}-*.tar"):
            with suppress(OSError):
                status = path.stat()
                if path.name == _copy_name(identity, status) and stat.S_ISREG(status.st_mode):
                    os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))
                    return path
                path.unlink()
        return None

    def keep_copy(self, identity: FileIdentity, copy: Spool) -> None:
        """Keep an unpacked copy, where the cache has room for it."""
        with suppress(OSError):
            target = self._folder / _copy_name(identity, copy.path.stat())
            if copy.size <= self._cache.limit and copy.keep_as(target):
                self._cache.prune(self._cache.limit, keep=target)


def _name(identity: FileIdentity) -> str:
    return hashlib.sha256(repr(identity).encode()).hexdigest()


def _copy_name(identity: FileIdentity, status: os.stat_result) -> str:
    return f"{_name(identity)}-{status.st_size}-{status.st_mtime_ns}.tar"


def _checksum(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)
