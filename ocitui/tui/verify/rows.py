"""Rows for what verifying found: a row for each blob, and below it one for each finding."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocitui.cells import cut, wrap
from ocitui.display import format_size, printable
from ocitui.image.verify.blob_report import BlobReport, Mark
from ocitui.spec.problem import Problem, Severity
from ocitui.tui.rows.row import Part

_SIGNS = {Severity.ERROR: "✗", Severity.UNREAD: "?", Severity.WARNING: "!", Severity.NOTE: "·"}
_STYLES = {
    Severity.ERROR: "lines--bad",
    Severity.UNREAD: "lines--bad",
    Severity.WARNING: "lines--warn",
    Severity.NOTE: "lines--muted",
}
_LABEL = 10


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One row."""

    report: BlobReport
    problem: Problem | None
    """None for the row of the blob itself."""

    def parts(self, width: int) -> list[Part]:
        """The row, cut to a width."""
        if self.problem is None:
            style = "lines--bad" if self.report.mark is Mark.WRONG else "lines--strong"
            return [(cut(f"{self.report.mark.value} {self.report.title}", width), style)]
        severity = self.problem.severity
        head = f"    {_SIGNS[severity]} {severity.value:<9}"
        return [(head, _STYLES[severity]), (cut(printable(self.problem), max(0, width - len(head))), "")]

    @property
    def text(self) -> str:
        """The finding with its clause, or the digest of the blob, raw."""
        if self.problem is None:
            return str(self.report.digest or self.report.title)
        return f"{self.report.title}: {self.problem} [{self.problem.clause}] {self.problem.clause.url}".rstrip()


def finding_rows(reports: Sequence[BlobReport]) -> list[FindingRow]:
    """The blobs with findings, those that are wrong first."""
    order = [Mark.WRONG, Mark.UNKNOWN, Mark.INTACT]
    rows: list[FindingRow] = []
    for report in sorted(reports, key=lambda report: order.index(report.mark)):
        if report.problems:
            rows.append(FindingRow(report, None))
            rows += [FindingRow(report, problem) for problem in report.problems]
    return rows


def detail_rows(row: FindingRow, width: int) -> list[Sequence[Part]]:
    """All that is known of one row."""
    report, problem = row.report, row.problem
    facts = [("blob", report.title), ("is", report.mark.word), ("read", format_size(report.size))]
    if problem is not None:
        facts = [
            (problem.severity.value, printable(problem)),
            ("clause", str(problem.clause)),
            ("at", problem.clause.url),
        ]
        facts = [*facts, ("blob", report.title)]
    rows: list[Sequence[Part]] = []
    for label, text in facts:
        for number, line in enumerate(wrap(text, max(20, width - _LABEL)) if text else ()):
            rows.append([(f"{label if not number else '':<{_LABEL}}", "lines--muted"), (line, "")])
    return rows
