"""The text output of ``ocitui ci``."""

from collections.abc import Iterator

from ocitui.commands.ci.report import Report
from ocitui.commands.output.styled import Style, join, styled
from ocitui.display import format_exact_size, printable
from ocitui.image.gate.verdict import Outcome, Verdict

SPOTS = 10
"""Paths that are listed of one rule; the others are counted."""


def render(report: Report) -> str:
    """The whole report."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    platform = f"  {printable(str(report.image.platform))}" if report.image.platform else ""
    yield f"image  {printable(report.place.reference.text)}  ({report.image.node.digest or 'no digest'}){platform}"
    yield f"rules  {report.settings}"
    yield ""
    for each in report.verdicts:
        yield f"{each.outcome.name}  {each.title}: {each.message}"
        if each.outcome is Outcome.FAIL:
            yield from (f"        {line}" for line in spot_lines(each))
    if report.problems:
        yield from (f"ERROR  {printable(problem)}" for problem in report.problems)
        yield "ERROR  the image cannot be judged"
        return
    counts = (f"{report.count(each)} {word}" for each, word in _WORDS.items() if report.count(each))
    yield f"{report.word.upper()}  {', '.join(counts)}"


def coloured(line: str) -> str:
    """Return a line of the report with its outcome in colour."""
    word, blank, rest = line.partition(" ")
    return join(styled(word, _STYLES.get(word)), blank, rest)


def spot_lines(verdict: Verdict) -> Iterator[str]:
    """The paths that a verdict is about, those that weigh most."""
    for spot in verdict.spots[:SPOTS]:
        size = f"  {format_exact_size(spot.size)}" if spot.size else ""
        layer = f"layer {spot.layer}  " if spot.layer else ""
        yield f"{layer}/{printable(spot.path)}{size}"
    left = len(verdict.spots) - SPOTS
    if left > 0:
        yield f"… and {left:,} more"


_STYLES = {"PASS": Style.GOOD, "FAIL": Style.ERROR, "ERROR": Style.ERROR, "SKIP": Style.QUIET}
_WORDS = {Outcome.PASS: "passed", Outcome.FAIL: "failed", Outcome.SKIP: "skipped"}
