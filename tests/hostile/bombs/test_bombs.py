"""Layers that unpack without end, and tars that claim to be huge: no memory, one message, and Ctrl-C ends it."""

import gzip
import sys
import time
import zlib
from pathlib import Path

import pytest
import zstandard

from ocitui.layers.compression.detect import detect
from ocitui.layers.index import superseded, writer
from ocitui.layers.reader import LayerReader
from ocitui.layers.summary import DamageKind
from ocitui.spec.compression import Compression
from ocitui.transports.blob import BlobLocation
from tests.commands.conftest import Run
from tests.hostile.bombs.bombs import (
    EIB,
    GIB,
    crc_of_zeros,
    deep_file,
    fat_file,
    gzip_of_zeros,
    sparse_file,
    xz_with_dictionary,
    zero_file,
    zeros_layout,
    zstd_of_zeros,
)
from tests.hostile.watched import Watched, parts, run_watched
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.layers.tars import END, header, index_of, member, paths, pax
from tests.patience import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

MIB = 1 << 20


@pytest.fixture(scope="module")
def zeros(tmp_path_factory: pytest.TempPathFactory) -> WrittenLayout:
    """8 GiB of zeros in 8 MB of gzip."""
    return zeros_layout(tmp_path_factory.mktemp("zeros") / "image")


