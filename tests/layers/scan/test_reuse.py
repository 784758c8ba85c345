"""An index of the cache is taken where the blob is what it was made of, and made anew where it is not."""

import shutil
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.errors import CancelledError
from ocitui.image.documents.tree import build_tree
from ocitui.image.selection import images_below
from ocitui.layers.cache import LayerCache
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.reuse import IndexReuse
from ocitui.layers.scan.scan import scan_layer
from ocitui.layers.scan.unchanged import find_seen
from ocitui.transports.opening import open_reference
from tests.images.layout_writer import WrittenLayout, write_layout


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    written = write_layout(tmp_path / "it", [write_tar([file("a", "a" * 3000)])])
    scan_layer(request_of(written.path), LayerCache()).close()
    return written


def request_of(path: Path) -> LayerRequest:
    transport, _ = open_reference(str(path))
    (image,) = images_below(build_tree(transport))
    return image.layers[0].request(transport)


def reused(path: Path) -> tuple[int, IndexReuse]:
    """How often a scan said something, and what was found."""
    found = IndexReuse(request_of(path), LayerCache())
    return len(list(found.events())), found


def test_a_copy_is_hashed_and_not_scanned(layout: WrittenLayout, tmp_path: Path) -> None:
    shutil.copytree(layout.path, tmp_path / "copy")
    assert find_seen(request_of(tmp_path / "copy"), LayerCache()) is None
    count, found = reused(tmp_path / "copy")
    with found.result() as index:
        assert (count, index.path.parent) == (0, LayerCache().path_of(index.summary.digest).parent)
    seen = find_seen(request_of(tmp_path / "copy"), LayerCache())
    assert seen is not None
    seen.close()


def test_other_bytes_under_the_digest_are_scanned(layout: WrittenLayout) -> None:
    data = bytearray(layout.blob(layout.layers[0]).read_bytes())
    data[-5] ^= 1  # of the sum at the end: the same size, the same files
    layout.replace(layout.layers[0], bytes(data))
    count, found = reused(layout.path)
    with found.result() as index:
        assert count
        assert not index.summary.verified


def test_it_can_be_cancelled_while_the_blob_is_hashed(layout: WrittenLayout) -> None:
    layout.blob(layout.layers[0]).touch()
    found = IndexReuse(request_of(layout.path), LayerCache())
    found.cancel()
    with pytest.raises(CancelledError):
        list(found.events())
