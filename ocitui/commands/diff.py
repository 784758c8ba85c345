"""``ocitui diff``: one path as two layers leave it."""

import os
import sys
from contextlib import closing

import click

from ocitui.commands import output
from ocitui.commands.arguments import LayerType, PathType, chosen_platform, image_argument, platform_option
from ocitui.commands.layer_choice import choose_layer
from ocitui.commands.place import Place, report
from ocitui.commands.stack import OpenStack, open_stack
from ocitui.display import show, show_exact_size
from ocitui.errors import UsageError
from ocitui.image.contents import ImageContents
from ocitui.image.selection import select_image
from ocitui.image.timeline import Version
from ocitui.image.version_diff import Content, VersionDiff, compare_versions, version_at
from ocitui.layers.pathnames import components
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@click.argument("path", type=PathType())
@click.option(
    "--layer",
    "layers",
    type=LayerType(),
    metavar="N|DIGEST",
    multiple=True,
    required=True,
    help="After which layer; once for what that layer changed, twice for any two.",
)
@platform_option
@click.pass_context
def command(context: click.Context, image: str, path: str, layers: tuple[str, ...], platform: Platform | None) -> int:
    """Compare a path as it is after one layer and after another.

    What is compared is the filesystem with all layers up to that one. With one --layer it
    is compared with the layer below. Text is printed as a unified diff; mode, owner, time
    and the like in a line each before it.

    Exits with 0 where nothing differs, with 1 where something does, and with 2 where that
    cannot be told.
    """
    platform = chosen_platform(context, platform)
    if len(layers) > 2:
        raise UsageError(f"diff: expected --layer once or twice, found it {len(layers)} times")
    place = Place.open(image, platform)
    chosen = select_image(place.start, platform)
    numbers = [_number(place, platform, chosen.layers, layer) for layer in layers]
    if len(numbers) == 1:
        numbers.insert(0, numbers[0] - 1)
    name = b"/".join(components(os.fsencode(path))[0])
    with open_stack(place.transport, chosen) as opened:
        versions = [version_at(opened.stack, number, name) for number in numbers]
        doubtful = _doubtful(opened, numbers, versions)
        if doubtful:
            return report(opened.all_problems(doubtful))
        if versions == [None, None]:
            raise UsageError(
                f"diff: {show(path)}: expected it after layer {numbers[0]} or {numbers[1]}, found it in neither"
            )
        with closing(ImageContents(place.transport, chosen, opened.index_of)) as contents:
            found = compare_versions(contents, *versions)
    write_diff(found, name, numbers)
    return 0 if found.is_same else 1


def _number(place: Place, platform: Platform | None, layers: "tuple[object, ...]", text: str) -> int:
    layer = choose_layer(place, platform, text)
    if layer not in layers:
        raise UsageError(f"--layer {show(text)}: expected a layer of one image, found one of another")
    return layer.number


def _doubtful(opened: OpenStack, numbers: list[int], versions: list[Version | None]) -> tuple[int, ...]:
    """The missing or damaged layers that may have changed what is compared."""
    found: set[int] = set()
    for number, version in zip(numbers, versions, strict=True):
        last = version.layer if version is not None else 0
        found |= {other for other in opened.problems if last < other <= number}
    return tuple(sorted(found))


def write_diff(found: VersionDiff, path: bytes, numbers: list[int]) -> None:
    """Write the differences: safe to draw on a terminal, lines of text as they are into a pipe."""
    for each in found.properties:
        before, after = show(each.before), show(each.after)
        output.write_line(f"{show(each.name)}: {before} -> {after}" if each.name else f"{before} -> {after}")
    if found.content in (Content.BINARY, Content.LARGE):
        sizes = " and ".join(
            show_exact_size(version.inode.size) for version in (found.before, found.after) if version is not None
        )
        kind = "binary" if found.content is Content.BINARY else "large"
        output.write_line(f"{kind} files differ: {sizes}")
    if not found.hunks:
        return
    is_terminal = sys.stdout.isatty()
    output.write_line(f"--- /{show(path)}\tlayer {numbers[0]}")
    output.write_line(f"+++ /{show(path)}\tlayer {numbers[1]}")
    for hunk in found.hunks:
        output.write_line(output.dim(hunk.title))
        for sign, line in hunk.lines:
            _write_text(sign, line, is_terminal)


def _write_text(sign: str, line: bytes, is_terminal: bool) -> None:
    whole = line.endswith(b"\n")
    if is_terminal:
        output.write_line(sign + show(line.removesuffix(b"\n").removesuffix(b"\r").expandtabs(8)))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(sign.encode() + line + (b"" if whole else b"\n"))
    if not whole:
        output.write_line("\\ No newline at end of file")
