"""``ar`` archives: Debian packages and static libraries. deb(5), ar(5): the common format, BSD and GNU names."""

from ocitui.layers.entry import EntryKind
from ocitui.layers.nested.data import Data
from ocitui.layers.nested.format import Plain
from ocitui.layers.nested.members import Members
from ocitui.layers.nested.whole import read_whole

MAGIC = b"!<arch>\n"

_HEADER = 60
_NAMES_LIMIT = 1 << 22
"""Bytes of the table of long names."""


def read_ar(data: Data, members: Members) -> Plain:
    """Read the headers of an archive; what comes before a damage is listed."""
    at, names = len(MAGIC), b""
    while at < data.size:
        header = read_whole(data, at, _HEADER)
        at += _HEADER
        try:
            if len(header) < _HEADER or header[58:60] != b"`\n":
                raise ValueError
            mtime, uid, gid = (int(header[start:end].strip() or b"0") for start, end in ((16, 28), (28, 34), (34, 40)))
            mode, size = int(header[40:48].strip() or b"0", 8), int(header[48:58])
            if size < 0:
                raise ValueError
        except ValueError:
            members.problems.append(f"the header of a file at offset {at - _HEADER:,} of the archive is damaged")
            break
        name, start, length = header[:16].rstrip(b" "), at, size
        if name == b"//":
            names = read_whole(data, at, min(size, _NAMES_LIMIT))
        elif name.startswith(b"#1/") and name[3:].isdigit():
            length_of_name = min(int(name[3:]), size, _NAMES_LIMIT)
            name = read_whole(data, at, length_of_name).rstrip(b"\0")
            start, length = at + length_of_name, size - length_of_name
        elif name.startswith(b"/") and name[1:].isdigit():
            where = int(name[1:])
            end = names.find(b"\n", where)
            name = names[where : end if end >= 0 else len(names)]
        if name.rstrip(b"/") in (b"", b"SYM64"):
            members.count()
        else:
            members.add(
                name.rstrip(b"/"), EntryKind.FILE, mode & 0o7777, uid, gid, length, mtime * 10**9, None, start, None
            )
        at += size + size % 2
        if start + length > data.size:
            members.problems.append(f"the archive ends {start + length - data.size:,} bytes before its last file does")
    return Plain("ar", data)
