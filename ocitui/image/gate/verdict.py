"""The verdict of a rule on an image."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ocitui.image.gate.subject import Subject


class Outcome(Enum):
    """The outcome of a rule. The value is the word."""

    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Spot:
    """A path that a verdict is about."""

    path: bytes
    """From the root, without a slash at its beginning."""
    layer: int
    """Number of the layer that ships it, from 1."""
    size: int = 0
    """Bytes of its contents; of a wasted path, of all its copies."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule, and whether the image keeps it."""

    rule: str
    """Its name: the key of ``.ocitui.toml`` that makes it."""
    outcome: Outcome
    expected: str = ""
    """The limit of the rule; empty where it was skipped; safe to draw."""
    found: str = ""
    """The value of the image, or the reason why the rule was skipped; safe to draw."""
    spots: tuple[Spot, ...] = ()
    """The paths that break it, those that weigh most first."""
    about: str = ""
    """The subject, where several rules have this name: a pattern, a label; safe to draw."""

    @property
    def title(self) -> str:
        """Its name, and which one it is; safe to draw."""
        return f"{self.rule} {self.about}" if self.about else self.rule

    @property
    def message(self) -> str:
        """One sentence; safe to draw."""
        return f"expected {self.expected}, found {self.found}" if self.expected else self.found


class Rule(Protocol):
    """Something to hold an image against."""

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""


def verdict(rule: str, holds: bool, expected: str, found: str, spots: Sequence[Spot] = (), about: str = "") -> Verdict:
    """A verdict of a rule that was not skipped."""
    if holds:
        return Verdict(rule, Outcome.PASS, expected, found, about=about)
    return Verdict(rule, Outcome.FAIL, expected, found, tuple(spots), about)
