"""``ocitui cat``: what a file holds."""

import os
import sys
from collections.abc import Iterable, Iterator

import click

from ocitui.commands.arguments import LayerType, PathType, chosen_platform, image_argument, platform_option
from ocitui.commands.ls.command import find
from ocitui.commands.opened.image import open_image
from ocitui.commands.opened.layer import OpenLayer, open_layer
from ocitui.commands.opened.place import report
from ocitui.display import printable
from ocitui.errors import NotFoundError, UsageError
from ocitui.image.merged.tree import MergedRow, MergedTree
from ocitui.layers.entry import Entry, EntryKind
from ocitui.spec.platform import Platform

_LINE_LIMIT = 1 << 16


@click.command()
@image_argument
@click.argument("path", type=PathType())
@click.option("--layer", type=LayerType(), metavar="N|DIGEST", help="The version that this layer has.")
@platform_option
@click.pass_context
def command(context: click.Context, image: str, path: str, layer: str | None, platform: Platform | None) -> int:
    """Print a file, as it is in the final filesystem or in one layer.

    Symbolic links are followed within the image, never on this machine. Into a pipe the
    bytes go as they are; on a terminal what could act on it is escaped. Only what is
    needed of the layer is unpacked, and nothing after the reader has read enough.

    Exits with 1 where there is no such file, and with 2 where it is no file or cannot be
    read to its end.
    """
    platform = chosen_platform(context, platform)
    wanted = os.fsencode(path)
    if layer is not None:
        with open_layer(image, platform, layer) as alone:
            return print_of_layer(alone, wanted)
    with open_image(image, platform) as opened:
        try:
            row = find_file(opened.tree, wanted)
        except NotFoundError:
            if opened.cannot_tell(wanted):
                return report(opened.all_problems())
            raise
        write_contents(opened.contents.read(*owner_of(opened.tree, row, wanted)))
        return report(opened.all_problems(tuple(range(row.layer, len(opened.stack) + 1))))


def print_of_layer(opened: OpenLayer, path: bytes) -> int:
    """Print the version of one layer; return the exit code."""
    with opened.looking():
        entry = find(opened.index, opened.layer, path).entry
    if entry.kind in (EntryKind.WHITEOUT, EntryKind.OPAQUE):
        raise NotFoundError(f"{printable(path)}: is {_named(entry)} in {opened.layer.title}, and holds nothing")
    check_is_file(entry, path)
    write_contents(opened.reader.chunks(entry))
    return report(opened.problems)


def find_file(tree: MergedTree, path: bytes) -> MergedRow:
    """The row at a path of the final filesystem, links followed.

    Raises:
        NotFoundError: nothing is there.
        UsageError: it is the root, or links lead in a circle.
    """
    found = tree.at(path, follows_last=True)
    if found.path is None:
        raise UsageError(f"{printable(path)}: expected a file, found links that lead in a circle")
    if not found.path:
        raise UsageError(f"{printable(path)}: expected a file, found a directory")
    if found.row is None:
        where = f"; links lead to {printable(found.path)}, which is not there" if found.links else ""
        raise NotFoundError(f"{printable(path)}: not in the final filesystem{where}")
    return found.row


def owner_of(tree: MergedTree, row: MergedRow, path: bytes) -> tuple[int, Entry]:
    """The layer and the entry that hold the contents of a row, which may be a hard link.

    Raises:
        NotFoundError: it is a hard link to nothing.
        UsageError: it is no file.
    """
    found = tree.link_target(row.layer, row.entry) if row.directory is None else (row.layer, row.entry)
    if found is None:
        target = printable(row.entry.link or b"")
        raise NotFoundError(f"{printable(path)}: is a hard link to {target}, which is not there")
    check_is_file(found[1], path)
    return found


def check_is_file(entry: Entry, path: bytes) -> None:
    """Raise `UsageError` where an entry is neither a file nor a hard link."""
    if entry.kind not in (EntryKind.FILE, EntryKind.HARDLINK):
        target = f" to {printable(entry.link)}" if entry.link else ""
        raise UsageError(f"{printable(path)}: expected a file, found {_named(entry)}{target}")


def write_contents(pieces: Iterable[bytes]) -> None:
    """Write contents to standard output as they come; on a terminal made safe to draw."""
    if sys.stdout.isatty():
        for text in _safe_lines(pieces):
            sys.stdout.write(text)
        return
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _safe_lines(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield printable(line.removesuffix(b"\r").expandtabs()) + "\n"
        while len(rest) > _LINE_LIMIT:
            yield printable(rest[:_LINE_LIMIT])
            rest = rest[_LINE_LIMIT:]
    if rest:
        yield printable(rest.expandtabs()) + "\n"


def _named(entry: Entry) -> str:
    word = entry.kind.word
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
