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
from ocitui.commands.ls.json import write_json_list
from ocitui.commands.opened.files import open_files
from ocitui.commands.opened.layer import OpenLayer
from ocitui.commands.opened.place import remark, report
from ocitui.commands.output.entries import list_below
from ocitui.commands.output.entry_lines import write_list
from ocitui.errors import UsageError
from ocitui.image.filesystem.filesystem import Follow
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@click.argument("path", required=False, type=PathType())
@click.option(
    "--layer", type=LayerType(), metavar="N|DIGEST", help="One layer alone: its number from 1, or its digest."
)
@click.option("-l", "--long", is_flag=True, help="Also print mode, owner, size and time.")
@click.option("-d", "--directory", is_flag=True, help="Print a folder itself, not what is in it.")
@click.option("-R", "--recursive", is_flag=True, help="Print the path of everything below.")
@click.option("--xattrs", is_flag=True, help="With -l, also print the bytes of extended attributes.")
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
    directory: bool,
    recursive: bool,
    xattrs: bool,
    null: bool,
    as_json: bool,
    platform: Platform | None,
) -> int:
    """List the files of an image.

    That is its final filesystem, all layers over each other; with -l each line also says
    which layer its entry comes from. With --layer it is one layer alone, and a deleted
    file is listed as its whiteout, `.wh.NAME`. The size of a folder is that of everything
    below it. A PATH that is a link to a folder is followed, but not with -l.

    In a pipe names are the exact bytes; on a terminal control characters are escaped.

    Exits with 1 where PATH is missing, and with 2 where a layer is missing or damaged,
    after listing what there is.
    """
    platform = chosen_platform(context, platform)
    if xattrs and not long:
        raise UsageError("ls: expected -l with --xattrs")
    if directory and recursive:
        raise UsageError("ls: -d cannot be combined with -R")
    if as_json and (long or null):
        raise UsageError("ls: --json cannot be combined with -l or -0")
    wanted = os.fsencode(path or "")
    with open_files(image, platform, layer) as opened:
        problems = [*opened.all_problems()]
        (found,) = opened.look_up([wanted], Follow.PARENTS if long or directory else Follow.TO_DIRECTORY)
        entries = list_below(
            opened.files,
            found,
            recursive,
            is_itself=directory,
            with_layers=layer is None,
            with_totals=long or as_json,
        )
        if as_json:
            write_json_list(opened, wanted, entries, problems)
        else:
            end = b"\0" if null else b"\n"
            write_list(entries, is_long=long, is_whole=recursive, end=end, with_xattrs=xattrs)
            if isinstance(opened, OpenLayer):
                for note in opened.remarks:
                    remark(note)
        return report(problems)
