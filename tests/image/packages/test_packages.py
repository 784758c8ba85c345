"""Who owns a path: by dpkg, distroless images, apk and rpm."""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, file, symlink, whiteout
from ocitui.errors import OcituiError
from ocitui.image.merged.tree import MergedTree
from ocitui.image.packages.owners import Owners, Package, read_owners
from ocitui.image.packages.rpm import read_rpm_database, read_rpm_header
from ocitui.image.packages.sums import sum_by_package
from ocitui.image.squash.sizes import TreeSizes
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import find_waste
from tests.image.stacks import TarReader, close, stack_of
from tests.images.rpm_writer import rpm_database, rpm_header


@contextmanager
def read(folder: Path, *layers: list[Entry]) -> Iterator[tuple[StackNames, Owners]]:
    stack = stack_of(folder, *layers)
    try:
        yield StackNames(stack), read_owners(MergedTree(stack), TarReader(folder))
    finally:
        close(stack)


STATUS = "Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nDescription: a shell\n Version: not this\n\n"
DPKG = [
    file("var/lib/dpkg/status", STATUS + "Package: libc6\nArchitecture: amd64\nVersion: 2.36\n"),
    file("var/lib/dpkg/info/bash.list", "/.\n/bin\n/bin/bash\n/usr/share/doc/bash\n"),
    file("var/lib/dpkg/info/bash.md5sums", "0\n"),
    file("var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/libc.so.6\n"),
    symlink("bin", "usr/bin"),
    symlink("lib", "usr/lib"),
    file("usr/bin/bash", "x" * 50),
    file("usr/lib/libc.so.6", "x" * 30),
    file("srv/mine", "x" * 8),
]


def test_dpkg(tmp_path: Path) -> None:
    with read(tmp_path, DPKG) as (_, owners):
        bash, libc = Package("dpkg", "bash", "5.2-1"), Package("dpkg", "libc6", "2.36")
        assert owners.packages == [bash, libc]
        assert owners.of(b"usr/bin/bash") == bash
        assert owners.of(b"usr/lib/libc.so.6") == libc
        assert owners.of(b"srv/mine") is None
        assert owners.problems == []


def test_bytes_by_package(tmp_path: Path) -> None:
    with read(tmp_path, DPKG, [file("usr/bin/bash", "x" * 60), whiteout("srv/mine")]) as (names, owners):
        sums = sum_by_package(owners, TreeSizes(names).files(), find_waste(names))
    by_title = {each.title: (each.shown, each.wasted, each.files) for each in sums}
    assert by_title["bash 5.2-1"] == (60, 50, 1)
    assert by_title["libc6 2.36"] == (30, 0, 1)
    assert by_title["(no package)"][1:] == (8, 4)
    most_waste = ["bash 5.2-1", "(no package)"]
    assert [each.title for each in sums if each.wasted] == most_waste == [each.title for each in sums][:2]
    assert [each.shown for each in sums[2:]] == sorted((each.shown for each in sums[2:]), reverse=True)


def test_distroless(tmp_path: Path) -> None:
    sums = f"{'0' * 32}  usr/share/zoneinfo/UTC\n{'0' * 32}  etc/localtime\n"
    layer = [
        file("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\n"),
        file("var/lib/dpkg/status.d/tzdata.md5sums", sums),
        file("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\n"),
    ]
    with read(tmp_path, layer) as (_, owners):
        assert owners.of(b"etc/localtime") == Package("dpkg", "tzdata", "2024a")
        assert [each.name for each in owners.packages] == ["base-files", "tzdata"]


