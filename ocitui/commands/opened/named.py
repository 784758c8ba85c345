"""The entries that the paths and globs on the line of a command name."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from ocitui.commands.opened.files import OpenFiles
from ocitui.commands.opened.place import remark
from ocitui.display import printable
from ocitui.errors import NotFoundError, OcituiError
from ocitui.image.filesystem.filesystem import FileEntry, Follow
from ocitui.image.glob import is_glob
from ocitui.layers.nested.errors import ArchiveError


class Named(NamedTuple):
    """An entry, and its path as it was typed, or as a glob found it."""

    path: bytes
    entry: FileEntry


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
            some, wrong = _named(opened, path, follow)
            found += some
            code = max(code, wrong)
        except OcituiError as error:
            if len(paths) == 1:
                raise
            remark(str(error))
            code = max(code, error.exit_code)
    return found, code


def _named(opened: OpenFiles, path: str, follow: Follow) -> tuple[list[Named], int]:
    wanted = os.fsencode(path)
    if not is_glob(path):
        return [Named(wanted, *opened.look_up([wanted], follow))], 0
    missing: OcituiError = NotFoundError(f"{printable(path)}: nothing in {opened.files.title} matches")
    try:
        return [Named(wanted, opened.files.at(wanted, follow))], 0
    except NotFoundError:
        pass
    except ArchiveError as error:  # the glob itself is no name in it; what can be read of it may match
        missing = error
    from ocitui.image.filesystem.matching import matching_entries

    root = b"/" if path.startswith("/") else b""
    found = matching_entries(opened.files, wanted)
    if not found:
        raise missing
    matches, code = [], 0
    for name, each in found:
        try:
            followed = each if follow is Follow.PARENTS else opened.files.at(each.raw_path, follow)
        except OcituiError as error:
            remark(str(error))
            code = max(code, error.exit_code)
        else:
            matches.append(Named(root + name, followed))
    return matches, code
