"""Archives in layers: their trees and contents, in each other, damaged, and over the limits."""

import gzip
import io
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.layers.entry import EntryKind
from ocitui.layers.nested import archive as archives
from ocitui.layers.nested import hold, members, zip
from ocitui.layers.nested.archive import Archive, Budget
from ocitui.layers.nested.data import Held, ReadData
from ocitui.layers.nested.entry import MemberEntry
from ocitui.layers.nested.errors import ArchiveError, NoArchiveError
from ocitui.layers.nested.names import is_archive_name
from tests.images.nested_archives import ARCHIVES, WHEN, make_ar, make_tar, make_zip

FILES = {"a.txt": b"one\n", "d/e/long-name-of-a-file.bin": bytes(range(256)) * 3000, "d/empty": b""}


def opened(data: bytes, **more: int) -> Archive:
    return Archive(Held(data), b"opt/app.x", **more)


def content(archive: Archive, entry: MemberEntry, step: int = 70_000) -> bytes:
    """All of a file, in steps."""
    found = b""
    while len(found) < entry.size:
        found += archive.read_stored(entry, len(found), step)
    return found


def files(archive: Archive) -> dict[str, bytes]:
    root = archive.root.directory
    assert root is not None
    found = ((archive.path_in(each), each) for each in archive.walk(root))
    return {
        path.decode("utf-8", "replace"): content(archive, each) for path, each in found if each.kind is EntryKind.FILE
    }


def file_at(archive: Archive, path: str) -> MemberEntry:
    found = archive.at(path.encode())
    assert found is not None
    return found


@pytest.mark.parametrize("kind", ARCHIVES)
def test_every_kind_gives_its_files(kind: str) -> None:
    archive = opened(ARCHIVES[kind](FILES))
    assert files(archive) == dict(sorted(FILES.items()))
    assert archive.problems == []
    entry = file_at(archive, "a.txt")
    assert (entry.mode, entry.mtime_ns) == (0o640, WHEN * 10**9)
    folder = file_at(archive, "d")
    assert (folder.kind, folder.is_described) == (EntryKind.DIRECTORY, False)
    assert (folder.below_entries, folder.below_bytes) == (3, 768_000)
    assert [each.name for each in archive.children(folder.id)] == [b"e", b"empty"]


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_file_is_read_anywhere(kind: str) -> None:
    archive = opened(ARCHIVES[kind](FILES))
    path = "d/e/long-name-of-a-file.bin"
    entry, expected = file_at(archive, path), FILES[path]
    for offset in (700_000, 0, 333_333, len(expected) - 1):
        assert archive.read_stored(entry, offset, 1) == expected[offset : offset + 1]


@pytest.mark.parametrize("outer", ARCHIVES)
def test_archives_in_archives(outer: str) -> None:
    inner = make_zip({"META-INF/MANIFEST.MF": b"Version: 1\n"})
    archive = opened(ARCHIVES[outer]({"lib/x.jar": inner}))
    found = archive.open_inner(file_at(archive, "lib/x.jar"))
    assert files(found) == {"META-INF/MANIFEST.MF": b"Version: 1\n"}
    assert found.path_of(file_at(found, "META-INF")) == b"opt/app.x!/lib/x.jar!/META-INF"


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes]:
    names = st.text("abC .é", min_size=1, max_size=4).filter(lambda name: name.strip(". ") == name)
    paths = draw(st.sets(st.lists(names, min_size=1, max_size=3).map("/".join), max_size=8))
    whole = {path for path in paths if not any(other.startswith(f"{path}/") for other in paths)}
    return {path: draw(st.binary(max_size=40)) for path in sorted(whole)}


@given(trees())
def test_a_zip_is_listed_as_by_the_standard_library(tree: Mapping[str, bytes]) -> None:
    data = make_zip(tree)
    with zipfile.ZipFile(io.BytesIO(data)) as oracle:
        expected = {name: oracle.read(name) for name in oracle.namelist()}
    assert files(opened(data)) == expected


@given(trees())
def test_a_tar_is_listed_as_by_the_standard_library(tree: Mapping[str, bytes]) -> None:
    data = make_tar(tree)
    expected = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as oracle:
        for info in oracle:
            file = oracle.extractfile(info)
            assert file is not None
            expected[info.name] = file.read()
    assert files(opened(data)) == expected


@given(st.binary(max_size=300), st.sampled_from(sorted(ARCHIVES)), st.integers(0, 2000))
def test_no_bytes_raise_anything_else(noise: bytes, kind: str, at: int) -> None:
    data = bytearray(ARCHIVES[kind]({"d/a": b"text" * 30, "b": b""}))
    at = at % len(data)
    data[at : at + len(noise)] = noise
    with suppress(ArchiveError):
        files(opened(bytes(data)))


