"""Tells what a table of contents says of an entry from what the tar says of it."""

import re
from collections.abc import Callable

from ocitui.layers.entry import EntryKind
from ocitui.layers.pathnames import components
from ocitui.layers.tar.sink import Extra
from ocitui.layers.toc.entry import TocEntry

SECOND = 1_000_000_000

_OWNER = (1 << 32) - 1

_LOST = re.compile("[\udc80-\udcff]")


def lossy(name: bytes) -> bytes:
    """A name as a table has it: JSON of Go has U+FFFD for each byte that is no UTF-8."""
    try:
        name.decode()
    except UnicodeDecodeError:
        return _LOST.sub("\ufffd", name.decode("utf-8", "surrogateescape")).encode()
    return name


def key_of(path: bytes, spelled: Callable[[bytes], bytes] = lossy) -> bytes:
    """A path by which an entry of a table and one of a tar are found to be the same."""
    return spelled(b"/".join(components(path)[0]))


def differing_field(
    said: TocEntry,
    path: bytes,
    kind: EntryKind,
    mode: int,
    uid: int,
    gid: int,
    size: int,
    mtime_ns: int,
    link: bytes | None,
    extra: Extra | None,
    *,
    is_exact: bool = False,
) -> str:
    """Return the word for the first field in which a table differs from a tar; empty where none does.

    eStargz has times to the nearest second, so that they differ from half a second on.

    Args:
        said: by the table.
        path: of the tar's entry, and so on: see `ocitui.layers.tar.sink.EntrySink.add`.
        is_exact: whether the table has names and times as the tar does, and owners of 32 bits: a ztoc.
    """
    if said == (path, kind, mode, uid, gid, size, mtime_ns, link, extra):  # as nearly all
        return ""
    own, other = extra or Extra(), said.extra or Extra()
    spelled, slack = (bytes, 0) if is_exact else (lossy, SECOND // 2)
    if is_exact:
        uid, gid = uid & _OWNER, gid & _OWNER
    pairs = {
        "path": (key_of(said.path, spelled), key_of(path, spelled)),
        "type": (said.kind, kind),
        "mode": (said.mode, mode),
        "owner": ((said.uid, said.gid), (uid, gid)),
        "size": (said.size, size),
        "link": (spelled(said.link or b""), spelled(link or b"")),
        "device numbers": (other.device, own.device),
        "extended attributes": (
            {spelled(name): value for name, value in other.xattrs.items()},
            {spelled(name): value for name, value in own.xattrs.items()},
        ),
    }
    for word, (first, second) in pairs.items():
        if first != second:
            return word
    return "time" if abs(said.mtime_ns - mtime_ns) > slack else ""
