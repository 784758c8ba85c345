"""Sparse files by hand: what GNU tar does not write, and others may."""

from ocitui.layers.entry import EntryKind
from tests.layers.readers.case import Case, Says, refused
from tests.layers.readers.row import Row
from tests.layers.tars import END, checked, header, member, padded, pax

_LAST = member(b"z") + END
_Z = Row(b"z")
_S = member(b"s", b"abc")
_MAP = [(b"GNU.sparse.numblocks", b"1"), (b"GNU.sparse.map", b"2,3")]
_SIZE = [(b"GNU.sparse.size", b"10")]


def _version(major: bytes, minor: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"GNU.sparse.major", major), (b"GNU.sparse.minor", minor)]


def _old(flag: bytes, magic: bytes) -> bytes:
    """A header with a sparse map where GNU's has it: ``abc`` at 2 of 10 bytes."""
    block = bytearray(header(b"s", size=3, flag=flag, magic=magic))
    block[386:410] = b"%011o\0%011o\0" % (2, 3)
    block[483:495] = b"%011o\0" % 10
    return checked(block) + padded(b"abc")


_MAP_1_0 = padded(b"2\n0\n3\n9000\n0\n")
_UNKNOWN_FORMAT = "Unrecognized GNU sparse file format"
_NO_TYPE = "unknown typeflag"
_REFUSED_TYPE = "a type that every unpacker refuses"
_MISCOUNTED = "sparse files have another number of runs than their headers say"
_REST = "unreferenced data"

