"""The findings of verifying one blob."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from ocitui.spec.digest import Digest
from ocitui.spec.problem import Problem, Severity

SEVERITIES = (Severity.ERROR, Severity.UNREAD, Severity.WARNING, Severity.NOTE)
"""The worst first."""


class Mark(Enum):
    """The outcome of verifying a blob. The value is its sign."""

    INTACT = "✓"
    WRONG = "✗"
    UNKNOWN = "?"
    """It is missing, or cannot be read or checked."""

    @property
    def word(self) -> str:
        """The same for those who do not see signs."""
        return {"✓": "intact", "✗": "wrong", "?": "not checked"}[self.value]


@dataclass(frozen=True, slots=True)
class BlobReport:
    """A blob that was verified, with all that was found."""

    title: str
    """The name in messages: ``layer 2 (sha256:…)``."""
    digest: Digest | None
    """The digest it must have; None for the document that everything begins with."""
    size: int
    """Bytes of it that were read."""
    is_checked: bool
    """True if its bytes were compared with the digest; there is nothing to compare where there is none."""
    problems: tuple[Problem, ...]
    """The worst first; none begins with the title."""

    @property
    def mark(self) -> Mark:
        """Wrong where there is an error; warnings and notes leave it intact."""
        if any(problem.severity is Severity.ERROR for problem in self.problems):
            return Mark.WRONG
        return Mark.INTACT if self.is_checked else Mark.UNKNOWN

    @property
    def is_absent(self) -> bool:
        """True if it is missing, and may be."""
        found = {problem.severity for problem in self.problems}
        return self.mark is Mark.UNKNOWN and self.size == 0 and found == {Severity.NOTE}


ReportKey = tuple[str, Digest | None]
"""The title and the digest of a report."""


def in_order(reports: Iterable[BlobReport], order: Sequence[ReportKey]) -> Iterator[BlobReport]:
    """Yield reports in an order, each as soon as those before it are there."""
    waiting: dict[ReportKey, deque[BlobReport]] = {}
    wanted = iter(order)
    following = next(wanted, None)
    for report in reports:
        waiting.setdefault((report.title, report.digest), deque()).append(report)
        while following is not None and waiting.get(following):
            yield waiting[following].popleft()
            following = next(wanted, None)
    for left in waiting.values():  # of those that were broken off
        yield from left


def is_intact(reports: Iterable[BlobReport]) -> bool:
    """True if there is no error, and nothing that could not be read."""
    bad = {Severity.ERROR, Severity.UNREAD}
    return not any(problem.severity in bad for report in reports for problem in report.problems)


def sort_problems(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once, the worst first, else in their order."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: SEVERITIES.index(problem.severity)))
