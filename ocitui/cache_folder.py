"""The user's cache folder: what is in it, how large it may grow, and what killed processes left there.

It holds the indexes of layers (`ocitui.layers.cache`), of archives the tables of their
members and copies of those that were compressed (`ocitui.transports.archives.archive`), and
of registries manifests and configs (`ocitui.transports.registry.kept`). All of it
can be made again, so that what cannot be written costs speed, never the answer.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

ENVIRONMENT = "OCITUI_CACHE_DIR"
"""Names the cache folder when it is set."""

DEFAULT_LIMIT = 2_000_000_000
"""Bytes that are kept: the indexes of some thousand layers of ordinary images."""

_STALE_AFTER = 60.0
"""Seconds without a write after which a temporary file of a dead process is removed.

A process may look dead when it runs in another container or on another machine that
shares the folder; while it works it writes several times a second. What was left by one
that could be seen from here goes at once.
"""

SEEN = ".seen"
"""The suffix of the list beside an index that goes with it (`ocitui.layers.sightings`)."""

_ANYWHERE = "x"
_FORGOTTEN_AFTER = 7 * 86_400.0
_LAYERS = "layers/v*/*/*.sqlite"
_ARCHIVES = ("archives/v*/*.json", "archives/v*/*.tar")
_REGISTRIES = ("documents/v*/*/*.document", "documents/v*/*/*.tag", "blobs/v*/*/*.blob")
_TEMPORARY = ("layers/v*/*/*.part", "archives/v*/*.part", "documents/v*/*/*.part", "blobs/v*/*/*.part")
_COPIES = frozenset({".tar", ".blob"})
_numbers = count()


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """The size of the cache, or of what was removed from it."""

    layers: int = 0
    """Indexes of layers."""
    archives: int = 0
    """Tables and copies of archives."""
    documents: int = 0
    """Of registries: manifests and configs, what tags meant, and copies of blobs."""
    size: int = 0
    """Bytes of all of them."""


class CacheFolder:
    """A folder that any number of processes share."""

    def __init__(self, root: Path | None = None, limit: int = DEFAULT_LIMIT) -> None:
        """Name the folder; nothing is touched yet.

        Args:
            root: the cache folder; by default ``OCITUI_CACHE_DIR``, else the user's own.
            limit: bytes that are kept; the least recently used goes first.
        """
        self.root = root or default_root()
        self.limit = limit
        self._is_swept = False

    def temporary_places(self, folder: Path, stem: str) -> Iterator[Path]:
        """Places for a file that is being made, best first: the folder in the cache, else where there is room.

        Only one in the cache can be renamed into it. What earlier processes left is removed.
        """
        name = f"{stem}.{_surroundings()}.{os.getpid()}.{next(_numbers)}.part"
        with suppress(OSError):
            make_private_folder(folder)
            if not self._is_swept:
                self._is_swept = True
                self.sweep()
        if os.access(folder, os.W_OK | os.X_OK):
            yield folder / name
        for other in (_system_folder(), Path("/dev/shm")):
            if os.access(other, os.W_OK | os.X_OK):
                yield other / f"ocitui-{name}"

    def usage(self) -> CacheUsage:
        """Return the size of the cache, of this and of other versions."""
        return _sum((path, size) for _, size, path in self._files())

    def prune(self, limit: int, keep: Path | None = None) -> CacheUsage:
        """Remove the least recently used until at most ``limit`` bytes are left. Returns what was removed.

        Copies of archives and blobs go first: they are large, and what was found in them is kept beside them.
        """
        files = sorted(self._files(), key=lambda found: (found[2].suffix not in _COPIES, found))
        left = sum(size for _, size, _ in files)
        removed: list[tuple[Path, int]] = []
        for _, size, path in files:
            if left <= limit:
                break
            if path == keep:
                continue
            with suppress(OSError):
                path.unlink()
                removed.append((path, size))
                left -= size
                path.with_suffix(SEEN).unlink(missing_ok=True)
        return _sum(removed)

    def clear(self) -> CacheUsage:
        """Remove everything, and temporary files that nobody is writing. Returns what was removed."""
        self.sweep()
        return self.prune(-1)

    def sweep(self) -> None:
        """Remove temporary files that killed processes left."""
        places = [*((self.root, pattern) for pattern in _TEMPORARY), (_system_folder(), "ocitui-*.part")]
        for folder, pattern in places:
            for path in _found(folder, pattern):
                with suppress(OSError):
                    age = time.time() - path.stat().st_mtime
                    if age > _FORGOTTEN_AFTER or (not _is_alive(path) and (age > _STALE_AFTER or _is_ours(path))):
                        path.unlink()

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """Last use, size and path of everything that is kept."""
        for pattern in (_LAYERS, *_ARCHIVES, *_REGISTRIES):
            for path in self.root.glob(pattern):
                with suppress(OSError):
                    status = path.stat()
                    yield max(status.st_atime, status.st_mtime), status.st_size, path


def _found(folder: Path, pattern: str) -> list[Path]:
    """Return the matching paths, as far as this user may look."""
    with suppress(OSError):
        return list(folder.glob(pattern))
    return []


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those it is in, for their owner only. May raise `OSError`."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file for its owner only, in place of one that a process of the same number left.

    In a folder that is everybody's, somebody else may have put a file or a link of that name
    there before, to read along: it is not written to.

    Raises:
        OSError: it cannot be made, or what is there cannot be removed.
    """
    with suppress(FileNotFoundError):
        path.unlink()
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def default_root() -> Path:
    """The cache folder: ``OCITUI_CACHE_DIR``, else where the system keeps a user's caches."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("ocitui", appauthor=False))


def _sum(files: "Iterator[tuple[Path, int]] | list[tuple[Path, int]]") -> CacheUsage:
    layers = archives = documents = total = 0
    for path, size in files:
        total += size
        match path.suffix:
            case ".sqlite":
                layers += 1
            case ".document" | ".tag" | ".blob":
                documents += 1
            case _:
                archives += 1
    return CacheUsage(layers, archives, documents, total)


def _is_alive(path: Path) -> bool:
    """True if the process that a temporary file is named after still runs; on Windows only its age can tell."""
    number = ".".join(path.name.split(".")[-3:-2])
    return os.name != "nt" and number.isdigit() and is_running(int(number))


def _is_ours(path: Path) -> bool:
    """True if a temporary file belongs to a process that can be seen from here, so that its end is noticed."""
    return path.name.split(".")[-4:-3] == [_surroundings()] and _surroundings() != _ANYWHERE


def _system_folder() -> Path:
    """The system's folder for temporary files."""
    import tempfile  # which loads what reads archives

    return Path(tempfile.gettempdir())


@cache
def _surroundings() -> str:
    """A word for this start of this machine, and for what of its processes is seen from here.

    Linux, random(4): ``boot_id``; pid_namespaces(7).
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        return hashlib.sha256(f"{boot}{os.readlink('/proc/self/ns/pid')}".encode()).hexdigest()[:8]
    except OSError:
        return _ANYWHERE


def is_running(process: int) -> bool:
    """True if a process with this number runs on this machine. Must not be called on Windows.

    One that ended does not run, though it keeps its number until its parent looks, which in a container may be never.
    """
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    with suppress(OSError):  # proc_pid_stat(5): the state follows the name, which is in parentheses
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[:1] not in ([b"Z"], [b"X"])
    return True
