"""Plain tars whose headers are read apart from their digest: the same comes of it as of reading them in order."""

import os
from pathlib import Path

import pytest

from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan import build, header_pipeline
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.hasher import hash_blob
from ocitui.layers.scan.header_pipeline import HeaderPipeline
from ocitui.layers.scan.progress import ScanProgress
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.summary import LayerSummary
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation
from tests.layers.tars import END, member, paths

TAR = b"".join(member(b"d%d/f%04d" % (n % 7, n), b"x" * (n * 977 % 9000)) for n in range(1500)) + END
FOUND = 1507
"""Its entries, and the folders that they imply."""


def request_for(folder: Path, content: bytes) -> LayerRequest:
    path = folder / "blob"
    path.write_bytes(content)
    return LayerRequest(BlobLocation(path), Digest.of(content), len(content))


def indexed(request: LayerRequest, target: Path) -> tuple[LayerSummary, list[bytes]]:
    """Index a blob, and give what is said of it and what is in it."""
    target.unlink(missing_ok=True)
    summary = build_index(request, target)
    with LayerIndex(target) as index:
        assert index.summary == summary
        return summary, paths(index)


def test_same_as_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = {
        "whole": TAR,
        "cut in a header": TAR[:1_500_100],
        "cut in a file": TAR[:1_502_000],
        "bytes after it": TAR + b"\0" * 100_000 + b"something" + b"\0" * 1_100_000,
        "damaged": TAR[:1_000_000] + b"\xff" * 4096 + TAR[1_004_096:],
        "no tar": b"this is no tar" * 100_000,
    }
    used: list[LayerRequest] = []

    class Watched(HeaderPipeline):
        def __init__(self, request: LayerRequest, *others: object) -> None:
            used.append(request)
            super().__init__(request, *others)  # type: ignore[arg-type]

    for name, content in cases.items():
        request = request_for(tmp_path, content)
        with monkeypatch.context() as patch:
            patch.setattr(build, "HeaderPipeline", Watched)
            apart = indexed(request, tmp_path / "apart")
            patch.setattr(header_pipeline, "LEAST", 1 << 40)
            in_order = indexed(request, tmp_path / "in-order")
        assert used == [request], name
        assert apart == in_order, name
        assert apart[0].verified, name
        used.clear()


def test_all_is_listed_before_the_digest_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the index while it grows sees every row, and none of it counts as verified."""
    request = request_for(tmp_path, TAR)
    seen: list[int] = []

    def look(progress: ScanProgress) -> None:
        if progress.blob_bytes or seen:
            return
        with LayerIndex(tmp_path / "index", is_live=True) as live:
            assert not live.summary.verified
            if len(paths(live)) == FOUND:
                seen.append(progress.entries)

    def wait(blob: BlobLocation, algorithm: str, on_bytes: object) -> object:
        while not seen:
            os.sched_yield()
        return hash_blob(blob, algorithm, on_bytes)  # type: ignore[arg-type]

    monkeypatch.setattr(header_pipeline, "hash_blob", wait)
    assert build_index(request, tmp_path / "index", look).verified
    assert seen == [1500]


@pytest.mark.parametrize("how", ["written", "replaced", "shorter"])
def test_a_file_that_changes_is_read_again_in_order(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its headers may be those of before, and its digest that of now: no index is made of both."""
    request = request_for(tmp_path, TAR)
    path = request.blob.path
    other = TAR.replace(b"f0007", b"g0007")
    wanted = LayerRequest(request.blob, Digest.of(other), len(other))

    def hashed(*arguments: object) -> object:
        if how == "replaced":
            (tmp_path / "new").write_bytes(other)
            os.replace(tmp_path / "new", path)
        else:
            path.write_bytes(other[:1_000_000] if how == "shorter" else other)
        return hash_blob(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(header_pipeline, "hash_blob", hashed)
    summary, _ = indexed(wanted, tmp_path / "index")
    monkeypatch.undo()
    monkeypatch.setattr(header_pipeline, "LEAST", 1 << 40)
    assert summary == indexed(wanted, tmp_path / "index")[0]
    assert summary.verified == (how != "shorter")


def test_what_is_read_in_order_all_the_same(tmp_path: Path) -> None:
    """A digest that is not the blob's own is of what the unpacking thread has seen."""
    request = request_for(tmp_path, TAR)
    named = LayerRequest(BlobLocation(request.blob.path, is_named_by_diff_id=True), request.digest, len(TAR))
    other = LayerRequest(request.blob, Digest.of(TAR, "sha512"), len(TAR), Digest.of(TAR))
    small = LayerRequest(BlobLocation(request.blob.path, 0, 1000), request.digest, 1000)
    assert [HeaderPipeline.open(each) for each in (named, other, small)] == [None] * 3
    with HeaderPipeline.open(request) or pytest.fail("of use") as pipeline:
        assert pipeline.blob_size == len(TAR)
