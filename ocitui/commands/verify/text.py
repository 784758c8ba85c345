"""The text output of ``ocitui verify``."""

import re
from collections.abc import Iterator, Sequence

from ocitui.cells import cells
from ocitui.commands.output import terminal
from ocitui.commands.output.styled import Style, join, styled
from ocitui.display import count_noun, format_count, format_size, printable
from ocitui.image.verify.blob_report import BlobReport, Mark, is_intact
from ocitui.image.verify.words import NOTHING_FOUND, count_findings
from ocitui.spec.problem import Severity

_OUTCOMES = {Mark.INTACT: "intact", Mark.WRONG: "NOT INTACT", Mark.UNKNOWN: "NOT ALL CHECKED"}
_MARKS = {Mark.INTACT: Style.GOOD, Mark.WRONG: Style.ERROR, Mark.UNKNOWN: Style.WARNING}
_SEVERITIES = {
    Severity.ERROR: Style.ERROR,
    Severity.UNREAD: Style.ERROR,
    Severity.WARNING: Style.WARNING,
    Severity.NOTE: Style.QUIET,
}

_DIGESTS = re.compile(
    r"expected (?P<what>digest|diff ID)? ?(?P<expected>\S+:[0-9a-f]{32,}), found (?P<found>\S+:[0-9a-f]{32,})"
)


def describe_report(report: BlobReport) -> Iterator[str]:
    """The blob, and a line for each finding; nothing where there is none."""
    if not report.problems:
        return
    width = terminal.terminal_width()
    title = report.title
    if width is not None and cells(f"{title}: {report.mark.word}") > width and report.digest is not None:
        title = title.replace(report.digest.encoded, report.digest.short)
    yield join(styled(title, Style.HEADING), ": ", styled(report.mark.word, _MARKS[report.mark]))
    for problem in report.problems:
        before = join("  ", styled(f"{problem.severity.value}:", _SEVERITIES[problem.severity]), " ")
        yield from _finding(before, printable(problem), f"[{problem.clause}]", width)


def _finding(before: str, text: str, name: str, width: int | None) -> Iterator[str]:
    """A finding with its clause; two digests that differ stand below each other where they do not fit on a line."""
    found = _DIGESTS.search(text)
    if found is None or width is None or cells(f"{before}{text} {name}") <= width:
        yield from terminal.wrap(before, f"{text} {name}", width)
        return
    rest = " ".join(filter(None, (text[: found.start()].rstrip(" :"), text[found.end() :].strip())))
    what = found["what"] or "digest"
    yield from terminal.wrap(before, f"{rest}: {what} differs {name}" if rest else f"the {what} differs {name}", width)
    lines = (f"expected {found['expected']}", f"found    {found['found']}")
    indent = max(0, min(cells(before), width - max(map(cells, lines))))
    yield from (" " * indent + line for line in lines)


def summary_line(reports: Sequence[BlobReport], seconds: float) -> str:
    """Return how much was read, and the findings in total."""
    is_wrong = any(report.mark is Mark.WRONG for report in reports)
    mark = Mark.INTACT if is_intact(reports) else Mark.WRONG if is_wrong else Mark.UNKNOWN
    word = styled(_OUTCOMES[mark], _MARKS[mark])
    missing = sum(report.is_absent for report in reports)
    blobs = count_noun(len(reports) - missing, "blob") + (f" ({format_count(missing)} more missing)" if missing else "")
    findings = ", ".join(text for _, text in count_findings(reports)) or NOTHING_FOUND
    size = format_size(sum(report.size for report in reports))
    return join(word, f": {blobs}, {size} in {seconds:.1f} s; {findings}")
