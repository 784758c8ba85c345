"""Extended headers: what stands before an entry and says more of it than its own header can.

Implements POSIX.1-2017 pax Interchange Format: pax Header Block (type ``x``), and GNU's long names
and long links (``L``, ``K``). As in Go the last of repeated headers wins, an empty value says
nothing, and a long name wins over a PAX path. Solaris' twin of PAX headers (``X``) is to Go an entry of
a type that it does not know, and so it is here.
"""

from ocitui.layers.tar.entry import TarEntry
from ocitui.layers.tar.header import HeaderError, parse_decimal, parse_pax, parse_seconds
from ocitui.layers.tar.sparse import parse_list, parse_pairs
from ocitui.layers.tar.sparse_blocks import PaxMap

LIMIT = 1 << 20
"""Bytes of one extended header that are read, as in Go; a longer one is damage."""

GLOBAL = b"g"
"""The type of PAX headers that are about all entries, and to container tools about none."""

FLAGS = frozenset({b"x", b"L", b"K", GLOBAL})
"""The types of extended headers."""

_XATTR = b"SCHILY.xattr."
"""The start of the records that are extended attributes to Go's archive/tar, and so to all that unpacks layers.

The rest is the name, as it stands there: GNU tar 1.34 and bsdtar 3.6.2 write ``%25`` for ``%``, and umoci 0.4.7 and
buildah 1.28.2 leave that as it is. They pass over libarchive's own records, ``LIBARCHIVE.xattr.``.
"""

_NO_SPARSE_MAP = (b"", b"")
_IN_RECORDS = ((b"0", b"0"), (b"0", b"1"))
_IN_DATA = (b"1", b"0")


class ExtendedHeaders:
    """The values of the extended headers before one entry."""

    def __init__(self) -> None:
        self._records: dict[bytes, bytes] = {}
        self._long_name = b""
        self._long_link = b""

    def take(self, flag: bytes, content: bytes) -> None:
        """Take the contents of one header, which replaces an earlier one of its type.

        Raises:
            HeaderError: its records are malformed.
        """
        if flag == b"L":
            self._long_name = content.partition(b"\0")[0]
        elif flag == b"K":
            self._long_link = content.partition(b"\0")[0]
        else:
            self._records = parse_pax(content)

    @property
    def owner_names(self) -> tuple[bytes, bytes]:
        """The names that they give the user and the group; empty where they do not say it."""
        return self._records.get(b"uname", b""), self._records.get(b"gname", b"")

    def describe(self, entry: TarEntry) -> None:
        """Change an entry to what they say of it.

        Raises:
            HeaderError: a number is none.
        """
        say = self._records.get
        entry.path = self._long_name or say(b"path") or entry.path
        entry.link = self._long_link or say(b"linkpath") or entry.link
        if size := say(b"size"):
            entry.resize(parse_decimal(size))
        if uid := say(b"uid"):
            entry.uid = parse_decimal(uid)
        if gid := say(b"gid"):
            entry.gid = parse_decimal(gid)
        for time in b"atime", b"ctime":  # which nobody shows, but no unpacker takes what is none
            parse_seconds(say(time) or b"0")
        if mtime := say(b"mtime"):
            entry.mtime_ns = parse_seconds(mtime)
        entry.extra.xattrs = xattrs_of(self._records)

    def begin_sparse(self, entry: TarEntry) -> PaxMap | None:
        """Apply the ``GNU.sparse`` records: real name and size, and the map where it is among them.

        Nothing is believed of a version that is not known, and without a version a map is
        what makes a sparse file.

        Returns:
            In format 1.0, what reads the map, which is at the start of the data.

        Raises:
            HeaderError: the map does not fit, or the entry is no file.
        """
        say = self._records.get
        version = say(b"GNU.sparse.major", b""), say(b"GNU.sparse.minor", b"")
        runs = say(b"GNU.sparse.map", b"")
        if version != _IN_DATA and version not in _IN_RECORDS and not (version == _NO_SPARSE_MAP and runs):
            return None
        if not entry.has_data:
            raise HeaderError("only a file can be sparse")
        entry.path = say(b"GNU.sparse.name") or entry.path
        if size := say(b"GNU.sparse.size") or say(b"GNU.sparse.realsize"):
            entry.resize(parse_decimal(size))
        if version == _IN_DATA:
            return PaxMap(entry)
        entry.extra.sparse = parse_pairs(parse_list(runs), entry.stored, entry.size)
        entry.is_miscounted = not _is_number(say(b"GNU.sparse.numblocks", b""), len(entry.extra.sparse))
        return None


def _is_number(value: bytes, expected: int) -> bool:
    try:
        return parse_decimal(value) == expected
    except HeaderError:
        return False


def xattrs_of(pax: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Return the extended attributes that what unpacks layers finds in the records of a PAX header."""
    return {key[len(_XATTR) :]: value for key, value in pax.items() if key.startswith(_XATTR)}
