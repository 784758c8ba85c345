"""``ocitui export``: the final filesystem as a tar."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import click

from ocitui.commands.arguments import chosen_platform, image_argument, platform_option, registry_options
from ocitui.commands.opened.contents_to_fetch import expect_all_files
from ocitui.commands.opened.image import open_image
from ocitui.commands.opened.place import remark, report
from ocitui.commands.status_line import StatusLine
from ocitui.display import format_size, printable
from ocitui.errors import UsageError
from ocitui.image.export import TarExport
from ocitui.image.extract.words import left_out_lines
from ocitui.spec.platform import Platform


@click.command()
@image_argument
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, instead of standard output.",
)
@click.option("--overwrite", is_flag=True, help="Replace the file where it exists.")
@platform_option
@registry_options
@click.pass_context
def command(context: click.Context, image: str, output: Path | None, overwrite: bool, platform: Platform | None) -> int:
    """Write the final filesystem as a tar, as `crane export` does.

    Modes, owners, times, links, devices, pipes, extended attributes and capabilities are
    those of the image; sparse files are written whole, folders that no layer describes as
    root's, with mode 755. The same image gives the same bytes.

    Exits with 2, and writes nothing, where a layer is missing, damaged or cannot be opened;
    and with 2 after writing the rest where an entry cannot be in a tar: standard error says
    which and why.
    """
    platform = chosen_platform(context, platform)
    if output is None and sys.stdout.isatty():
        raise UsageError("export: standard output is a terminal; redirect it, or name a file with -o FILE")
    if output is not None and not overwrite and output.is_file():
        raise UsageError(f"export: {printable(os.fspath(output))}: exists (--overwrite replaces it)")
    with open_image(image, platform, reads_all=True) as opened:
        if code := report(opened.all_problems()):
            return code
        expect_all_files(opened)
        export = TarExport(opened.files.outer, opened.contents.reader)
        with StatusLine() as status, _written(output) as file:
            size = 0
            for piece in export.pieces():
                file.write(piece)
                size += len(piece)
                status.write(f"wrote {format_size(size)}")
        for line in left_out_lines(export.report):
            remark(line)
        return 2 if export.report.left_out_count else 0


@contextmanager
def _written(output: Path | None) -> Iterator[BinaryIO]:
    """The file to write to: standard output, or one that takes its name only once it is whole.

    Raises:
        UsageError: it cannot be written.
    """
    if output is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    is_special = output.exists() and not output.is_file()  # a device, a pipe
    part = output if is_special else output.with_name(f".{output.name[:200]}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        if not is_special:
            part.replace(output)
    except BaseException as error:
        if not is_special:
            with suppress(OSError):
                part.unlink()
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            reason = error.strerror or error
            raise UsageError(f"export: {printable(os.fspath(output))}: cannot be written: {reason}") from None
        raise
