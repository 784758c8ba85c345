"""The path that a missing one was probably meant to be."""

from itertools import islice

from ocitui.errors import NotFoundError, UsageError
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem, Follow
from ocitui.image.words import path_text
from ocitui.layers.entry import WHITEOUT_KINDS
from ocitui.layers.nested.entry import MARK
from ocitui.layers.nested.names import is_archive_name
from ocitui.layers.pathnames import components

_CLOSE = 0.65
"""The likeness, of 1, from which a name is taken for a misspelled one."""
_NAMES_COMPARED = 20_000
_GUESSES = 10


def nearest_words(files: Filesystem, path: bytes) -> str:
    """Return what a message adds about a missing path: ``; did you mean /usr/bin/git?``; empty without a guess."""
    near = nearest_path(files, path)
    return "" if near is None else f"; did you mean {path_text(near)}?"


def nearest_path(files: Filesystem, path: bytes) -> bytes | None:
    """Return the path that is spelled like a missing one.

    The first name of the path that does not exist is taken for the misspelled one. A path below a file that has the
    name of an archive is taken for one in the archive, which is not opened for that.

    Returns:
        The path from the root, without a slash at its beginning; None where nothing is like it.
    """
    parts, _ = components(path)
    folder = files.root
    for number, name in enumerate(parts):
        found = _at(files, b"/".join(parts[: number + 1]))
        if found is not None:
            if found.directory is None:
                goes_on = number + 1 < len(parts) and is_archive_name(name)
                return b"/".join([*parts[:number], name + MARK, *parts[number + 1 :]]) if goes_on else None
            folder = found
            continue
        for near in _like(files, folder, name):
            meant = b"/".join([*parts[:number], near, *parts[number + 1 :]])
            if _at(files, meant) is not None:
                return meant
        return None
    return None


def _at(files: Filesystem, path: bytes) -> FileEntry | None:
    try:
        return files.at(path, Follow.TO_DIRECTORY)
    except (NotFoundError, UsageError):
        return None


def _like(files: Filesystem, folder: FileEntry, name: bytes) -> list[bytes]:
    """The names in a folder that are spelled like another, the likeliest first: letters that changed places."""
    names = {
        entry.entry.name.decode("latin-1"): entry.entry.name
        for entry in islice(files.children(folder), _NAMES_COMPARED)
        if entry.entry.kind not in WHITEOUT_KINDS
    }
    import difflib  # only where a path is missing

    found = difflib.get_close_matches(name.decode("latin-1"), names, _GUESSES, _CLOSE)
    return sorted((names[match] for match in found), key=lambda near: sorted(near) != sorted(name))
