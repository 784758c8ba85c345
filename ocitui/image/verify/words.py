"""The words for what verifying found: the same on the screen and in text."""

from collections import Counter
from collections.abc import Iterable

from ocitui.display import format_count
from ocitui.image.verify.blob_report import SEVERITIES, BlobReport
from ocitui.spec.problem import Severity

NOTHING_FOUND = "nothing found"


def count_findings(reports: Iterable[BlobReport]) -> list[tuple[Severity, str]]:
    """Return how many findings of each severity there are, the worst first: ``2 errors``, ``1 not read``."""
    counts = Counter(problem.severity for report in reports for problem in report.problems)
    return [(severity, _count(severity, counts[severity])) for severity in SEVERITIES if counts[severity]]


def _count(severity: Severity, count: int) -> str:
    plural = "" if count == 1 or severity is Severity.UNREAD else "s"
    return f"{format_count(count)} {severity.value}{plural}"
