"""The names of owners, as a sink is told them that asks for them."""

import io
import tarfile

import pytest

from ocitui.layers.entry import EntryKind
from ocitui.layers.summary import Findings
from ocitui.layers.tar.owner_names import NamingScanner
from ocitui.layers.tar.sink import Extra
from tests.layers.tars import END, header, patched

USERS = ("root", "", "b\xf6ttcher", "u" * 40, "root")
"""The third and the fourth do not fit into a header of POSIX."""


class _Asking:
    """A sink that keeps what the owners of each entry are called."""

    def __init__(self) -> None:
        self.found: list[tuple[bytes, bytes, bytes]] = []
        self.scanner = NamingScanner(self, Findings())

    def add(
        self,
        path: bytes,
        kind: EntryKind,
        mode: int,
        uid: int,
        gid: int,
        size: int,
        mtime_ns: int,
        link: bytes | None,
        offset: int | None,
        extra: Extra | None,
    ) -> None:
        self.found.append((path, *self.scanner.owner_names))


def _names(tar: bytes, piece: int) -> list[tuple[bytes, bytes, bytes]]:
    sink = _Asking()
    for at in range(0, len(tar), piece):
        sink.scanner.feed(tar[at : at + piece])
    sink.scanner.finish()
    return sink.found


@pytest.mark.parametrize("piece", [100, 512, 1 << 20])
@pytest.mark.parametrize("kind", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_they_are_those_of_the_header_or_of_the_extended_one(kind: int, piece: int) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=kind) as tar:
        for number, user in enumerate(USERS):
            entry = tarfile.TarInfo(f"{number}-{'long' * 40 if number == 1 and kind != tarfile.USTAR_FORMAT else ''}")
            entry.type = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.FIFOTYPE, tarfile.REGTYPE)[number]
            entry.uname, entry.gname = user, user[::-1]
            entry.linkname = "x" if entry.issym() else ""
            entry.size = 700 if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(bytes(entry.size)))
    with tarfile.open(fileobj=io.BytesIO(data.getvalue())) as tar:
        expected = [(entry.uname.encode(), entry.gname.encode()) for entry in tar]
    assert [(user, group) for _, user, group in _names(data.getvalue(), piece)] == expected
    assert kind != tarfile.PAX_FORMAT or expected[2] == ("böttcher".encode(), "rehcttöb".encode())


def test_a_header_of_the_seventh_edition_has_none() -> None:
    old = patched(header(b"a", magic=bytes(8)), {265: b"root", 297: b"root"})
    new = patched(header(b"b"), {265: b"root"})
    assert _names(old + new + END, 512) == [(b"a", b"", b""), (b"b", b"root", b"")]


def test_a_sparse_file_has_those_of_its_header() -> None:
    data = io.BytesIO()
    runs = b"1\n0\n4\n".ljust(512, b"\0") + b"text".ljust(512, b"\0")
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
        entry = tarfile.TarInfo("holes")
        entry.size, entry.uname, entry.gname = len(runs) - 508, "b\xf6ttcher", "staff"
        entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9000"}
        tar.addfile(entry, io.BytesIO(runs))
    assert [names[1:] for names in _names(data.getvalue(), 512)] == [("böttcher".encode(), b"staff")]
