"""Where finished indexes are kept, so that no layer is scanned twice.

The one invariant: an index enters only after the bytes it was built from matched their
digest. Its name is that digest, which never changes its meaning, so that nothing is ever
out of date. What cannot be written costs speed, never the answer.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ocitui.errors import LayerError
from ocitui.layers import schema
from ocitui.layers.index import LayerIndex
from ocitui.spec.digest import Digest

ENVIRONMENT = "OCITUI_CACHE_DIR"
"""Names the cache folder when it is set."""

DEFAULT_LIMIT = 2_000_000_000
"""Bytes of indexes that are kept: some thousand layers of ordinary images."""

_STALE_AFTER = 60.0
"""Seconds without a write after which a temporary file of a dead process is removed.

A process may look dead when it runs in another container or on another machine that
shares the folder; while it scans it writes several times a second.
"""

_FORGOTTEN_AFTER = 7 * 86_400.0
_numbers = count()


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """What the cache holds."""

    count: int
    """Indexes."""
    size: int
    """Bytes of all of them."""


class LayerCache:
    """A folder of finished indexes, shared by any number of processes."""

    def __init__(self, root: Path | None = None, limit: int = DEFAULT_LIMIT) -> None:
        """Name the folder; nothing is touched yet.

        Args:
            root: the cache folder; by default ``OCITUI_CACHE_DIR``, else the user's own.
            limit: bytes that are kept; the least recently used goes first.
        """
        self.root = root or default_root()
        self.limit = limit
        self._folder = self.root / "layers" / f"v{schema.VERSION}"
        self._is_swept = False

    def path_of(self, digest: Digest) -> Path:
        """Where the index of this blob is, or would be."""
        return self._folder / digest.algorithm / f"{digest.encoded}.sqlite"

    def find(self, digest: Digest) -> LayerIndex | None:
        """The index of a blob if it is here, marked as just used. One that cannot be read is removed."""
        path = self.path_of(digest)
        if not path.is_file():
            return None
        try:
            index = LayerIndex(path)
            if index.summary.digest != digest or not index.summary.verified:
                index.close()
                raise LayerError("the index is of another layer")
        except (LayerError, ValueError, TypeError):
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return index

    def temporary_paths(self, digest: Digest) -> Iterator[Path]:
        """Places for an index that is being made, best first: beside the finished ones, else where there is room.

        Only one in the cache can be promoted.
        """
        name = f"{digest.encoded[:64]}.{os.getpid()}.{next(_numbers)}.part"
        folder = self.path_of(digest).parent
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if not self._is_swept:
                self._is_swept = True
                self.sweep()
        if os.access(folder, os.W_OK | os.X_OK):
            yield folder / name
        for other in (Path(tempfile.gettempdir()), Path("/dev/shm")):
            if os.access(other, os.W_OK | os.X_OK):
                yield other / f"ocitui-{name}"

    def promote(self, temporary: Path, digest: Digest) -> LayerIndex | None:
        """Take a finished index in, if the bytes it was built from were verified.

        Returns:
            The index at its new place; None when it was not taken, and the file is still where it was.
        """
        target = self.path_of(digest)
        if temporary.parent != target.parent:
            return None
        try:
            with LayerIndex(temporary) as index:
                if not index.summary.verified or index.summary.digest != digest:
                    return None
            os.replace(temporary, target)
        except (LayerError, OSError):
            return None
        self.prune(self.limit, keep=target)
        with suppress(LayerError):
            return LayerIndex(target)
        return None

    def usage(self) -> CacheUsage:
        """How many indexes there are, of this and of other versions, and how large they are."""
        sizes = [size for _, size, _ in self._files()]
        return CacheUsage(len(sizes), sum(sizes))

    def prune(self, limit: int, keep: Path | None = None) -> CacheUsage:
        """Remove the least recently used until at most ``limit`` bytes are left. Returns what was removed."""
        files = sorted(self._files())
        left = sum(size for _, size, _ in files)
        removed = freed = 0
        for _, size, path in files:
            if left <= limit:
                break
            if path == keep:
                continue
            with suppress(OSError):
                path.unlink()
                removed, freed, left = removed + 1, freed + size, left - size
        return CacheUsage(removed, freed)

    def clear(self) -> CacheUsage:
        """Remove every index, and temporary files that nobody is writing. Returns what was removed."""
        self.sweep()
        return self.prune(-1)

    def sweep(self) -> None:
        """Remove temporary files that killed processes left."""
        for folder, pattern in ((self._folder, "*/*.part"), (Path(tempfile.gettempdir()), "ocitui-*.part")):
            for path in folder.glob(pattern):
                with suppress(OSError):
                    age = time.time() - path.stat().st_mtime
                    if age > _FORGOTTEN_AFTER or (age > _STALE_AFTER and not _is_alive(path)):
                        path.unlink()

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """Last use, size and path of every index."""
        for path in (self.root / "layers").glob("v*/*/*.sqlite"):
            with suppress(OSError):
                status = path.stat()
                yield status.st_mtime, status.st_size, path


def default_root() -> Path:
    """The cache folder: ``OCITUI_CACHE_DIR``, else where the system keeps a user's caches."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("ocitui", appauthor=False))


def _is_alive(path: Path) -> bool:
    """Whether the process that a temporary file is named after still runs; on Windows age alone must tell."""
    number = path.name.split(".")[-3]
    if os.name == "nt" or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
