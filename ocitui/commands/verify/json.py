"""The output of ``ocitui verify --json``.

::

    {"schemaVersion": 1, "place", "image": digest of what was verified, or null for everything,
     "intact": whether there is no error, and nothing that could not be read,
     "blobs": [BLOB, …], "bytes": read in all, "seconds",
     "seenWith": {PROGRAM: VERSION, …} of the programs that messages speak of}

    BLOB     {"title", "digest" or null, "size": bytes that were read,
              "result": "intact|wrong|not checked", "findings": [FINDING, …]}
    FINDING  {"severity": "error|not read|warning|note", "message",
              "clause": {"specification", "section", "url"},
              "blobOffset", "unpackedOffset": bytes, or null}

Fields are added without a new ``schemaVersion``.
"""

from collections.abc import Sequence

from ocitui.commands.opened.place import Place
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, text_or_null
from ocitui.image.node import Node
from ocitui.image.verify.blob_report import BlobReport, is_intact
from ocitui.image.verify.seen_with import SEEN_WITH
from ocitui.spec.problem import Problem


def reports_object(place: Place, start: Node, reports: Sequence[BlobReport], seconds: float) -> JsonObject:
    """All reports as one object."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "place": place.transport.place,
        "image": text_or_null(start.digest),
        "intact": is_intact(reports),
        "blobs": [_report_object(report) for report in reports],
        "bytes": sum(report.size for report in reports),
        "seconds": round(seconds, 3),
        "seenWith": SEEN_WITH,
    }


def _report_object(report: BlobReport) -> JsonObject:
    return {
        "title": report.title,
        "digest": text_or_null(report.digest),
        "size": report.size,
        "result": report.mark.word,
        "findings": [_finding_object(problem) for problem in report.problems],
    }


def _finding_object(problem: Problem) -> JsonObject:
    broken = problem.clause
    return {
        "severity": problem.severity.value,
        "message": str(problem),
        "clause": {"specification": broken.specification, "section": broken.section, "url": broken.url},
        "blobOffset": problem.blob_offset,
        "unpackedOffset": problem.unpacked_offset,
    }
