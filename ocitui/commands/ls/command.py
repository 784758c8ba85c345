"""``ocitui ls``: the files of an image, or of one of its layers."""

from itertools import chain

import click

from ocitui.commands.arguments import (
    LayerType,
    PathType,
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    platform_option,
    registry_options,
)
from ocitui.commands.ls.text import ListOptions, listed, write_named
from ocitui.commands.opened.files import open_files
from ocitui.commands.opened.layer import OpenLayer
from ocitui.commands.opened.named import find_named
from ocitui.commands.opened.place import remark, report
from ocitui.errors import UsageError
from ocitui.image.filesystem.filesystem import Follow
from ocitui.spec.platform import Platform


class _ListCommand(click.Command):
    """Takes ``-h`` for readable sizes, as ``ls`` does, and where nothing else is typed for help, as all else does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the line."""
        return super().parse_args(ctx, ["--help"] if args == ["-h"] else args)


@click.command(cls=_ListCommand, context_settings={"help_option_names": ["--help"]})
@image_argument
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=PathType())
@click.option(
    "--layer", type=LayerType(), metavar="N|DIGEST", help="One layer alone: its number from 1, or its digest."
)
@click.option("-l", "--long", is_flag=True, help="Also print mode, owner, size and time.")
@click.option(
    "-h", "--human-readable", "human", is_flag=True, help="Sizes like 63.3 MB, with -l (which it implies) or --tree."
)
@click.option("-d", "--directory", is_flag=True, help="Print a folder itself, not what is in it.")
@click.option("-R", "--recursive", is_flag=True, help="Print the path of everything below.")
@click.option("--tree", is_flag=True, help="Draw everything below as a tree.")
@click.option("-L", "--depth", type=click.IntRange(min=1), metavar="N", help="With --tree, at most N levels.")
@click.option("--xattrs", is_flag=True, help="With -l, also print the bytes of extended attributes.")
@click.option("-0", "--null", is_flag=True, help="End each name with a zero byte instead of a line break.")
@color_option
@json_option
@platform_option
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    paths: tuple[str, ...],
    layer: str | None,
    long: bool,
    human: bool,
    directory: bool,
    recursive: bool,
    tree: bool,
    depth: int | None,
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

    A PATH may be a pattern, in quotes: `*` and `?` stand for characters of a name, `[a-z]`
    for one of a set, `**` for any number of folders. Of several PATHs files come first,
    then each folder below its name; with -0 all of them as whole paths. A PATH may go into
    an archive, with a `!` behind its name: `/app.war!/lib`.

    In a pipe names are the exact bytes; on a terminal, and with --color always, control
    characters are escaped.

    Exits with 1 where a PATH is missing, and with 2 where a layer is missing, damaged or
    cannot be opened, after listing what there is.
    """
    platform = chosen_platform(context, platform)
    is_long = long or (human and not tree)
    if tree and (long or directory or recursive or xattrs or null or as_json):
        raise UsageError("ls: --tree cannot be combined with -l, -d, -R, -0, --xattrs or --json")
    if depth is not None and not tree:
        raise UsageError("ls: -L/--depth needs --tree")
    if xattrs and not is_long:
        raise UsageError("ls: --xattrs needs -l")
    if directory and recursive:
        raise UsageError("ls: -d cannot be combined with -R")
    if as_json and (is_long or null):
        raise UsageError("ls: --json cannot be combined with -l, -h or -0")
    end = b"\0" if null else b"\n"
    options = ListOptions(is_long, human, directory, recursive, xattrs, layer is None, end)
    with open_files(image, platform, layer, lists_first=True) as opened, opened.answering():
        follow = Follow.PARENTS if is_long or directory else Follow.TO_DIRECTORY
        named, code = find_named(opened, paths or ("",), follow)
        problems = [*opened.all_problems()]
        if tree:
            from ocitui.commands.ls.tree import write_tree

            write_tree(opened.files, named, depth, is_human=human)
        elif as_json:
            from ocitui.commands.ls.json import write_json_list

            asked = paths[0] if len(paths) == 1 else None if paths else ""
            entries = chain.from_iterable(listed(opened.files, each, options, with_totals=True) for each in named)
            write_json_list(opened, asked, entries, problems)
        else:
            write_named(opened.files, named, options, is_one=len(named) == 1 and len(paths) < 2)
            if isinstance(opened, OpenLayer):
                for note in opened.remarks:
                    remark(note)
        return max(report(problems), code)
