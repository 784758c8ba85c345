"""The output of ``ocitui ci --format json``.

::

    {"schemaVersion": 1,
     "place", "reference", "image": digest or null, "platform": "linux/amd64" or null,
     "settings": the file that the rules are from, or what stands in its place,
     "outcome": "pass|fail|error",
     "rules": [{"rule": its key in .ocitui.toml, "about": which one of several, or null,
                "outcome": "pass|fail|skip", "message", "expected", "found",
                "places": [{"path", "layer": number, "digest", "size": bytes}, …]}, …],
     "problems": ["…"] what keeps the image from being judged; then there are no rules}

A path that is not UTF-8 has its exact bytes beside it in Base 64, as ``pathBytes``.
Fields are added without a new ``schemaVersion``; none changes its meaning or goes without one.
"""

from ocitui.commands.ci.report import Report
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, dump, path_fields, text_or_null
from ocitui.image.gate.verdict import Spot, Verdict


def render(report: Report) -> str:
    """The whole report, in ASCII."""
    found = {
        "schemaVersion": SCHEMA_VERSION,
        "place": report.place.transport.place,
        "reference": report.place.reference.text,
        "image": text_or_null(report.image.node.digest),
        "platform": text_or_null(report.image.platform),
        "settings": report.settings,
        "outcome": report.word,
        "rules": [_rule(report, each) for each in report.verdicts],
        "problems": list(report.problems),
    }
    return dump(found) + "\n"


def _rule(report: Report, verdict: Verdict) -> JsonObject:
    return {
        "rule": verdict.rule,
        "about": verdict.about or None,
        "outcome": verdict.outcome.value,
        "message": verdict.message,
        "expected": verdict.expected or None,
        "found": verdict.found or None,
        "places": [_spot(report, spot) for spot in verdict.spots],
    }


def _spot(report: Report, spot: Spot) -> JsonObject:
    return {
        **path_fields("path", spot.path),
        "layer": spot.layer or None,
        "digest": report.digest_of(spot),
        "size": spot.size,
    }