@pytest.fixture(scope="module")
def warm(zeros: WrittenLayout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which it is indexed: the one time that all of it is unpacked here, seven seconds."""
    cache = tmp_path_factory.mktemp("warm")
    listed = run_watched(cache, "ls", "-l", zeros.path)
    assert (listed.code, listed.err) == (0, "")
    assert listed.text.split()[2] == str(8 * GIB)
    return cache


def test_the_bombs_are_what_they_say() -> None:
    size = 4 * MIB
    expected = zero_file(b"zeros", size) + bytes(size) + END
    assert gzip.decompress(gzip_of_zeros(size, zero_file(b"zeros", size))) == expected
    frame = zstd_of_zeros(size, zero_file(b"zeros", size))
    assert zstandard.ZstdDecompressor().decompressobj().decompress(frame) == expected
    assert crc_of_zeros(1000, zlib.crc32(b"x")) == zlib.crc32(b"x" + bytes(1000))
    assert len(gzip_of_zeros(8 * GIB)) < 9_000_000


# What unpacks without end.


@pytest.mark.parametrize("command", ["inspect", "ls -R", "which IMAGE zeros", "find IMAGE zeros", "waste", "ci"])
def test_what_is_known_of_eight_gibibytes_is_told_at_once(command: str, zeros: WrittenLayout, warm: Path) -> None:
    words = command if "IMAGE" in command else f"{command} IMAGE"
    done = run_watched(warm, *words.replace("IMAGE", str(zeros.path)).split())
    assert (done.code, done.err) == (0, "")
    assert "zeros" in done.text or "8.6 GB" in done.text or "8.5 MB" in done.text or "PASS" in done.text


@pytest.mark.parametrize("command", ["find IMAGE text:x", "cat IMAGE zeros", "extract IMAGE zeros -o FOLDER"])
def test_reading_it_is_ended_by_an_interrupt(command: str, zeros: WrittenLayout, warm: Path, tmp_path: Path) -> None:
    words = command.replace("IMAGE", str(zeros.path)).replace("FOLDER", str(tmp_path / "to")).split()
    with Watched(warm, *words) as watched:
        wait_until(lambda: watched.peaks.largest > 40 * MIB, "it reads")
        time.sleep(0.3)
        assert watched.is_running
        assert_is_ended(watched)
    assert not list(tmp_path.rglob("*zeros*"))


STREAMS = {
    "gzip": lambda: gzip_of_zeros(8 * GIB, zero_file(b"zeros", 8 * GIB)),
    "nothing but zeros": lambda: gzip_of_zeros(64 * GIB),
    "zstd": lambda: zstd_of_zeros(1024 * GIB, zero_file(b"zeros", 1024 * GIB)),
}


@pytest.mark.parametrize(("command", "name"), [("ls", "nothing but zeros"), ("verify", "zstd"), ("waste", "gzip")])
def test_indexing_it_is_ended_by_an_interrupt(command: str, name: str, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [LayerSpec(blob=STREAMS[name]())])
    cache = tmp_path / "cache"
    with Watched(cache, command, layout.path) as watched:
        wait_until(lambda: watched.peaks.children, "a worker reads")
        time.sleep(0.5)
        assert watched.is_running
        assert_is_ended(watched)
    assert not [path for path in cache.rglob("*") if path.suffix == ".sqlite"]


def test_two_of_them_are_compared_until_an_interrupt(zeros: WrittenLayout, warm: Path, tmp_path: Path) -> None:
    other = write_layout(tmp_path / "image", [LayerSpec(blob=STREAMS["zstd"](), compression="zstd")])
    with Watched(warm, "diff", zeros.path, other.path) as watched:
        wait_until(lambda: watched.peaks.children, "a worker reads")
        assert_is_ended(watched)


def assert_is_ended(watched: Watched) -> None:
    """By an interrupt, long before it would be done."""
    done = watched.interrupt()
    assert done.code == 130
    assert done.err == ""


def test_a_window_of_two_gibibytes(tmp_path: Path) -> None:
    blob = zstd_of_zeros(8 * GIB, zero_file(b"zeros", 8 * GIB), window_log=31)
    layout = write_layout(tmp_path / "image", [LayerSpec(blob=blob, compression="zstd")])
    done = run_watched(tmp_path / "cache", "ls", "-l", layout.path)
    assert done.code == 2
    assert done.text.endswith("zeros\n")
    assert "a frame asks for a window of 2.1 GB, of which no more than 134.2 MB are held in memory" in done.message


def test_a_window_that_is_not_used(tmp_path: Path) -> None:
    small = zstd_of_zeros(64 * MIB, zero_file(b"zeros", 64 * MIB), window_log=31)
    with index_of(tmp_path, small) as index:
        assert not index.summary.damages
    with index_of(tmp_path, zstd_of_zeros(0, window_log=41)) as index:
        assert "a frame asks for a window of 2.2 TB, over the limit of 2.1 GB" in str(index.summary.damage)


def test_a_dictionary_of_three_gibibytes(tmp_path: Path) -> None:
    blob = xz_with_dictionary(member(b"a", b"1") + END, 39)
    assert detect(blob[:512]) is Compression.XZ
    with index_of(tmp_path, blob) as index:
        assert "a dictionary that does not fit into the 134.2 MB of memory that are the limit" in str(
            index.summary.damage
        )
    with index_of(tmp_path, xz_with_dictionary(member(b"a", b"1") + END, 12)) as index:
        assert paths(index) == [b"a"]


def test_a_stream_of_very_many_members(tmp_path: Path) -> None:
    tar = member(b"a", b"1") + END
    layers = [
        LayerSpec(tar, blob=gzip.compress(tar) + gzip.compress(b"", mtime=0) * 200_000),
        LayerSpec(tar, "zstd", blob=zstandard.compress(tar) + zstandard.compress(b"") * 400_000),
    ]
    layout = write_layout(tmp_path / "image", layers)
    done = run_watched(tmp_path / "cache", "ls", layout.path)
    assert (done.code, done.lines, done.err) == (0, ["a"], "")


# Tars.


def test_an_extended_header_that_claims_eight_gibibytes(tmp_path: Path) -> None:
    size = b"\x80" + (8 * GIB).to_bytes(11, "big")
    with index_of(tmp_path, member(b"a") + header(b"p", flag=b"x", size_field=size) + bytes(2048)) as index:
        assert paths(index) == [b"a"]
        assert "an extended header of 8,589,934,592 bytes is over the limit of 1,048,576" in str(index.summary.damage)


def test_a_record_that_claims_eight_gibibytes(tmp_path: Path) -> None:
    with index_of(tmp_path, member(b"a") + member(b"p", b"8589934592 path=x\n", flag=b"x") + member(b"b")) as index:
        assert paths(index) == [b"a"]
        assert "the record at byte 0 of an extended header is malformed" in str(index.summary.damage)


def test_extended_attributes_of_very_many_megabytes(tmp_path: Path) -> None:
    tar = b"".join(fat_file(b"%d" % number, 1_000_000) for number in range(250)) + END
    layout = write_layout(tmp_path / "image", [tar])
    for arguments in (("ls", "-l"), ("find", "type:file"), ("waste",)):
        assert run_watched(tmp_path / "cache", arguments[0], layout.path, *arguments[1:]).code == 0


def test_a_path_that_nothing_takes(tmp_path: Path) -> None:
    long_link = pax([(b"linkpath", b"x" * 200_000)]) + header(b"link", flag=b"2", link=b"x")
    with index_of(tmp_path, deep_file(100_000) + long_link + member(b"b") + END) as index:
        assert paths(index) == [b"b"]
        first, second = index.summary.damages
        assert first.kind is DamageKind.TAR
        assert "of 200,001 bytes is over the limit of 131,072; the entry d/d/d/" in first.message
        assert second.message.endswith("of 200,000 bytes is over the limit of 131,072; the entry link is left out")


LIMITS = {
    "DIRECTORIES_LIMIT": (b"".join(header(b"d%d" % n, flag=b"5") for n in range(30)), "more folders than the limit"),
    "ENTRIES_LIMIT": (b"".join(header(b"f%d" % n) for n in range(30)), "more entries than the limit of 10"),
    "SIZE_LIMIT": (b"".join(header(b"f%d" % n) for n in range(30)), "the index of the layer is over the limit"),
    "PATHS_LIMIT": (deep_file(5) + member(b"z"), "the paths of the layer's folders are over the limit of 10 bytes"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_layer_of_more_than_any_has(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tar, message = LIMITS[name]
    monkeypatch.setattr(writer, name, 300 if name == "SIZE_LIMIT" else 10)
    monkeypatch.setattr(writer, "_CHECKED_EVERY", 1)
    with index_of(tmp_path, tar + END) as index:
        assert 0 < len(paths(index)) < 30
        assert message in str(index.summary.damage)
        assert str(index.summary.damage).count("what follows is not read") == 1
        assert index.summary.verified is False or len(index.summary.damages) == 1
        assert index.summary.unpacked_size == len(tar + END)


def test_one_path_very_many_times(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superseded, "SUPERSEDED_LIMIT", 10)
    monkeypatch.setattr(superseded, "_AT_ONCE", 7)
    tar = b"".join(member(b"same", b"%d" % number) for number in range(100)) + member(b"other") + END
    layout = write_layout(tmp_path / "image", [tar])
    listed = run("ls", "-l", layout.path)
    assert listed.code == 2
    assert "99 entries were replaced by later ones of the same path; the first 89 are left out" in listed.message
    assert [line.split()[-1] for line in listed.lines] == ["other", "same"]
    assert run("cat", layout.path, "same").out == b"99"
    found = run("find", layout.path, "same")
    assert len(found.lines) == 1
    assert "10 " in run("waste", layout.path).text


def test_repeated_folders_are_superseded_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superseded, "_AT_ONCE", 2)
    first = header(b"d", flag=b"5") + b"".join(member(b"d/%d" % number) for number in range(9))
    tar = first + member(b"d", b"a file now") + header(b"d", flag=b"5") + member(b"d/new") + END
    with index_of(tmp_path, tar) as index:
        assert paths(index) == [b"d", b"d/new"]
        assert index.summary.file_count == 1
        assert len(index.table.superseded_rows()) == 11
        assert sum(row.id in index.table.superseded_ids() for row in index.table.superseded_rows()) == 11


def test_a_sparse_file_of_eight_exbibytes(tmp_path: Path, cache_dir: Path) -> None:
    layout = write_layout(tmp_path / "image", [sparse_file(b"huge", 8 * EIB - 1) + END])
    listed = run_watched(cache_dir, "ls", "-l", layout.path)
    assert listed.text.split()[2] == str(8 * EIB - 1)
    for command in ("verify", "waste", "ci"):
        assert run_watched(cache_dir, command, layout.path).code == 0
    done = run_watched(cache_dir, "extract", layout.path, "huge", "-o", tmp_path / "to")
    assert done.code == 2
    assert "File too large" in done.err
    assert not list((tmp_path / "to").iterdir())
    with Watched(cache_dir, "cat", layout.path, "huge") as watched:
        wait_until(lambda: watched.peaks.largest, "it runs")
        time.sleep(0.3)
        assert_is_ended(watched)
    blob = tmp_path / "blob"
    blob.write_bytes(sparse_file(b"huge", 8 * EIB - 1) + END)
    with index_of(tmp_path / "to", blob.read_bytes()) as index, LayerReader(BlobLocation(blob), index) as reader:
        entry = index.lookup(b"huge")
        assert entry is not None
        assert reader.read(entry, 8 * EIB - 101, 1000) == bytes(100)


def test_links_that_lead_to_links(tmp_path: Path, cache_dir: Path, run: Run) -> None:
    chain = b"".join(header(b"l%d" % n, flag=b"2", link=b"l%d" % (n + 1)) for n in range(1000))
    circle = header(b"a", flag=b"2", link=b"b/x") + header(b"b", flag=b"2", link=b"a/y")
    itself = header(b"loop", flag=b"2", link=b"loop/loop")
    upper = header(b"loop/in") + header(b"a/in") + header(b"b/in") + header(b"l900/in") + header(b"l0/in")
    layout = write_layout(tmp_path / "image", [chain + circle + itself + END, upper + END])
    assert run_watched(cache_dir, "ls", "-R", layout.path).code == 0
    assert run("cat", layout.path, "loop/loop/loop").code == 1
    assert run("which", layout.path, "l0/in").code == 0
    assert run("waste", layout.path).code == 0
    assert parts(cache_dir) == []


def test_a_tar_of_nothing_but_zeros(tmp_path: Path) -> None:
    with index_of(tmp_path, gzip_of_zeros(64 * MIB)) as index:
        assert paths(index) == []
        assert not index.summary.damages
    with index_of(tmp_path, gzip_of_zeros(64 * MIB, b"", b"x" * 512)) as index:
        assert any(
            "bytes other than zero follow the archive at offset 67,108,864" in note for note in index.summary.notes
        )
