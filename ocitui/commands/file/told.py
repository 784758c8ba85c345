"""One path, and all that is told of it."""

from functools import partial
from typing import NamedTuple

from ocitui.commands.opened.files import OpenFiles
from ocitui.commands.opened.named import Named
from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.image.described.describe import Description, describe_file
from ocitui.image.filesystem.filesystem import FileEntry
from ocitui.layers.entry import Entry, EntryKind


class Told(NamedTuple):
    """One path, and what is told of it."""

    path: bytes
    """As it was typed, or as a glob found it."""
    found: FileEntry
    """The entry that it leads to."""
    file: Entry | None
    """The file that it is; None for anything else."""
    description: Description | None
    """The words of the file about itself; None for what is no file, or cannot be read."""
    problems: tuple[str, ...]


def tell(opened: OpenFiles, named: Named, *, only_kind: bool) -> Told:
    """Read what is at a path as far as it says what it is."""
    path, found = named.path, named.entry
    target = opened.files.link_target(found)
    if target is None or target[1].kind is not EntryKind.FILE:
        return Told(path, found, None, None, ())
    number, file = target
    try:
        reader = opened.contents.reader(number)
        description = describe_file(file.name, partial(reader.read, file), file.size, only_kind=only_kind)
    except OcituiError as error:
        return Told(path, found, file, None, (str(error),))
    return Told(path, found, file, description, tuple(f"{printable(path)}: {e}" for e in description.all_problems))
