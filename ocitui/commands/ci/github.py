"""The output of ``ocitui ci --format github``: workflow commands that become annotations.

One line a broken rule, ``::error title=…::…``, one for what keeps the image from being
judged, and one ``::notice`` where all is well. What GitHub would take for more than text is
escaped as its toolkit does: ``%``, line breaks, and in a title ``:`` and ``,`` too.
"""

from ocitui.commands.ci.report import Report
from ocitui.commands.ci.text import spot_lines
from ocitui.display import count_noun, printable

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def render(report: Report) -> str:
    """The whole report."""
    image = printable(report.place.reference.text)
    lines = [
        _command("error", each.title, "\n".join([f"{image}: {each.message}", *spot_lines(each)]))
        for each in report.failed
    ]
    lines += [_command("error", "the image cannot be judged", printable(problem)) for problem in report.problems]
    if not lines:
        count = len(report.verdicts)
        rules = count_noun(count, "rule")
        lines.append(_command("notice", "ocitui ci", f"{image}: {rules}, all kept"))
    return "".join(f"{line}\n" for line in lines)


def _command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={_escape(title, _PROPERTY)}::{_escape(message, _DATA)}"


def _escape(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)
