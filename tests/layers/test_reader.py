"""Contents of files, from every kind of blob: against what was put in, and against tar."""

import random
import sqlite3
import subprocess
import tarfile
import threading
import zlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.errors import BlobMissingError, LayerError
from ocitui.layers.compression import seekpoints, unpacked
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.reader import LayerReader
from ocitui.transports.blob import BlobLocation
from tests.examples import examples
from tests.images.tools import require_tool
from tests.layers.blobs import EVERY_KIND, blob, contents, layer_tar
from tests.layers.tars import END, header, index_of, member


@pytest.fixture(autouse=True)
def _close_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seekpoints, "INTERVAL", 1 << 19)
    monkeypatch.setattr(seekpoints, "_BUDGET", 4)


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, LayerReader]]:
    """A reader for each kind of blob that was asked for."""
    readers: dict[str, LayerReader] = {}
    yield readers
    for reader in readers.values():
        reader.close()
        reader.index.close()


@pytest.fixture(params=EVERY_KIND)
def reader(
    request: pytest.FixtureRequest, opened: dict[str, LayerReader], tmp_path_factory: pytest.TempPathFactory
) -> LayerReader:
    kind: str = request.param
    if kind not in opened:
        folder = tmp_path_factory.mktemp("blob")
        index = index_of(folder, blob(kind))
        opened[kind] = LayerReader.open(BlobLocation(folder / "0.blob"), index)
    return opened[kind]


def entry_at(reader: LayerReader, path: bytes) -> Entry:
    entry = reader.index.lookup(path)
    assert entry is not None
    return entry


def open_layer(folder: Path, data: bytes) -> LayerReader:
    index = index_of(folder, data)
    return LayerReader(BlobLocation(index.path.with_suffix(".blob")), index)


def close(reader: LayerReader) -> None:
    reader.close()
    reader.index.close()


@pytest.mark.slow
def test_every_file_in_any_order(reader: LayerReader) -> None:
    names = sorted(contents())
    for order in (names, names[::-1], random.Random(1).sample(names, len(names))):
        for name in order:
            assert reader.read(entry_at(reader, name)) == contents()[name]


def test_pieces_of_files(reader: LayerReader) -> None:
    chance = random.Random(2)
    for name in chance.sample(sorted(contents()), 15):
        data, entry = contents()[name], entry_at(reader, name)
        start, size = chance.randint(0, len(data) + 5), chance.randint(0, 70_000)
        assert reader.read(entry, start, size) == data[start : start + size]
        assert reader.read(entry, start) == data[start:]
        assert b"".join(reader.chunks(entry, start, size)) == data[start : start + size]


def test_two_files_read_in_turn(reader: LayerReader) -> None:
    names = sorted(contents(), key=lambda name: len(contents()[name]))[-2:]
    found = dict.fromkeys(names, b"")
    for pieces in zip_longest(*(reader.chunks(entry_at(reader, name)) for name in names), fillvalue=b""):
        for name, piece in zip(names, pieces, strict=True):
            found[name] += piece
    assert found == {name: contents()[name] for name in names}


