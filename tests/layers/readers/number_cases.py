"""Numbers: base-256, negative, with blanks and without an end, in PAX, over 8 GiB, and what is no number."""

from ocitui.layers.entry import EntryKind
from tests.layers.readers.case import Case, Says, refused
from tests.layers.readers.row import SECOND, Row
from tests.layers.tars import END, header, member, padded, patched, pax

_GNU = b"ustar  \x00"
_LAST = member(b"z") + END
_Z = Row(b"z")
_MODE, _UID, _GID, _SIZE, _MTIME = 100, 108, 116, 124, 136  # offsets in a header

_N = header(b"n", magic=_GNU)
_OVER_64 = b"9223372036854775808"


def base_256(value: int, length: int) -> bytes:
    """GNU's binary number: two's complement, with the first bit set."""
    return (value & (1 << 8 * length) - 1 | 0x80 << 8 * (length - 1)).to_bytes(length, "big")


_SIGNED = "A negative owner is what Go has too; Linux has no such owner, and umoci's file gets 2^32 - 2."

NUMBERS = (
    Case(
        "base-256 owner, mode and time",
        patched(
            _N,
            {
                _MODE: base_256(0o4755, 8),
                _UID: base_256(3_000_000, 8),
                _GID: base_256(4_000_000, 8),
                _MTIME: base_256(5_000_000_000, 12),
            },
        )
        + _LAST,
        (Row(b"n", mode=0o4755, uid=3_000_000, gid=4_000_000, mtime_ns=5_000_000_000 * SECOND), _Z),
    ),
    Case(
        "base-256 size",
        header(b"n", size_field=base_256(3, 12), magic=_GNU) + padded(b"abc") + _LAST,
        (Row(b"n", size=3), _Z),
    ),
    Case(
        "negative base-256 time",
        patched(_N, {_MTIME: base_256(-5, 12)}) + _LAST,
        (Row(b"n", mtime_ns=-5 * SECOND), _Z),
    ),
    Case(
        "negative base-256 mode",
        patched(_N, {_MODE: base_256(-1, 8)}) + _LAST,
        (Row(b"n", mode=0o7777), _Z),
    ),
    Case(
        "negative base-256 owner",
        patched(_N, {_UID: base_256(-2, 8)}) + _LAST,
        (Row(b"n", uid=-2), _Z),
        "owners are over 32 bits or negative",
        gnu=Says((Row(b"n", uid=2**32 - 1), _Z), "out of uid_t range"),
        bsd=Says((Row(b"n", uid=2**64 - 2), _Z)),
        go=Says((Row(b"n", uid=2**32 - 2), _Z)),
        why=_SIGNED,
    ),
    Case(
        "negative base-256 size",
        header(b"n", size_field=base_256(-1, 12), magic=_GNU) + _LAST,
        (),
        "the size field of a header cannot be read",
        gnu=Says((_Z,), "out of off_t range"),
        bsd=Says((), "negative size"),
        go=refused(),
        why="Go refuses it. GNU tar looks for the next header, we do not guess.",
    ),
    Case(
        "numbers with blanks",
        patched(_N, {_UID: b"   1750 ", _MTIME: b"13727410000 "}) + _LAST,
        (Row(b"n"), _Z),
    ),
    Case(
        "numbers without an end",
        patched(_N, {_UID: b"00001750", _SIZE: b"000000000003", _MTIME: b"013727410000"}) + padded(b"abc") + _LAST,
        (Row(b"n", size=3), _Z),
    ),
    Case(
        "empty numbers",
        patched(_N, {_MODE: bytes(24), _MTIME: bytes(12)}) + _LAST,
        (Row(b"n", mode=0, uid=0, gid=0, mtime_ns=0), _Z),
    ),
    Case(
        "owner that is no number",
        patched(_N, {_UID: b"many\0\0\0\0"}) + _LAST,
        (Row(b"n", uid=0), _Z),
        "a uid field cannot be read and counts as 0",
        gnu=Says((Row(b"n", uid=2**32 - 1), _Z), "where numeric uid_t value expected"),
        bsd=Says((), "Unrecognized archive format"),
        go=refused(),
        why="Go refuses it. The entry is whole but for its owner, so that we show it and say so.",
    ),
    *(
        Case(
            f"size {field!r}",
            header(b"n", size_field=field + b"\0", magic=_GNU) + padded(b"abc") + _LAST,
            (),
            "the size field of a header cannot be read",
            gnu=Says(gnu, complaint),
            bsd=Says((), "Unrecognized archive format"),
            go=refused(),
            why="Python would read it; nobody else does. GNU tar goes on, or takes it for its oldest base-64.",
        )
        for field, gnu, complaint in (
            (b"0000000_003", (_Z,), "where numeric off_t value expected"),
            (b"0o000000003", (_Z,), "where numeric off_t value expected"),
            (b"00000000008", (_Z,), "where numeric off_t value expected"),
            (b"+0000000003", (Row(b"n", size=951_617_749_834_222_903),), "obsolescent base-64"),
        )
    ),
    *(
        Case(
            f"checksum {field!r}",
            member(b"a") + _N[:148] + field + _N[156:] + _LAST,
            (Row(b"a"),),
            "the checksum of a header does not match",
            gnu=Says((Row(b"a"), _Z), "Skipping to next header"),
            bsd=Says((Row(b"a"), Row(b"z", mtime_ns=None)), "Damaged tar archive"),
            go=refused(),
            why="Go refuses it. Both tars look for the next header.",
        )
        for field in (b"0_6137\0 ", b"0061377 ")
    ),
    Case(
        "base-256 checksum",
        member(b"a") + _N[:148] + base_256(sum(_N[:148]) + 256 + sum(_N[156:]), 8) + _N[156:] + _LAST,
        (Row(b"a"),),
        "the checksum of a header does not match",
        gnu=Says((Row(b"a"), _Z), "Skipping to next header"),
        bsd=Says((Row(b"a"), Row(b"z", mtime_ns=None)), "Damaged tar archive"),
        go=refused(),
        why="All read checksums as octal numbers alone. Both tars look for the next header.",
    ),
    Case(
        "PAX header with a mode that is no number",
        patched(pax([(b"uid", b"7")])[:512], {_MODE: b"many\0\0\0\0"}) + pax([(b"uid", b"7")])[512:] + _N + _LAST,
        (Row(b"n", uid=7), _Z),
        "a mode field cannot be read and counts as 0: 'many' is no octal number",
        bsd=Says((), "Unrecognized archive format"),
        go=refused(),
        why="Go reads the numbers of every header, and refuses it. The entry is whole, so that we show it and say so.",
    ),
    *(
        Case(
            f"owner {number}",
            pax([(b"uid", b"%d" % number)]) + _N + _LAST,
            (Row(b"n", uid=number), _Z),
            "owners are over 32 bits or negative",
            gnu=Says((Row(b"n", uid=listed), _Z), complaint),
            go=Says((Row(b"n", uid=taken), _Z)),
            why="Linux takes the lower 32 bits, and changes nothing where all are set. We show what the header says.",
        )
        for number, listed, complaint, taken in ((2**32 + 5, 1000, "out of range", 5), (2**32 - 1, 2**32 - 1, "", 0))
    ),
    Case(
        "PAX owner",
        pax([(b"uid", b"3000000"), (b"gid", b"4000000")]) + _N + _LAST,
        (Row(b"n", uid=3_000_000, gid=4_000_000), _Z),
    ),
    Case(
        "negative PAX owner",
        pax([(b"uid", b"-2")]) + _N + _LAST,
        (Row(b"n", uid=-2), _Z),
        "owners are over 32 bits or negative",
        gnu=Says((Row(b"n"), _Z), "out of range"),
        bsd=Says((Row(b"n", uid=2**64 - 2), _Z)),
        go=Says((Row(b"n", uid=2**32 - 2), _Z)),
        why=_SIGNED,
    ),
    Case(
        "PAX time with a fraction",
        pax([(b"mtime", b"1500000000.1234567899")]) + member(b"n") + _LAST,
        (Row(b"n", mtime_ns=1_500_000_000_123_456_789), _Z),
    ),
    Case(
        "negative PAX time with a fraction",
        pax([(b"mtime", b"-1.25")]) + member(b"n") + _LAST,
        (Row(b"n", mtime_ns=-1_250_000_000), _Z),
        gnu=Says((Row(b"n", mtime_ns=-750_000_000), _Z)),
        bsd=Says((Row(b"n", mtime_ns=-750_000_000), _Z)),
        why="Go, and POSIX. GNU tar lists half a second off and unpacks right; libarchive 3.6 reads it wrong.",
    ),
    *(
        Case(f"PAX {name}", pax([(key, value)]) + member(b"n") + _LAST, (row, _Z))
        for name, key, value, row in (
            ("owner with many zeros in front", b"uid", b"0" * 5000 + b"7", Row(b"n", uid=7)),
            ("size with many zeros in front", b"size", b"0" * 30, Row(b"n")),
            (
                "time with a fraction of many digits",
                b"mtime",
                b"1500000000.123456789" + b"5" * 5000,
                Row(b"n", mtime_ns=1_500_000_000_123_456_789),
            ),
            (
                "time with many zeros in front",
                b"mtime",
                b"0" * 100 + b"1500000000.5",
                Row(b"n", mtime_ns=1_500_000_000_500_000_000),
            ),
            ("time with a point at its end", b"mtime", b"5.", Row(b"n", mtime_ns=5 * SECOND)),
        )
    ),
    *(
        Case(
            f"PAX {key} {value[:20].decode()}",
            pax([(key.encode(), value)]) + member(b"n") + _LAST,
            (),
            complaint,
            gnu=Says((gnu, _Z), gnu_complaint),
            bsd=Says((bsd, _Z)),
            go=refused(),
            why="Go refuses it. The tars read the digits that there are, ignore the record, or take what is nearest.",
        )
        for key, value, complaint, gnu, gnu_complaint, bsd in (
            ("mtime", b"soon", "is no time", Row(b"n"), "invalid mtime=soon", Row(b"n", mtime_ns=0)),
            ("mtime", b".5", "is no time", Row(b"n"), "invalid mtime=.5", Row(b"n", mtime_ns=SECOND // 2)),
            *(
                ("mtime", value, "is no time", Row(b"n", mtime_ns=read), "", Row(b"n", mtime_ns=read))
                for value, read in ((b"1.5x", SECOND * 3 // 2), (b"1e9", SECOND))
            ),
            ("atime", b"soon", "is no time", Row(b"n"), "invalid atime=soon", Row(b"n")),
            ("ctime", b"soon", "is no time", Row(b"n"), "invalid ctime=soon", Row(b"n")),
            ("uid", _OVER_64, "over 64 bits", Row(b"n"), "out of range", Row(b"n", uid=2**63 - 1)),
            ("gid", b"9" * 5000, "over 64 bits", Row(b"n"), "out of range", Row(b"n", gid=2**63 - 1)),
        )
    ),
    *(
        Case(
            f"PAX {key} over 64 bits",
            pax([(key.encode(), _OVER_64)]) + member(b"n") + _LAST,
            (),
            "over 64 bits",
            gnu=Says((Row(b"n"), _Z), "out of range"),
            bsd=Says((), bsd_complaint),
            go=refused(),
            why="Go refuses it. GNU tar ignores the record.",
        )
        for key, bsd_complaint in (("mtime", ""), ("size", "overflow"))
    ),
    Case(
        "device numbers of a file that are none",
        patched(member(b"n"), {329: b"many\0\0\0\0"}) + _LAST,
        (Row(b"n"), _Z),
        "device numbers cannot be read: 'many' is no octal number",
        bsd=Says((), "Unrecognized archive format"),
        go=refused(),
        why="Go reads them of every type, and refuses it. The entry is whole, so that we show it and say so.",
    ),
    Case(
        "device numbers of a device that are none",
        patched(header(b"n", flag=b"3"), {337: b"9999999\0"}) + _LAST,
        (Row(b"n", EntryKind.CHARACTER_DEVICE), _Z),
        "device numbers cannot be read: '9999999' is no octal number",
        gnu=Says((Row(b"n", EntryKind.CHARACTER_DEVICE, device=(0, 2**32 - 1)), _Z), "where numeric minor_t"),
        bsd=Says((), "Unrecognized archive format"),
        go=refused(),
        why="Go refuses it. The entry is whole but for its numbers, so that we show it and say so.",
    ),
    Case(
        "base-256 time over 64 bits",
        patched(_N, {_MTIME: base_256(1 << 64, 12)}) + _LAST,
        (Row(b"n", mtime_ns=0), _Z),
        "a time field cannot be read and counts as 0: it is over 64 bits",
        gnu=Says((Row(b"n", mtime_ns=-SECOND), _Z), "out of time_t range"),
        bsd=Says(()),
        go=refused(),
        why="Go refuses it. The entry is whole but for its time, so that we show it and say so.",
    ),
    Case(
        "base-256 size over 64 bits",
        header(b"n", size_field=base_256(1 << 64, 12), magic=_GNU) + _LAST,
        (),
        "the size field of a header cannot be read",
        gnu=Says((_Z,), "out of off_t range"),
        bsd=Says((), "overflow"),
        go=refused(),
        why="Go refuses it. GNU tar looks for the next header, we do not guess.",
    ),
    Case(
        "time beyond 2262",
        patched(_N, {_MTIME: base_256(1 << 34, 12)}) + _LAST,
        (Row(b"n", mtime_ns=2**63 - 1), _Z),
        "times before 1677 or after 2262 are shown as the nearest of these",
        gnu=Says((Row(b"n", mtime_ns=(1 << 34) * SECOND), _Z)),
        bsd=Says((Row(b"n", mtime_ns=(1 << 34) * SECOND), _Z)),
        go=Says((Row(b"n", mtime_ns=-1_266_874_889_709_551_616), _Z)),
        why="64 bits of nanoseconds end in 2262: the index holds the last of them, umoci's turn over to 1929.",
    ),
    Case(
        "PAX size",
        pax([(b"size", b"3")]) + header(b"n", size=600) + padded(b"abc") + _LAST,
        (Row(b"n", size=3), _Z),
    ),
    Case(
        "negative PAX size",
        pax([(b"size", b"-3")]) + member(b"n", b"abc") + _LAST,
        (),
        "the size is out of range",
        gnu=Says((Row(b"n", size=3), _Z), "out of range"),
        bsd=Says((), "negative"),
        go=refused(),
        why="Go refuses it. GNU tar ignores the record.",
    ),
    Case(
        "sparse file of 9 GiB",
        pax(
            [
                (b"GNU.sparse.size", b"9663676416"),
                (b"GNU.sparse.numblocks", b"2"),
                (b"GNU.sparse.map", b"0,3,9663676415,1"),
            ]
        )
        + member(b"n", b"abcd")
        + _LAST,
        (Row(b"n", size=9 << 30), _Z),
        unpacks=False,
    ),
)
