"""The place to save something in, as it was typed: completed, and checked before anything is written."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ocitui.display import format_size, printable
from ocitui.image.extract.target import is_safe

LISTED = 200
"""Names that completion offers at most."""


@dataclass(frozen=True, slots=True)
class SaveTarget:
    """The folder to write into, and the name to give there."""

    folder: Path
    name: bytes
    question: str = ""
    """The question to ask before; safe to draw."""
    has_folder: bool = False
    """True if a folder of this name exists, into which a folder would be written."""
    is_taken: bool = False
    """True if something exists that would be replaced."""

    @property
    def path(self) -> Path:
        """Both together."""
        return self.folder / os.fsdecode(self.name)


class TargetError(ValueError):
    """The typed text is no place to save to; the message is safe to draw."""


def find_target(text: str, default_name: bytes, *, is_folder: bool) -> SaveTarget:
    """Understand what was typed, and look at what is there.

    A path that ends with a slash, and for a file a folder that is there, are places to put it under its own name.
    Not so a link of just that name: the name comes from the image, and the link may have come from it before.

    Args:
        text: what was typed; ``~`` is the user's home.
        default_name: what it is called in the image.
        is_folder: whether it is a folder that is saved.

    Raises:
        TargetError: nothing can be saved there.
    """
    if not text.strip():
        raise TargetError("type where to save it")
    if "\0" in text:
        raise TargetError("a path cannot hold a zero byte")
    path = Path(os.path.expanduser(text))
    try:
        is_link = os.fsencode(path.name) == default_name and path.is_symlink()
        is_place = not is_folder and not is_link and path.is_dir()
        if text.endswith(("/", os.sep)) or path.name in ("", "..") or is_place:
            folder, name = path, default_name
        else:
            folder, name = path.parent, os.fsencode(path.name)
        if not is_safe(name):
            raise TargetError(f"{printable(name) or 'nothing'} is no name to save under")
        return _looked_at(SaveTarget(folder, name), is_folder)
    except OSError as error:
        raise TargetError(f"{printable(str(path))}: {os.strerror(error.errno) if error.errno else error}") from None


def _looked_at(target: SaveTarget, is_folder: bool) -> SaveTarget:
    folder, name, path = target.folder, target.name, target.path
    shown = printable(str(path))
    try:
        found = path.lstat()
    except FileNotFoundError:
        question = "" if folder.is_dir() else f"the folder {printable(str(folder))} does not exist yet"
        return SaveTarget(folder, name, question)
    except NotADirectoryError:
        raise TargetError(f"{printable(str(folder))} is not a folder") from None
    if stat.S_ISDIR(found.st_mode):
        if not is_folder:
            raise TargetError(f"{shown} is a folder")
        if not any(path.iterdir()):
            return SaveTarget(folder, name)
        return SaveTarget(folder, name, f"{shown} exists and is not empty", has_folder=True)
    if is_folder:
        raise TargetError(f"{shown} exists and is not a folder")
    what = f"a file of {format_size(found.st_size)}" if stat.S_ISREG(found.st_mode) else "not a regular file"
    return SaveTarget(folder, name, f"{shown} already exists: {what}", is_taken=True)


def complete_path(text: str) -> tuple[str, list[str]]:
    """Complete a path as a shell does.

    Returns:
        The text, as far as there is only one way to go on, and the names that are possible.
    """
    head, slash, start = text.rpartition("/")
    folder = os.path.expanduser(head + slash) or "."
    found: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(start) and (start or not entry.name.startswith(".")):
                    found.append(entry.name + ("/" if _is_folder(entry) else ""))
                    if len(found) == LISTED:
                        break
    except OSError:
        return text, []
    found.sort()
    if not found:
        return text, []
    return head + slash + os.path.commonprefix(found), found  # noqa: RUF071 - letters, not folders


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