SPARSE = (
    Case(
        "sparse 0.0",
        pax([*_SIZE, (b"GNU.sparse.numblocks", b"1"), (b"GNU.sparse.offset", b"2"), (b"GNU.sparse.numbytes", b"3")])
        + _S
        + _LAST,
        (Row(b"s", size=10), _Z),
    ),
    Case(
        "sparse 0.0 in another order",
        pax([*_SIZE, (b"GNU.sparse.numblocks", b"1"), (b"GNU.sparse.numbytes", b"3"), (b"GNU.sparse.offset", b"2")])
        + _S
        + _LAST,
        (),
        "GNU.sparse.numbytes",
        gnu=Says((Row(b"s", size=10), _Z), "excess GNU.sparse.offset"),
        bsd=Says((Row(b"s", size=10), _Z)),
        go=refused(),
        why="Go refuses it: which of the two numbers is the offset cannot be told.",
    ),
    Case("sparse 0.1", pax([*_SIZE, *_MAP]) + _S + _LAST, (Row(b"s", size=10), _Z)),
    Case(
        "sparse 0.1 with a name",
        pax([*_SIZE, *_MAP, (b"GNU.sparse.name", b"real"), (b"path", b"GNUSparseFile.0/s")]) + _S + _LAST,
        (Row(b"real", size=10), _Z),
    ),
    Case(
        "sparse 0.1 and a long name",
        pax([*_SIZE, *_MAP, (b"GNU.sparse.name", b"real")])
        + member(b"././@LongLink", b"long\0", flag=b"L", magic=b"ustar  \0")
        + _S
        + _LAST,
        (Row(b"real", size=10), _Z),
    ),
    Case(
        "sparse 0.1 that says so",
        pax([*_version(b"0", b"1"), *_SIZE, *_MAP, (b"GNU.sparse.name", b"real")]) + _S + _LAST,
        (Row(b"real", size=10), _Z),
        bsd=Says((Row(b"real", size=10, mtime_ns=None), Row(b"z", mtime_ns=None)), _UNKNOWN_FORMAT),
        why="Go and GNU tar read it. libarchive takes 0.1 only from those who do not say so.",
    ),
    Case(
        "sparse 0.1 without a count",
        pax([*_SIZE, (b"GNU.sparse.map", b"2,3")]) + _S + _LAST,
        (Row(b"s", size=10), _Z),
        _MISCOUNTED,
        gnu=Says(None, "excess GNU.sparse.map"),
        go=refused(),
        why="Go refuses it. Both tars list it, and the map is whole, so that we show it and say so.",
    ),
    *(
        Case(
            f"sparse {name} with another count",
            pax([*_SIZE, (b"GNU.sparse.numblocks", count), *runs]) + _S + _LAST,
            (Row(b"s", size=10), _Z),
            _MISCOUNTED,
            gnu=Says(None, complaint),
            go=refused(),
            why="Go refuses it. Both tars list it, and the map is whole, so that we show it and say so.",
        )
        for name, count, complaint, runs in (
            ("0.1", b"2", "", [(b"GNU.sparse.map", b"2,3")]),
            ("0.1", b"0", "excess GNU.sparse.map", [(b"GNU.sparse.map", b"2,3")]),
            ("0.1", b"x", "excess GNU.sparse.map", [(b"GNU.sparse.map", b"2,3")]),
            ("0.0", b"2", "", [(b"GNU.sparse.offset", b"2"), (b"GNU.sparse.numbytes", b"3")]),
        )
    ),
    Case(
        "sparse 0.1 with an empty map",
        pax([*_SIZE, (b"GNU.sparse.map", b"")]) + _S + _LAST,
        (Row(b"s", size=3), _Z),
        gnu=Says((Row(b"s", size=10), _Z), "invalid GNU.sparse.map"),
        bsd=Says((Row(b"s", size=10), _Z)),
        why="Go: without a map and a version it is no sparse file. Both tars believe the size.",
    ),
    Case(
        "sparse size without a map",
        pax(_SIZE) + _S + _LAST,
        (Row(b"s", size=3), _Z),
        gnu=Says((Row(b"s", size=10), _Z)),
        bsd=Says((Row(b"s", size=10), _Z)),
        why="Go: without a map and a version it is no sparse file. Both tars believe the size.",
    ),
    Case(
        "sparse 0.1 that is all hole",
        pax([*_version(b"0", b"1"), *_SIZE, (b"GNU.sparse.numblocks", b"0"), (b"GNU.sparse.name", b"real")])
        + member(b"s")
        + _LAST,
        (Row(b"real", size=10), _Z),
        bsd=Says((Row(b"real", size=10, mtime_ns=None), Row(b"z", mtime_ns=None)), _UNKNOWN_FORMAT),
        gnu=Says((Row(b"real", size=10),)),
        why="Go. GNU tar loses the next entry, and libarchive takes 0.1 only from those who do not say so.",
    ),
    Case(
        "sparse 1.0",
        pax([*_version(b"1", b"0"), (b"GNU.sparse.name", b"real"), (b"GNU.sparse.realsize", b"9000")])
        + member(b"GNUSparseFile.0/s", _MAP_1_0 + b"abc")
        + _LAST,
        (Row(b"real", size=9000), _Z),
    ),
    Case(
        "sparse 1.0 with a zero byte in its name",
        pax([*_version(b"1", b"0"), (b"GNU.sparse.name", b"real\0more"), (b"GNU.sparse.realsize", b"9000")])
        + member(b"s", _MAP_1_0 + b"abc")
        + _LAST,
        (),
        "zero byte",
        gnu=Says((Row(b"real", size=9000), _Z)),
        bsd=Says((Row(b"real", size=9000), _Z)),
        go=refused("invalid argument"),
        why="Go reads it, and no file can have such a name. Both tars cut it.",
    ),
    Case(
        "sparse 1.0 with the whole file in the place of its map",
        pax([*_version(b"1", b"0"), (b"GNU.sparse.name", b"real"), (b"GNU.sparse.realsize", b"9000")])
        + header(b"GNUSparseFile.0/s", size=512 + 3)
        + padded(bytes(8997) + b"abc")
        + _LAST,
        (),
        "sparse map has no end",
        gnu=Says((Row(b"real", size=9000),), "numeric overflow"),
        bsd=Says((), "Line too long"),
        go=refused("unexpected EOF"),
        why="As skopeo 1.9.3 leaves it in a zstd:chunked layer. All refuse it.",
    ),
    Case(
        "sparse 1.0 with two sizes",
        pax([*_version(b"1", b"0"), (b"GNU.sparse.size", b"8000"), (b"GNU.sparse.realsize", b"9000")])
        + member(b"s", padded(b"1\n0\n3\n") + b"abc")
        + _LAST,
        (Row(b"s", size=8000), _Z),
        gnu=Says((Row(b"s", size=9000), _Z)),
        bsd=Says((Row(b"s", size=9000), _Z)),
        why="Go: size counts, whatever realsize is. Both tars take the last.",
    ),
    *(
        Case(
            f"sparse {name} with data that no run refers to",
            tar + _LAST,
            (Row(b"s", size=10), _Z),
            "data that none of their runs refers to",
            bsd=Says((Row(b"s", size=10),), bsd_complaint),
            go=refused(_REST),
            why="Go refuses it. GNU tar steps over it. libarchive goes on too soon, and loses the next entry.",
        )
        for name, bsd_complaint, tar in (
            ("0.1", "Damaged tar archive", pax([*_SIZE, *_MAP]) + member(b"s", b"abcdefgh")),
            ("0.1, blocks of it,", "", pax([*_SIZE, *_MAP]) + member(b"s", b"abc" + bytes(600))),
            (
                "1.0",
                "Damaged tar archive",
                pax([*_version(b"1", b"0"), (b"GNU.sparse.realsize", b"10")])
                + member(b"s", padded(b"1\n2\n3\n") + b"abcdefgh"),
            ),
        )
    ),
    Case(
        "sparse 2.0",
        pax([*_version(b"2", b"0"), *_MAP, (b"GNU.sparse.name", b"real"), *_SIZE]) + _S + _LAST,
        (Row(b"s", size=3), _Z),
        gnu=Says((Row(b"real", size=10), _Z), "numeric overflow"),
        bsd=Says((Row(b"real", size=10, mtime_ns=None), Row(b"z", mtime_ns=None)), _UNKNOWN_FORMAT),
        why="Go: of a version that nobody knows nothing is believed. Both tars believe name and size, and complain.",
    ),
    Case(
        "sparse runs that overlap",
        pax([*_SIZE, (b"GNU.sparse.numblocks", b"2"), (b"GNU.sparse.map", b"0,3,1,2")])
        + member(b"s", b"abcde")
        + _LAST,
        (),
        "does not fit",
        gnu=Says((Row(b"s", size=10), _Z)),
        bsd=Says((Row(b"s", size=10), _Z)),
        go=refused(),
        why="Go refuses it.",
    ),
    Case(
        "sparse folder",
        pax([*_SIZE, *_MAP, (b"GNU.sparse.name", b"real")]) + header(b"s", flag=b"5") + _LAST,
        (),
        "only a file can be sparse",
        gnu=Says((Row(b"real", EntryKind.DIRECTORY), _Z)),
        bsd=Says((), "Non-regular file cannot be sparse"),
        go=refused(),
        why="Go and libarchive refuse it, and GNU tar has another name for it.",
    ),
    Case(
        "old sparse header",
        _old(b"S", b"ustar  \0") + _LAST,
        (Row(b"s", size=10), _Z),
        _REFUSED_TYPE,
        go=refused(_NO_TYPE),
        why="Go reads it, but umoci, buildah and Docker refuse the type.",
    ),
    Case(
        "old sparse header in ustar",
        _old(b"S", b"ustar\x0000") + _LAST,
        (Row(b"s", size=3), _Z),
        _REFUSED_TYPE,
        go=refused(),
        why="Go refuses it, since star has a map elsewhere. Both tars list a plain file.",
    ),
    Case(
        "sparse map of a plain file",
        _old(b"0", b"ustar  \0") + _LAST,
        (Row(b"s", size=3), _Z),
        bsd=Says((Row(b"s", size=10), _Z)),
        why="Go and GNU tar look at the type. libarchive looks at the field alone.",
    ),
)
