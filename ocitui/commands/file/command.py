"""``ocitui file``: what files are, and what they say of themselves."""

from collections.abc import Iterator
from functools import partial

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
from ocitui.commands.file.told import Told, tell
from ocitui.commands.opened.files import open_files
from ocitui.commands.opened.named import find_named
from ocitui.commands.opened.place import report
from ocitui.commands.output import terminal
from ocitui.commands.output.facts import section_lines
from ocitui.display import format_size, printable
from ocitui.errors import UsageError
from ocitui.image.described.describe import sections_of
from ocitui.image.filesystem.filesystem import Follow
from ocitui.spec.platform import Platform

_IN_FULL = 5
"""Certificates of a file that are said in full; more are a list."""


@click.command()
@image_argument
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=PathType())
@click.option("--layer", type=LayerType(), metavar="N|DIGEST", help="The version that this layer has.")
@click.option("-b", "--brief", is_flag=True, help="Print one line for each file: what it is.")
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
    brief: bool,
    as_json: bool,
    platform: Platform | None,
) -> int:
    """Say what files are, told by their contents, and what they say of themselves.

    Of an ELF file that is its machine, its interpreter, the libraries it needs, its build ID,
    and what it was built from: the modules that Go's linker lists, and the crates that
    cargo-auditable does. Only headers of it are read. Programs of Windows and macOS have
    Go's lists too. Of certificates it is whom they name,
    who issued them, for how long they are valid, and their keys; of private keys whether
    they are encrypted, and nothing secret.

    Symbolic links are followed within the image. A PATH may be a pattern, in quotes:
    `'/usr/bin/*'`; and it may go into an archive, with a `!` behind its name: `/app.jar!/lib/x.so`.

    Exits with 1 where a PATH is missing, and with 2 where a file cannot be read, or is not as
    its own headers say.
    """
    if brief and as_json:
        raise UsageError("file: --brief and --json cannot be combined")
    platform = chosen_platform(context, platform)
    with open_files(image, platform, layer) as opened:
        named, code = find_named(opened, paths, Follow.ALWAYS)
        told = map(partial(tell, opened, only_kind=brief), named)
        problems: list[str] = []
        if as_json:
            from ocitui.commands.file.json import write_files_json

            problems += write_files_json(opened, told)
        else:
            above = 0
            for each in told:
                lines = list(lines_of(each, is_brief=brief))
                if above and max(above, len(lines)) > 1:  # what has facts stands apart from what is around it
                    terminal.write_line("")
                for line in lines:
                    terminal.write_line(line)
                above = len(lines)
                problems += each.problems
        wrong = report([*opened.all_problems(), *problems])
        return max(wrong, code)


def lines_of(told: Told, *, is_brief: bool) -> Iterator[str]:
    """Yield what is told of a path as people read it: one line, and facts below it."""
    sections = sections_of(told.description, _IN_FULL) if told.description is not None and not is_brief else []
    name = printable(told.path)
    leads = f" → /{printable(told.found.path)}" if told.found.path != told.path.strip(b"/") else ""
    yield f"{name}{leads}: {kind_text(told)}"
    width = terminal.terminal_width()
    for section in sections:
        yield from section_lines(section, width)


def kind_text(told: Told) -> str:
    """Return what a path leads to in a few words: ``ELF 64-bit x86-64 program, 33 MB``."""
    if told.file is None:
        return told.found.entry.kind.word
    kind = "cannot be read" if told.description is None else told.description.words
    return f"{kind}, {format_size(told.file.size)}"