def test_several_threads(reader: LayerReader) -> None:
    wrong: list[bytes] = []

    def work(seed: int) -> None:
        for name in random.Random(seed).sample(sorted(contents()), 30):
            if reader.read(entry_at(reader, name)) != contents()[name]:
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_any_place_of_the_stream(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Reads in any order, near to each other and far away, with stretches forgotten in between."""
    folder = tmp_path_factory.mktemp("place")
    kind = data.draw(st.sampled_from(["zlib 6", "pigz", "bgzip", "zstd", "zstd frames", "plain"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unpacked, "KEPT", data.draw(st.sampled_from([1, 1 << 20, 1 << 25])))
        with index_of(folder, blob(kind)) as index:
            stream = unpacked.UnpackedBlob(BlobLocation(folder / "0.blob"), index.seek_point)
            size = len(layer_tar())
            for _ in range(data.draw(st.integers(1, 8))):
                offset = data.draw(st.integers(0, size + 10))
                wanted = data.draw(st.integers(1, 1 << 20))
                found = stream.read(offset, wanted)
                assert bool(found) == (offset < size)
                assert found == layer_tar()[offset : offset + len(found)]
                assert len(found) <= wanted
            stream.close()


def test_a_stretch_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer of one zstd frame, read from its first file to its last: no second pass."""
    reader = open_layer(tmp_path, blob("zstd"))
    opened = []
    real = unpacked.open_decompressor
    monkeypatch.setattr(unpacked, "open_decompressor", lambda *a, **k: opened.append(1) or real(*a, **k))
    by_place = sorted((entry.offset or 0, entry) for _, entry in reader.index.walk() if entry.kind is EntryKind.FILE)
    for _, entry in by_place:
        for _ in reader.chunks(entry):
            pass
    assert len(opened) == 1
    close(reader)


@pytest.mark.peer
def test_sparse_files(tmp_path: Path) -> None:
    require_tool("tar")
    folder = tmp_path / "files"
    folder.mkdir()
    with (folder / "holes").open("wb") as file:
        for start in (0, 300_000, 5_000_000):
            file.seek(start)
            file.write(b"data at %d" % start * 900)
        file.truncate(6_000_000)
    with (folder / "all-hole").open("wb") as file:
        file.truncate(1_000_000)
    for number, options in enumerate(
        (["--format=gnu"], *(["--format=pax", f"--sparse-version={version}"] for version in ("0.0", "0.1", "1.0")))
    ):
        command = ["tar", "-S", *options, "-C", folder, "-cf", "-", "."]
        tar = subprocess.run(command, capture_output=True, check=True).stdout
        for data in (tar, _gzip(tar)):
            place = tmp_path / f"{number}.{len(data)}"
            place.mkdir()
            reader = open_layer(place, data)
            for name in (b"holes", b"all-hole"):
                expected, entry = (folder / name.decode()).read_bytes(), entry_at(reader, name)
                assert entry.sparse is not None
                assert reader.read(entry) == expected
                for start, size in [(4000, 10), (290_000, 20_000), (5_999_990, 100), (8000, 400_000)]:
                    assert reader.read(entry, start, size) == expected[start : start + size]
                stored = list(reader.data_chunks(entry))
                assert sum(len(piece) for _, piece in stored) < 100_000
                assert all(piece == expected[start : start + len(piece)] for start, piece in stored)
            close(reader)


def _gzip(data: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, 31)
    return stream.compress(data) + stream.flush()


def test_a_huge_hole_is_not_read_at_once(tmp_path: Path) -> None:
    info = tarfile.TarInfo("huge")
    info.pax_headers = {"GNU.sparse.map": "0,5", "GNU.sparse.size": str(1 << 60), "GNU.sparse.name": "huge"}
    info.size = 5
    buffer = info.tobuf(tarfile.PAX_FORMAT) + b"start".ljust(512, b"\0") + END
    reader = open_layer(tmp_path, buffer)
    entry = entry_at(reader, b"huge")
    assert reader.read(entry, 0, 10) == b"start\0\0\0\0\0"
    assert reader.read(entry, (1 << 60) - 3) == bytes(3)
    assert next(reader.chunks(entry, 1 << 50)) == bytes(1 << 18)
    with pytest.raises(LayerError, match="too many to be read at once"):
        reader.read(entry)
    close(reader)


def test_hard_links_are_what_they_named_when_they_were_made(tmp_path: Path) -> None:
    tar = (
        member(b"a", b"first")
        + header(b"link-to-first", flag=b"1", link=b"./a")
        + member(b"a", b"second!")
        + header(b"link-to-second", flag=b"1", link=b"/a")
        + header(b"link-to-link", flag=b"1", link=b"link-to-first")
        + header(b"link-to-itself", flag=b"1", link=b"link-to-itself")
        + header(b"link-to-later", flag=b"1", link=b"later")
        + member(b"later", b"x")
        + header(b"symlink", flag=b"2", link=b"a")
        + header(b"folder/", flag=b"5")
        + header(b"link-to-folder", flag=b"1", link=b"folder")
        + END
    )
    reader = open_layer(tmp_path, tar)
    assert reader.read(entry_at(reader, b"a")) == b"second!"
    assert reader.read(entry_at(reader, b"link-to-first")) == b"first"
    assert reader.read(entry_at(reader, b"link-to-link")) == b"first"
    assert reader.read(entry_at(reader, b"link-to-second")) == b"second!"
    for name in (b"link-to-itself", b"link-to-later", b"link-to-folder"):
        with pytest.raises(LayerError, match=r"is a hard link to .*, which is not in the same layer"):
            reader.read(entry_at(reader, name))
    for name in (b"symlink", b"folder"):
        with pytest.raises(LayerError, match=f"{name.decode()}: expected a file, found a"):
            list(reader.chunks(entry_at(reader, name)))
    close(reader)


def test_a_part_of_a_larger_file(tmp_path: Path) -> None:
    data = blob("zlib 6")
    index = index_of(tmp_path, data)
    archive = tmp_path / "archive"
    archive.write_bytes(b"before" * 100 + data + b"after")
    with LayerReader(BlobLocation(archive, 600, len(data)), index) as reader:
        for name in sorted(contents())[::9]:
            assert reader.read(entry_at(reader, name)) == contents()[name]
    index.close()


@pytest.mark.slow
def test_an_index_without_points(tmp_path: Path) -> None:
    """Points are a shortcut: what has none is unpacked from its start."""
    data = blob("zlib 6")
    with index_of(tmp_path, data) as index:
        path = index.path
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM point")
    connection.commit()
    connection.close()
    with LayerIndex(path) as index, LayerReader(BlobLocation(tmp_path / "0.blob"), index) as reader:
        for name in random.Random(4).sample(sorted(contents()), 10):
            assert reader.read(entry_at(reader, name)) == contents()[name]


def test_a_damaged_point_is_said(tmp_path: Path) -> None:
    with index_of(tmp_path, blob("zlib 6")) as index:
        path = index.path
    connection = sqlite3.connect(path)
    connection.execute("UPDATE point SET window = zeroblob(30)")
    connection.commit()
    connection.close()
    with LayerIndex(path) as index, LayerReader(BlobLocation(tmp_path / "0.blob"), index) as reader:
        last = max((entry for _, entry in index.walk() if entry.size), key=lambda entry: entry.offset or 0)
        with pytest.raises(LayerError, match="a seek point of the layer index is damaged"):
            reader.read(last)


def test_a_blob_of_another_size_is_not_read(tmp_path: Path) -> None:
    with index_of(tmp_path, blob("zlib 6")) as index:
        path = tmp_path / "0.blob"
        with path.open("ab") as file:
            file.write(b"x")
        with pytest.raises(LayerError, match=r"expected .* bytes as when it was indexed, found"):
            LayerReader(BlobLocation(path), index)
        path.unlink()
        with pytest.raises(BlobMissingError):
            LayerReader(BlobLocation(path), index)


def test_a_blob_that_changes_meanwhile(tmp_path: Path) -> None:
    reader = open_layer(tmp_path, blob("zlib 6"))
    path = tmp_path / "0.blob"
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)
    with pytest.raises(LayerError, match="has changed since it was opened"):
        reader.read(entry_at(reader, max(contents(), key=lambda name: len(contents()[name]))))
    close(reader)
