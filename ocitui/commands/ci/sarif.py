"""The output of ``ocitui ci --format sarif``: SARIF 2.1.0 (OASIS), for code scanning.

A broken rule is one result for each path that it is about (the first thousand), or one
result of its own. A path is a location below the uriBase ``IMAGE``; its layer is a logical
location. What keeps the image from being judged is a notification of the tool.
"""

from urllib.parse import quote as percent_encode

from ocitui import __version__
from ocitui.commands.ci.report import Report
from ocitui.commands.output.json import JsonObject, dump
from ocitui.display import printable
from ocitui.image.gate.verdict import Outcome, Spot, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 1000
"""Results of one rule; GitHub takes 25,000 of a file."""

_LEVELS = {Outcome.PASS: ("pass", "none"), Outcome.FAIL: ("fail", "error"), Outcome.SKIP: ("notApplicable", "none")}


def render(report: Report) -> str:
    """The whole report, in ASCII."""
    rules = list(dict.fromkeys(each.rule for each in report.verdicts))
    notifications = [{"level": "error", "message": {"text": printable(problem)}} for problem in report.problems]
    run = {
        "tool": {
            "driver": {
                "name": "ocitui",
                "version": __version__,
                "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
            }
        },
        "invocations": [
            {"executionSuccessful": not report.problems, "toolExecutionNotifications": notifications},
        ],
        "originalUriBaseIds": {
            "IMAGE": {"description": {"text": f"the root of the image {printable(report.place.reference.text)}"}}
        },
        "results": [result for each in report.verdicts for result in _results(report, each, rules.index(each.rule))],
    }
    found = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return dump(found) + "\n"


def _results(report: Report, verdict: Verdict, rule: int) -> list[JsonObject]:
    kind, level = _LEVELS[verdict.outcome]
    about = f" {verdict.about}:" if verdict.about else ""
    message = f"{printable(report.place.reference.text)}:{about} {verdict.message}"
    result = {"ruleId": verdict.rule, "ruleIndex": rule, "kind": kind, "level": level, "message": {"text": message}}
    if verdict.outcome is not Outcome.FAIL or not verdict.spots:
        return [result]
    return [{**result, "locations": [_location(report, spot)]} for spot in verdict.spots[:RESULTS]]


def _location(report: Report, spot: Spot) -> JsonObject:
    found: JsonObject = {
        "physicalLocation": {"artifactLocation": {"uri": percent_encode(spot.path), "uriBaseId": "IMAGE"}}
    }
    if spot.layer:
        name = f"layer {spot.layer}"
        digest = report.digest_of(spot) or "no digest"
        found["logicalLocations"] = [{"name": name, "fullyQualifiedName": f"{name} ({digest})", "kind": "module"}]
    return found
