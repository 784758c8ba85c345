"""Packages of rpm: the files of their payload. rpm's own documentation, "RPM v4 Package Format"."""

import struct

from ocitui.layers.nested.data import Data, Window
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.whole import read_whole

MAGIC = b"\xed\xab\xee\xdb"

_LEAD = 96
_HEADER_MAGIC = b"\x8e\xad\xe8\x01"
_INDEX = 16


def payload(data: Data) -> Data:
    """Return the payload of a package: a cpio archive, compressed.

    Raises:
        ArchiveError: a header before it is damaged.
    """
    at = _LEAD
    for unit in (8, 1):  # the signature's header is padded, the package's is not
        head = read_whole(data, at, 16)
        if len(head) < 16 or not head.startswith(_HEADER_MAGIC):
            raise ArchiveError("a header of the package is damaged")
        entries, size = struct.unpack(">II", head[8:])
        at += 16 + entries * _INDEX + size
        at += -at % unit
    if at >= data.size:
        raise ArchiveError("the package has no payload")
    return Window(data, at, data.size - at)
