"""Headers that are written: ustar where it has room, PAX where it has not, read by the standard library and by us."""

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.layers.tar.writer import END, entry_header, padded, padding
from tests.examples import examples
from tests.layers.tars import index_of


def read(header: bytes, data: bytes = b"") -> tarfile.TarInfo:
    """The only member of an archive."""
    with tarfile.open(fileobj=io.BytesIO(header + padded(data) + END)) as tar:
        (member,) = tar.getmembers()
        return member


def test_a_plain_entry_is_one_block_of_ustar() -> None:
    header = entry_header(b"etc/motd", b"0", mode=0o4755, uid=7, gid=8, size=3, mtime_ns=5 * 10**9)
    member = read(header, b"abc")
    assert len(header) == 512
    assert header[257:265] == b"ustar\x0000"
    assert (member.name, member.mode, member.uid, member.gid, member.size, member.mtime) == (
        *("etc/motd", 0o4755, 7, 8, 3, 5),
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"uid": 2**21 - 1}, {}),
        ({"uid": 2**21}, {"uid": "2097152"}),
        ({"gid": -2}, {"gid": "-2"}),
        ({"size": 8**11}, {"size": "8589934592"}),
        ({"mtime_ns": 1_500_000_000}, {"mtime": "1.5"}),
        ({"mtime_ns": -1_500_000_001}, {"mtime": "-1.500000001"}),
        ({"mtime_ns": -2 * 10**9}, {"mtime": "-2"}),
        ({"mtime_ns": 8**11 * 10**9}, {"mtime": "8589934592"}),
        ({"link": b"l" * 101, "kind": b"2"}, {"linkpath": "l" * 101}),
        ({"link": "ü".encode(), "kind": b"2"}, {"linkpath": "ü"}),
        ({"name": b"n" * 101}, {"path": "n" * 101}),
        ({"name": b"n\xff"}, {}),
        ({"xattrs": [(b"user.x", b"v")]}, {"SCHILY.xattr.user.x": "v"}),
    ],
)
def test_pax_holds_what_ustar_has_no_room_for(values: dict[str, Any], expected: dict[str, str]) -> None:
    given_ = {"name": b"n", "kind": b"0", "mode": 0o644, **values}
    header = entry_header(given_.pop("name"), given_.pop("kind"), **given_)
    with tarfile.open(fileobj=io.BytesIO(header)) as tar:
        member = tar.next()
    assert member is not None
    assert member.pax_headers == expected


@pytest.mark.parametrize("device", [(1, 3), (2**21 - 1, 0), (2**21, 2**40), (-1, 0)])
def test_devices_of_any_number(device: tuple[int, int]) -> None:
    member = read(entry_header(b"d", b"3", mode=0o600, device=device))
    assert (member.devmajor, member.devminor) == device


def test_padding() -> None:
    assert [len(padding(size)) for size in (0, 1, 511, 512, 513)] == [0, 511, 1, 0, 511]


_NAMES = st.binary(min_size=1, max_size=260).filter(lambda name: not {0, ord("/")} & set(name) and name.strip(b"."))


@pytest.mark.slow
@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=_NAMES,
    link=_NAMES,
    mode=st.integers(0, 0o7777),
    owner=st.tuples(st.integers(0, 2**40), st.integers(0, 2**40)),
    mtime_ns=st.integers(-(2**62), 2**62),
    xattrs=st.dictionaries(st.sampled_from([b"user.a", b"security.capability"]), st.binary(min_size=1, max_size=40)),
)
def test_what_is_written_is_read_again(
    tmp_path: Path,
    name: bytes,
    link: bytes,
    mode: int,
    owner: tuple[int, int],
    mtime_ns: int,
    xattrs: dict[bytes, bytes],
) -> None:
    fields: dict[str, Any] = {"mode": mode, "uid": owner[0], "gid": owner[1], "mtime_ns": mtime_ns}
    header = entry_header(b"d/" + name, b"2", link=link, xattrs=sorted(xattrs.items()), **fields)
    with index_of(tmp_path, header + END) as index:
        (_, _), (_, entry) = index.walk()
        found = {name: getattr(entry, name) for name in fields}
        assert (entry.name, entry.link, entry.xattrs) == (name, link, xattrs)
        assert found == fields
