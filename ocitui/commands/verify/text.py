"""The text output of ``ocitui verify``."""

from collections.abc import Iterator, Sequence

from ocitui.cells import cells
from ocitui.commands.output import terminal
from ocitui.display import count_noun, format_count, format_size, printable
from ocitui.image.verify.blob_report import BlobReport, Mark, is_intact
from ocitui.image.verify.words import NOTHING_FOUND, count_findings


def describe_report(report: BlobReport) -> Iterator[str]:
    """The blob, and a line for each finding; nothing where there is none."""
    if not report.problems:
        return
    width = terminal.terminal_width()
    line = f"{report.title}: {report.mark.word}"
    if width is not None and cells(line) > width and report.digest is not None:
        line = line.replace(report.digest.encoded, report.digest.short)
    yield line
    for problem in report.problems:
        clause = f" [{problem.clause}]"
        yield from terminal.wrap(f"  {problem.severity.value}: ", printable(problem) + clause, width)


def summary_line(reports: Sequence[BlobReport], seconds: float) -> str:
    """Return how much was read, and the findings in total."""
    is_wrong = any(report.mark is Mark.WRONG for report in reports)
    word = "intact" if is_intact(reports) else "NOT INTACT" if is_wrong else "NOT ALL CHECKED"
    missing = sum(report.is_absent for report in reports)
    blobs = count_noun(len(reports) - missing, "blob") + (f" ({format_count(missing)} more missing)" if missing else "")
    findings = ", ".join(text for _, text in count_findings(reports)) or NOTHING_FOUND
    size = format_size(sum(report.size for report in reports))
    return f"{word}: {blobs}, {size} in {seconds:.1f} s; {findings}"
