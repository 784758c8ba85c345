"""The shape of tars: formats, types, sizes of what has none, names, links, and ends."""

from ocitui.layers.entry import EntryKind
from tests.layers.readers.case import Case, Says, directory, hard_link, refused, symlink
from tests.layers.readers.row import Row
from tests.layers.tars import END, header, member, patched

_GNU = b"ustar  \x00"
_LAST = member(b"z") + END
_Z = Row(b"z")
_A = member(b"a", b"x")
_ROW_A = Row(b"a", size=1)
_TIME = b"13727410000\0"
_DAMAGED = "Damaged tar archive"
_REFUSED_TYPE = "a type that every unpacker refuses"
_ROOT = "refusing to change type of root directory"
_PREFIX, _STAR_TIMES, _STAR_TRAILER, _DEVICE = 345, 476, 508, 329  # offsets in a header


def _no_data(kind: EntryKind, flag: bytes, link: bytes = b"") -> Case:
    row = Row(b"l", kind, mode=0o777, link=link or None, device=(0, 0) if "DEVICE" in kind.name else None)
    skips = kind not in (EntryKind.HARDLINK, EntryKind.DIRECTORY)
    return Case(
        f"{kind.word} with a size",
        _A + header(b"l", size=5, flag=flag, link=link, mode=0o777) + _LAST,
        (_ROW_A, row, _Z),
        gnu=Says((_ROW_A, row)) if skips else Says(),
        why="Go and libarchive: such types have no data. GNU tar steps over some, and loses the next entry."
        if skips
        else "",
    )


def _with_data(kind: EntryKind, flag: bytes) -> Case:
    row = Row(b"l", kind, mode=0o755)
    return Case(
        f"{kind.word} with data",
        _A + member(b"l", b"hello", flag=flag, mode=0o755) + _LAST,
        (_ROW_A, row),
        "the checksum of a header does not match",
        gnu=Says((_ROW_A, row, _Z), "" if kind is EntryKind.FIFO else "Skipping to next header"),
        bsd=Says((_ROW_A, row, Row(b"z", mtime_ns=None)), _DAMAGED),
        go=refused(),
        why="Go: such types have no data, and what follows is no header. Both tars look for the next one.",
    )


