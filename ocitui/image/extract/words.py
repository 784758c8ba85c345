"""The words for what an extraction wrote: the same on the screen and in text."""

from collections.abc import Iterator

from ocitui.display import count_noun, format_count, format_size, printable
from ocitui.image.extract.report import ExtractionReport, Unwritten

LEFT_OUT = "left out"
"""Of what is not meant to be written."""
EXISTS = "already exists"
"""The reason why a path was skipped that is not to be replaced."""
FAILED = "skipped or written with changes"
"""Of all that could not be written as it is in the image."""

SAID = 20
"""Paths that a message is written for; the others are counted."""


def left_out_lines(report: ExtractionReport) -> Iterator[str]:
    """Yield what was not meant to be written, or could not be, line by line."""
    for each in report.left_out[:SAID]:
        yield f"{LEFT_OUT} {printable(each.path)}: {each.reason}"
    if report.left_out_count > SAID:
        yield f"{LEFT_OUT}: {format_count(report.left_out_count - SAID)} more"


def failure_text(unwritten: Unwritten) -> str:
    """Return what became of a path that could not be written as it is in the image, and why."""
    path = printable(unwritten.path)
    what = f"wrote {path} with changes" if unwritten.is_written else f"skipped {path}"
    return f"{what}: {unwritten.reason}"


def written_text(report: ExtractionReport) -> str:
    """Return what was written: ``3 files, 1 folder (648 B)``."""
    counts = (
        (report.files, "file", "files"),
        (report.folders, "folder", "folders"),
        (report.links, "link", "links"),
        (report.nodes, "device or pipe", "devices or pipes"),
    )
    words = [count_noun(count, one, several) for count, one, several in counts if count]
    return f"{', '.join(words) or 'nothing'} ({format_size(report.size)})"
