"""Tars made for tests: by ``tarfile``, by hand block by block, and the index of them."""

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.request import LayerRequest
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation

END = bytes(1024)
"""The two blocks of zeros that end an archive."""


def header(
    name: bytes,
    *,
    size: int = 0,
    flag: bytes = b"0",
    link: bytes = b"",
    mode: int = 0o644,
    mtime: int = 1_600_000_000,
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    size_field: bytes | None = None,
    is_signed: bool = False,
) -> bytes:
    """One header block with a right checksum."""
    block = bytearray(512)
    block[0 : len(name)] = name
    block[100:124] = b"%07o\0%07o\0%07o\0" % (mode, 1000, 1001)
    block[124:136] = size_field if size_field is not None else b"%011o\0" % size
    block[136:148] = b"%011o\0" % mtime
    block[156:157] = flag
    block[157 : 157 + len(link)] = link
    block[257 : 257 + len(magic)] = magic
    block[345 : 345 + len(prefix)] = prefix
    return checked(block, is_signed)


def checked(block: bytearray, is_signed: bool = False) -> bytes:
    """Write the checksum into a header block."""
    block[148:156] = b" " * 8
    total = sum(byte - 256 if byte > 127 else byte for byte in block) if is_signed else sum(block)
    block[148:156] = b"%06o\0 " % total
    return bytes(block)


def patched(block: bytes, fields: Mapping[int, bytes]) -> bytes:
    """A header block with other bytes at these offsets, and a right checksum."""
    changed = bytearray(block)
    for offset, value in fields.items():
        changed[offset : offset + len(value)] = value
    return checked(changed)


def padded(data: bytes) -> bytes:
    """Data filled up to whole blocks."""
    return data + bytes(-len(data) % 512)


def member(name: bytes, data: bytes = b"", **fields: object) -> bytes:
    """A header and its data."""
    return header(name, size=len(data), **fields) + padded(data)  # type: ignore[arg-type]


def pax(records: Iterable[tuple[bytes, bytes]], flag: bytes = b"x") -> bytes:
    """A PAX extended header."""
    data = b""
    for key, value in records:
        length = len(key) + len(value) + 3
        total = length + len(str(length))
        total = length + len(str(total))
        data += b"%d %s=%s\n" % (total, key, value)
    return member(b"PaxHeaders/x", data, flag=flag)


def tarball(members: Iterable[tuple[tarfile.TarInfo, bytes]], format_: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar that the standard library writes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format_) as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def index_of(folder: Path, blob: bytes, *, size: int | None = None, digest: Digest | None = None) -> LayerIndex:
    """Index bytes without a cache."""
    number = len(list(folder.iterdir()))
    path, target = folder / f"{number}.blob", folder / f"{number}.sqlite"
    path.write_bytes(blob)
    build_index(LayerRequest(BlobLocation(path), digest or Digest.of(blob), size), target)
    return LayerIndex(target)


def paths(index: LayerIndex) -> list[bytes]:
    """Every visible path, in order."""
    return [path for path, _ in index.walk()]
