"""dive's three rules, on dive's own numbers: see `ocitui.image.dive.efficiency`."""

from dataclasses import dataclass

from ocitui.display import format_exact_size, format_percent
from ocitui.image.gate.subject import Subject
from ocitui.image.gate.verdict import Outcome, Spot, Verdict, verdict

LOWEST_EFFICIENCY = "lowest-efficiency"
HIGHEST_WASTED_BYTES = "highest-wasted-bytes"
HIGHEST_USER_WASTED_PERCENT = "highest-user-wasted-percent"


@dataclass(frozen=True, slots=True)
class LowestEfficiency:
    """The part of all bytes that is no waste must not be under a limit, from 0 to 1."""

    limit: float

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        score = subject.efficiency.score
        holds = not self.limit > score
        limit, found = _percents(self.limit, score)
        return verdict(LOWEST_EFFICIENCY, holds, f"at least {limit}", found, _wasted(subject))


@dataclass(frozen=True, slots=True)
class HighestWastedBytes:
    """Waste must not be over a limit, in bytes."""

    limit: int

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        wasted = subject.efficiency.wasted
        expected = f"at most {format_exact_size(self.limit)} of waste"
        return verdict(
            HIGHEST_WASTED_BYTES, wasted <= self.limit, expected, format_exact_size(wasted), _wasted(subject)
        )


@dataclass(frozen=True, slots=True)
class HighestUserWastedPercent:
    """Waste to the bytes of all layers but the first must not be over a limit; a ratio, for all its name."""

    limit: float

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image. Where no layer but the first has bytes, no waste is not over any limit."""
        ratio = subject.efficiency.user_wasted
        holds = not ratio > self.limit
        limit, found = _percents(self.limit, ratio)
        if ratio != ratio:
            found = "nothing wasted"
        expected = f"at most {limit} of the bytes above the first layer wasted (as dive counts: every copy)"
        return verdict(HIGHEST_USER_WASTED_PERCENT, holds, expected, found, _wasted(subject))


@dataclass(frozen=True, slots=True)
class Disabled:
    """A rule that is switched off."""

    rule: str

    def judge(self, _: Subject) -> Verdict:
        """Skip it."""
        return Verdict(self.rule, Outcome.SKIP, found="the rule is disabled")


def _percents(limit: float, found: float) -> tuple[str, str]:
    """Return two ratios in percent, with as many digits as it takes to tell them apart."""
    for digits in range(2, 17):
        shown = format_percent(limit, digits), format_percent(found, digits)
        if shown[0] != shown[1] or limit == found:
            return shown
    return f"{limit!r}", f"{found!r}"


def _wasted(subject: Subject) -> list[Spot]:
    """The inefficient paths, the most bytes first, each with the last layer that has it."""
    return [Spot(path.path.lstrip(b"/"), path.last_layer, path.size) for path in subject.efficiency.paths if path.size]
