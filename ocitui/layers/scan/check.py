"""Reads a layer blob again for its digests alone: what is in it is known already.

The index of a layer is no proof that its bytes are still what they were.
"""

import json
from dataclasses import asdict

from ocitui.layers.scan.build import check_claims, summary_of
from ocitui.layers.scan.pipeline import BlobPipeline
from ocitui.layers.scan.progress import OnProgress, ProgressReporter
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.summary import Damage, LayerSummary
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest


def check_blob(request: LayerRequest, on_progress: OnProgress | None = None) -> LayerSummary:
    """Hash a blob and what it unpacks to; its tar is not looked at, so that there is no count of entries.

    Args:
        request: the blob.
        on_progress: is told how far the check is.

    Raises:
        BlobError: the blob cannot be opened or read.
    """
    with BlobPipeline(request, has_points=False) as pipeline:
        reporter = ProgressReporter(pipeline, on_progress)
        unpacked = 0
        for chunk in pipeline.chunks():
            unpacked += len(chunk)
            reporter.report(unpacked)
        return summary_of(pipeline, request, unpacked, check_claims(pipeline, request, unpacked))


def to_line(summary: LayerSummary) -> str:
    """A summary as one line of text, for the pipe of a worker."""
    values = {
        **asdict(summary),
        "digest": str(summary.digest),
        "diff_id": str(summary.diff_id) if summary.diff_id else None,
        "compression": summary.compression.value,
    }
    del values["basis"]  # it is always a scan
    return json.dumps(values)


def from_line(line: str) -> LayerSummary:
    """The opposite of `to_line`."""
    values = json.loads(line)
    values["digest"] = Digest.parse(values["digest"])
    values["diff_id"] = Digest.parse(values["diff_id"]) if values["diff_id"] else None
    values["compression"] = Compression(values["compression"])
    values["damages"] = tuple(Damage(**damage) for damage in values["damages"])
    values["notes"] = tuple(values["notes"])
    return LayerSummary(**values)