SHAPES = (
    Case(
        "v7",
        header(b"d/", flag=b"\0", magic=b"", mode=0o755)
        + member(b"d/f", b"x", flag=b"\0", magic=b"")
        + header(b"d/h", flag=b"1", magic=b"", link=b"d/f")
        + header(b"d/s", flag=b"2", magic=b"", link=b"f", mode=0o777)
        + END,
        (directory(b"d"), Row(b"d/f", size=1), hard_link(b"d/h", b"d/f"), symlink(b"d/s", b"f")),
    ),
    Case(
        "v7 folder with a size",
        header(b"d/", flag=b"\0", magic=b"", mode=0o755, size=5) + _LAST,
        (directory(b"d"), _Z),
        gnu=Says((directory(b"d"),)),
        why="Go and libarchive: a folder has no data. GNU tar steps over it, and loses the next entry.",
    ),
    Case(
        "v7 with bytes where ustar has a prefix and device numbers",
        patched(header(b"n", magic=b"", flag=b"3"), {_PREFIX: b"folder", _DEVICE: b"0000005\x000000006\0"}) + _LAST,
        (Row(b"n", EntryKind.CHARACTER_DEVICE, device=(0, 0)), _Z),
    ),
    Case(
        "ustar device",
        patched(header(b"n", flag=b"4"), {_DEVICE: b"0000005\x000000006\0"}) + _LAST,
        (Row(b"n", EntryKind.BLOCK_DEVICE, device=(5, 6)), _Z),
    ),
    Case("ustar prefix of 155 bytes", header(b"n", prefix=b"p" * 155) + _LAST, (Row(b"p" * 155 + b"/n"), _Z)),
    Case(
        "name and link of 100 bytes",
        header(b"n" * 100, flag=b"2", link=b"l" * 100, mode=0o777) + _LAST,
        (symlink(b"n" * 100, b"l" * 100), _Z),
    ),
    Case("times in a GNU header", header(b"n", prefix=_TIME * 2, magic=_GNU) + _LAST, (Row(b"n"), _Z)),
    Case(
        "prefix in a GNU header",
        header(b"n", prefix=b"folder/sub", magic=_GNU) + _LAST,
        (Row(b"folder/sub/n"), _Z),
        gnu=Says((Row(b"n"), _Z)),
        bsd=Says((Row(b"n"), _Z)),
        why="Go before 1.8 wrote such headers, and Go reads them.",
    ),
    Case(
        "bytes that are not ASCII where a GNU header has times",
        header(b"n", prefix=b"fold\xc3\xa9r", magic=_GNU) + _LAST,
        (Row(b"n"), _Z),
    ),
    Case(
        "star times that are none",
        patched(header(b"n"), {_STAR_TIMES: b"soon\0".ljust(12, b"\0") + _TIME, _STAR_TRAILER: b"tar\0"}) + _LAST,
        (Row(b"n"), _Z),
        "a time field cannot be read and counts as 0: 'soon' is no octal number",
        go=refused(),
        why="Go reads them, and refuses it. The entry is whole, so that we show it and say so.",
    ),
    Case(
        "star times without a prefix",
        patched(header(b"n"), {_STAR_TIMES: _TIME * 2, _STAR_TRAILER: b"tar\0"}) + _LAST,
        (Row(b"n"), _Z),
    ),
    Case(
        "star prefix of 131 bytes",
        patched(header(b"n", prefix=b"p" * 131), {_STAR_TIMES: _TIME * 2, _STAR_TRAILER: b"tar\0"}) + _LAST,
        (Row(b"p" * 131 + b"/n"), _Z),
        gnu=Says((Row(b"p" * 131 + b"13727410000/n"), _Z)),
        bsd=Says((Row(b"p" * 131 + b"13727410000/n"), _Z)),
        why="Go knows star by its last bytes. Both tars take the time behind the prefix for more of it.",
    ),
    *(
        _no_data(kind, flag, link)
        for kind, flag, link in (
            (EntryKind.HARDLINK, b"1", b"a"),
            (EntryKind.SYMLINK, b"2", b"a"),
            (EntryKind.CHARACTER_DEVICE, b"3", b""),
            (EntryKind.BLOCK_DEVICE, b"4", b""),
            (EntryKind.DIRECTORY, b"5", b""),
            (EntryKind.FIFO, b"6", b""),
        )
    ),
    _with_data(EntryKind.DIRECTORY, b"5"),
    _with_data(EntryKind.FIFO, b"6"),
    Case(
        "contiguous file",
        member(b"a", b"x", flag=b"7") + _LAST,
        (_ROW_A, _Z),
        _REFUSED_TYPE,
        go=refused("unknown typeflag"),
        why="POSIX: a file to those who do not know the type. Go reads it, but what unpacks images refuses it.",
    ),
    Case(
        "unknown type",
        member(b"a", b"x", flag=b"Z") + _LAST,
        (Row(b"a", EntryKind.UNKNOWN, size=1), _Z),
        "unknown type",
        gnu=Says((Row(b"a unknown file type 'Z'", EntryKind.UNKNOWN, size=1), _Z)),
        bsd=Says((_ROW_A, _Z)),
        go=refused("unknown typeflag"),
        why="Nothing that unpacks images takes it. libarchive lists a file.",
    ),
    Case(
        "folder of a GNU incremental dump",
        member(b"d/", b"Yfile\0Nother\0\0", flag=b"D", magic=_GNU, mode=0o755) + _LAST,
        (directory(b"d"), _Z),
        _REFUSED_TYPE,
        go=refused("unknown typeflag"),
        why="Both tars: a folder, its data a list of names. Go reads it, but what unpacks images refuses it.",
    ),
    Case(
        "volume label",
        header(b"label", flag=b"V", magic=_GNU) + _LAST,
        (Row(b"label", EntryKind.UNKNOWN), _Z),
        "unknown type",
        gnu=Says((Row(b"label--Volume Header--", EntryKind.UNKNOWN), _Z)),
        bsd=Says((_Z,)),
        go=refused("unknown typeflag"),
        why="No entry in any image. GNU tar lists it, libarchive does not.",
    ),
    Case("no end", _A, (_ROW_A,), "no end marker"),
    Case(
        "no end and no padding",
        _A[:-511],
        (_ROW_A,),
        "no end marker",
        gnu=Says(None, "Unexpected EOF"),
        bsd=Says((Row(b"a", size=1, mtime_ns=None),), "Truncated input file"),
        why="umoci insert writes such layers, and Go reads them. Both tars complain.",
    ),
    Case("half an end", _A + bytes(512), (_ROW_A,), "one block of zeros", gnu=Says(None, "A lone zero block")),
    Case(
        "half an end, and more entries",
        _A + bytes(512) + _LAST,
        (_ROW_A,),
        "a lone block of zeros",
        gnu=Says(None, "A lone zero block"),
        go=refused(),
        why="Go refuses it. Both tars end there.",
    ),
    Case("entries after the end", _A + END + _LAST, (_ROW_A,), "bytes other than zero follow the archive"),
    Case("garbage after the end", _A + END + b"garbage", (_ROW_A,), "bytes other than zero follow the archive"),
    Case(
        "garbage instead of an end",
        _A + b"\1" * 512 + _LAST,
        (_ROW_A,),
        "the checksum of a header does not match",
        gnu=Says((_ROW_A, _Z), "Skipping to next header"),
        bsd=Says((_ROW_A, Row(b"z", mtime_ns=None)), _DAMAGED),
        go=refused(),
        why="Go refuses it. Both tars look for the next header.",
    ),
    Case(
        "cut in the data",
        (_A + member(b"b", b"y" * 1000))[:-700],
        (_ROW_A, Row(b"b", size=1000)),
        "676 bytes are missing",
        gnu=Says(None, "Unexpected EOF"),
        bsd=Says((Row(b"a", size=1, mtime_ns=None), Row(b"b", size=1000, mtime_ns=None)), "Truncated input file"),
        go=refused("unexpected EOF"),
        why="All list what is there, and say that the rest is missing.",
    ),
    Case(
        "cut in a header",
        _A + header(b"b")[:300],
        (_ROW_A,),
        "ends inside a header",
        bsd=Says(None, "Truncated tar archive"),
        go=refused("unexpected EOF"),
        why="Go and libarchive. GNU tar says nothing.",
    ),
    Case("only zeros", bytes(1024), ()),
    *(
        Case(f"name {path!r}", member(path, b"x") + _LAST, (Row(path, size=1), _Z), gnu=Says(None, complaint))
        for path, complaint in (
            (b"./a", ""),
            (b"/a", "Removing leading"),
            (b"//a", "Removing leading"),
            (b"b//a", ""),
            (b"b/./a", ""),
            (b"b/../a", "Removing leading"),
            (b"../a", "Removing leading"),
            (b"../../b/../a", "Removing leading"),
            (b"b/.", ""),
            (b"a\\b", ""),
            (b"a\nb", ""),
            (b" a ", ""),
            (b"-rf", ""),
            (b"a\xffb", ""),
            (b"\xe2\x80\xae", ""),
        )
    ),
    Case(
        "folders named like the root",
        header(b"./", flag=b"5") + header(b"/", flag=b"5") + header(b"..", flag=b"5") + _LAST,
        (directory(b".", 0o644), directory(b"", 0o644), directory(b"..", 0o644), _Z),
        gnu=Says(None, "Removing leading"),
    ),
    Case(
        "file named like the root",
        member(b"b/..", b"x") + _LAST,
        (Row(b"b/..", size=1), _Z),
        gnu=Says(None, "Removing leading"),
        go=refused(_ROOT),
        why="No file can take the root's place: umoci refuses it, the index leaves it out and says so.",
    ),
    Case(
        "file without a name",
        member(b"", b"x") + _LAST,
        (Row(b"", size=1), _Z),
        gnu=Says(None, "empty member name"),
        bsd=Says((_Z,), "empty or unreadable filename"),
        go=refused(_ROOT),
        why="No file can take the root's place: umoci refuses it, the index leaves it out and says so.",
    ),
    Case(
        "file with a slash at its end",
        member(b"d/", b"x") + _LAST,
        (Row(b"d", size=1), _Z),
        gnu=Says((directory(b"d", 0o644), _Z)),
        bsd=Says((directory(b"d", 0o644), Row(b"z", mtime_ns=None)), _DAMAGED),
        why="Go: what has the type of a file is one. Both tars make a folder of it, as v7 had it.",
    ),
    Case(
        "hard links of odd spelling",
        _A
        + header(b"dot", flag=b"1", link=b"./a")
        + header(b"root", flag=b"1", link=b"/a")
        + header(b"up", flag=b"1", link=b"b/../a")
        + header(b"link", flag=b"1", link=b"up")
        + END,
        (
            _ROW_A,
            hard_link(b"dot", b"./a"),
            hard_link(b"root", b"/a"),
            hard_link(b"up", b"b/../a"),
            hard_link(b"link", b"up"),
        ),
        gnu=Says(
            (
                _ROW_A,
                hard_link(b"dot", b"./a"),
                hard_link(b"root", b"a"),
                hard_link(b"up", b"a"),
                hard_link(b"link", b"up"),
            ),
            "from hard link targets",
        ),
        why="As written. GNU tar lists what it would unpack.",
    ),
    Case(
        "hard link to a symbolic link",
        _A + header(b"s", flag=b"2", link=b"a", mode=0o777) + header(b"h", flag=b"1", link=b"s") + END,
        (_ROW_A, symlink(b"s", b"a"), hard_link(b"h", b"s")),
    ),
    Case(
        "one path again and again",
        _A + header(b"a", flag=b"2", link=b"x", mode=0o777) + member(b"a", b"last", mode=0o600) + END,
        (_ROW_A, symlink(b"a", b"x"), Row(b"a", size=4, mode=0o600)),
    ),
    Case(
        "a file in a folder's place",
        header(b"d/", flag=b"5", mode=0o755) + member(b"d/f", b"x") + member(b"d", b"file") + END,
        (directory(b"d"), Row(b"d/f", size=1), Row(b"d", size=4)),
    ),
    Case(
        "a folder in a file's place",
        member(b"d", b"file") + header(b"d/", flag=b"5", mode=0o755) + member(b"d/f", b"x") + END,
        (Row(b"d", size=4), directory(b"d"), Row(b"d/f", size=1)),
    ),
)
