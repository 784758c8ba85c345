"""The entries that the paths and globs on the line of a command name."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from ocitui.commands.opened.files import OpenFiles
from ocitui.commands.opened.place import remark
from ocitui.display import printable
from ocitui.errors import NotFoundError, OcituiError
from ocitui.image.filesystem.filesystem import FileEntry, Follow
from ocitui.image.glob import is_glob
from ocitui.layers.nested.errors import ArchiveError


class Named:
    """An entry, and its path as it was typed, or as a glob found it."""

    def __init__(self, path: bytes, entry: FileEntry, look_up: Callable[[], FileEntry] | None = None) -> None:
        """
        Args:
            path: the path.
            entry: the entry.
            look_up: finds it anew where it is in an archive that a glob opened: not all of them stay open.
        """
        self.path = path
        self.is_folder = entry.directory is not None
        """True if it leads to a folder."""
        self._look_up = look_up or (lambda: entry)

    @property
    def entry(self) -> FileEntry:
        """Look up the entry; ask once.

        Raises:
            OcituiError: the archive that it is in cannot be opened again.
        """
        return self._look_up()


def find_named(opened: OpenFiles, paths: Sequence[str], follow: Follow) -> tuple[list[Named], int]:
    """Return what some paths name, and the exit code for what is missing, which is said on standard error.

    Args:
        opened: the image, or the layer.
        paths: as they were typed; a name that has the signs of a glob in it is taken before the glob.
        follow: which links are followed.

    Raises:
        OcituiError: nothing is found at all, and there is only one path.
    """
    found: list[Named] = []
    code = 0
    for path in paths:
        try:
            some, wrong = named_by(opened, path, follow)
            found += some
            code = max(code, wrong)
        except OcituiError as error:
            if len(paths) == 1:
                raise
            remark(str(error))
            code = max(code, error.exit_code)
    return found, code


def named_by(opened: OpenFiles, path: str, follow: Follow) -> tuple[list[Named], int]:
    """Return what one path names, or all that a glob means; see `find_named`.

    Raises:
        OcituiError: nothing is found.
    """
    wanted = os.fsencode(path)
    if not is_glob(path):
        return [Named(wanted, entry) for entry in opened.look_up([wanted], follow)], 0
    missing: OcituiError = NotFoundError(f"{printable(path)}: nothing in {opened.files.title} matches")
    try:
        return [Named(wanted, opened.files.at(wanted, follow))], 0
    except NotFoundError:
        pass
    except ArchiveError as error:  # the glob itself is no name in it; what can be read of it may match
        missing = error
    found = opened.matching(wanted, follow)
    if not found.found and not found.lost:
        if isinstance(missing, NotFoundError):
            with suppress(NotFoundError):
                opened.look_up([wanted], follow)  # says so where a layer that cannot be read may have a match
        raise missing
    for lost in found.lost:
        remark(str(lost))
    root = b"/" if path.startswith("/") else b""
    look_up = opened.files.at
    named = [
        Named(root + each.path, each.found, partial(look_up, each.path, follow) if each.is_inside else None)
        for each in found.found
    ]
    return named, max((each.exit_code for each in found.lost), default=0)
