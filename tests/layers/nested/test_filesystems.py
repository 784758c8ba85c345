"""Images of filesystems in layers: squashfs, ext2 to ext4, erofs."""

import os
import random
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ocitui.layers.entry import EntryKind
from ocitui.layers.nested import members
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.data import Held, ReadData
from ocitui.layers.nested.entry import MemberEntry
from ocitui.layers.nested.errors import ArchiveError, NoArchiveError
from tests.images.filesystem_images import IMAGES, image
from tests.images.tools import require_root, require_tool, run

WHEN = 1_600_000_000
LONG = bytes(range(256)) * 100
HOLE = b"start".ljust(9000, b"\0") + b"end"
FILES = {b"a.txt": b"one\n", b"d/e/file.bin": LONG, b"d/none": b"", b"hole": HOLE}
ELSE = {
    b"d": (EntryKind.DIRECTORY, 0o755, None),
    b"d/e": (EntryKind.DIRECTORY, 0o755, None),
    b"d/hard": (EntryKind.HARDLINK, 0o640, b"a.txt"),
    b"empty": (EntryKind.DIRECTORY, 0o755, None),
    b"link": (EntryKind.SYMLINK, 0o777, b"d/e"),
    b"long": (EntryKind.SYMLINK, 0o777, b"/" + b"x" * 100),
    b"null": (EntryKind.CHARACTER_DEVICE, 0o644, None),
}


def opened(data: bytes) -> Archive:
    return Archive(Held(data), b"x.img")


def entries(archive: Archive) -> dict[bytes, MemberEntry]:
    found = {archive.path_in(each): each for each in archive.walk(archive.root.id)}
    found.pop(b"lost+found", None)
    return found


def content(archive: Archive, entry: MemberEntry, step: int = 5000) -> bytes:
    found = b""
    while len(found) < entry.size:
        found += archive.read_stored(entry, len(found), step)
    return found


@pytest.mark.parametrize("name", IMAGES)
def test_all_that_is_in_it(name: str) -> None:
    archive = opened(image(name))
    found = entries(archive)
    packed, _, compressed = name.partition(".")
    assert archive.word == (f"{compressed}, {packed}" if compressed else name)
    assert archive.problems == []
    assert found.keys() == FILES.keys() | ELSE.keys()
    for path, expected in FILES.items():
        assert (content(archive, found[path]), found[path].size) == (expected, len(expected))
        if expected:
            assert archive.read_stored(found[path], len(expected) - 3, 9) == expected[-3:]
    for path, (kind, mode, link) in ELSE.items():
        assert (found[path].kind, found[path].mode, found[path].link) == (kind, mode, link)
    assert {each.mtime_ns for each in found.values()} == {WHEN * 10**9}
    assert {(each.uid, each.gid) for each in found.values()} == {(0, 0)}
    assert (found[b"null"].device, found[b"a.txt"].device) == ((1, 3), None)
    assert {path: dict(each.xattrs) for path, each in found.items() if each.xattrs} == {
        b"a.txt": {b"user.a": b"value"},
        b"d": {b"user.folder": b"yes"},
    }
    assert archive.hard_link_target(found[b"d/hard"]) == found[b"a.txt"]
    assert archive.at(b"link/file.bin") == found[b"d/e/file.bin"]


@pytest.mark.parametrize("name", IMAGES)
def test_the_runs_of_data(name: str) -> None:
    archive = opened(image(name))
    for path, expected in FILES.items():
        entry = entries(archive)[path]
        for first in {0, 1, 5000, 8192} if expected else ():
            rebuilt = bytearray(max(0, len(expected) - first))
            for start, length in archive.data_runs(entry, first):
                assert start >= first
                rebuilt[start - first : start - first + length] = expected[start : start + length]
            assert rebuilt == expected[first:]
    if "erofs" not in name:
        found = list(archive.data_runs(entries(archive)[b"hole"], 0))
        assert sum(length for _, length in found) < len(HOLE) - 3000


def test_what_cannot_be_unpacked_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArchiveError, match=r"^/x.img: is packed with lzo, which cannot be unpacked$"):
        opened(image("lzo.squashfs"))
    monkeypatch.setitem(sys.modules, "lz4.block", None)
    expected = r"^/x.img: is packed with lz4, which needs `pip install 'ocitui\[filesystems\]'`$"
    with pytest.raises(ArchiveError, match=expected):
        opened(image("lz4.squashfs"))


def test_what_its_journal_or_its_features_would_change() -> None:
    data = bytearray(image("ext4"))
    features = 1024 + 96
    (known,) = struct.unpack_from("<I", data, features)
    struct.pack_into("<I", data, features, known | 0x4)
    archive = opened(bytes(data))
    assert archive.problems == ["/x.img: was not unmounted: what its journal would still change is not shown"]
    assert entries(archive).keys() == FILES.keys() | ELSE.keys()
    struct.pack_into("<I", data, features, known | 0x10)
    with pytest.raises(ArchiveError, match=r"^/x.img: is an ext4 image with groups of block groups, and cannot be"):
        opened(bytes(data))


