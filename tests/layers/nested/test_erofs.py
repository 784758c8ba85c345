"""Images of erofs in layers, compared with what `mkfs.erofs` was given; and damaged ones."""

import os
import random
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from ocitui.layers.entry import EntryKind
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.data import Held
from ocitui.layers.nested.entry import MemberEntry
from ocitui.layers.nested.erofs_unpack import unpack
from ocitui.layers.nested.errors import ArchiveError
from tests.images.filesystem_images import EROFS, image
from tests.images.tools import require_root, require_tool, run

SUPERBLOCK = 1024
FEATURES = SUPERBLOCK + 80
OLD, DISTANT = -464_572_800, 7_258_118_400
"""Seconds: before 1970, and as many as 32 bits cannot count."""

OPTIONS = {
    "plain": [],
    "shared attributes": ["-x1"],
    "no ends behind inodes": ["-Enoinline_data"],
    "short inodes": ["-Eforce-inode-compact", "-T1234567"],
    "chunks": ["--chunksize=4096"],
    "large chunks": ["--chunksize=65536"],
    "lz4": ["-zlz4"],
    "lz4 of any length": ["-zlz4hc,9", "--max-extent-bytes=9000"],
    "lz4 in many blocks": ["-zlz4hc", "-C65536"],
    "ends behind the index": ["-zlz4", "-Eztailpacking"],
    "ends behind the index of many blocks": ["-zlz4", "-Eztailpacking", "-C1048576"],
    "lz4 of Linux 4.19": ["-zlz4", "-Elegacy-compress"],
    "lz4 of Linux 4.19 and what came later": ["-zlz4", "-Elegacy-compress", "-Eztailpacking", "-C65536"],
}


def opened(data: bytes) -> Archive:
    return Archive(Held(data), b"x.img")


def entries(archive: Archive) -> dict[bytes, MemberEntry]:
    return {archive.path_in(each): each for each in archive.walk(archive.root.id)}


def content(archive: Archive, entry: MemberEntry, step: int = 100_000) -> bytes:
    found = b""
    while len(found) < entry.size:
        found += archive.read_stored(entry, len(found), step)
    return found


def contents() -> dict[str, bytes]:
    chance = random.Random(1)
    text = b"".join(b"line %d %d\n" % (number, chance.randrange(1000)) for number in range(30_000))
    mixed = [chance.randbytes(chance.randrange(9000)) if at % 2 else b"ab%d" % at * 999 for at in range(60)]
    files = {
        "a.txt": b"one\n",
        "d/none": b"",
        "exact": b"q" * 8192,
        "random": chance.randbytes(100_001),
        "text": text,
        "mixed": b"".join(mixed),
        "zeros": bytes(500_000),
        "sparse": b"start".ljust(700_000, b"\0") + b"far away" + bytes(100_000),
    }
    for number in range(4):
        files[f"same-{number}"] = chance.randbytes(5000) + text[1000:100_000] + chance.randbytes(number * 777)
    for number in range(300):
        files[f"many/{number}-{'n' * chance.randrange(60)}"] = chance.randbytes(chance.choice([0, 10, 3000])) + b"x" * (
            chance.randrange(9000)
        )
    return files


def write_tree(folder: Path) -> None:
    for name, data in contents().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("d")
    (folder / "long").symlink_to("/" + "x" * 200)
    os.link(folder / "a.txt", folder / "d/hard")
    os.mkfifo(folder / "fifo")
    os.mknod(folder / "null", 0o644 | stat.S_IFCHR, os.makedev(1, 3))
    os.mknod(folder / "disk", 0o600 | stat.S_IFBLK, os.makedev(259, 70_000))
    os.chown(folder / "exact", 5, 60_000)
    (folder / "d/none").chmod(0o4750)
    for number in range(4):
        os.setxattr(folder / f"same-{number}", "user.shared", b"the same")
    os.setxattr(folder / "mixed", "trusted.t", b"y" * 300)
    os.setxattr(folder / "d", "user.folder", b"yes")
    os.utime(folder / "exact", (1, 1_600_000_000))
    os.utime(folder / "random", ns=(1, OLD * 10**9 + 123_456_789))
    os.utime(folder / "text", (1, DISTANT))


def described(path: Path, has_times: bool) -> tuple[object, ...]:
    there = path.lstat()
    device = (os.major(there.st_rdev), os.minor(there.st_rdev))
    is_device = stat.S_ISCHR(there.st_mode) or stat.S_ISBLK(there.st_mode)
    names = os.listxattr(path, follow_symlinks=False)
    return (
        stat.S_IMODE(there.st_mode),
        (there.st_uid, there.st_gid),
        there.st_mtime_ns if has_times else None,
        os.fsencode(os.readlink(path)) if path.is_symlink() else None,
        device if is_device else None,
        {os.fsencode(name): os.getxattr(path, name, follow_symlinks=False) for name in names},
    )


