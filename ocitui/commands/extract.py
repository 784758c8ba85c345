"""``ocitui extract``: files and folders of an image, written to disk."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from ocitui.commands.arguments import (
    LayerType,
    PathType,
    chosen_platform,
    image_argument,
    platform_option,
    registry_options,
)
from ocitui.commands.opened.contents_to_fetch import expect_all_files
from ocitui.commands.opened.files import open_files
from ocitui.commands.opened.named import named_by
from ocitui.commands.opened.place import report
from ocitui.commands.status_line import StatusLine
from ocitui.display import format_count, printable
from ocitui.errors import UsageError
from ocitui.image.extract.extraction import Extraction
from ocitui.image.extract.items import ExtractionItem, items_below
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport
from ocitui.image.extract.words import EXISTS, FAILED, SAID, failure_text, left_out_lines, written_text
from ocitui.image.filesystem.filesystem import Follow
from ocitui.layers.pathnames import components
from ocitui.layers.reader import LayerReader
from ocitui.spec.platform import Platform

_PATH_WIDTH = 60


@click.command()
@image_argument
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=PathType())
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write into; made where it is missing.",
)
@click.option("--layer", type=LayerType(), metavar="N|DIGEST", help="From this layer, instead of the final filesystem.")
@click.option("--overwrite", is_flag=True, help="Replace files that already exist.")
@click.option("--owners", is_flag=True, help="Keep owners and all permissions, set-user-ID and what the umask takes.")
@click.option("--devices", is_flag=True, help="Write devices and pipes too.")
@click.option("--xattrs", is_flag=True, help="Keep extended attributes.")
@platform_option
@registry_options
@click.pass_context
def command(
    context: click.Context,
    image: str,
    paths: tuple[str, ...],
    output: Path,
    layer: str | None,
    overwrite: bool,
    owners: bool,
    devices: bool,
    xattrs: bool,
    platform: Platform | None,
) -> int:
    """Write files and folders of the final filesystem, or of one layer, to disk.

    Each PATH goes into DIR under its last name, `/` as what is in it. Symbolic links are
    written as links, and never followed: nothing lands outside of DIR. Files that exist
    are kept, unless --overwrite is given. Folders that exist keep their mode, owner and
    time, DIR too; where `/` makes DIR, it gets those of the root. A PATH may be a pattern, in
    quotes: `'/etc/*.conf'`; and it may go into an archive, with a `!` behind its name:
    `/app.war!/lib`.

    Exits with 1 where a PATH is missing, before anything is written, and with 2 where
    something could not be written as it is in the image: standard error says what and why.
    """
    platform = chosen_platform(context, platform)
    options = ExtractionOptions(overwrite=overwrite, owners=owners, devices=devices, xattrs=xattrs)
    reads_all = any(not last_name(os.fsencode(path)) for path in paths)
    with open_files(image, platform, layer, reads_all=reads_all) as opened:
        found = {each.path: each for path in paths for each in named_by(opened, path, Follow.PARENTS)[0]}
        names = [last_name(path) for path in found]
        if len(set(names)) < len(names):
            raise UsageError("extract: several paths have the same last name, and would be written to one place")
        if reads_all:
            expect_all_files(opened)
        items = (
            item
            for each, name in zip(found.values(), names, strict=True)
            for item in items_below(opened.files, each.entry, name)
        )
        code = write(items, output, opened.contents.reader, options)
        return report(opened.all_problems()) or code


def last_name(path: bytes) -> bytes:
    """Return the name of a path in the folder it is written to; empty for the root."""
    parts, _ = components(path)
    return parts[-1] if parts else b""


def write(
    items: Iterable[ExtractionItem], output: Path, reader_of: Callable[[int], LayerReader], options: ExtractionOptions
) -> int:
    """Write all items and say how it went; return the exit code."""
    with StatusLine() as status:

        def say(so_far: ExtractionReport, path: bytes) -> None:
            status.write(f"{written_text(so_far)}  {printable(path)[-_PATH_WIDTH:]}")

        found = Extraction(output, reader_of, options, on_progress=say if status.is_shown else None).run(items)
    for line in summary(found, output):
        print(line, file=sys.stderr)
    sys.stderr.flush()
    return 2 if found.failure_count else 0


def summary(found: ExtractionReport, output: Path) -> Iterator[str]:
    """Yield what was written, if anything, and what was not, line by line."""
    if found.has_written or not (found.failure_count or found.left_out_count):
        yield f"wrote {written_text(found)} to {printable(str(output))}"
    yield from left_out_lines(found)
    for each in found.failures[:SAID]:
        yield failure_text(each) + (" (--overwrite replaces it)" if each.reason == EXISTS else "")
    if found.failure_count > SAID:
        yield f"{FAILED}: {format_count(found.failure_count - SAID)} more"
