"""``ocitui ls``: the files of an image, or of one of its layers."""

import os

import click

from ocitui.commands.arguments import (
    LayerType,
    PathType,
    chosen_platform,
    image_argument,
    json_option,
    platform_option,
)
from ocitui.commands.opened.layer import open_layer
from ocitui.commands.opened.place import report
from ocitui.commands.output.entries import Listed, list_below, write_json_list, write_list
from ocitui.display import printable
from ocitui.errors import NotFoundError, UsageError
from ocitui.image.image import Layer
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.pathnames import components, hidden_name
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@click.argument("path", required=False, type=PathType())
@click.option(
    "--layer", type=LayerType(), metavar="N|DIGEST", help="One layer alone: its number from 1, or its digest."
)
@click.option("-l", "--long", is_flag=True, help="Also print mode, owner, size and time.")
@click.option("-R", "--recursive", is_flag=True, help="Print the path of everything below.")
@click.option("-0", "--null", is_flag=True, help="End each name with a zero byte instead of a line break.")
@json_option
@platform_option
@click.pass_context
def command(
    context: click.Context,
    image: str,
    path: str | None,
    layer: str | None,
    long: bool,
    recursive: bool,
    null: bool,
    as_json: bool,
    platform: Platform | None,
) -> int:
    """List the files of an image.

    That is its final filesystem, all layers over each other; with -l each line also says
    which layer its entry comes from. With --layer it is one layer alone, and a deleted
    file is listed as its whiteout, `.wh.NAME`. The size of a folder is that of everything
    below it. A PATH that is a link to a folder is followed, but not with -l.

    Into a pipe names go as the bytes they are; on a terminal what could act on it is
    escaped.

    Exits with 1 where PATH is not there, and with 2 where a layer is missing or damaged,
    after listing what there is.
    """
    platform = chosen_platform(context, platform)
    if as_json and (long or null):
        raise UsageError("ls: expected --json or -l and -0, found both")
    wanted = os.fsencode(path or "")
    end = b"\0" if null else b"\n"
    if layer is None:
        from ocitui.commands.ls.merged import list_merged
        from ocitui.commands.opened.image import open_image

        with open_image(image, platform) as merged:
            return list_merged(merged, wanted, is_long=long, is_recursive=recursive, end=end, as_json=as_json)
    with open_layer(image, platform, layer) as opened:
        index, chosen, problems = opened.index, opened.layer, opened.problems
        with opened.looking():
            found = find(index, chosen, wanted)
        entries = list_below(index, found, recursive)
        if as_json:
            write_json_list(opened.place, chosen, index.summary, wanted, entries, problems)
        else:
            write_list(entries, is_long=long, is_recursive=recursive, end=end)
    return report(problems)


def find(index: LayerIndex, layer: Layer, path: bytes) -> Listed:
    """The entry at a path, which may be that of a whiteout.

    Raises:
        NotFoundError: the layer has none.
    """
    parts, _ = components(path)
    name = b"/".join(parts)
    entry = index.lookup(name)
    if entry is None and parts:
        folder = index.directory_id(b"/".join(parts[:-1])) if parts[1:] else ROOT
        if folder is not None:
            if hidden := hidden_name(parts[-1]):
                entry = index.whiteout(folder, hidden)
            elif index.whiteout(folder, parts[-1]) is not None:
                raise NotFoundError(f"{printable(path)}: not in {layer.title}, which deletes it")
    if entry is None:
        raise NotFoundError(f"{printable(path)}: not in {layer.title}")
    return Listed(name, entry)
