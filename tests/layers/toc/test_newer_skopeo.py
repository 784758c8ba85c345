"""A zstd:chunked layer with a tar-split, as a program of others made it.

``tests/fixtures/skopeo_1_18`` is what skopeo 1.18.0 of Debian 13 wrote with ``skopeo copy --dest-compress-format
zstd:chunked`` of a tar of ten entries: folders, a file with a time of half a second, an empty one, a symbolic and a
hard link, a whiteout, a file of zeros between two words, one with an extended attribute, and a name that is not UTF-8.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ocitui.layers.index.index import LayerIndex
from ocitui.layers.reader import LayerReader
from ocitui.layers.scan.build import build_index
from ocitui.layers.toc.find import find_table
from ocitui.layers.warnings import LayerWarning
from ocitui.spec.descriptor import Descriptor
from tests.layers.toc.indexed import by_scan, by_table, request_for, rows
from tests.layers.toc.tables import Layer

FOLDER = Path(__file__).parents[2] / "fixtures" / "skopeo_1_18"


@pytest.fixture
def layer() -> Layer:
    """The layer; its bytes are those that its descriptor means."""
    said = json.loads((FOLDER / "descriptor.json").read_text())
    found = Layer((FOLDER / "layer.tar.zst").read_bytes(), said["annotations"])
    assert (str(found.digest), len(found.blob)) == (said["digest"], said["size"])
    assert found.descriptor == Descriptor.read(said, "layer")
    return found


def test_its_index_is_that_of_the_layer_row_for_row(tmp_path: Path, layer: Layer) -> None:
    with by_table(tmp_path, layer) as listed, by_scan(tmp_path, layer) as scanned:
        assert rows(listed) == rows(scanned)
        assert listed.lookup(b"caf\xe9") is not None
        assert listed.summary.unpacked_size == scanned.summary.unpacked_size
        assert not any(LayerWarning.of(note) is LayerWarning.LOST_NAME for note in listed.summary.notes)


def test_its_files_are_read_by_frames(tmp_path: Path, layer: Layer) -> None:
    with by_table(tmp_path, layer) as index, LayerReader(request_for(tmp_path, layer).blob, index) as reader:
        expected = {
            b"etc/hostname": b"paperboat\n",
            b"etc/empty": b"",
            b"etc/same": b"paperboat\n",
            b"var/zeros": b"begin" + bytes(200_000) + b"end",
            b"var/words": b"".join(b"word %d\n" % number for number in range(3000)),
            b"caf\xe9": b"latin\n",
        }
        for path, data in expected.items():
            entry = index.lookup(path)
            assert entry is not None
            assert b"".join(reader.chunks(entry)) == data


def test_nothing_of_it_differs_from_its_tar(tmp_path: Path, layer: Layer) -> None:
    table = find_table(layer.descriptor)
    assert table is not None
    assert table.split is not None
    request = replace(request_for(tmp_path, layer), table=None, compared=table)
    build_index(request, tmp_path / "compared.sqlite")
    with LayerIndex(tmp_path / "compared.sqlite") as index:
        different = {LayerWarning.TABLE_DIFFERS, LayerWarning.SPLIT_DIFFERS, LayerWarning.TABLE_UNUSABLE}
        assert not [note for note in index.summary.notes if LayerWarning.of(note) in different]
        assert index.summary.basis.digest == table.digest


def test_all_that_may_be_read_of_it_counts(layer: Layer) -> None:
    table = find_table(layer.descriptor)
    assert table is not None
    assert table.part is not None
    assert table.split is not None
    assert (table.part.size, table.split.size, table.size) == (722, 1071, 1793)
