"""The output of ``ocitui ci --format junit``: JUnit's XML, one test case for each rule.

An image that cannot be judged is one test case with an error. There is no standard of the
form; this is what Jenkins, GitLab and GitHub's reporters read. Everything went through
`ocitui.display.printable`, which leaves no character that XML could not hold.
"""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ocitui.commands.ci.report import Report
from ocitui.commands.ci.text import spot_lines
from ocitui.display import printable
from ocitui.image.gate.verdict import Outcome, Verdict

SUITE = "ocitui.ci"


def render(report: Report) -> str:
    """The whole report."""
    counts = {
        "tests": str(len(report.verdicts) or 1),
        "failures": str(len(report.failed)),
        "errors": "1" if report.problems else "0",
        "skipped": str(report.count(Outcome.SKIP)),
    }
    top = Element("testsuites", {"name": SUITE, **counts})
    suite = SubElement(top, "testsuite", {"name": printable(report.place.reference.text), **counts})
    properties = SubElement(suite, "properties")
    for name, value in (("image", str(report.image.node.digest or "")), ("settings", report.settings)):
        SubElement(properties, "property", name=name, value=value)
    for each in report.verdicts:
        _case(suite, each)
    if report.problems:
        case = SubElement(suite, "testcase", classname=SUITE, name="the image can be judged")
        problems = [printable(problem) for problem in report.problems]
        SubElement(case, "error", message=problems[0], type="error").text = "\n".join(problems)
    indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(top, encoding="unicode")}\n'


def _case(suite: Element, verdict: Verdict) -> None:
    case = SubElement(suite, "testcase", classname=SUITE, name=verdict.title)
    if verdict.outcome is Outcome.SKIP:
        SubElement(case, "skipped", message=verdict.message)
    elif verdict.outcome is Outcome.FAIL:
        failure = SubElement(case, "failure", message=verdict.message, type=verdict.rule)
        failure.text = "\n".join([verdict.message, *spot_lines(verdict)])
