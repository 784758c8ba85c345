"""The limits of what an archive, or an image of a filesystem, may claim to hold."""

import re
import struct

import pytest

from ocitui.layers.nested import ar, cpio, ext, members, xattrs
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.data import Held
from ocitui.layers.nested.errors import ArchiveError
from tests.images.filesystem_images import image
from tests.images.made_filesystems import (
    EXTENTS,
    FILE,
    FOLDER,
    FREE,
    ext_inode,
    ext_names,
    ext_xattrs,
    extents,
    make_ext,
    make_squashfs,
    squashfs_file,
    squashfs_xattrs,
)
from tests.images.nested_archives import make_cpio
from tests.layers.tars import header


def opened(data: bytes) -> Archive:
    return Archive(Held(data), b"x.img")


def entry(archive: Archive, path: bytes = b"f") -> dict[bytes, bytes]:
    found = archive.at(path)
    assert found is not None
    return dict(found.xattrs)


def refusal(data: bytes) -> str:
    """Why an archive cannot be opened; of a tar, of which what comes before is listed, its only problem."""
    try:
        (problem,) = opened(data).problems
    except ArchiveError as error:
        return str(error)
    return problem


def in_root(*inodes: bytes, blocks: dict[int, bytes], log: int = 0) -> bytes:
    """An ext image with files, or folders, called f, g and so on."""
    unit = 1024 << log
    names = ext_names({bytes([ord("f") + at]): 12 + at for at in range(len(inodes))}, unit)
    root = ext_inode(FOLDER, unit, extents((0, 1, FREE)), flags=EXTENTS)
    return make_ext({2: root, **dict(enumerate(inodes, 12))}, {FREE: names, **blocks}, log=log)


# A damaged size, and holes without end.


@pytest.mark.parametrize("rows", [(), ((1, 1, FREE + 1),)])
def test_a_folder_larger_than_any_can_be(rows: tuple[tuple[int, int, int], ...]) -> None:
    """Behind the last block that an inode can name, each step went on by none."""
    data = in_root(ext_inode(FOLDER, 1 << 43, extents(*rows), flags=EXTENTS), blocks={FREE + 1: ext_names({b"in": 13})})
    archive = opened(data)
    expected = "some of the folder is left out: its size is damaged: no file can have so many blocks"
    assert archive.problems[-1] == f"/x.img: f: {expected}"


def test_a_file_larger_than_any_can_be() -> None:
    archive = opened(in_root(ext_inode(FILE, 1 << 43, extents(), flags=EXTENTS), blocks={}))
    found = archive.at(b"f")
    assert found is not None
    assert archive.read_stored(found, (1 << 42) - 10, 10) == bytes(10)
    with pytest.raises(ArchiveError, match="its size is damaged: no file can have so many blocks"):
        archive.read_stored(found, (1 << 42) - 10, 20)


def test_a_folder_of_holes() -> None:
    """Blocks of addresses that all lead to the same one make 268 million holes in an image of 1.3 MB."""
    folder = ext_inode(FOLDER, 1 << 58, bytes(56) + struct.pack("<I", FREE + 1))
    blocks = {FREE + at: struct.pack("<I", FREE + at + 1) * (1 << 14) for at in (1, 2)}
    blocks[FREE + 3] = b""
    with pytest.raises(ArchiveError, match=r"^/x.img: its directories have more than 2,000,000 rows$"):
        opened(in_root(folder, blocks=blocks, log=6))


def test_a_folder_of_deleted_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "ENTRIES", 10)
    deleted = struct.pack("<IHBB", 0, 8, 0, 0) * 128
    data = in_root(ext_inode(FOLDER, 1024, extents((0, 1, FREE + 1)), flags=EXTENTS), blocks={FREE + 1: deleted})
    with pytest.raises(ArchiveError, match=r"^/x.img: its directories have more than 100 rows$"):
        opened(data)


