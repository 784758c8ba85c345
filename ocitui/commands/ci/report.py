"""The result of ``ocitui ci``, and the forms it can be written in."""

import importlib
import re
from dataclasses import dataclass

from ocitui.commands.opened.place import Place
from ocitui.commands.output.json import text_or_null
from ocitui.image.gate.verdict import Outcome, Spot, Verdict
from ocitui.image.image import Image

FORMATS = ("text", "json", "junit", "sarif", "github")
"""Each the name of the module whose function ``render`` writes it, imported when it is asked for."""

_COMMAND = re.compile(r"#(?=#[a-z]*\[)", re.IGNORECASE)
"""The beginning of a command that a runner takes from a log, anywhere in a line: ``##[`` (GitHub), ``##vso[`` (Azure
Pipelines), ``##teamcity[``.
"""

_SIGN = {"text": "\\x23", "json": "\\u0023", "junit": "&#35;", "sarif": "\\u0023", "github": "\\x23"}
"""The sign ``#``, as each format writes it where it may not stand itself."""


@dataclass(frozen=True, slots=True)
class Report:
    """One image, held against rules."""

    place: Place
    image: Image
    settings: str
    """The source of the rules; safe to draw."""
    verdicts: tuple[Verdict, ...]
    """In the order of the settings; none where there are problems."""
    problems: tuple[str, ...] = ()
    """The problems that keep the image from being judged; safe to draw."""

    @property
    def failed(self) -> list[Verdict]:
        """The rules that the image breaks."""
        return [each for each in self.verdicts if each.outcome is Outcome.FAIL]

    @property
    def word(self) -> str:
        """``pass``, ``fail``, or ``error`` where it could not be judged."""
        return "error" if self.problems else "fail" if self.failed else "pass"

    def count(self, outcome: Outcome) -> int:
        """Return the number of rules with an outcome."""
        return sum(each.outcome is outcome for each in self.verdicts)

    def digest_of(self, spot: Spot) -> str | None:
        """The digest of the layer of a path; None where it is not known."""
        if not 1 <= spot.layer <= len(self.image.layers):
            return None
        return text_or_null(self.image.layers[spot.layer - 1].descriptor.digest)


def render(report: Report, format_: str) -> str:
    """A report in one of `FORMATS`, with a line break at its end."""
    text = importlib.import_module(f"ocitui.commands.ci.{format_}").render(report)
    assert isinstance(text, str)
    return defuse(text, format_)


def defuse(text: str, format_: str) -> str:
    """The same text, in which the runner that shows it finds no commands."""
    return _COMMAND.sub(lambda _: _SIGN[format_], text)
