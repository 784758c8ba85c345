"""The same tar as blobs of every kind that gzip and zstd come in."""

import random
import struct
import subprocess
import zlib
from collections.abc import Callable
from functools import cache

import pytest
import zstandard
from isal import isal_zlib

from tests.images.tools import require_tool
from tests.layers.tars import END, member

FILES = 120


@cache
def contents() -> dict[bytes, bytes]:
    """Files of all sizes: text, tables, noise, and what is compressed already."""
    chance = random.Random(3)
    words = [bytes(chance.choices(b"abcdefghijklmnop", k=chance.randint(2, 11))) for _ in range(3000)]
    noise = chance.randbytes(700_000)
    text = b" ".join(chance.choices(words, k=160_000))
    table = b"".join(struct.pack("<HIq", n % 77, n * n % 2**32, -n) for n in range(40_000))
    kinds = [text, noise, table, zlib.compress(text + noise, 6), bytes(600_000), text[::-1]]
    files = {}
    for number in range(FILES):
        source = kinds[number % len(kinds)]
        start = chance.randrange(len(source) // 2)
        size = chance.choice([0, 1, 700, 50_000, 150_000, 300_000])
        files[b"d%d/f%02d" % (number % 7, number)] = source[start : start + size]
    return files


@cache
def layer_tar() -> bytes:
    """A tar of more than ten megabytes."""
    return b"".join(member(name, data) for name, data in contents().items()) + END


def deflated(level: int = 6, strategy: int = zlib.Z_DEFAULT_STRATEGY, flush_every: int = 0) -> bytes:
    """One gzip member; with sync markers at intervals as pigz and pgzip write them."""
    data = layer_tar()
    stream = zlib.compressobj(level, zlib.DEFLATED, 31, 8, strategy)
    if not flush_every:
        return stream.compress(data) + stream.flush()
    parts = []
    for start in range(0, len(data), flush_every):
        parts += [stream.compress(data[start : start + flush_every]), stream.flush(zlib.Z_SYNC_FLUSH)]
    return b"".join(parts) + stream.flush()


def members(size: int) -> bytes:
    """A gzip member for each piece, as bgzip and eStargz write them."""
    data = layer_tar()
    return b"".join(_member(data[start : start + size]) for start in range(0, len(data), size)) + _member(b"")


def _member(data: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, 31)
    return stream.compress(data) + stream.flush()


def by_program(*command: str) -> bytes:
    """What a program makes of the tar."""
    require_tool(command[0])
    return subprocess.run(command, input=layer_tar(), capture_output=True, check=True).stdout


def frames(size: int, *, skippable: bool = False, seek_table: bool = False) -> bytes:
    """A zstd frame for each piece."""
    data = layer_tar()
    parts, table = [], []
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        parts.append(zstandard.ZstdCompressor(level=3, write_checksum=bool(start % 2)).compress(piece))
        table.append(struct.pack("<II", len(parts[-1]), len(piece)))
        if skippable:
            parts.append(struct.pack("<II", 0x184D2A53, 7) + b"skipped")
    if seek_table:  # the zstd seekable format: facebook/zstd, contrib/seekable_format
        content = b"".join(table) + struct.pack("<IBI", len(table), 0, 0x8F92EAB1)
        parts.append(struct.pack("<II", 0x184D2A5E, len(content)) + content)
    return b"".join(parts)


BLOBS: dict[str, Callable[[], bytes]] = {
    "plain": layer_tar,
    "zlib 1": lambda: deflated(1),
    "zlib 6": deflated,
    "zlib 9": lambda: deflated(9),
    "zlib stored": lambda: deflated(0),
    "zlib fixed": lambda: deflated(6, zlib.Z_FIXED),
    "zlib huffman only": lambda: deflated(6, zlib.Z_HUFFMAN_ONLY),
    "pigz": lambda: deflated(6, flush_every=128 << 10),
    "isal 1": lambda: isal_zlib.compress(layer_tar(), 1, 31),
    "isal 3": lambda: isal_zlib.compress(layer_tar(), 3, 31),
    "gzip 1": lambda: by_program("gzip", "-1c"),
    "gzip 6": lambda: by_program("gzip", "-6c"),
    "igzip": lambda: by_program("igzip", "-c"),
    "bgzip": lambda: members(65_280),
    "large members": lambda: members(3 << 20),
    "zstd": lambda: zstandard.ZstdCompressor(level=3).compress(layer_tar()),
    "zstd program": lambda: by_program("zstd", "-c"),
    "zstd frames": lambda: frames(300_000),
    "zstd small frames": lambda: frames(9_000),
    "zstd skippable": lambda: frames(200_000, skippable=True),
    "zstd seekable": lambda: frames(200_000, seek_table=True),
}
"""Each as a function, since some need a program."""

BY_PROGRAMS = {"gzip 1", "gzip 6", "igzip", "zstd program"}

ALIKE = {"zlib 1", "zlib 9", "zlib stored", "isal 3", "large members", "zstd small frames", "zstd skippable"}
"""Blobs that a quick run leaves out, since it has others of their format."""

EVERY_KIND = [
    pytest.param(kind, marks=pytest.mark.peer if kind in BY_PROGRAMS else pytest.mark.slow if kind in ALIKE else ())
    for kind in BLOBS
]
"""Each of `BLOBS`, as a test is parametrized with them."""

WITHOUT_POINTS = {"plain", "zstd", "zstd program"}
"""Blobs that need not be entered in the middle, or cannot be."""

WITH_FEW_POINTS = {"zlib fixed", "zlib huffman only"}
"""Blobs whose blocks look like nobody's."""


@cache
def blob(kind: str) -> bytes:
    """One of `BLOBS`."""
    return BLOBS[kind]()