def test_a_file_of_holes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Extents of what is only reserved are holes, each by itself."""
    rows = [(at, 0x8001, FREE + 2) for at in range(60)]
    leaf = extents(*rows, (60, 1, FREE + 2))
    root = extents((0, 0, FREE + 1), depth=1)
    archive = opened(in_root(ext_inode(FILE, 1024 * 61, root, flags=EXTENTS), blocks={FREE + 1: leaf, FREE + 2: b"x"}))
    found = archive.at(b"f")
    assert found is not None
    assert list(archive.data_runs(found, 0)) == list(archive.data_runs(found, 7000)) == [(60 * 1024, 1024)]
    assert list(archive.data_runs(found, 60 * 1024 + 5)) == [(60 * 1024 + 5, 1019)]
    monkeypatch.setattr(ext, "_HOLES", 60)
    expected = r"^/x.img!/f: it has more than 60 holes without data between them$"
    with pytest.raises(ArchiveError, match=expected):
        list(archive.data_runs(found, 0))


def test_the_row_of_extents_for_a_block() -> None:
    """Rows are found by halving: each block, before, in, between and after them."""
    rows = [(at * 5 + 2, 3, FREE + 10 + at) for at in range(40)]
    blocks = {FREE + 10 + at: bytes([at]) * 1024 for at in range(45)}
    leaf = extents(*rows)
    inode = ext_inode(FILE, 1024 * 210, extents((0, 0, FREE + 1), depth=1), flags=EXTENTS)
    archive = opened(in_root(inode, blocks={FREE + 1: leaf, **blocks}))
    found = archive.at(b"f")
    assert found is not None
    for block in range(205):
        row, within = divmod(block - 2, 5)
        expected = bytes([row + within]) * 1024 if block >= 2 and within < 3 and row < 40 else bytes(1024)
        assert archive.read_stored(found, block * 1024, 1024) == expected


# Extended attributes.

MANY = [(b"n%d" % at, b"v") for at in range(1200)]


def with_xattrs(kind: str, rows: list[tuple[bytes, bytes]]) -> bytes:
    if kind == "squashfs":
        return make_squashfs({b"f": squashfs_file(0, (), xattrs=0)}, [squashfs_xattrs(rows)])
    block = ext_xattrs(rows, 1 << 16)
    return in_root(ext_inode(FILE, 0, b"", xattrs=FREE + 1), blocks={FREE + 1: block}, log=6)


@pytest.mark.parametrize("kind", ["squashfs", "ext"])
def test_more_extended_attributes_than_the_limit(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were left out were so without a word."""
    archive = opened(with_xattrs(kind, MANY[:1000]))
    assert (len(entry(archive)), archive.problems) == (1000, [])
    archive = opened(with_xattrs(kind, MANY))
    assert entry(archive) == {b"user." + name: value for name, value in MANY[:1000]}
    lost = "/x.img: f: some extended attributes are left out: "
    assert archive.problems == [lost + "there are more than 1,000"]
    monkeypatch.setattr(xattrs, "SIZE", 100)
    archive = opened(with_xattrs(kind, [(b"a", b"v" * 40), (b"b", b"v" * 40), (b"c", b"value")]))
    assert entry(archive).keys() == {b"user.a", b"user.b"}
    assert archive.problems == [lost + "they have more than 100 bytes"]


def test_damaged_extended_attributes_leave_the_file() -> None:
    lost = "/x.img: f: some extended attributes are left out: "
    rows = squashfs_xattrs([(b"a", b"one")], count=2)
    archive = opened(make_squashfs({b"f": squashfs_file(0, (), xattrs=0)}, [rows + b"\0\0\xff\xff"]))
    assert entry(archive) == {b"user.a": b"one"}
    assert len(archive.problems) == 1
    assert archive.problems[0].startswith(lost)
    archive = opened(make_squashfs({b"f": squashfs_file(0, (), xattrs=7)}, [rows]))
    assert (entry(archive), archive.problems) == ({}, [lost + "they are missing"])
    archive = opened(in_root(ext_inode(FILE, 0, b"", xattrs=FREE + 1), blocks={FREE + 1: b"none"}))
    assert (entry(archive), archive.problems) == ({}, [lost + "their block is damaged"])
    block = bytearray(ext_xattrs([(b"a", b"one"), (b"b", b"two")]))
    struct.pack_into("<I", block, 32 + 20 + 8, 5000)
    archive = opened(in_root(ext_inode(FILE, 0, b"", xattrs=FREE + 1), blocks={FREE + 1: bytes(block)}))
    assert (entry(archive), archive.problems) == ({b"user.a": b"one"}, [lost + "their list is damaged"])
    struct.pack_into("<I", block, 32 + 20 + 4, 99)  # the inode that has the value
    archive = opened(in_root(ext_inode(FILE, 0, b"", xattrs=FREE + 1), blocks={FREE + 1: bytes(block)}))
    assert entry(archive) == {b"user.a": b"one"}
    assert archive.problems == [lost + "they are stored in a way that is not known"]


