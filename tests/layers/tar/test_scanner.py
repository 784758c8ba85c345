"""The scanner against ``tarfile``, and on damaged tars; other readers beside it: ``test_peer_readers.py``."""

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.layers.entry import EntryKind
from ocitui.layers.tar.extended import LIMIT
from ocitui.layers.tar.sink import Extra
from tests.examples import examples
from tests.layers.scanning import scan
from tests.layers.tars import END, checked, header, index_of, member, padded, paths, pax, tarball

NAMES = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
    lambda name: name not in (".", "..") and not name.startswith(".wh.")
)
PATHS = st.lists(NAMES, min_size=1, max_size=6).map("/".join)
TYPES = st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])


@st.composite
def infos(draw: st.DrawFn) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(draw(PATHS))
    info.type = draw(TYPES)
    info.mode = draw(st.integers(0, 0o7777))
    info.uid = draw(st.integers(0, 2**40))
    info.gid = draw(st.integers(0, 2**20))
    info.mtime = draw(st.integers(0, 2**33))
    data = b""
    if info.type == tarfile.REGTYPE:
        data = draw(st.binary(max_size=1500))
    elif info.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        info.linkname = draw(PATHS)
    elif info.type == tarfile.CHRTYPE:
        info.devmajor, info.devminor = draw(st.integers(0, 2**20)), draw(st.integers(0, 2**20))
    return info, data


@pytest.mark.slow
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    members=st.lists(infos(), max_size=8),
    format_=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    piece=st.sampled_from([1, 7, 512, 700, 4096, 1 << 20]),
)
def test_same_as_tarfile(members: list[tuple[tarfile.TarInfo, bytes]], format_: int, piece: int) -> None:
    data = tarball(members, format_)
    found, findings = scan(data, piece)
    assert findings.damages == []
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        expected = tar.getmembers()
    assert len(found) == len(expected)
    for (path, _, mode, uid, gid, size, mtime, link, offset, extra), info in zip(found, expected, strict=True):
        assert isinstance(path, bytes)
        assert path.rstrip(b"/").decode() == info.name.rstrip("/")
        assert (mode, uid, gid, mtime) == (info.mode, info.uid, info.gid, int(info.mtime) * 10**9)
        if info.isreg():
            assert (size, offset) == (info.size, info.offset_data)
        if info.issym() or info.islnk():
            assert isinstance(link, bytes)
            assert link.decode() == info.linkname
        if info.ischr():
            assert isinstance(extra, Extra)
            assert extra.device == (info.devmajor, info.devminor)


def test_last_of_repeated_headers_wins() -> None:
    data = pax([(b"path", b"first"), (b"mtime", b"5")]) + pax([(b"path", b"second")]) + member(b"name") + END
    ((path, *_, mtime, _, _, _),), _ = scan(data)
    assert path == b"second"
    assert mtime == 1_600_000_000 * 10**9
    long_names = member(b"././@LongLink", b"one\0", flag=b"L") + member(b"././@LongLink", b"two\0", flag=b"L")
    ((path, *_),), _ = scan(long_names + member(b"name") + END)
    assert path == b"two"


def test_pax_fields() -> None:
    records = [
        (b"path", b"a/\xff"),
        (b"mtime", b"-1.25"),
        (b"uid", b"5000000000"),
        (b"size", b"3"),
        (b"SCHILY.xattr.security.capability", b"\x01\x00\n="),
        (b"SCHILY.xattr.user.a%25b", b"1"),
        (b"LIBARCHIVE.xattr.user.a%25b", b"MQ"),
    ]
    data = pax(records) + header(b"name") + padded(b"abc") + member(b"next") + END
    found, findings = scan(data)
    path, kind, _, uid, _, size, mtime, _, _, extra = found[0]
    assert (path, kind, uid, size, mtime) == (b"a/\xff", EntryKind.FILE, 5_000_000_000, 3, -1_250_000_000)
    assert isinstance(extra, Extra)
    assert extra.xattrs == {b"security.capability": b"\x01\x00\n=", b"user.a%25b": b"1"}  # as unpackers set them
    assert found[1][0] == b"next"
    assert findings.damages == []


def test_base_256_numbers() -> None:
    ((*_, size, _, _, _, _),), _ = scan(
        header(b"b", size_field=b"\x80" + (3).to_bytes(11, "big")) + padded(b"abc") + END
    )
    assert size == 3
    negative = scan(header(b"b", size_field=b"\xff" * 12) + END)[1]
    assert "size" in negative.damages[0].message
    ((*_, size, _, _, _, _),), findings = scan(header(b"b", size_field=b"\x80" + (1 << 33).to_bytes(11, "big")))
    assert size == 1 << 33
    assert "8,589,934,592 bytes are missing" in findings.damages[0].message


def test_signed_checksum_and_old_directories() -> None:
    data = header(b"caf\xe9", is_signed=True) + header(b"old/", flag=b"\0", magic=b"") + END
    found, findings = scan(data)
    assert [fields[:2] for fields in found] == [(b"caf\xe9", EntryKind.FILE), (b"old/", EntryKind.DIRECTORY)]
    assert findings.damages == []


def test_prefix() -> None:
    gnu_time = header(b"name", prefix=b"%011o\0" % 1_600_000_000, magic=b"ustar  \0")
    old_go = header(b"name", prefix=b"folder/sub", magic=b"ustar  \0")
    found, _ = scan(header(b"name", prefix=b"folder") + gnu_time + old_go + END)
    assert [fields[0] for fields in found] == [b"folder/name", b"name", b"folder/sub/name"]


