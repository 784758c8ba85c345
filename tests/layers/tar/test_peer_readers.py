"""Every odd thing that a tar may hold, as ocitui, GNU ``tar``, ``bsdtar`` and Go read it.

The tables are in ``tests/layers/readers``: what each reader says, whom ocitui follows, and why.
"""

import gzip
import os
from dataclasses import replace
from pathlib import Path

import pytest

from ocitui.layers.entry import EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar.scanner import TarScanner
from tests.layers.readers import bsdtar, gnu_tar, go, ours
from tests.layers.readers.case import Case, Says
from tests.layers.readers.extended_cases import EXTENDED
from tests.layers.readers.number_cases import NUMBERS, base_256
from tests.layers.readers.row import Answer, Row, tree_of
from tests.layers.readers.shape_cases import SHAPES
from tests.layers.readers.sparse_cases import SPARSE
from tests.layers.scanning import Collected
from tests.layers.tars import END, header, index_of, member, pax

CASES = (*EXTENDED, *NUMBERS, *SPARSE, *SHAPES)

every_case = pytest.mark.parametrize("case", CASES, ids=str)


def check(found: Answer, rows: tuple[Row, ...], complaint: str) -> None:
    assert found.rows == rows
    if complaint:
        assert complaint in found.complaint
    else:
        assert not found.complaint


@every_case
def test_ocitui(case: Case) -> None:
    """What the table says, however the stream is cut."""
    for piece in (1, 7, 512, 700, 1 << 20):
        check(ours.listing(case.tar, piece), case.rows, case.complaint)


@every_case
def test_index(case: Case, tmp_path: Path) -> None:
    """The tree of the index is what the rows make, and for some the same when the layer is compressed."""
    compressed = [gzip.compress(case.tar, 1)] if CASES.index(case) % 8 == 0 else []
    for blob in (case.tar, *compressed):
        with index_of(tmp_path, blob) as index:
            assert ours.tree(index) == tree_of(case.rows)


@pytest.fixture(scope="module")
def tars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each case as ``it.tar`` in a folder of its own: `folder_of`."""
    top = tmp_path_factory.mktemp("tars")
    for case in CASES:
        (top / folder_of(case)).mkdir()
        (top / folder_of(case) / "it.tar").write_bytes(case.tar)
    return top


def folder_of(case: Case) -> str:
    return str(CASES.index(case))


@pytest.fixture(scope="module")
def by_gnu_tar(tars: Path) -> dict[str, Answer]:
    return gnu_tar.listings(tars)


@pytest.fixture(scope="module")
def by_bsdtar(tars: Path) -> dict[str, Answer]:
    return bsdtar.listings(tars)


@pytest.fixture(scope="module")
def by_umoci(tmp_path_factory: pytest.TempPathFactory) -> dict[str, go.Unpacked]:
    cases = {folder_of(case): case.tar for case in CASES if case.unpacks and case.go_program == "umoci"}
    return go.unpack_all(cases, tmp_path_factory.mktemp("umoci"))


@pytest.mark.peer
@every_case
def test_gnu_tar(case: Case, by_gnu_tar: dict[str, Answer]) -> None:
    check_peer(by_gnu_tar[folder_of(case)], case, case.gnu)


@pytest.mark.peer
@every_case
def test_bsdtar(case: Case, by_bsdtar: dict[str, Answer]) -> None:
    check_peer(by_bsdtar[folder_of(case)], case, case.bsd)


@pytest.mark.peer
@pytest.mark.parametrize("case", [case for case in CASES if case.unpacks and case.go_program == "umoci"], ids=str)
def test_go(case: Case, by_umoci: dict[str, go.Unpacked]) -> None:
    check_unpacked(by_umoci[folder_of(case)], case)


@pytest.mark.peer
@pytest.mark.parametrize("case", [case for case in CASES if case.unpacks and case.go_program == "buildah"], ids=str)
def test_go_of_buildah(case: Case, tmp_path: Path) -> None:
    with go.unpacked(case.tar, tmp_path, "buildah") as found:
        check_unpacked(found, case)


def check_unpacked(found: go.Unpacked, case: Case) -> None:
    if case.go.complaint:
        assert case.go.complaint in found.complaint
        return
    assert not found.complaint
    wanted = tree_of(case.rows if case.go.rows is None else case.go.rows)
    # Folders that no row describes are made on the way; buildah makes one for a global header, too.
    kept = {path: row for path, row in found.tree().items() if path in wanted or row.kind != EntryKind.DIRECTORY}
    assert kept == wanted


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("extended", [True, False], ids=["PAX", "base-256"])
def test_size_over_8_gib(extended: bool, tmp_path: Path) -> None:
    """No hole of a sparse file, but as many bytes in the tar; what follows them is found."""
    size = 9 << 30
    if extended:
        before = pax([(b"size", b"%d" % size)]) + header(b"n")
    else:
        before = header(b"n", size_field=base_256(size, 12), magic=b"ustar  \0")
    after = member(b"z", b"x") + END
    tar = tmp_path / "it.tar"
    with tar.open("wb") as file:
        file.write(before)
        file.seek(size, os.SEEK_CUR)
        file.write(after)
    rows = (Row(b"n", size=size), Row(b"z", size=1))
    check(gnu_tar.listing(tar), rows, "")
    check(bsdtar.listing(tar, has_times=False), tuple(replace(row, mtime_ns=None) for row in rows), "")
    sink, findings = Collected(), Findings()
    scanner = TarScanner(sink, findings)
    for piece in (before, *[bytes(1 << 26)] * (size >> 26), after):
        scanner.feed(piece)
    scanner.finish()
    assert findings.damages == []
    assert [(path, size) for path, _, _, _, _, size, *_ in sink.entries] == [(b"n", size), (b"z", 1)]
    assert sink.entries[1][8] == len(before) + size + 512


def test_differences_are_explained() -> None:
    for case in CASES:
        differ = [says for says in (case.gnu, case.bsd, case.go) if says.rows not in (None, case.rows)]
        assert bool(case.why) or not differ, case.name


def check_peer(found: Answer, case: Case, says: Says) -> None:
    rows = case.rows if says.rows is None else says.rows
    wanted = tuple(
        replace(row, mtime_ns=None) if its.mtime_ns is None else row for row, its in zip(rows, found.rows, strict=False)
    )
    check(found, wanted + rows[len(wanted) :], says.complaint)
