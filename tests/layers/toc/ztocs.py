"""Ztocs of SOCI, right or not: a small writer of FlatBuffers, of checkpoints, and of SOCI indexes."""

import gzip
import io
import json
import struct
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ocitui.layers.compression.deflate import WINDOW, resume
from ocitui.spec.digest import Digest
from tests.layers.toc.tables import Layer

V1, V2 = (f"application/vnd.amazon.soci.index.v{number}+json" for number in (1, 2))
HEADER = 10
"""Bytes of the gzip header of layers that are made here."""

Fields = dict[int, Any]
"""Of a table, by number: bytes are a string, a list is a vector, a dict a table, a tuple a format and its value."""


class Shared:
    """A value that is written once, whoever points to it."""

    def __init__(self, value: Any) -> None:
        self.value = value


def flatbuffer(root: Fields) -> bytes:
    """A FlatBuffer."""
    data = bytearray(4)
    shared: dict[Shared, list[int]] = {}
    struct.pack_into("<I", data, 0, _write(data, root, shared))
    while shared:
        value = next(iter(shared))
        at = _write(data, value.value, shared)
        for place in shared.pop(value):
            struct.pack_into("<I", data, place, at - place)
    return bytes(data)


def _write(data: bytearray, value: Any, shared: dict[Shared, list[int]]) -> int:
    """Write a value behind what there is, with all that it points to. Returns its offset."""
    data += bytes(-len(data) % 8)
    if isinstance(value, bytes):
        at = len(data)
        data += struct.pack("<I", len(value)) + value + b"\0"
        return at
    if isinstance(value, list):
        at = len(data)
        data += struct.pack("<I", len(value)) + bytes(4 * len(value))
        for number, each in enumerate(value):
            _point(data, at + 4 + 4 * number, each, shared)
        return at
    count = max(value, default=-1) + 1
    vtable = len(data)
    data += bytes((4 + 2 * count + 7) // 8 * 8)
    at = len(data)
    struct.pack_into("<HH", data, vtable, 4 + 2 * count, 8 + 8 * len(value))
    data += struct.pack("<ii", at - vtable, 0) + bytes(8 * len(value))
    for number, (name, each) in enumerate(value.items()):
        place = at + 8 + 8 * number
        struct.pack_into("<H", data, vtable + 4 + 2 * name, place - at)
        if isinstance(each, tuple):
            struct.pack_into(f"<{each[0]}", data, place, each[1])
        else:
            _point(data, place, each, shared)
    return at


def _point(data: bytearray, place: int, value: Any, shared: dict[Shared, list[int]]) -> None:
    if isinstance(value, Shared):
        shared.setdefault(value, []).append(place)
    else:
        struct.pack_into("<I", data, place, _write(data, value, shared) - place)


@dataclass
class Checkpoint:
    """A place where a layer can be entered."""

    blob: int
    unpacked: int
    bits: int = 0
    window: bytes = bytes(WINDOW)

    @property
    def start(self) -> int:
        """The byte of the blob where its span begins."""
        return self.blob - (self.bits > 0)


@dataclass
class ZtocLayer:
    """A layer, and what its ztoc says; a test changes it so that it lies."""

    blob: bytes
    tar: bytes
    entries: list[Fields]
    checkpoints: list[Checkpoint]
    digests: list[bytes] = field(default_factory=list)
    algorithm: int = 1
    is_old: bool = False
    """Whether the first checkpoint is left out, as older ones do."""
    more: Fields = field(default_factory=dict)
    """Other fields of the ztoc."""

    def __post_init__(self) -> None:
        ends = [each.blob for each in self.checkpoints[1:]] + [len(self.blob)]
        spans = [self.blob[each.start : end] for each, end in zip(self.checkpoints, ends, strict=True)]
        self.digests = [str(Digest.of(span)).encode() for span in spans]

    @property
    def layer(self) -> Layer:
        """As a manifest would have it."""
        return Layer(self.blob, {}, self.tar)

    @property
    def ztoc(self) -> bytes:
        """The ztoc."""
        information = {
            0: ("b", self.algorithm),
            1: ("i", len(self.digests) - 1),
            2: self.digests,
            3: self.packed_checkpoints(),
        }
        return flatbuffer(
            {
                0: b"0.9",
                1: b"a test",
                2: ("q", len(self.blob)),
                3: ("q", len(self.tar)),
                4: {0: self.entries},
                5: information,
            }
            | self.more
        )

    def packed_checkpoints(self) -> bytes:
        """The checkpoints, as the compression has them."""
        if self.algorithm == 2:
            return flatbuffer({0: ("i", 2), 1: ("q", self.checkpoints[1].blob), 2: ("q", len(self.blob))})
        said = self.checkpoints[1:] if self.is_old else self.checkpoints
        return struct.pack("<iq", len(self.checkpoints), 1 << 22) + b"".join(
            struct.pack(f"<qqB{WINDOW}s", each.blob, each.unpacked, each.bits, each.window) for each in said
        )


def gzip_layer(tar: bytes, span: int = 1 << 16, *, header: bytes = b"") -> ZtocLayer:
    """A layer of gzip whose deflate blocks end wherever a span does, at any bit.

    Args:
        tar: what it unpacks to.
        span: bytes of it that a span unpacks to.
        header: another gzip header.
    """
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    header = header or gzip.compress(b"", mtime=0)[:HEADER]
    packed = bytearray()
    places: list[int] = []
    for at in range(0, len(tar), span):
        places.append(len(packed))
        packed += packer.compress(tar[at : at + span])
        packed += packer.flush(zlib.Z_BLOCK)
    packed += packer.flush()
    blob = header + bytes(packed) + struct.pack("<II", zlib.crc32(tar), len(tar) & 0xFFFFFFFF)
    points = [Checkpoint(len(header), 0)]
    for number, place in enumerate(places[1:], 1):
        unpacked = number * span
        window = tar[max(unpacked - WINDOW, 0) : unpacked].rjust(WINDOW, b"\0")
        bit = _first_bit(packed, place, window, tar[unpacked:])
        points.append(Checkpoint(len(header) + place + (bit > 0), unpacked, -bit % 8, window))
    return ZtocLayer(blob, tar, entries_of(tar), points)


def _first_bit(packed: bytes | bytearray, place: int, window: bytes, rest: bytes) -> int:
    """The bit of a byte with which a block begins: the one from which on the rest can be unpacked."""
    for bit in range(8):
        try:
            found = resume(zlib, window, bit, packed[place])
            if found.decompress(bytes(packed[place + (bit > 0) :])) == rest:
                return bit
        except zlib.error:
            continue
    raise AssertionError("no block begins there")


def plain_layer(tar: bytes, span: int = 1 << 16) -> ZtocLayer:
    """A layer that is not compressed."""
    points = [Checkpoint(at, at) for at in range(0, len(tar), span)]
    return ZtocLayer(tar, tar, entries_of(tar), points, algorithm=2)


_TYPES = {
    tarfile.REGTYPE: b"reg",
    tarfile.DIRTYPE: b"dir",
    tarfile.SYMTYPE: b"symlink",
    tarfile.LNKTYPE: b"hardlink",
    tarfile.CHRTYPE: b"char",
    tarfile.BLKTYPE: b"block",
    tarfile.FIFOTYPE: b"fifo",
}


def entries_of(tar: bytes) -> list[Fields]:
    """The entries of a tar, as Go's archive/tar gives them to SOCI; read by the standard library."""
    with tarfile.open(fileobj=io.BytesIO(tar), encoding="utf-8", errors="surrogateescape") as opened:
        return [_entry(member) for member in opened]


def _entry(member: tarfile.TarInfo) -> Fields:
    name = member.name + ("/" if member.isdir() else "")
    return {
        0: name.encode("utf-8", "surrogateescape"),
        1: _TYPES[member.type],
        2: ("q", member.offset_data),
        3: ("q", member.size),
        4: member.linkname.encode("utf-8", "surrogateescape"),
        5: ("q", member.mode),
        6: ("I", member.uid),
        7: ("I", member.gid),
        8: member.uname.encode("utf-8", "surrogateescape"),
        9: member.gname.encode("utf-8", "surrogateescape"),
        10: _time(member),
        11: ("q", member.devmajor),
        12: ("q", member.devminor),
        13: [
            {0: key.encode("utf-8", "surrogateescape"), 1: value.encode("utf-8", "surrogateescape")}
            for key, value in member.pax_headers.items()
        ],
    }


def _time(member: tarfile.TarInfo) -> bytes:
    seconds, _, fraction = member.pax_headers.get("mtime", str(int(member.mtime))).partition(".")
    text = datetime.fromtimestamp(int(seconds), UTC).isoformat().removesuffix("+00:00")
    return f"{text}.{fraction}".rstrip(".").encode() + b"Z"


def soci_index(layers: dict[Digest, bytes], kind: str, subject: dict[str, object] | None = None) -> bytes:
    """A SOCI index: of each layer its ztoc.

    Args:
        layers: ztocs, by the digest of their layers.
        kind: its type.
        subject: the descriptor of the image that it refers to.
    """
    listed = [
        {
            "mediaType": "application/octet-stream",
            "digest": str(Digest.of(ztoc)),
            "size": len(ztoc),
            "annotations": {"com.amazon.soci.image-layer-digest": str(digest)},
        }
        for digest, ztoc in layers.items()
    ]
    value = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": kind, "digest": str(Digest.of(b"{}")), "size": 2},
        "layers": listed,
    }
    return json.dumps(value | ({"subject": subject} if subject else {})).encode()


Lie = Callable[[ZtocLayer], object]
"""Changes what a ztoc says."""
