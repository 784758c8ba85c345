"""Completions for a shell while someone types: platforms, layers, and paths of the image on the line."""

import contextlib
import os
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from ocitui.commands.opened.registry import is_remote
from ocitui.display import format_size, printable
from ocitui.errors import OcituiError

if TYPE_CHECKING:
    from ocitui.image.contents import ImageContents
    from ocitui.image.filesystem.filesystem import Filesystem
    from ocitui.layers.entry import Entry
    from ocitui.layers.nested.archive import Archive

_ARCHIVE_LIMIT = 32 << 20
"""Bytes of an archive whose paths are offered."""


def platforms(context: click.Context) -> list[str]:
    """The platforms of the image on the line that is being typed."""
    from ocitui.commands.opened.place import Place
    from ocitui.image.selection import images_below

    with _quietly():
        if name := _image_on_line(context):
            found = (image.platform for image in images_below(Place.open(name).start))
            return sorted({printable(str(platform)) for platform in found if platform is not None})
    return []


def layers(context: click.Context) -> list[tuple[str, str]]:
    """The numbers of the image's layers, each with its size and what made it."""
    from ocitui.commands.opened.place import Place
    from ocitui.image.history.instruction import read_instruction
    from ocitui.image.selection import select_content

    found: list[tuple[str, str]] = []
    with _quietly():
        if name := _image_on_line(context):
            platform = context.params.get("platform")
            image = select_content(Place.open(name, platform).start, platform)
            for layer in image.layers:
                row = image.row_of(layer)
                text = read_instruction(row.entry).text if row is not None and row.entry is not None else ""
                found.append(
                    (str(layer.number), printable(f"{format_size(layer.descriptor.size)} {text}"[:60].rstrip()))
                )
    return found


def digests(context: click.Context, incomplete: str) -> list[str]:
    """Return the digests of the place on the line that begin as what is typed, with their algorithm or without."""
    from ocitui.transports.opening import open_reference

    with _quietly():
        if name := _image_on_line(context):
            found = list(open_reference(name)[0].digests())
            whole = [str(digest) for digest in found if str(digest).startswith(incomplete)]
            return whole or [digest.encoded for digest in found if digest.encoded.startswith(incomplete)]
    return []


def paths(context: click.Context, incomplete: str) -> list[str]:
    """Return the paths in the folder that is being typed: of one layer, else of all that were read before.

    An archive with its ``!`` behind it is a folder too.
    """
    from ocitui.image.filesystem.filesystem import Follow

    folder, slash, name = incomplete.rpartition("/")
    found: list[tuple[bytes, bool]] = []
    with _quietly(), contextlib.ExitStack() as closing:
        files = _known_files(context, closing)
        here = files.at(os.fsencode(folder), Follow.ALWAYS) if files is not None else None
        if files is not None and here is not None and here.directory is not None:
            found = [(each.raw_path.rpartition(b"/")[2], each.directory is not None) for each in files.children(here)]
            if name.endswith("!") and files.at(os.fsencode(incomplete), Follow.ALWAYS).directory is not None:
                found = [*dict.fromkeys([(os.fsencode(name), True), *found])]
    return [
        f"{folder}{slash}{other.decode()}{'/' if is_directory else ''}"
        for other, is_directory in found
        if other.startswith(os.fsencode(name)) and printable(other).encode() == other
    ]


def _known_files(context: click.Context, closing: contextlib.ExitStack) -> "Filesystem | None":
    """Return the files of the layer on the line, else of its image, as far as they were read before.

    Contents are read of nothing but archives that the path being typed goes into.
    """
    from ocitui.commands.opened.layer_index import known_index
    from ocitui.commands.opened.place import Place
    from ocitui.image.contents import ImageContents
    from ocitui.image.filesystem.nested import NestedFilesystem

    image, number, platform = (context.params.get(name) for name in ("image", "layer", "platform"))
    if not image or is_remote(image):
        return None
    place = Place.open(image, platform)
    if isinstance(number, str):
        from ocitui.commands.opened.layer import choose_layer
        from ocitui.image.filesystem.layer import LayerFilesystem

        layer = choose_layer(place, platform, number)
        index = known_index(layer)
        if index is None:
            return None
        contents = ImageContents(place.transport, [layer], {layer.number: closing.enter_context(index)}.get)
        closing.callback(contents.close)
        return NestedFilesystem(LayerFilesystem(index, layer.number), partial(_small_archive, contents))
    from ocitui.image.filesystem.merged import MergedFilesystem
    from ocitui.image.merged.stack import LayerStack
    from ocitui.image.merged.tree import MergedTree
    from ocitui.image.selection import select_content

    layers = select_content(place.start, platform).layers
    indexes = [known_index(layer) for layer in layers]
    for index in filter(None, indexes):
        closing.enter_context(index)
    contents = ImageContents(place.transport, layers, lambda number: indexes[number - 1])
    closing.callback(contents.close)
    files = MergedFilesystem(MergedTree(LayerStack(indexes)))
    return NestedFilesystem(files, partial(_small_archive, contents))


def _small_archive(contents: "ImageContents", layer: int, entry: "Entry", path: bytes) -> "Archive":
    """Open an archive that is read in a moment: who types does not wait.

    Raises:
        ArchiveError: it is too large.
        OcituiError: it cannot be opened.
    """
    from ocitui.layers.nested.errors import ArchiveError

    if entry.size > _ARCHIVE_LIMIT:
        raise ArchiveError(f"/{printable(path)}: is too large to be read while someone types")
    return contents.archive(layer, entry, path)


def _image_on_line(context: click.Context) -> str | None:
    """The image; click leaves it unread where the option before the cursor still lacks its value.

    None for one in a registry, which is not asked for what may be typed.
    """
    name = context.params.get("image") or next(iter(context.args), None)
    return None if name is None or is_remote(name) else name


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Nothing to offer is no reason to write over the line that is being typed."""
    with contextlib.suppress(OcituiError, OSError):
        yield
