"""Files that were seen to have a digest, so that the index of that may be taken for theirs unread.

Beside an index of the cache stands a list of the places whose bytes matched its digest: a
file's identity, and where in it they are. A file that is another one by now, or was
written to, is not in the list, and has to be read before it is believed.
"""

import os
import stat
import time
from contextlib import suppress
from pathlib import Path

from ocitui.cache_folder import make_private_file
from ocitui.transports.blob import Blob

_KEPT = 64
"""Places of one blob that are remembered."""

_LARGEST = 64 * 1024
"""Bytes of a list that are read."""

_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)

_TICK = 20_000_000
_COARSE_TICK = 2_000_000_000
"""Nanoseconds within which a file may be written to again without its time saying so: on Linux, and on FAT."""


def stamp_of(blob: Blob) -> str:
    """Return what tells the bytes of a blob from those of another place or time; empty if they are missing."""
    try:
        identity = blob.identity()
    except (OSError, ValueError):
        return ""
    return " ".join(map(str, (*identity, getattr(blob, "offset", 0), "" if blob.size is None else blob.size)))


def is_in(path: Path, stamp: str) -> bool:
    """True if a list has a place."""
    return bool(stamp) and stamp in _read(path)


def add_to(path: Path, blob: Blob, stamp: str) -> None:
    """Put a place into a list, unless it has changed since the stamp was taken of it. What cannot be written is not."""
    if not stamp or is_in(path, stamp) or not is_settled(stamp) or stamp_of(blob) != stamp:
        return
    with suppress(OSError, ValueError):
        known = _read(path)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.0.part")
        try:
            make_private_file(temporary)
            temporary.write_text("\n".join([*known[1 - _KEPT :], stamp]) + "\n")
            os.replace(temporary, path)
        finally:  # where the disk is full, what was begun goes
            temporary.unlink(missing_ok=True)


def _read(path: Path) -> list[str]:
    """The lines of a list; none where something else has its name, which may be a pipe that nobody writes to."""
    try:
        with open(os.open(path, _FILE), encoding="ascii") as file:
            return file.read(_LARGEST).splitlines() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else []
    except (OSError, ValueError):
        return []


def is_settled(stamp: str) -> bool:
    """Wait until a file that was written to just now could not be again at the same time; False if that takes long."""
    changed = int(stamp.split(" ")[3])
    tick = _COARSE_TICK if changed % 1_000_000_000 == 0 else _TICK
    age = time.time_ns() - changed
    if 0 <= age < _TICK == tick:
        time.sleep((tick - age) / 1e9)
        return True
    return age >= tick
