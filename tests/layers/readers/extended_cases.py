"""Extended headers: PAX, GNU long names, global and Solaris ones; repeated, mixed, empty and broken."""

from ocitui.layers.entry import EntryKind
from tests.layers.readers.case import Case, Says, directory, refused, symlink
from tests.layers.readers.row import SECOND, Row
from tests.layers.tars import END, header, member, pax

_GNU = b"ustar  \x00"
_LAST = member(b"z") + END
_Z = Row(b"z")


def _long(name: bytes, flag: bytes = b"L") -> bytes:
    return member(b"././@LongLink", name, flag=flag, magic=_GNU)


def _records(data: bytes) -> bytes:
    return member(b"PaxHeaders/x", data, flag=b"x")


_N = member(b"n", b"x")
_GNU_N = member(b"n", b"x", magic=_GNU)
_LINK = header(b"n", flag=b"2", link=b"short", mode=0o777, magic=_GNU)
_NO_NAME = Says((Row(b"", size=1), _Z), "empty member name")
_LEFT_OUT = Says((_Z,), "empty or unreadable filename")
_MALFORMED = "malformed pax extended attribute"
_UNKNOWN_TYPE = "unknown typeflag"

EXTENDED = (
    Case(
        "PAX header twice",
        pax([(b"path", b"first"), (b"mtime", b"5")]) + pax([(b"path", b"second")]) + _N + _LAST,
        (Row(b"second", size=1), _Z),
        bsd=Says((Row(b"second", size=1, mtime_ns=None), Row(b"z", mtime_ns=None)), _MALFORMED),
        why="The last header alone counts, not the records of both. libarchive 3.6 does so too, and is confused.",
    ),
    Case(
        "PAX record twice",
        pax([(b"path", b"first"), (b"path", b"second")]) + _N + _LAST,
        (Row(b"second", size=1), _Z),
    ),
    Case("long name twice", _long(b"first\0") + _long(b"second\0") + _GNU_N + _LAST, (Row(b"second", size=1), _Z)),
    Case(
        "long link twice",
        _long(b"first\0", b"K") + _long(b"second\0", b"K") + _LINK + _LAST,
        (symlink(b"n", b"second"), _Z),
    ),
    Case(
        "long name, then PAX",
        _long(b"gnu\0") + pax([(b"path", b"pax")]) + _N + _LAST,
        (Row(b"gnu", size=1), _Z),
        gnu=Says((Row(b"pax", size=1), _Z)),
        why="Go: the long name wins, in either order. GNU tar: PAX wins. libarchive: the first.",
    ),
    Case(
        "PAX, then long name",
        pax([(b"path", b"pax")]) + _long(b"gnu\0") + _N + _LAST,
        (Row(b"gnu", size=1), _Z),
        gnu=Says((Row(b"pax", size=1), _Z)),
        bsd=Says((Row(b"pax", size=1), _Z)),
        why="Go: the long name wins, in either order. GNU tar: PAX wins. libarchive: the first.",
    ),
    Case("long name without an end", _long(b"name") + _GNU_N + _LAST, (Row(b"name", size=1), _Z)),
    Case("long name with more behind its end", _long(b"name\0more") + _GNU_N + _LAST, (Row(b"name", size=1), _Z)),
    Case(
        "empty long name",
        _long(b"\0") + _GNU_N + _LAST,
        (Row(b"n", size=1), _Z),
        gnu=_NO_NAME,
        bsd=_LEFT_OUT,
        why="Go: an empty long name is none. Both tars take the file's name away.",
    ),
    Case(
        "empty long name after another",
        _long(b"first\0") + _long(b"\0") + _GNU_N + _LAST,
        (Row(b"n", size=1), _Z),
        gnu=_NO_NAME,
        bsd=_LEFT_OUT,
        why="Go: an empty long name is none. Both tars take the file's name away.",
    ),
    Case("long link of a file", _long(b"link\0", b"K") + _GNU_N + _LAST, (Row(b"n", size=1), _Z)),
    Case(
        "empty PAX path",
        pax([(b"path", b"one"), (b"path", b"")]) + _N + _LAST,
        (Row(b"n", size=1), _Z),
        gnu=_NO_NAME,
        why="POSIX: an empty value takes back what was said before. GNU tar takes the file's name away.",
    ),
    Case("PAX header without records", pax([(b"path", b"one")]) + _records(b"") + _N + _LAST, (Row(b"n", size=1), _Z)),
    Case(
        "PAX header filled up with zeros",
        _records(b"9 path=p\n" + bytes(50)) + _N + _LAST,
        (Row(b"p", size=1), _Z),
        "padded with zeros",
        bsd=Says((Row(b"n", size=1, mtime_ns=None), Row(b"z", mtime_ns=None)), "malformed"),
        go=refused(),
        why="Go refuses it. GNU tar reads it, and so do we, and say so: nothing else can be meant.",
    ),
    Case(
        "PAX header filled up with zeros, and more behind them",
        _records(b"9 path=p\n" + bytes(50) + b"11 uid=123\n") + _N + _LAST,
        (),
        "malformed",
        gnu=Says((Row(b"p", size=1), _Z)),
        bsd=Says((Row(b"n", size=1, mtime_ns=None), Row(b"z", mtime_ns=None)), "malformed"),
        go=refused(),
        why="Go refuses it. GNU tar ends at the first zero byte.",
    ),
    Case(
        "PAX length with many zeros in front",
        _records(b"0" * 5000 + b"5012 path=p\n") + _N + _LAST,
        (Row(b"p", size=1), _Z),
    ),
    Case(
        "PAX length with a plus",
        _records(b"+11 path=p\n") + _N + _LAST,
        (Row(b"p", size=1), _Z),
        gnu=Says((Row(b"n", size=1), _Z), "missing length"),
        bsd=Says((Row(b"n", size=1, mtime_ns=None), Row(b"z", mtime_ns=None)), "malformed"),
        why="Go reads the sign. Both tars ignore the header.",
    ),
    Case(
        "zero byte in a PAX path",
        pax([(b"path", b"name\0more")]) + _N + _LAST,
        (),
        "zero byte",
        gnu=Says((Row(b"name", size=1), _Z)),
        bsd=Says((Row(b"name", size=1), _Z)),
        go=refused(),
        why="Go refuses it, since no file can have such a name. Both tars cut it.",
    ),
    Case(
        "zero byte in a PAX link",
        pax([(b"linkpath", b"name\0more")]) + _LINK + _LAST,
        (),
        "zero byte",
        gnu=Says((symlink(b"n", b"name"), _Z)),
        bsd=Says((symlink(b"n", b"name"), _Z)),
        go=refused(),
        why="Go refuses it, since no link can have such a target. Both tars cut it.",
    ),
    Case(
        "zero byte in an extended attribute",
        pax([(b"SCHILY.xattr.user.a", b"\0b\0")]) + _N + _LAST,
        (Row(b"n", size=1), _Z),
    ),
    Case(
        "PAX path with a slash at its end",
        pax([(b"path", b"d/")]) + member(b"n") + _LAST,
        (Row(b"d"), _Z),
        gnu=Says((directory(b"d", 0o644), _Z)),
        bsd=Says((directory(b"d", 0o644), _Z)),
        why="Go: what has the type of a file is one. Both tars make a folder of it, as v7 had it.",
    ),
    Case(
        "PAX path of a v7 header, with a slash at its end",
        pax([(b"path", b"d/")]) + member(b"n", flag=b"\0", magic=b"") + _LAST,
        (directory(b"d", 0o644), _Z),
    ),
    Case(
        "PAX numbers with a plus",
        pax([(b"uid", b"+7"), (b"mtime", b"+5")]) + _N + _LAST,
        (Row(b"n", size=1, uid=7, mtime_ns=5 * SECOND), _Z),
        gnu=Says((Row(b"n", size=1), _Z), "invalid uid=+7"),
        bsd=Says((Row(b"n", size=1, uid=0, mtime_ns=0), _Z)),
        why="Go reads the sign. GNU tar ignores such a record, libarchive takes it for 0.",
    ),
    Case(
        "PAX number that is none",
        pax([(b"uid", b"many")]) + _N + _LAST,
        (),
        "no decimal number",
        gnu=Says((Row(b"n", size=1), _Z), "invalid uid=many"),
        bsd=Says((Row(b"n", size=1, uid=0), _Z)),
        go=refused(),
        why="Go refuses it. GNU tar ignores the record, libarchive takes it for 0.",
    ),
    Case(
        "PAX header and no entry",
        _N + pax([(b"path", b"p")]) + END,
        (Row(b"n", size=1),),
        "",
        bsd=Says((Row(b"n", size=1),), "Damaged tar archive"),
    ),
    Case(
        "global header",
        pax([(b"path", b"global"), (b"mtime", b"7"), (b"uid", b"8")], b"g") + _N + _LAST,
        (Row(b"n", size=1), _Z),
        "a global extended header is not applied",
        gnu=Says(
            (Row(b"global", size=1, uid=8, mtime_ns=7 * SECOND), Row(b"global", uid=8, mtime_ns=7 * SECOND)),
        ),
        go_program="buildah",
        why="Go hands it over as an entry of its own, and what unpacks images leaves that out. GNU tar applies it.",
    ),
    Case(
        "global header with a comment",
        pax([(b"comment", b"a commit")], b"g") + _N + _LAST,
        (Row(b"n", size=1), _Z),
        "a global extended header is not applied",
        go=refused(_UNKNOWN_TYPE),
        why="As git archive writes it. Docker, containerd and buildah leave it out, umoci refuses it.",
    ),
    Case(
        "global header, then PAX",
        pax([(b"gid", b"8")], b"g") + pax([(b"uid", b"9")]) + _N + _LAST,
        (Row(b"n", size=1, uid=9), _Z),
        "a global extended header is not applied",
        gnu=Says((Row(b"n", size=1, uid=9, gid=8), Row(b"z", gid=8))),
        go_program="buildah",
        why="Go hands the global header over as an entry of its own. GNU tar applies it.",
    ),
    Case(
        "PAX, then global header",
        pax([(b"path", b"pax")]) + pax([(b"comment", b"a commit")], b"g") + _N + _LAST,
        (Row(b"n", size=1), _Z),
        "a global extended header is not applied",
        gnu=Says((Row(b"pax", size=1), _Z)),
        bsd=Says((Row(b"pax", size=1), _Z)),
        go_program="buildah",
        why="Go: the global header is an entry, and what was said before it is over. Both tars remember it.",
    ),
    Case(
        "long name, then global header",
        _long(b"gnu\0") + pax([(b"comment", b"a commit")], b"g") + _N + _LAST,
        (Row(b"n", size=1), _Z),
        "a global extended header is not applied",
        gnu=Says((Row(b"gnu", size=1), _Z)),
        bsd=Says((Row(b"gnu", size=1), _Z)),
        go_program="buildah",
        why="Go: the global header is an entry, and what was said before it is over. Both tars remember it.",
    ),
    Case(
        "Solaris header",
        pax([(b"path", b"solaris"), (b"uid", b"9")], b"X") + _N + _LAST,
        (Row(b"PaxHeaders/x", EntryKind.UNKNOWN, size=24), Row(b"n", size=1), _Z),
        "unknown type",
        gnu=Says((Row(b"solaris", size=1, uid=9), _Z)),
        bsd=Says((Row(b"solaris", size=1, uid=9), _Z)),
        go=refused(_UNKNOWN_TYPE),
        why="Go does not know the type: nothing that unpacks images takes it. Both tars read it as PAX.",
    ),
)
