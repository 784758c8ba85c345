"""Images that are at hand: where they can be, and those under a folder."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from ocitui.errors import OcituiError
from ocitui.transports.place_kind import PlaceKind, kind_of_file, kind_of_folder

DEPTH = 4
"""Folders below the first that are looked into, one in the other."""
ENTRIES = 20_000
"""Files and folders that are looked at."""

ARCHIVE_NAMES = (
    *(".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".txz", ".tar.bz2", ".tbz2"),
    *(".oci", ".docker"),
)
"""The endings of file names that are worth a look."""

_SKIPPED = frozenset({"node_modules", "__pycache__"})
_SYSTEM = frozenset({"proc", "sys", "dev"})
"""Folders at the very top that hold no files of anybody's."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """An image, or a place with images, that could be opened."""

    reference: str
    """The reference, exactly as it would be typed after ``ocitui``."""
    name: str
    """The name in a list; bytes that are not UTF-8 as ``surrogateescape`` keeps them."""
    kind: str
    """The word for what it is: ``OCI layout``, ``docker``."""
    size: int | None = None
    """Bytes, where they are known."""
    moment: datetime | None = None
    """The time it was changed, made or last opened: see `Source.when`."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source of images: a heading of the start screen."""

    title: str
    """The heading."""
    list_images: Callable[[], Iterable[Nearby]]
    """Lists them, the likeliest first. Called in a thread; may take seconds and raise `OcituiError`."""
    when: str = ""
    """The meaning of the times: ``opened``, ``changed``, ``created``."""
    nothing: str = "no images"
    """The notice where it has no images."""


def find_nearby(folder: Path, is_cancelled: Callable[[], bool]) -> Iterator[Nearby]:
    """Layouts, archives and skopeo's folders under a folder, those nearest to it first.

    Links are not followed, hidden folders are left out, and no image is looked into.

    Args:
        folder: where to begin; the references begin with it as it is given.
        is_cancelled: asked now and then whether to end early.

    Raises:
        OcituiError: after the last one, where there is more than `ENTRIES` to look at.
    """
    top = str(folder)
    level = [top]
    left = ENTRIES
    for _ in range(DEPTH + 1):
        scanned: list[tuple[str, list[os.DirEntry[str]]]] = []
        for path in level:
            if is_cancelled():
                return
            entries = _entries(path, left)
            left -= len(entries)
            found = _folder(path, [entry.name for entry in entries])
            if found is not None:
                yield _nearby(top, path, found)
            else:
                scanned.append((path, entries))
        for path, entries in scanned:
            for entry in filter(_is_archive_name, entries):
                if is_cancelled():
                    return
                place = os.path.join(path, entry.name)
                if (found := _file(place)) is not None:
                    yield _nearby(top, place, found)
        if left <= 0:
            raise OcituiError(f"looked at {ENTRIES:,} files and folders, and no further")
        level = [os.path.join(path, entry.name) for path, entries in scanned for entry in entries if _may_enter(entry)]


def _entries(path: str, limit: int) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(path) as entries:
            return sorted(islice(entries, limit), key=lambda entry: entry.name)
    except OSError:  # one that may not be read is not the user's
        return []


def _folder(path: str, names: list[str]) -> PlaceKind | None:
    try:
        return kind_of_folder(path, names)
    except OSError:
        return None


def _file(path: str) -> PlaceKind | None:
    try:
        return kind_of_file(path)
    except (OSError, ValueError):
        return None


def _is_archive_name(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.name.lower().endswith(ARCHIVE_NAMES) and entry.is_file(follow_symlinks=False)
    except OSError:
        return False


def _may_enter(entry: "os.DirEntry[str]") -> bool:
    try:
        is_folder = entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
    is_left_out = entry.name.startswith(".") or entry.name in _SKIPPED
    is_systems = entry.name in _SYSTEM and os.path.abspath(entry.path) == f"/{entry.name}"
    return is_folder and not is_left_out and not is_systems


def _nearby(top: str, path: str, found: PlaceKind) -> Nearby:
    name = path if path == top else os.path.relpath(path, top)
    # "demo" is a command and "./demo" is a place.
    return Nearby(path, name, found.kind, found.size, found.moment)
