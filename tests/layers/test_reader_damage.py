"""Reading from layers that are cut off or damaged: everything before the damage is there."""

import zlib
from pathlib import Path

import pytest
import zstandard

from ocitui.errors import LayerError
from ocitui.layers.compression import seekpoints
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.reader import LayerReader
from ocitui.transports.blob import BlobLocation
from tests.layers.blobs import blob, layer_tar
from tests.layers.tars import END, index_of, member


@pytest.fixture(autouse=True)
def _close_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seekpoints, "INTERVAL", 1 << 19)
    monkeypatch.setattr(seekpoints, "_BUDGET", 4)


def readable(blob_bytes: bytes, compression: str) -> int:
    """How many bytes of the layer an independent program would give, one byte of the blob at a time near the end."""
    if compression == "plain":
        return len(blob_bytes)
    stream = zlib.decompressobj(31) if compression == "gzip" else zstandard.ZstdDecompressor().decompressobj()
    count = 0
    try:
        for start in range(0, len(blob_bytes), 64):
            count += len(stream.decompress(blob_bytes[start : start + 64]))
    except (zlib.error, zstandard.ZstdError):
        pass
    return count


def read_up_to_error(reader: LayerReader, entry: Entry) -> tuple[bytes, str]:
    """What can be read of a file, and why no more; empty where all can."""
    found = b""
    try:
        for piece in reader.chunks(entry):
            found += piece
    except LayerError as error:
        return found, str(error)
    return found, ""


@pytest.mark.parametrize(
    ("kind", "compression", "harm"),
    [
        ("zlib 6", "gzip", "cut"),
        ("zlib 6", "gzip", "changed"),
        ("zstd", "zstd", "cut"),
        ("zstd", "zstd", "changed"),
        ("plain", "plain", "cut"),
    ],
)
def test_everything_before_the_damage(kind: str, compression: str, harm: str, tmp_path: Path) -> None:
    data, tar = blob(kind), layer_tar()
    middle = len(data) * 2 // 3
    data = data[:middle] if harm == "cut" else data[:middle] + b"\xff\x00" * 300 + data[middle + 600 :]
    good = readable(data, compression) if harm == "cut" else readable(data[:middle], compression)
    with index_of(tmp_path, data) as index, LayerReader(BlobLocation(tmp_path / "0.blob"), index) as reader:
        files = [entry for _, entry in index.walk() if entry.kind is EntryKind.FILE]
        assert len(files) > 20
        failed = 0
        for entry in sorted(files, key=lambda entry: entry.id % 7):
            assert entry.offset is not None
            expected = tar[entry.offset : entry.offset + entry.size]
            if entry.offset + entry.size <= good:
                assert reader.read(entry) == expected
                continue
            found, error = read_up_to_error(reader, entry)
            failed += bool(error)
            assert "offset" in error or (harm == "changed" and not error)  # what is noise anyway may be changed unseen
            least = max(good - entry.offset, 0)
            assert found[:least] == expected[:least]
            assert len(found) >= least
        assert failed or harm == "changed"


def test_a_file_that_the_layer_ends_in(tmp_path: Path) -> None:
    tar = member(b"whole", b"1234") + member(b"cut", b"x" * 5000)[:3000]
    with index_of(tmp_path, tar) as index, LayerReader(BlobLocation(tmp_path / "0.blob"), index) as reader:
        whole, cut = index.lookup(b"whole"), index.lookup(b"cut")
        assert whole is not None
        assert cut is not None
        assert reader.read(whole) == b"1234"
        found, error = read_up_to_error(reader, cut)
        assert found == b"x" * 2488
        assert error.startswith("cut: expected")
        assert error.endswith("the layer ends at offset 4,024")


def test_what_follows_the_last_member_is_no_damage(tmp_path: Path) -> None:
    stream = zlib.compressobj(6, zlib.DEFLATED, 31)
    tar = member(b"a", b"text" * 100_000) + END
    data = stream.compress(tar) + stream.flush() + b"garbage"
    with index_of(tmp_path, data) as index, LayerReader(BlobLocation(tmp_path / "0.blob"), index) as reader:
        entry = index.lookup(b"a")
        assert entry is not None
        assert reader.read(entry) == b"text" * 100_000
