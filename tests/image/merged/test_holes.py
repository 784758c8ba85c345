"""Contents without their holes: comparisons, digests and searches give what they would with the zeros."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from ocitui.image.merged.changes import same_content
from ocitui.image.merged.holes import digest_of
from ocitui.image.search.holes import Shortened
from ocitui.layers.entry import Entry

_CONTENT = st.lists(st.one_of(st.binary(min_size=1, max_size=4), st.integers(1, 40).map(bytes)), max_size=8)


def data_in(content: bytes, cuts: list[int]) -> Iterator[tuple[int, bytes]]:
    """Pieces of some bytes, without those that are only zeros where a cut is even."""
    places = sorted({0, *(cut for cut in cuts if cut < len(content)), len(content)})
    for start, end in pairwise(places):
        piece = content[start:end]
        if piece.strip(b"\0") or start % 2:
            yield start, piece


@given(_CONTENT.map(b"".join), st.lists(st.integers(0, 200)), st.lists(st.integers(0, 200)))
def test_a_digest_does_not_tell_how_zeros_are_stored(content: bytes, cuts: list[int], others: list[int]) -> None:
    whole = digest_of([(0, content)] if content else [], len(content))
    assert digest_of(data_in(content, cuts), len(content)) == digest_of(data_in(content, others), len(content)) == whole
    if content:
        for at in (0, len(content) - 1):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            assert digest_of([(0, changed)], len(content)) != whole
    assert digest_of(data_in(content, cuts), len(content) + 1) != whole


def test_the_digest_of_more_than_a_block() -> None:
    content = bytes(300_000) + b"x" + bytes(700_000) + b"y" * 300_000
    size = len(content)
    pieces = [(start, content[start : start + 70_001]) for start in range(0, size, 70_001)]
    without = [(300_000, b"x"), (1_000_001, content[1_000_001:])]
    assert digest_of(pieces, size) == digest_of(without, size) == digest_of([(0, content)], size)
    assert digest_of([(300_001, b"x"), without[1]], size) != digest_of(without, size)


@given(_CONTENT, st.lists(st.integers(0, 200)), st.sampled_from([b"\0A", b"A\0", b"\0", b"[^\0]", b"\0{9}"]))
def test_the_place_of_a_match_in_a_shortened_file(parts: list[bytes], cuts: list[int], wanted: bytes) -> None:
    content = b"A".join(parts).replace(bytes(20), bytes(30_000))
    pieces = Shortened(data_in(content, [cut * 97 for cut in cuts]), len(content), 1)
    given_ = b"".join(pieces)
    for match in re.finditer(wanted, given_):
        place = pieces.place(match.start())
        assert content[place : place + len(match[0])] == match[0]
    first, expected = re.search(wanted, given_), re.search(wanted, content)
    assert (first is None) == (expected is None)
    if first is not None and expected is not None:
        assert pieces.place(first.start()) == expected.start()


def test_a_hole_is_shortened_to_its_ends() -> None:
    size = 1 << 62
    pieces = Shortened([(1 << 40, b"needle"), (size - 3, b"end")], size, 20_000)
    found = b"".join(pieces)
    assert len(found) == 2 * 2 * 20_000 + 9
    assert pieces.place(found.index(b"needle")) == 1 << 40
    assert pieces.place(found.index(b"end")) == size - 3


@dataclass
class Sized:
    """An entry of which only the size is asked for."""

    size: int


class Holed:
    """Reads contents with cuts; the layer is their number."""

    def __init__(self, contents: list[tuple[bytes, list[int]]]) -> None:
        self._contents = contents

    def read(self, layer_number: int, entry: Entry) -> Iterator[bytes]:
        raise AssertionError("its holes are read")

    def data(self, layer_number: int, entry: Entry) -> Iterator[tuple[int, bytes]]:
        return data_in(*self._contents[layer_number])


@given(_CONTENT.map(b"".join), st.lists(st.integers(0, 200)), st.lists(st.integers(0, 200)), st.integers(0, 400))
def test_two_files_are_the_same_whatever_their_holes(
    content: bytes, cuts: list[int], others: list[int], place: int
) -> None:
    other = bytearray(content)
    if place < len(content):
        other[place] ^= 1
    reader = Holed([(content, cuts), (bytes(other), others)])
    entry = cast(Entry, Sized(len(content)))
    assert same_content(reader, (0, entry), (1, entry)) == (content == other)