@pytest.mark.peer
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_all_that_was_put_in(options: list[str], tmp_path: Path) -> None:
    require_root()
    tool, tree, made = require_tool("mkfs.erofs"), tmp_path / "tree", tmp_path / "image"
    write_tree(tree)
    run(tool, "--quiet", *options, made, tree)
    archive = opened(made.read_bytes())
    found = entries(archive)
    assert archive.problems == []
    paths = {os.fsencode(path.relative_to(tree)): path for path in tree.rglob("*")}
    assert found.keys() == paths.keys()
    has_times = not any(each.startswith("-T") for each in options)
    for name, path in paths.items():
        entry = found[name]
        if entry.kind is EntryKind.HARDLINK:
            target = archive.hard_link_target(entry)
            assert target is not None
            assert archive.path_in(target) in (b"a.txt", b"d/hard")
            entry = target
        times = entry.mtime_ns if has_times else None
        assert (entry.mode, (entry.uid, entry.gid), times, entry.link, entry.device, dict(entry.xattrs)) == (
            described(path, has_times)
        ), name
        if path.is_file() and not path.is_symlink():
            expected = path.read_bytes()
            assert content(archive, entry) == expected, name
            assert data_alone(archive, entry, expected) == expected
            for start in (len(expected) // 2 + 37, len(expected) // 3):  # backwards too
                assert not expected[start:] or archive.read_stored(entry, start, 9000) == expected[start : start + 9000]


def data_alone(archive: Archive, entry: MemberEntry, expected: bytes) -> bytes:
    """What the runs of data have of a file, and zeros for the rest."""
    rebuilt = bytearray(len(expected))
    for start, length in archive.data_runs(entry, 0):
        rebuilt[start : start + length] = expected[start : start + length]
    return bytes(rebuilt)


@pytest.mark.peer
def test_holes(tmp_path: Path) -> None:
    """Chunks that are missing; mkfs.erofs 1.5 stores one chunk of zeros for all of them."""
    tool, tree, made = require_tool("mkfs.erofs"), tmp_path / "tree", tmp_path / "image"
    tree.mkdir()
    (tree / "sparse").write_bytes(b"start".ljust(700_000, b"\0") + b"far away".ljust(100_000, b"\0"))
    run(tool, "--quiet", "--chunksize=4096", made, tree)
    data = made.read_bytes()
    zeros = next(row for row in (struct.pack("<I", each) for each in range(1, len(data))) if row * 20 in data)
    archive = opened(data.replace(zeros, struct.pack("<I", 0xFFFF_FFFF)))
    entry, end = entries(archive)[b"sparse"], (798_720, 1280)  # no whole chunk, so not the one of zeros
    assert list(archive.data_runs(entry, 0)) == [(0, 4096), (696_320, 4096), end]
    assert list(archive.data_runs(entry, 5)) == [(5, 4091), (696_320, 4096), end]
    assert list(archive.data_runs(entry, 704_000)) == [end]
    assert content(archive, entry) == (tree / "sparse").read_bytes()


def changed(offset: int, form: str, *values: int) -> bytes:
    data = bytearray(image("erofs"))
    struct.pack_into(form, data, offset, *values)
    return bytes(data)


def test_compressed_files_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lz4.block", None)
    archive = opened(image("lz4.erofs"))
    found = entries(archive)
    assert content(archive, found[b"a.txt"]) == b"one\n"
    expected = r"^/x.img!/d/e/file.bin: is packed with lz4, which needs `pip install 'ocitui\[filesystems\]'`$"
    with pytest.raises(ArchiveError, match=expected):
        archive.read_stored(found[b"d/e/file.bin"], 0, 10)


def test_a_beginning_of_a_packed_block() -> None:
    """Another file has the whole of it, or, as mkfs.erofs wrote it for Linux 4.19, anything may be behind it."""
    lz4 = pytest.importorskip("lz4.block")
    text = b"".join(b"line %d\n" % number for number in range(900)) + b"x" * 5000
    packed = lz4.compress(text, store_size=False)
    for size in (1, 100, 5000, len(text) - 1, len(text)):
        assert unpack(0, bytes(9) + packed, size, is_partial=True, is_padded=True) == text[:size]
        assert unpack(0, packed + bytes(9), size, is_partial=False, is_padded=False) == text[:size]
    for damaged in (packed[:300], b"\x10a\0\0", b"\x10a\xff\xff", b"\0"):
        with pytest.raises(ArchiveError):
            unpack(0, damaged, len(text), is_partial=False, is_padded=False)
    with pytest.raises(ArchiveError, match="it unpacks to 12,990 bytes instead of 12,991"):
        unpack(0, packed, len(text) + 1, is_partial=False, is_padded=True)
    with pytest.raises(ArchiveError, match=r"^is packed with compression 4, which cannot be unpacked$"):
        unpack(4, packed, 1, is_partial=False, is_padded=True)


@pytest.mark.parametrize("name", EROFS)
def test_a_packed_block_that_claims_more_or_less(name: str) -> None:
    data = image(f"{name}.erofs")
    at = next(at for at in range(0, len(data), 32) if data[at + 8 : at + 12] == struct.pack("<I", 25600))
    for size in (25599, 25601, 4 << 20, 0xFFFF_FFFF):
        changed = data[: at + 8] + struct.pack("<I", size) + data[at + 12 :]
        archive = opened(changed)
        entry = entries(archive)[b"d/e/file.bin"]
        assert entry.size == size
        with suppress(ArchiveError):
            assert archive.read_stored(entry, 0, 100) == bytes(range(100))


def test_common_prefixes_of_attributes() -> None:
    data = bytearray(image("erofs"))
    at = data.index(b"\x01\x01\x05\x00avalue")
    data[at + 1] = 0x80
    struct.pack_into("<BI", data, SUPERBLOCK + 91, 1, len(data) // 4)
    data += struct.pack("<HB", 6, 1) + b"long."
    assert dict(entries(opened(bytes(data)))[b"a.txt"].xattrs) == {b"user.long.a": b"value"}


def test_features_that_are_not_known() -> None:
    data = bytearray(changed(FEATURES, "<I", 0x10085))
    data[SUPERBLOCK + 64 : FEATURES] = b"my\x1bvolume".ljust(16, b"\0")
    with pytest.raises(ArchiveError) as raised:
        opened(bytes(data))
    uuid = "UUID 12345678-1234-1234-1234-123456789abc"
    words = "compressed, chunked files, addresses of 48 bits, unknown features 0x10000"
    facts = f"volume my\\x1bvolume, {uuid}, 11 inodes, {words}"
    assert str(raised.value) == f"/x.img: is an erofs image ({facts}), which cannot be opened"


def row_of(data: bytes, name: bytes) -> int:
    """The offset of the row of a name in the root, which begins with the number of its inode."""
    inode: int = struct.unpack_from("<H", data, SUPERBLOCK + 14)[0] * 32
    start = inode + (64 if data[inode] & 1 else 32)
    rows = int.from_bytes(data[start + 8 : start + 10], "little")
    for at in range(start, start + rows, 12):
        if data[start + int.from_bytes(data[at + 8 : at + 10], "little") :].startswith(name):
            return at
    raise LookupError(name)


def inode_of(data: bytes, name: bytes) -> int:
    at = row_of(data, name)
    return 32 * int.from_bytes(data[at : at + 8], "little")


def test_numbers_of_inodes_outside_the_image_and_of_folders_above() -> None:
    data = image("erofs")
    archive = opened(changed(row_of(data, b"a.txt"), "<Q", 1 << 60))
    assert archive.problems == [f"/x.img: a.txt: is left out: its inode {1 << 60:,} is missing"]
    assert b"d/e/file.bin" in entries(archive)
    (root,) = struct.unpack_from("<H", data, SUPERBLOCK + 14)
    archive = opened(changed(row_of(data, b"empty"), "<Q", root))
    assert archive.problems == ["/x.img: empty: is left out, as its directory is in two places"]
    with pytest.raises(ArchiveError, match=r"^/x.img: its (inode 65,535 is missing|root is damaged: no directory)$"):
        opened(changed(SUPERBLOCK + 14, "<H", 65535))


def test_a_folder_larger_than_the_image() -> None:
    data = bytearray(image("erofs"))
    at = inode_of(bytes(data), b"empty")
    struct.pack_into("<H", data, at, 4 << 1 | data[at] & 1)
    struct.pack_into("<I", data, at + 8, 0xFFFF_FFFF)
    struct.pack_into("<I", data, at + 16, 0x1F)  # one chunk
    struct.pack_into("<I", data, at + 64, 0)
    archive = opened(bytes(data))
    assert archive.problems == ["/x.img: empty: some of the folder is left out: its list of names is damaged"]
    block = struct.pack("<QHBB", 36, 12, 1, 0) + b"name".ljust(4084, b"\0")
    struct.pack_into("<I", data, at + 16, 0)
    whole = bytes(data).ljust(-(-len(data) // 4096) * 4096, b"\0")
    rows = struct.pack("<I", len(whole) // 4096) * 900
    whole = whole[: at + 64] + rows + whole[at + 64 + len(rows) :] + block
    archive = opened(whole)
    assert (
        "/x.img: empty: some of the folder is left out: its directories are larger than the image" in archive.problems
    )


def test_a_file_larger_than_the_image_is_not_read() -> None:
    data = image("erofs")
    archive = opened(changed(inode_of(data, b"hole") + 8, "<I", 0xFFFF_FFFF))
    entry = entries(archive)[b"hole"]
    assert entry.size == 0xFFFF_FFFF
    with pytest.raises(ArchiveError, match=r"^/x.img!/hole: ends [\d,]+ bytes before something that is in it$"):
        archive.read_stored(entry, 3_000_000_000, 10)


def test_another_device_is_named() -> None:
    data = bytearray(image("erofs"))
    at = inode_of(bytes(data), b"hole")
    struct.pack_into("<H", data, SUPERBLOCK + 86, 1)
    struct.pack_into("<H", data, at, 4 << 1 | data[at] & 1)
    struct.pack_into("<I", data, at + 16, 0x20)
    struct.pack_into("<HHI", data, at + 64, 0, 1, 7)
    archive = opened(bytes(data))
    with pytest.raises(ArchiveError, match=r"^/x.img!/hole: is on another device, which is not in the image$"):
        archive.read_stored(entries(archive)[b"hole"], 0, 10)