def test_a_value_that_is_too_large_is_not_read() -> None:
    rows = squashfs_xattrs([(b"a", b"one"), (b"b", b"")])
    data = make_squashfs({b"f": squashfs_file(0, (), xattrs=0)}, [rows[:-4] + struct.pack("<I", 15_000_000)])
    archive = opened(data)
    assert entry(archive) == {b"user.a": b"one"}
    assert archive.problems == ["/x.img: f: some extended attributes are left out: one has 15,000,000 bytes"]


@pytest.mark.parametrize("kind", ["squashfs", "ext"])
def test_files_that_share_large_extended_attributes(kind: str) -> None:
    """An image of some 60 kB took more than a gigabyte."""
    rows = [(b"n", b"v" * 60_000)]
    if kind == "squashfs":
        files = {b"%d" % at: squashfs_file(0, (), xattrs=0) for at in range(1300)}
        data = make_squashfs(files, [squashfs_xattrs(rows)])
    else:
        names = ext_names({b"%d" % at: 12 for at in range(1300)}, 1 << 16)
        root = ext_inode(FOLDER, 1 << 16, extents((0, 1, FREE)), flags=EXTENTS)
        pipe = ext_inode(0o10644, 0, b"", xattrs=FREE + 1)
        data = make_ext({2: root, 12: pipe}, {FREE: names, FREE + 1: ext_xattrs(rows, 1 << 16)}, log=6)
    with pytest.raises(ArchiveError, match=r"^/x.img: its extended attributes are over the limit of 67,108,864 bytes$"):
        opened(data)


# The sums of what an archive has.


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (header(b"name", flag=b"2", link=b"/some/where"), 15),
        (make_cpio({"name": b"", "other": b""}), 9),
        (make_squashfs({b"name": squashfs_file(0, (), xattrs=0)}, [squashfs_xattrs([(b"a", b"one")])]), 4 + 8 + 6 + 3),
        (image("ext2"), 214),
    ],
    ids=["tar", "cpio", "squashfs", "ext"],
)
def test_more_text_than_the_limit(data: bytes, text: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "TEXT", text)
    assert len(opened(data)) > 1
    monkeypatch.setattr(members, "TEXT", text - 1)
    expected = rf"^/x.img: the paths, links, extended attributes and .* in it are over the limit of {text - 1} bytes"
    assert re.match(expected, refusal(data))


def test_headers_that_are_the_same_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What replaced an entry, or is none, was not counted."""
    monkeypatch.setattr(members, "ENTRIES", 5)
    index = b"/".ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"0".ljust(8) + b"0".ljust(10) + b"`\n"
    trailer = make_cpio({})
    for one in (header(b"name"), make_cpio({"name": b"", "name/": b""})[:-124], trailer):
        assert opened(one * 2)
        assert refusal(one * 6).startswith("/x.img: it has more than 5 entries")
    assert refusal(ar.MAGIC + index * 6) == "/x.img: it has more than 5 entries"


def test_names_that_wait_for_the_end_of_their_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpio, "_WAITING", 1000)
    one = bytearray(make_cpio({"name": b""}))
    one[38:46] = b"00000002"
    assert opened(bytes(one))
    expected = r"^/x.img: the paths of files with several names in it are over the limit of 1,000 bytes$"
    with pytest.raises(ArchiveError, match=expected):
        opened(bytes(one[: len(one) - 124]) * 4)