@pytest.mark.parametrize("place", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_apk(place: str, tmp_path: Path) -> None:
    musl = "C:Q1\nP:musl\nV:1.2.4-r2\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nF:usr/lib\nR:libc.so\n\n"
    with read(tmp_path, [file(place, musl + "P:empty\nV:1\n\n")]) as (_, owners):
        assert owners.of(b"usr/lib/libc.so") == owners.of(b"lib/ld-musl-x86_64.so.1") == owners.packages[0]
        assert owners.packages == [Package("apk", "musl", "1.2.4-r2"), Package("apk", "empty", "1")]


def test_an_apk_database_behind_a_link(tmp_path: Path) -> None:
    installed = "P:musl\nV:1\nF:usr/lib\nR:libc.so\n"
    with read(tmp_path, [symlink("lib", "usr/lib"), file("usr/lib/apk/db/installed", installed)]) as (_, owners):
        assert owners.of(b"usr/lib/libc.so") == Package("apk", "musl", "1")


@pytest.mark.parametrize("wal", [False, True])
def test_rpm(wal: bool, tmp_path: Path) -> None:
    glibc = rpm_header("glibc", "2.38", "7.fc39", ["/usr/lib64/libc.so.6", "/etc/ld.so.conf"])
    data = rpm_database(tmp_path, glibc, rpm_header("setup", "2.14", "", []), wal=wal)
    with read(tmp_path, [file("var/lib/rpm/rpmdb.sqlite", data)]) as (_, owners):
        assert owners.packages == [Package("rpm", "glibc", "2.38-7.fc39"), Package("rpm", "setup", "2.14")]
        assert owners.of(b"usr/lib64/libc.so.6") == owners.packages[0]
        assert owners.problems == []


def test_an_rpm_database_that_is_not_read_is_named(tmp_path: Path) -> None:
    with read(tmp_path, [file("var/lib/rpm/Packages", "x")]) as (_, owners):
        assert owners.problems == [
            "packages, /var/lib/rpm/Packages: expected a database in SQLite, found another, which is not read"
        ]


@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\0"])
def test_a_damaged_rpm_database_is_named(data: bytes, tmp_path: Path) -> None:
    with read(tmp_path, [file("var/lib/rpm/rpmdb.sqlite", data), *DPKG]) as (_, owners):
        (problem,) = owners.problems
        assert problem.startswith("packages, /var/lib/rpm/rpmdb.sqlite: expected an rpm database in SQLite, found")
        assert len(owners.packages) == 2


@given(st.binary(max_size=80), st.integers(0, 300))
def test_no_header_breaks_anything(data: bytes, cut: int) -> None:
    good = rpm_header("a", "1", "2", ["/usr/b", "/etc/c"])
    for blob in (data, good[:cut], good[:cut] + data):
        try:
            read_rpm_header(blob)
        except (struct.error, IndexError, ValueError):
            continue


@pytest.mark.parametrize("blob", [b"", b"\xff" * 40, "text", None, 5])
def test_a_row_that_is_no_header_is_an_error(blob: object, tmp_path: Path) -> None:
    path = tmp_path / "made.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob)")
        connection.execute("INSERT INTO Packages (blob) VALUES (?)", (blob,))
        connection.commit()
    with pytest.raises(OcituiError, match="expected an rpm database in SQLite"):
        list(read_rpm_database([path.read_bytes()]))


_ENDLESS = "WITH RECURSIVE x(hnum, blob) AS (SELECT 1, x'00' UNION ALL SELECT hnum + 1, blob FROM x) SELECT * FROM x"


@pytest.mark.parametrize(
    "schema",
    [
        f"CREATE VIEW Packages AS {_ENDLESS}",
        f"CREATE TABLE Packages (hnum INTEGER PRIMARY KEY); CREATE VIEW p AS {_ENDLESS};"
        "ALTER TABLE Packages ADD blob AS (zeroblob(1000000000)); INSERT INTO Packages VALUES (1)",
        "CREATE VIRTUAL TABLE Packages USING fts5(hnum, blob); INSERT INTO Packages VALUES (1, 'x')",
        "CREATE TABLE other (hnum, blob); INSERT INTO other VALUES (1, 'x');"
        "CREATE VIEW Packages AS SELECT * FROM other",
    ],
    ids=["endless", "computed", "virtual", "view"],
)
def test_a_database_that_is_a_program_is_not_run(schema: str, tmp_path: Path) -> None:
    path = tmp_path / "made.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema)
        connection.commit()
    with pytest.raises(OcituiError, match="expected an rpm database in SQLite, found"):
        list(read_rpm_database([path.read_bytes()]))


def test_rows_that_share_their_pages_are_not_read_without_end(tmp_path: Path) -> None:
    data = bytearray(rpm_database(tmp_path, *(rpm_header("a", "1", "1", ["/x" * 4000]) for _ in range(9))))
    page = int.from_bytes(data[16:18], "big")
    for start in range(page, len(data), page):
        if data[start] == 5:  # an inner page of the table: each of its children becomes the first one
            count = int.from_bytes(data[start + 3 : start + 5], "big")
            cells = [int.from_bytes(data[start + 12 + 2 * n :][:2], "big") + start for n in range(count)]
            for cell in cells[1:]:
                data[cell : cell + 4] = data[cells[0] : cells[0] + 4]
            break
    else:
        pytest.fail("the table has one page")
    with pytest.raises(OcituiError, match="found"):
        list(read_rpm_database([bytes(data)]))


def test_a_header_that_claims_very_many_texts_is_an_error() -> None:
    many = struct.pack(">IIIIIII", 1, 1 << 20, 1117, 8, 0, 1 << 30, 0) + bytes(1 << 20)
    with pytest.raises(ValueError, match="over the limit"):
        read_rpm_header(many)
