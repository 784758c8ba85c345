"""``ocitui waste``: bytes of an image that its final filesystem does not show."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocitui.commands.arguments import (
    chosen_platform,
    color_option,
    image_argument,
    json_option,
    platform_option,
    registry_options,
)
from ocitui.commands.opened.document import config_problems
from ocitui.commands.opened.image import OpenImage, open_image
from ocitui.commands.opened.place import remark, report
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.base import annotated_base, count_base_layers
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.report import BY, FIRST, BaseFound, By, report_waste
from ocitui.image.waste.secrets import SecretPatterns
from ocitui.image.waste.waste import Waste, WastedCopy, find_waste
from ocitui.image.words import not_layered_text
from ocitui.spec.platform import Platform

if TYPE_CHECKING:
    from ocitui.image.packages.sums import PackageSum

_NONE, _AUTO = "none", "auto"
"""In place of a base image: there is none; the nearest one that is known."""


def _print_patterns(context: click.Context, option: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        from ocitui.commands.waste.text import write_patterns

        write_patterns(SecretPatterns.load())
        context.exit()


@click.command()
@image_argument
@click.option("--by", type=click.Choice(BY), help="One table alone, instead of secrets, layers and paths.")
@click.option("-n", "--top", type=click.IntRange(min=1), metavar="N", help="Rows of each table (20); JSON has all.")
@click.option(
    "--base",
    metavar="IMAGE|auto|first|none",
    help="Leave out what is waste in the base image alone: that of another place, the one known, or the first layer.",
)
@click.option(
    "--secrets",
    "secret_files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="More rules about secrets, in the form that --list-secrets prints.",
)
@click.option(
    "--list-secrets",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_patterns,
    help="Print the rules about secrets and exit.",
)
@click.option("--same-content", is_flag=True, help="Read files to tell which contents are stored twice; slow.")
@color_option
@json_option
@platform_option
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    by: By | None,
    top: int | None,
    base: str | None,
    secret_files: tuple[Path, ...],
    same_content: bool,
    as_json: bool,
    platform: Platform | None,
) -> int:
    """Show wasted space: bytes of the layers that are not in the final filesystem.

    For each path how much, and why: a later layer deleted or replaced it, or stored it
    again since its mode, owner or time changed. The copy that is still there is not
    counted. Files that look like keys, tokens, histories or package caches and were
    deleted come first: they can still be read by whoever has the image. Keys and tokens
    are looked into, and left out if what they hold is none.

    Sizes are *unpacked*: contents of the files of all layers. What the final filesystem
    shows of them is *final*.

    Without --same-content a file that was replaced by one of the same size, with another
    time, counts as replaced.

    Exits with 2 where a layer is missing, damaged or cannot be opened, or the config is
    damaged, after telling what is known; and for an artifact, whose blobs are not layered.
    """
    patterns = SecretPatterns.load(*secret_files)
    with open_image(image, chosen_platform(context, platform)) as opened:
        if opened.image.is_artifact:
            raise UsageError(f"waste: {printable(image)} is {not_layered_text(opened.image.node)}")
        problems = [*opened.all_problems(), *config_problems(opened.image)]
        names = StackNames(opened.stack)
        waste, duplicates = find_waste(names), None
        if same_content:
            waste, duplicates, comparison_problems = _compared(opened, names, waste)
            problems += comparison_problems
        known_base, base_problems = _base(opened, base, waste)
        problems += [f"base image: {problem}" for problem in base_problems]
        found = report_waste(names, waste, patterns, known_base, duplicates, opened.contents)
        packages = None
        if by == "package":
            packages, package_problems = _packages(opened, names, found.waste)
            problems += package_problems
        if as_json:
            from ocitui.commands.waste.json import write_waste_json

            write_waste_json(opened, found, packages, problems)
        else:
            from ocitui.commands.waste.text import write_waste

            write_waste(opened.image, found, packages, by, top or 20)
    return report(problems)


def _compared(
    opened: OpenImage, names: StackNames, waste: Waste
) -> tuple[Waste, tuple[WastedCopy, ...], tuple[str, ...]]:
    from ocitui.commands.status_line import StatusLine
    from ocitui.image.waste.same_content import compare_contents

    with StatusLine() as line:
        found = compare_contents(names, waste, opened.contents, lambda done, total: line.show("files", done, total))
    return found.waste, found.duplicates, found.problems


def _packages(opened: OpenImage, names: StackNames, waste: Waste) -> tuple[Sequence["PackageSum"], list[str]]:
    """The sums of packages, and what could not be read."""
    from ocitui.image.packages.owners import read_owners
    from ocitui.image.packages.sums import sum_by_package
    from ocitui.image.squash.sizes import TreeSizes

    owners = read_owners(opened.tree, opened.contents)
    return sum_by_package(owners, TreeSizes(names).files(), waste), owners.problems


def _base(opened: OpenImage, asked: str | None, waste: Waste) -> tuple[BaseFound | None, tuple[str, ...]]:
    """The base image, if there is one that is known, and why it may be another one than is meant."""
    image = opened.image
    if asked == _NONE:
        return None, ()
    problems: tuple[str, ...] = ()
    if asked is None:
        other = annotated_base(image, opened.place.top)
        if other is None:
            return None, ()
        layers, name = count_base_layers(image, other), "annotation"
    elif asked == FIRST:
        layers, name = min(1, len(image.layers)), FIRST
    elif asked == _AUTO:
        from ocitui.image.known_bases import base_text, nearest_base

        known = nearest_base(image, opened.place.top, opened.place.transport)
        remark(f"base image: {base_text(known)}")
        layers, name = known.layers, _AUTO
    else:
        with open_image(asked, image.platform) as base:
            layers, name = count_base_layers(image, base.image), asked
            problems = base.place.workaround
    return BaseFound(layers, name, waste.without_base(layers).left_out, asked is not None), problems
