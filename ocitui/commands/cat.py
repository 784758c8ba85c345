"""``ocitui cat``: what a file holds."""

import os

import click

from ocitui.commands.arguments import (
    LayerType,
    PathType,
    chosen_platform,
    image_argument,
    platform_option,
    registry_options,
)
from ocitui.commands.opened.files import open_files
from ocitui.commands.opened.place import report
from ocitui.commands.output.contents import write_contents
from ocitui.display import printable
from ocitui.errors import NotFoundError, UsageError
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem, Follow
from ocitui.layers.entry import WHITEOUT_KINDS, Entry, EntryKind
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@click.argument("path", type=PathType())
@click.option("--layer", type=LayerType(), metavar="N|DIGEST", help="The version that this layer has.")
@click.option("--force", is_flag=True, help="On a terminal, print anything that is not text too, escaped.")
@platform_option
@registry_options
@click.pass_context
def command(
    context: click.Context, image: str, path: str, layer: str | None, force: bool, platform: Platform | None
) -> int:
    """Print a file, as it is in the final filesystem or in one layer.

    Symbolic links are followed within the image, never on this machine. In a pipe the
    bytes are exact; on a terminal control characters are escaped, and a file that is no
    text is refused. Only what is needed of the layer is unpacked, and nothing after the
    reader has read enough. PATH may go into an archive, with a `!` behind its name:
    `/app.war!/lib/x.jar!/META-INF/MANIFEST.MF`.

    Exits with 1 where there is no such file, and with 2 where it is not a file or cannot be
    read to its end.
    """
    platform = chosen_platform(context, platform)
    wanted = os.fsencode(path)
    with open_files(image, platform, layer) as opened:
        (found,) = opened.look_up([wanted], Follow.ALWAYS)
        holder = content_of(opened.files, found, wanted)
        write_contents(opened.contents.read(*holder), "" if force else f"cat: {printable(wanted)}")
        return report(opened.problems_from(found.layer))


def content_of(files: Filesystem, found: FileEntry, path: bytes) -> tuple[int, Entry]:
    """Return the layer and the entry that hold the contents of what is at a path, which may be a hard link.

    Raises:
        NotFoundError: it is a whiteout, or a hard link to nothing.
        UsageError: it is no file.
    """
    if found.entry.kind in WHITEOUT_KINDS:
        raise NotFoundError(f"{printable(path)}: is {_named(found.entry)} in {files.title}, and holds nothing")
    target = files.link_target(found)
    if target is None:
        link = printable(found.entry.link or b"")
        raise NotFoundError(f"{printable(path)}: is a hard link to {link}, which is missing")
    entry = target[1]
    if entry.kind not in (EntryKind.FILE, EntryKind.HARDLINK):
        leads = f" to {printable(entry.link)}" if entry.link else ""
        raise UsageError(f"{printable(path)}: is {_named(entry)}{leads}, not a file")
    return target


def _named(entry: Entry) -> str:
    word = entry.kind.word
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