def test_other_versions() -> None:
    data = bytearray(image("gzip.squashfs"))
    data[28] = 3
    with pytest.raises(ArchiveError, match=r"^/x.img: is squashfs 3.0, of which only 4.0 is known"):
        opened(bytes(data))
    with pytest.raises(NoArchiveError):
        opened(bytes(1080) + b"\x53\xef" + bytes(2000))  # the magic alone


def test_a_time_after_2038_and_before_1970() -> None:
    """The two lowest bits of the nanoseconds are those above 32 of the seconds, which have a sign."""
    data = bytearray(image("ext4"))
    at = data.index(struct.pack("<I", WHEN))
    for seconds in (-5, (1 << 31) + 7, (1 << 32) + 9):
        signed = ((seconds & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
        words = seconds & 0xFFFFFFFF, ((seconds - signed) >> 32) | 12 << 2
        for place in _occurrences(data, at):
            struct.pack_into("<I", data, place, words[0])
            struct.pack_into("<I", data, place + 120, words[1])
        found = entries(opened(bytes(data)))
        assert {each.mtime_ns for each in found.values()} == {seconds * 10**9 + 12}


def _occurrences(data: bytearray, first: int) -> list[int]:
    """The places of a time of modification in the table of inodes."""
    inode = first - 16
    return [at + 16 for at in range(inode, inode + 23 * 256, 256) if data[at : at + 2] != b"\0\0" and at >= 0][:23]


@pytest.mark.parametrize("name", IMAGES)
def test_damage_is_never_anything_else_than_a_message(name: str) -> None:
    whole, chance = image(name), random.Random(name)
    places = [at for at in range(len(whole)) if whole[at]]  # the rest is empty space
    for _ in range(120):
        data = bytearray(whole)
        for at in chance.sample(places, chance.choice([1, 1, 3, 20])):
            data[at] = chance.randrange(256)
        with suppress(ArchiveError):
            archive = opened(bytes(data[: chance.choice([len(data), len(data) // 2])]))
            for entry in archive.walk(archive.root.id):
                with suppress(ArchiveError):
                    if entry.kind is EntryKind.FILE and entry.size:
                        archive.read_stored(entry, max(0, entry.size - 3000), 3000)


def test_a_directory_in_two_places_is_shown_once() -> None:
    """A directory that is below itself would have no end."""
    data = bytearray(image("ext2"))
    place = data.index(b"\x01\x02e\0")  # the length, the kind and the name of d/e
    struct.pack_into("<I", data, place - 6, 2)
    archive = opened(bytes(data))
    assert archive.problems == ["/x.img: d/e: is left out, as its directory is in two places"]
    assert b"a.txt" in entries(archive)


def test_a_name_that_cannot_be_one() -> None:
    data = image("ext2").replace(b"a.txt", b"../tx")
    archive = opened(data)
    assert archive.problems == ["/x.img: /../tx: is left out, as this can be no name"]
    assert b"d/hard" in entries(archive)


@pytest.mark.parametrize("name", ["gzip.squashfs", "ext2"])
def test_more_names_than_the_limit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "ENTRIES", 5)
    with pytest.raises(ArchiveError, match=r"^/x.img: it has more than 5 entries"):
        opened(image(name))


# Compared with what the tools are given.


def _tree(folder: Path) -> Iterator[Path]:
    chance = random.Random(1)
    for number in range(5):
        (folder / f"d{number}").mkdir(parents=True)
        for name in range(40):
            path = folder / f"d{number}" / f"file-{name}-{'n' * chance.randrange(60)}"
            path.write_bytes(chance.randbytes(chance.choice([0, 10, 3000])) + b"x" * chance.randrange(9000))
            yield path
    large = folder / "large"
    large.write_bytes(chance.randbytes(300_000))
    with large.open("r+b") as file:  # beyond the blocks that blocks of addresses have addresses of
        file.seek(70_000_000)
        file.write(b"far away")
        file.truncate(80_000_000)  # and ends with a hole
    yield large


@pytest.mark.peer
@pytest.mark.parametrize("name", ["squashfs", "ext2", "ext4"])
def test_real_tools(name: str, tmp_path: Path) -> None:
    require_root()
    tool = require_tool("mksquashfs" if name == "squashfs" else "mke2fs")
    source, made = tmp_path / "tree", tmp_path / "image"
    files = list(_tree(source))
    if name == "squashfs":
        run(tool, source, made, "-b", "16384", "-quiet", "-no-progress")
    else:
        run(tool, "-q", "-t", name, "-b", "1024", "-d", source, made, "20M")
    with made.open("rb") as stream:
        read = 0

        def counted(offset: int, size: int) -> bytes:
            nonlocal read
            stream.seek(offset)
            read += size
            return stream.read(size)

        archive = Archive(ReadData(made.stat().st_size, counted), b"x.img")
        assert read < made.stat().st_size // 8
        found = entries(archive)
        assert len(found) == 5 + len(files)
        for path in files:
            entry, there = found[os.fsencode(path.relative_to(source))], path.stat()
            assert (entry.mode, entry.size) == (stat.S_IMODE(there.st_mode), there.st_size)
            for start in {0, max(0, entry.size // 100_000 * 100_000 - 10_100_000), max(0, entry.size - 5000)}:
                with path.open("rb") as file:
                    file.seek(start)
                    expected = file.read(400_000)
                assert not expected or archive.read_stored(entry, start, 400_000) == expected
