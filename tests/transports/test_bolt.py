"""A bbolt database: what is in it, and an end with a message whatever is wrong with it."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.transports.containerd.bolt import DEPTH_LIMIT, Bolt, BoltError, Bucket, last_transaction
from tests.images import with_containerd
from tests.images.bolt_writer import PAGE, Page, Tree, branch, bucket, database, leaf, meta, write_bolt

TREE: Tree = {
    b"v1": {
        b"default": {b"images": {f"name-{n}".encode(): {b"target": {b"size": bytes([n])}} for n in range(9)}},
        b"empty": {},
    },
    b"value": b"x" * 10_000,
}
WHOLE = database(TREE)


def read(found: Bucket) -> Tree:
    return {key: read(value) if isinstance(value, Bucket) else value for key, value in found.items()}


def content(data: bytes) -> Tree:
    return read(Bolt(data).root)


def refusal(data: bytes) -> str:
    with pytest.raises(BoltError) as caught:
        content(data)
    return str(caught.value)


trees = st.recursive(
    st.dictionaries(st.binary(min_size=1, max_size=8), st.binary(max_size=40), max_size=6),
    lambda inner: st.dictionaries(st.binary(min_size=1, max_size=8), st.one_of(st.binary(max_size=40), inner)),
    max_leaves=8,
)


@pytest.mark.slow
@given(trees, st.sampled_from([1024, 4096, 16384, 65536]), st.integers(1, 5))
def test_what_was_written_is_read(tree: Tree, size: int, fill: int) -> None:
    assert content(database(tree, size, fill)) == tree


def test_values_longer_than_a_page() -> None:
    assert content(WHOLE) == TREE


def test_a_bucket_by_its_name() -> None:
    root = Bolt(WHOLE).root
    found = root.bucket(b"v1")
    assert found is not None
    assert found.bucket(b"none") is None
    assert root.bucket(b"value") is None


def test_the_meta_page_of_the_last_transaction_counts() -> None:
    pages = [leaf([(b"old", b"", False)]), leaf([(b"new", b"", False)])]
    rest = write_bolt(pages)[2 * PAGE :]
    old, new = {b"old": b""}, {b"new": b""}
    assert content(meta(0, 2, 6) + meta(1, 3, 7) + rest) == new
    assert content(meta(0, 3, 8) + meta(1, 2, 7) + rest) == new
    assert content(bytes(PAGE) + meta(1, 3, 7) + rest) == new
    assert content(meta(0, 2, 6) + bytes(PAGE) + rest) == old
    assert last_transaction(meta(0, 2, 6) + meta(1, 3, 7)) == 7
    changed = bytearray(meta(1, 3, 7))
    changed[16 + 16] ^= 1  # its root: the checksum is wrong now
    assert content(meta(0, 2, 6) + changed + rest) == old


@pytest.mark.parametrize("data", [b"", b"SQLite format 3", bytes(PAGE * 4), meta(0, 2, 1, 512), meta(0, 2, 1, 1 << 20)])
def test_what_is_no_database(data: bytes) -> None:
    assert refusal(data) == "expected a bbolt database, found no valid meta page"


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([], "page 2: expected 4,096 bytes at offset 8,192 of the file, which ends at 8,192"),
        ([Page(16, 0, b"")], "page 2: expected a branch or a leaf, found a page of the kind 16"),
        ([Page(2, 9999, b"")], "page 2: expected 9,999 elements in 4,096 bytes, found no room"),
        ([Page(1, 9999, b"")], "page 2: expected 9,999 elements in 4,096 bytes, found no room"),
        ([leaf([(b"b", b"", False), (b"a", b"", False)])], "page 2: expected keys in their order below it"),
        ([leaf([(b"a", b"", False), (b"a", b"", False)])], "page 2: expected keys in their order below it"),
        ([branch([(b"a", 2)])], "page 2: expected each page in one bucket, found pages in many"),
        (
            [branch([(b"a", number + 3)]) for number in range(DEPTH_LIMIT)],
            f"page {DEPTH_LIMIT + 1}: expected at most {DEPTH_LIMIT} pages above each other, found more",
        ),
        ([branch([(b"a", 9)])], "page 9: expected 4,096 bytes at offset 36,864 of the file, which ends at 12,288"),
        ([branch([(b"a", 2**64 - 1)])], "page 18,446,744,073,709,551,615: expected 4,096 bytes at offset"),
        ([branch([(b"a", 3), (b"b", 3)]), leaf([(b"a", b"", False)])], "page 2: expected keys in their order below it"),
        ([branch([(b"a", 3)] * 99), leaf([])], "page 3: expected each page in one bucket, found pages in many"),
        ([leaf([(b"a", b"short", True)])], "a bucket: expected 16 bytes or more, found 5"),
        ([leaf([(b"a", bucket(0), True)])], "a bucket: expected a page of 16 bytes or more, found 0"),
        ([leaf([(b"a", bucket(0, Page(2, 5, b"")), True)])], "a page in a bucket: expected 5 elements in 16 bytes"),
        ([leaf([(b"k" * 40_000, b"", False)])], "page 2: expected a key and a value between 32 and"),
        (
            [Page(2, 2, struct.pack("=IIII", 0, 32, 9, 2000) + struct.pack("=IIII", 0, 16, 10, 2000))],
            "page 2: expected a key and a value between 2,057 and 4,096, found them from 48 to 2,058",
        ),
        ([Page(2, 1, struct.pack("=IIII", 0, 16, 9, 2**32 - 1))], "page 2: expected a key and a value between"),
        ([Page(2, 1, struct.pack("=IIII", 0, 0, 9, 9))], "page 2: expected a key and a value between"),
    ],
)
def test_pages_that_bbolt_never_wrote(pages: list[Page], said: str) -> None:
    assert refusal(write_bolt(pages)).startswith(said)


def test_a_page_of_another_number() -> None:
    data = write_bolt([leaf([]), leaf([])])
    moved = data[: 2 * PAGE] + data[3 * PAGE :]
    assert refusal(moved) == "page 2: expected its own number in it, found 3"


def test_a_bucket_in_itself_comes_to_an_end() -> None:
    said = refusal(write_bolt([leaf([(b"a", bucket(2), True)])]))
    assert said == "page 2: expected each page in one bucket, found pages in many"


@given(st.integers(0, len(WHOLE)))
def test_a_cut_file_ends_in_a_message(size: int) -> None:
    with suppress(BoltError):
        assert content(WHOLE[:size]) == TREE


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=20)), max_size=8))
def test_a_damaged_file_ends_in_a_message(damages: list[tuple[int, bytes]]) -> None:
    data = bytearray(WHOLE)
    for place, damage in damages:
        data[place : place + len(damage)] = damage
    with suppress(BoltError):
        content(bytes(data))


@pytest.mark.peer
def test_a_database_of_containerd(containerd_store: Path) -> None:
    data = (containerd_store / with_containerd.DATABASE).read_bytes()
    found = content(data)
    schema = found[b"v1"]
    assert isinstance(schema, dict)
    assert set(schema) >= {b"default", b"k8s.io", b"moby"}
    for place in range(0, len(data), 97):
        with suppress(BoltError):
            content(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
