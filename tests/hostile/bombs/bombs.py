"""Images that are small and want to be huge: streams of gigabytes, tars and documents of a million parts."""

import json
import lzma
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ocitui.demo.layout import LayoutWriter
from ocitui.spec import media_type
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.layers.tars import END, header, member, pax

GIB = 1 << 30
EIB = 1 << 60

ZEROS_DIFF_ID = "sha256:457760f69a9e272f2e85782d683a978d98e20b23e0aaa1435047c66348547060"
"""Of the tar with nothing in it but the file ``zeros`` of 8 GiB."""

_PIECE = 1 << 20
_LONGEST_RUN = 1 << 17  # RFC 8878: Block_Maximum_Size


# Streams.


def zero_file(name: bytes, size: int) -> bytes:
    """The header of a file of so many bytes: from 8 GiB on in base 256, as GNU tar writes it."""
    field = b"%011o\0" % size if size < 8 * GIB else b"\x80" + size.to_bytes(11, "big")
    return header(name, size_field=field)


def gzip_of_zeros(size: int, before: bytes = b"", after: bytes = END) -> bytes:
    """One gzip member of some bytes, so many zeros, and some bytes: a thousandth of their size, in milliseconds.

    A block of deflate that ends with a byte is repeated; the checksum is that of all of it.
    """
    assert size % _PIECE == 0
    end = zlib.compressobj(9, wbits=-15)
    body = _flushed(before) + _flushed(bytes(_PIECE)) * (size // _PIECE) + end.compress(after) + end.flush()
    crc = zlib.crc32(after, crc_of_zeros(size, zlib.crc32(before)))
    length = (len(before) + size + len(after)) & 0xFFFFFFFF
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + body + struct.pack("<II", crc, length)


def _flushed(data: bytes) -> bytes:
    stream = zlib.compressobj(9, wbits=-15)
    return stream.compress(data) + stream.flush(zlib.Z_FULL_FLUSH)


def crc_of_zeros(size: int, crc: int = 0) -> int:
    """The CRC-32 after so many more zeros: for each bit of the size a matrix, which is the square of the one before."""
    state = crc ^ 0xFFFFFFFF
    for matrix, bit in zip(_doublings(), reversed(f"{size:b}"), strict=False):
        if bit == "1":
            state = _times(matrix, state)
    return state ^ 0xFFFFFFFF


def _doublings() -> Iterator[list[int]]:
    """What one zero byte does to the state of a CRC-32, what two do, four, …"""
    matrix = [_after_zero_byte(1 << bit) for bit in range(32)]
    while True:
        yield matrix
        matrix = [_times(matrix, column) for column in matrix]


def _times(matrix: list[int], state: int) -> int:
    found = 0
    for column in matrix:
        if state & 1:
            found ^= column
        state >>= 1
    return found


@cache
def _after_zero_byte(state: int) -> int:
    for _ in range(8):
        state = state >> 1 ^ (0xEDB88320 if state & 1 else 0)
    return state


def zstd_of_zeros(size: int, before: bytes = b"", after: bytes = END, *, window_log: int = 20) -> bytes:
    """One zstd frame of some bytes, so many zeros, and some bytes: four bytes for every 128 KiB.

    Args:
        size: how many zeros.
        before: what comes before them.
        after: what comes after them.
        window_log: what the frame asks its reader to remember, as a power of two.
    """
    assert size % _LONGEST_RUN == 0
    run = (_LONGEST_RUN << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    head = struct.pack("<IBB", 0xFD2FB528, 0, (window_log - 10) << 3)
    return head + _stored(before) + run * (size // _LONGEST_RUN) + _stored(after, is_last=True)


def _stored(data: bytes, *, is_last: bool = False) -> bytes:
    return (len(data) << 3 | is_last).to_bytes(3, "little") + data


def xz_with_dictionary(data: bytes, code: int) -> bytes:
    """An xz stream that asks for another dictionary than it needs (xz file format: 5.3.1, LZMA2); 39 is 3 GiB."""
    stream = bytearray(lzma.compress(data, preset=0))
    assert stream[14:16] == b"\x21\x01"  # the only filter, and one byte of its properties
    stream[16] = code
    end = 12 + (stream[12] + 1) * 4
    stream[end - 4 : end] = struct.pack("<I", zlib.crc32(bytes(stream[12 : end - 4])))
    return bytes(stream)


def zeros_layout(path: Path) -> WrittenLayout:
    """A sound image with one file of 8 GiB of zeros in 8 MB of gzip."""
    blob = gzip_of_zeros(8 * GIB, zero_file(b"zeros", 8 * GIB))
    return write_layout(path, [LayerSpec(blob=blob, diff_id=ZEROS_DIFF_ID)])


# Tars.


def deep_file(depth: int, name: bytes = b"f") -> bytes:
    """A file in so many folders that are in each other."""
    return pax([(b"path", b"d/" * depth + name)]) + member(b"short", b"1")


def fat_file(name: bytes, size: int) -> bytes:
    """An empty file with an extended attribute of so many bytes."""
    return pax([(b"SCHILY.xattr.user.fat", b"x" * size)]) + member(name)


def sparse_file(name: bytes, size: int) -> bytes:
    """A file of any size with five bytes in it."""
    records = [
        (b"GNU.sparse.numblocks", b"1"),
        (b"GNU.sparse.map", b"0,5"),
        (b"GNU.sparse.size", b"%d" % size),
        (b"GNU.sparse.name", name),
    ]
    return pax(records) + member(b"short", b"hello")


# Documents.


def nested(depth: int) -> bytes:
    """JSON that is nested so deep."""
    return b'{"a":' * depth + b"0" + b"}" * depth


def objects(count: int) -> bytes:
    """A document with so many objects, each in eight bytes."""
    return b'{"os":"linux","x":[' + b'{"":0},' * count + b"0]}"


def index_circle(path: Path, length: int, times: int) -> Path:
    """Indexes of which each names the next one so many times, and the last one the first: their digests are wrong."""
    writer = LayoutWriter(path)
    digests = [f"sha256:{number:064x}" for number in range(length)]
    for number, digest in enumerate(digests):
        following = {"mediaType": media_type.OCI_INDEX, "digest": digests[(number + 1) % length], "size": 1}
        document = {"schemaVersion": 2, "mediaType": media_type.OCI_INDEX, "manifests": [following] * times}
        (path / "blobs/sha256" / digest.removeprefix("sha256:")).write_text(json.dumps(document))
    writer.finish([{"mediaType": media_type.OCI_INDEX, "digest": digests[0], "size": 1}] * times)
    return path


def index_laughs(path: Path, times: int, depth: int) -> Path:
    """An index that names another a thousand times, which names another a thousand times: all digests are right."""
    writer = LayoutWriter(path)
    found = writer.index([])
    for _ in range(depth):
        found = writer.index([found] * times)
    writer.finish([found] * times)
    return path


def many_configs(path: Path, count: int, values: int) -> Path:
    """Images whose configs have very many values each, none of them too many."""
    writer = LayoutWriter(path)
    manifests = []
    for number in range(count):
        config = writer.blob(media_type.OCI_CONFIG, objects(values // 2) + b" " * number)
        manifests.append(writer.manifest(config, []))
    writer.finish(manifests)
    return path
