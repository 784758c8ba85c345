"""Archives in lz4: what the program lz4 writes, and damaged streams."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.data import Held
from ocitui.layers.nested.errors import ArchiveError
from tests.images.nested_archives import make_cpio
from tests.images.tools import require_tool, run

CONTENT = b"".join(b"line %d\n" % number for number in range(1_500_000))
"""More than one block of an older frame holds."""


def packed(data: bytes, folder: Path, *options: str) -> bytes:
    (folder / "in").write_bytes(data)
    run(require_tool("lz4"), "-q", "-f", *options, folder / "in", folder / "out")
    return (folder / "out").read_bytes()


def read(archive: Archive, path: bytes) -> bytes:
    entry, found = archive.at(path), b""
    while len(found) < entry.size:
        found += archive.read_stored(entry, len(found), 1 << 20)
    return found


@pytest.mark.peer
@pytest.mark.parametrize("options", [["-l"], ["-1"], ["-9", "--content-size"], ["-B4", "-BD"]], ids=str)
def test_what_the_program_packs(options: list[str], tmp_path: Path) -> None:
    tar = write_tar([file("a", CONTENT), file("b", b"end")])
    data = packed(tar, tmp_path, *options)
    for following in (b"", bytes(512)):
        archive = Archive(Held(data + following), b"x.tar.lz4")
        assert (archive.word, archive.problems) == ("tar, lz4", [])
        assert (read(archive, b"a"), read(archive, b"b")) == (CONTENT, b"end")
    one = Archive(Held(packed(CONTENT, tmp_path, *options)), b"text.lz4")
    assert (one.word, read(one, b"text")) == ("lz4", CONTENT)


@pytest.mark.peer
@pytest.mark.parametrize("option", ["-l", "-1"])
def test_streams_one_after_the_other(option: str, tmp_path: Path) -> None:
    halves = [packed(half, tmp_path, option) for half in (CONTENT[:9_000_000], CONTENT[9_000_000:])]
    assert read(Archive(Held(b"".join(halves)), b"text.lz4"), b"text") == CONTENT


@pytest.mark.peer
@pytest.mark.parametrize("option", ["-l", "-1"])
def test_a_damaged_stream_is_read_as_far_as_it_goes(option: str, tmp_path: Path) -> None:
    data = packed(write_tar([file("a", b"whole"), file("b", CONTENT)]), tmp_path, option)
    archive = Archive(Held(data[:-100_000]), b"x.tar.lz4")
    assert read(archive, b"a") == b"whole"
    assert any("the lz4 stream is damaged after" in problem for problem in archive.problems)
    for cut in range(0, 60):
        for changed in (data[:cut], data[:cut] + b"\xff" + data[cut + 1 : 70_000]):
            with suppress(ArchiveError):
                Archive(Held(changed), b"x")


@pytest.mark.peer
def test_an_initrd_with_microcode_before_it(tmp_path: Path) -> None:
    early, main = (
        make_cpio({"kernel/x86/microcode/a.bin": b"code"}),
        make_cpio({"init": b"#!/bin/sh\n", "text": CONTENT}),
    )
    archive = Archive(Held(early + bytes(-len(early) % 512) + packed(main, tmp_path, "-l") + bytes(512)), b"initrd.img")
    assert archive.problems == []
    assert read(archive, b"kernel/x86/microcode/a.bin") == b"code"
    assert (read(archive, b"init"), read(archive, b"text")) == (b"#!/bin/sh\n", CONTENT)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lz4.block", None)
    expected = r"^/x: is packed with lz4, which needs `pip install 'ocitui\[filesystems\]'`$"
    for magic in (b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"):
        with pytest.raises(ArchiveError, match=expected):
            Archive(Held(magic + bytes(300)), b"x")


@pytest.mark.parametrize("size", [0, 4, 300_000])
def test_frames_that_are_to_be_skipped_end_nothing(size: int) -> None:
    frame = pytest.importorskip("lz4.frame")
    for number in (0x50, 0x5F):
        skipped = bytes([number]) + b"\x2a\x4d\x18" + size.to_bytes(4, "little") + bytes(size)
        data = frame.compress(b"one ") + skipped + skipped + frame.compress(b"two")
        archive = Archive(Held(data + skipped), b"text.lz4")
        assert (read(archive, b"text"), archive.problems) == (b"one two", [])
