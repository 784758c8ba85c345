"""Completions for a shell while someone types: platforms, layers, and paths of the image on the line."""

import contextlib
import os
from collections.abc import Iterator

import click

from ocitui.display import format_size, printable
from ocitui.errors import OcituiError


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
    from ocitui.image.selection import select_image

    found: list[tuple[str, str]] = []
    with _quietly():
        if name := _image_on_line(context):
            image = select_image(Place.open(name, context.params.get("platform")).start, context.params.get("platform"))
            for layer in image.layers:
                row = image.row_of(layer)
                text = read_instruction(row.entry).text if row is not None and row.entry is not None else ""
                found.append(
                    (str(layer.number), printable(f"{format_size(layer.descriptor.size)} {text}"[:60].rstrip()))
                )
    return found


def paths(context: click.Context, incomplete: str) -> list[str]:
    """Return the paths in the folder that is being typed: of one layer, else of all that were read before."""
    image, number = context.params.get("image"), context.params.get("layer")
    folder, slash, name = incomplete.rpartition("/")
    found: list[tuple[bytes, bool]] = []
    with _quietly():
        if image and isinstance(number, str):
            found = _in_layer(context, number, os.fsencode(folder))
        elif image:
            found = _in_all_layers(context, os.fsencode(folder))
    return [
        f"{folder}{slash}{other.decode()}{'/' if is_directory else ''}"
        for other, is_directory in found
        if other.startswith(os.fsencode(name)) and printable(other).encode() == other
    ]


def _in_layer(context: click.Context, number: str, folder: bytes) -> list[tuple[bytes, bool]]:
    from ocitui.commands.opened.layer import choose_layer
    from ocitui.commands.opened.layer_index import known_index
    from ocitui.commands.opened.place import Place

    platform = context.params.get("platform")
    index = known_index(choose_layer(Place.open(context.params["image"], platform), platform, number))
    if index is None:
        return []
    with index:
        directory = index.directory_id(folder)
        entries = [*index.entries(directory)] if directory is not None else []
    return [(entry.raw_name, entry.directory is not None) for entry in entries]


def _in_all_layers(context: click.Context, folder: bytes) -> list[tuple[bytes, bool]]:
    from ocitui.commands.opened.layer_index import known_index
    from ocitui.commands.opened.place import Place
    from ocitui.image.merged.folder import merge
    from ocitui.image.merged.stack import LayerStack
    from ocitui.image.selection import select_image

    platform = context.params.get("platform")
    chosen = select_image(Place.open(context.params["image"], platform).start, platform)
    with contextlib.ExitStack() as opened:
        indexes = [known_index(layer) for layer in chosen.layers]
        for index in indexes:
            if index is not None:
                opened.enter_context(index)
        stack = LayerStack(indexes)
        resolved = stack.resolve(len(stack), folder, with_last=True)
        directories = stack.directories(len(stack), resolved.path) if resolved is not None else None
        if resolved is None or not directories:
            return []
        return sorted((name, each.directories is not None) for name, each in merge(resolved.path, directories).items())


def _image_on_line(context: click.Context) -> str | None:
    """The image; click leaves it unread where the option before the cursor still lacks its value."""
    return context.params.get("image") or next(iter(context.args), None)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Nothing to offer is no reason to write over the line that is being typed."""
    with contextlib.suppress(OcituiError, OSError):
        yield
