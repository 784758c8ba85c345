"""Reads a layer blob again for its digests alone: what is in it is known already.

The index of a layer is no proof that its bytes are still what they were.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from time import monotonic

from ocitui.layers.scan.build import ScanProgress, check_claims
from ocitui.layers.scan.pipeline import BlobPipeline
from ocitui.layers.summary import Damage, LayerSummary
from ocitui.spec.compression import Compression
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob

_PROGRESS_INTERVAL = 0.05


def check_blob(
    blob: Blob,
    digest: Digest,
    *,
    size: int | None = None,
    diff_id_algorithm: str = "sha256",
    on_progress: Callable[[ScanProgress], object] | None = None,
) -> LayerSummary:
    """Hash a blob and what it unpacks to; its tar is not looked at, so that there is no count of entries.

    Args:
        blob: where the bytes are.
        digest: what they, or what they unpack to, ought to have.
        size: how many bytes the blob's descriptor says there are.
        diff_id_algorithm: for the digest of the unpacked stream.
        on_progress: called about twenty times a second.

    Raises:
        BlobError: the blob cannot be opened or read.
    """
    with BlobPipeline(blob, digest, diff_id_algorithm, has_points=False) as pipeline:
        unpacked, due = 0, 0.0
        for chunk in pipeline.chunks():
            unpacked += len(chunk)
            if on_progress is not None and monotonic() >= due:
                on_progress(ScanProgress(pipeline.blob_bytes, pipeline.blob_size, unpacked, 0))
                due = monotonic() + _PROGRESS_INTERVAL
        if pipeline.damage is not None:
            pipeline.findings.damage(
                str(pipeline.damage), unpacked_offset=unpacked, blob_offset=pipeline.damage.blob_offset
            )
        verified = check_claims(pipeline, digest, size)
        return LayerSummary(
            digest=digest,
            diff_id=pipeline.diff_id(),
            compression=pipeline.compression,
            blob_size=pipeline.blob_bytes,
            unpacked_size=unpacked,
            entry_count=0,
            file_count=0,
            verified=verified,
            complete=True,
            damages=tuple(pipeline.findings.damages),
            notes=pipeline.findings.notes,
        )


def to_line(summary: LayerSummary) -> str:
    """A summary as one line of text, for the pipe of a worker."""
    values = {
        **asdict(summary),
        "digest": str(summary.digest),
        "diff_id": str(summary.diff_id) if summary.diff_id else None,
        "compression": summary.compression.value,
    }
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
