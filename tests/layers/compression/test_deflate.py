"""Going on inside a deflate stream, and finding where its blocks begin."""

import random
import zlib
from typing import Any

import pytest
from isal import isal_zlib

from ocitui.layers.compression.deflate import find_dynamic_blocks, find_lengths, resume, stored_length

LIBRARIES: list[Any] = [zlib, isal_zlib]


@pytest.mark.parametrize("library", LIBRARIES, ids=["zlib", "isal"])
@pytest.mark.parametrize("bit", range(8))
def test_a_stream_goes_on_at_any_bit(library: Any, bit: int) -> None:
    window = b"what was there before; " * 20
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=window)
    data = b"and what came then: " + window + random.Random(1).randbytes(500)
    stream = compressor.compress(data) + compressor.flush()
    junk = 0b10110101 & (1 << bit) - 1
    shifted = (int.from_bytes(stream, "little") << bit | junk).to_bytes(len(stream) + 1, "little")
    member = resume(library, window, bit, shifted[0])
    assert member.decompress(shifted[1 if bit else 0 :]) == data
    assert member.eof


@pytest.mark.parametrize("bit", range(8))
def test_blocks_are_found_at_any_bit(bit: int) -> None:
    chance = random.Random(bit)
    words = [chance.randbytes(7) for _ in range(900)] + [b"-" * 600]
    text = b" ".join(chance.choices(words, k=60_000))
    compressor = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream = compressor.compress(text) + compressor.flush()
    shifted = (int.from_bytes(stream, "little") << bit).to_bytes(len(stream) + 1, "little")
    found = list(find_dynamic_blocks(shifted, 0, len(shifted) - 16))
    expected = [at + bit for at in find_dynamic_blocks(stream, 0, len(stream) - 16)]
    assert found == expected
    assert found == sorted(found)
    begin = [at for at in found if _goes_on(shifted, at, text)]
    assert len(begin) >= len(found) - 1 >= 1


def _goes_on(data: bytes, at: int, text: bytes) -> bool:
    """Whether what looks like a block is one: it unpacks without an error, if only its window were there."""
    try:
        member = resume(zlib, text[:32768], at % 8, data[at // 8])
        return len(member.decompress(data[(at + 7) // 8 :][:20_000])) > 1000
    except zlib.error:
        return False


def test_lengths_of_stored_blocks_are_found() -> None:
    chance = random.Random(2)
    noise = bytearray(chance.randbytes(200_000).replace(b"\xff\xff", b"\xff\0"))
    for at, length in [(10, 5), (5000, 0x8000), (70_000, 0xFFFF)]:
        noise[at : at + 4] = length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little")
    found = list(find_lengths(noise, 0, len(noise) - 4))
    assert {10, 5000, 70_000} <= {at + near for at in found for near in (0, 1)}
    assert len(found) < 12
    assert [stored_length(noise, at) for at in (10, 5000, 70_000, 71_000)] == [5, 0x8000, 0xFFFF, None]
    assert list(find_lengths(noise, 20, 20)) == []
