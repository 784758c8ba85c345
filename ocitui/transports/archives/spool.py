"""Bytes that come only once, or compressed, written to a file so that they can be read in place.

Such a file is a temporary one of the cache folder, or of the system's where there is no
room in it. It goes with the object that stands for it, or at the latest when the program
ends, by a signal too; of a killed process it goes when the cache is next used.
"""

import atexit
import os
import shutil
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from ocitui.cache_folder import CacheFolder
from ocitui.display import format_size, printable
from ocitui.errors import UsageError

Progress = Callable[[str, int, int | None], object]
"""Is told what is being read, how many bytes of it were, and of how many if that is known. May raise to give up."""

VERSION = 2
"""Of what is kept of archives."""

CHUNK = 1 << 20
_SPARED = 256_000_000
"""Bytes that stay free on a disk: what unpacks without end must not fill it."""

_LOOK_EVERY = 64

_LEFT: set[Path] = set()
"""Files that are there and must go."""


class Spool:
    """A temporary file with bytes from elsewhere."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        """Bytes in it."""
        self._removal = weakref.finalize(self, _remove, path)

    def keep_as(self, target: Path) -> bool:
        """Rename it, so that it stays; says whether it could be."""
        if self.path.parent != target.parent:
            return False
        try:
            os.replace(self.path, target)
        except OSError:
            return False
        self._removal.detach()
        _LEFT.discard(self.path)
        self.path = target
        return True

    def remove(self) -> None:
        """Remove it now."""
        self._removal()


def spool(
    chunks: Iterable[bytes],
    place: str,
    cache: CacheFolder,
    progress: Progress | None = None,
    total: int | None = None,
    position: Callable[[], int] | None = None,
) -> Spool:
    """Write bytes to a temporary file.

    Args:
        chunks: the bytes, in pieces.
        place: how messages name where they come from.
        cache: whose folder it goes into, where there is room.
        progress: is told how far it is.
        total: bytes that there are, where that is known.
        position: how many of the total were read; None where they are the bytes themselves.

    Raises:
        UsageError: there is nowhere to write them. What the chunks or the progress raise comes through.
    """
    path = _roomiest(cache)
    if path is None:
        raise UsageError(f"{printable(place)}: there is no folder to write a copy in")
    size = 0
    _LEFT.add(path)
    try:
        with open(path, "xb", opener=_private) as file:
            for number, chunk in enumerate(chunks):
                if number % _LOOK_EVERY == 0 and (left := shutil.disk_usage(path.parent).free) < _SPARED:
                    raise UsageError(
                        f"{printable(place)}: not enough space to unpack or copy it: {format_size(left)} left "
                        f"in {printable(str(path.parent))} after {format_size(size)} of it"
                    )
                file.write(chunk)
                size += len(chunk)
                if progress is not None:
                    progress(place, position() if position is not None else size, total)
    except OSError as error:
        _remove(path)
        if error.filename is None or Path(os.fsdecode(error.filename)) == path:
            reason = error.strerror or str(error)
            raise UsageError(f"{printable(place)}: cannot be copied to {printable(str(path))}: {reason}") from None
        raise
    except BaseException:
        _remove(path)
        raise
    return Spool(path, size)


def _roomiest(cache: CacheFolder) -> Path | None:
    """A place for a temporary file: the first where there is room, else the one with most of it."""
    places = [*cache.temporary_places(cache.root / "archives" / f"v{VERSION}", "spool")]
    free = {path: shutil.disk_usage(path.parent).free for path in places}
    return next((path for path in places if free[path] > 4 * _SPARED), max(places, key=free.__getitem__, default=None))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _remove(path: Path) -> None:
    _LEFT.discard(path)
    with suppress(OSError):
        path.unlink()


@atexit.register
def remove_copies() -> None:
    """Remove what is left of them: those that a thread still writes when the program ends."""
    for path in [*_LEFT]:
        _remove(path)