def test_links_in_a_tar() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("d/f")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"text"))
        for name, kind, target in (
            ("link", tarfile.SYMTYPE, "/d"),
            ("hard", tarfile.LNKTYPE, "d/f"),
            ("loop", tarfile.SYMTYPE, "loop"),
            ("circle", tarfile.LNKTYPE, "circle"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    found = opened(stream.getvalue())
    assert file_at(found, "link/f") == file_at(found, "d/f")
    assert found.hard_link_target(file_at(found, "hard")) == file_at(found, "d/f")
    assert found.hard_link_target(file_at(found, "circle")) is None
    assert found.at(b"loop", follows_last=True) is None
    assert found.at(b"loop/x") is None
    assert found.leads_in_circle(b"loop/x")
    assert not found.leads_in_circle(b"link/none")


@pytest.mark.parametrize("paths", [["d", "d/f"], ["d/f", "d"]])
def test_a_link_and_a_folder_at_one_path_are_a_problem(paths: list[str]) -> None:
    """A link that became a folder was passed over."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for path in paths:
            info = tarfile.TarInfo(path)
            if path == "d":
                info.type, info.linkname = tarfile.SYMTYPE, "elsewhere"
            archive.addfile(info)
    found = opened(stream.getvalue())
    assert found.problems == ["/opt/app.x: d: is a folder and something else in the archive"]
    assert file_at(found, "d").kind is EntryKind.DIRECTORY
    assert files(found) == {"d/f": b""}


def test_a_zip_says_its_links_and_folders() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("empty/", b"")
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "d/f")
        archive.writestr(zipfile.ZipInfo("d/f"), "x")
    found = opened(stream.getvalue())
    assert file_at(found, "empty").kind is EntryKind.DIRECTORY
    assert (file_at(found, "link").kind, file_at(found, "link").link) == (EntryKind.SYMLINK, b"d/f")
    assert file_at(found, "d/f").mode == 0o600  # as writestr has it


def test_paths_do_not_leave_the_archive() -> None:
    assert files(opened(make_zip({"../../etc/passwd": b"x", "/root": b"y"}))) == {"etc/passwd": b"x", "root": b"y"}


def test_what_is_there_twice_is_what_came_last() -> None:
    assert files(opened(make_tar({"a": b"one"})[:1024] + make_tar({"a": b"last"}))) == {"a": b"last"}


def test_a_compressed_file_is_a_folder_of_one() -> None:
    found = Archive(Held(gzip.compress(b"changes\n")), b"doc/changelog.gz")
    assert files(found) == {"changelog": b"changes\n"}
    assert found.word == "gzip"


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "ar", "cpio"])
def test_before_a_damage_there_is_what_there_is(kind: str) -> None:
    data = ARCHIVES[kind]({"a": b"first", "b": bytes(100_000)})
    if kind == "tar.gz":
        data = gzip.compress(ARCHIVES["tar"]({"a": b"first", "b": bytes(100_000)}), 0)
    found = opened(data[:-90_000])
    assert content(found, file_at(found, "a")) == b"first"
    assert found.problems
    assert all(problem.startswith("/opt/app.x: ") for problem in found.problems)
    with pytest.raises(ArchiveError, match=r"/opt/app.x!/b: ends"):
        content(found, file_at(found, "b"))


def test_a_zip_cut_short_is_no_zip() -> None:
    with pytest.raises(ArchiveError, match=r"^/opt/app.x: the zip is damaged"):
        opened(make_zip(FILES)[:-30])


def test_a_damaged_file_of_a_zip_leaves_the_others() -> None:
    data = bytearray(make_zip({"a": b"text" * 300, "b": b"whole"}, zipfile.ZIP_STORED))
    data[data.index(b"texttext")] ^= 1
    found = opened(bytes(data))
    with pytest.raises(ArchiveError, match=r"^/opt/app.x!/a: .*CRC"):
        content(found, file_at(found, "a"))
    assert content(found, file_at(found, "b")) == b"whole"


def test_an_encrypted_file_says_so() -> None:
    data = bytearray(make_zip({"a": b"text"}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + offset] |= 1
    found = opened(bytes(data))
    with pytest.raises(ArchiveError, match=r"^/opt/app.x!/a: it is encrypted"):
        content(found, file_at(found, "a"))


@pytest.mark.parametrize("data", [b"", b"text\n" * 200, b"\x7fELF" + bytes(900)])
def test_anything_else_is_no_archive(data: bytes) -> None:
    with pytest.raises(NoArchiveError, match=r"/opt/app.x: is not an archive of a known kind"):
        opened(data)


def test_a_jar_in_a_jar_is_opened_without_reading_the_others() -> None:
    jars = {f"BOOT-INF/lib/{n}.jar": make_zip({"x": bytes([n]) * 200_000}, zipfile.ZIP_STORED) for n in range(50)}
    data = make_zip(jars, zipfile.ZIP_STORED)
    read = 0

    def counting(offset: int, size: int) -> bytes:
        nonlocal read
        read += min(size, len(data) - offset)
        return data[offset : offset + size]

    archive = Archive(ReadData(len(data), counting), b"app.jar")
    inner = archive.open_inner(file_at(archive, "BOOT-INF/lib/30.jar"))
    assert content(inner, file_at(inner, "x"), 100) == bytes([30]) * 200_000
    assert read < 1_500_000


# Limits.


def nested(levels: int) -> bytes:
    data = b"the innermost"
    for _ in range(levels):
        data = make_zip({"inner.zip": data})
    return data


def test_archives_are_opened_to_a_depth() -> None:
    archive = opened(nested(archives.DEPTH + 1))
    for _ in range(archives.DEPTH - 1):
        archive = archive.open_inner(file_at(archive, "inner.zip"))
    with pytest.raises(ArchiveError, match=r"is not opened, as 8 archives are around it"):
        archive.open_inner(file_at(archive, "inner.zip"))


@pytest.mark.parametrize("make", [make_zip, make_ar])
def test_more_entries_than_the_limit(
    make: Callable[[Mapping[str, bytes]], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "ENTRIES", 10)
    with pytest.raises(ArchiveError, match=r"^/opt/app.x: it has more than 10 entries"):
        opened(make({str(n): b"" for n in range(20)}))


def test_a_tar_has_those_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "ENTRIES", 10)
    found = opened(make_tar({str(n): b"" for n in range(20)}))
    assert len(found) == 10
    assert "more than 10 entries" in found.problems[0]


def test_a_list_of_files_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip, "DIRECTORY_LIMIT", 100)
    with pytest.raises(ArchiveError, match=r"is over the limit of 100 bytes"):
        opened(make_zip({f"{n:060000}": b"" for n in range(20)}))


def test_a_long_zip_behind_a_program() -> None:
    """The record of a zip64 counts its offset from where the zip began before the program was put there."""
    small = make_zip({"a.txt": b"one"})
    end = small.rindex(b"PK\5\6")
    count, size, start = struct.unpack("<10xHII", small[end : end + 20])
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert files(opened(b"#!/bin/sh\n" * 100 + small[:end] + record + locator + last)) == {"a.txt": b"one"}


def test_long_paths_take_no_room_for_each_folder_in_them() -> None:
    """A path of 1,000 folders was kept once for each of them."""
    names = {f"{n}/{'d/' * 990}{'n' * 60_000}" for n in range(5)}
    packed = make_zip(dict.fromkeys(names, b""))
    tracemalloc.start()
    archive = opened(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(archive) == 1 + 5 * 992
    assert peak < 20 << 20
    assert file_at(archive, min(names)).size == 0


def test_only_some_problems_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "PROBLEMS", 3)
    monkeypatch.setattr(members, "DEPTH", 1)
    found = opened(make_tar({f"{n}/x": b"" for n in range(9)}))
    assert len(found.problems) == 4
    assert found.problems[-1] == "/opt/app.x: it has more problems, which are not told"


def test_what_unpacks_beyond_the_budget() -> None:
    zeros = make_tar({"zeros": bytes(1 << 20)})
    with pytest.raises(ArchiveError, match=r"^/opt/app.x: the archives in it unpack to more than"):
        Archive(Held(ARCHIVES["tar.gz"]({"zeros": bytes(1 << 20)})), b"opt/app.x", budget=Budget(1000))
    archive = Archive(Held(make_zip({"a.tar": zeros})), b"opt/app.x", budget=Budget(1000))
    with pytest.raises(ArchiveError, match=r"^/opt/app.x!/a.tar: the archives in it unpack to more than"):
        archive.open_inner(file_at(archive, "a.tar"))


def test_much_is_kept_in_a_file_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "HELD", 1000)
    assert files(opened(ARCHIVES["tar.gz"](FILES))) == dict(sorted(FILES.items()))


@pytest.mark.parametrize(
    ("name", "is_archive"),
    [
        ("app.JAR", True),
        ("x.tar.zst", True),
        ("x-1.0-py3-none-any.whl", True),
        ("initrd.img-6.1.0", True),
        ("libc.so.6", False),
        ("changelog.gz", False),
        (".jar", False),
    ],
)
def test_names_of_archives(name: str, is_archive: bool) -> None:
    assert is_archive_name(name.encode()) is is_archive