def test_links_have_no_data_and_unknown_types_do() -> None:
    data = header(b"l", size=5, flag=b"1", link=b"x") + member(b"u", b"abc", flag=b"Z") + member(b"end") + END
    found, findings = scan(data)
    assert [fields[1] for fields in found] == [EntryKind.HARDLINK, EntryKind.UNKNOWN, EntryKind.FILE]
    assert "unknown type" in findings.notes[0]


def test_global_header_is_noted() -> None:
    found, findings = scan(pax([(b"path", b"evil")], b"g") + member(b"name") + END)
    assert found[0][0] == b"name"
    assert "global" in findings.notes[0]
    assert scan(pax([(b"comment", b"commit")], b"g") + member(b"name") + END)[1].notes == findings.notes


@pytest.mark.parametrize(
    ("data", "offset", "words"),
    [
        (b"not a tar at all".ljust(2048, b"!"), 0, "no tar"),
        (member(b"a", b"x") + b"\x01" * 1024, 1024, "checksum"),
        (member(b"a", b"x" * 1000)[:700], 700, "inside the data of a: 812 bytes"),
        (member(b"a") + header(b"b")[:100], 612, "inside a header"),
        (member(b"a") + pax([(b"path", b"b" * 600)])[:800], 1312, "extended header"),
        (member(b"a") + pax([(b"path", b"b")]), 1536, "before its entry"),
        (member(b"a") + header(b"x", size=LIMIT + 1, flag=b"x"), 512, "limit"),
        (member(b"a") + bytes(512) + member(b"b") + END, 1024, "lone block"),
        (member(b"a") + header(b"b", size_field=b"12x4       \0"), 512, "size"),
        (member(b"a") + member(b"p", b"99 path=x\n", flag=b"x") + member(b"b"), 1024, "malformed"),
        (member(b"a") + pax([(b"size", b"many")]) + member(b"b"), 1536, "no decimal"),
        (member(b"a") + pax([(b"mtime", b"soon")]) + member(b"b"), 1536, "no time"),
        (member(b"a") + pax([(b"GNU.sparse.map", b"5,1,0,9")]) + member(b"b"), 1536, "sparse"),
    ],
)
@pytest.mark.parametrize("piece", [100, 1 << 20])
def test_damage(data: bytes, offset: int, words: str, piece: int) -> None:
    """Everything before the damage is kept, and the damage says where and why."""
    found, findings = scan(data, piece)
    assert [fields[0] for fields in found] == ([b"a"] if offset else [])
    (damage,) = findings.damages
    expected = 512 + 188 if "inside the data" in words else offset
    assert damage.unpacked_offset == (700 if expected == 700 else offset)
    assert words.partition(":")[0] in damage.message


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"", "0 bytes"),
        (member(b"a"), "no end marker"),
        (member(b"a") + bytes(512), "one block of zeros"),
        (member(b"a") + END + bytes(9000) + b"x", "follow the archive at offset 10,536"),
        (member(b"a", b"x")[:-511], "no end marker"),
    ],
)
@pytest.mark.parametrize("piece", [100, 1 << 20])
def test_odd_ends_are_notes(data: bytes, note: str, piece: int) -> None:
    found, findings = scan(data, piece)
    assert len(found) == bool(data)
    assert findings.damages == []
    assert note in findings.notes[0]


def test_only_zeros_is_an_empty_tar() -> None:
    assert scan(bytes(10240))[0] == []
    assert scan(bytes(10240))[1].notes == ()


MIXED = (
    member(b"a", b"data" * 300)
    + pax([(b"path", b"long/" * 30 + b"x"), (b"mtime", b"1.5")])
    + member(b"short", b"abc")
    + member(b"././@LongLink", b"n" * 300 + b"\0", flag=b"L")
    + member(b"n", b"z" * 512)
    + pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.realsize", b"9000")])
    + member(b"s", padded(b"2\n0\n3\n9000\n0\n") + b"abc")
    + header(b"dev", flag=b"3")
    + END
)


def test_cut_at_every_length() -> None:
    whole, findings = scan(MIXED)
    assert findings.damages == []
    for length in range(0, len(MIXED), 37):
        found, _ = scan(MIXED[:length], 1000)
        assert found == whole[: len(found)]


@pytest.mark.slow
@settings(max_examples=examples(400), deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(MIXED) - 1), st.integers(0, 255)), max_size=12), st.booleans())
def test_changed_bytes_never_raise(changes: list[tuple[int, int]], repair: bool) -> None:
    data = bytearray(MIXED)
    for at, value in changes:
        data[at] = value
        if repair:  # a hostile writer makes the checksum right
            start = at // 512 * 512
            data[start : start + 512] = checked(bytearray(data[start : start + 512]))
    scan(bytes(data), 700)


def test_index_takes_every_hostile_number(tmp_path: Path) -> None:
    huge = b"\x80" + b"\xff" * 11
    block = bytearray(header(b"x", flag=b"3"))
    for start, length in ((100, 8), (108, 8), (116, 8), (136, 12), (329, 8), (337, 8)):
        block[start : start + length] = huge[:length]
    sparse = [(b"GNU.sparse.map", b"0,0"), (b"GNU.sparse.size", b"%d" % (2**63 - 1))]
    data = checked(block) + b"".join(pax(sparse) + member(b"s%d" % n) for n in range(3)) + END
    with index_of(tmp_path, data) as index:
        assert index.summary.damages == ()
        assert paths(index) == [b"s0", b"s1", b"s2", b"x"]
        assert index.root.below_bytes == 2**63 - 1
