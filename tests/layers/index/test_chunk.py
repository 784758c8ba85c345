"""Chunks of files in a layer index: many in one row."""

from collections.abc import Mapping, Sequence

import pytest

from ocitui.layers.index.chunk import Chunk, pack_chunks, unpack_chunks
from ocitui.layers.toc.chunks import Chunks
from ocitui.layers.toc.errors import TableError

DIGEST = f"sha256:{'ab' * 32}"


def taken(*files: Sequence[Mapping[str, object]], end: int = 10_000) -> list[Chunk]:
    """What is written of files with these chunks, each of 10 bytes."""
    rows: list[Chunk] = []
    chunks = Chunks(lambda found: rows.extend(unpack_chunks(pack_chunks(found))), end)
    position = 0
    for file in files:
        size = 10 * len(file)
        for nth, said in enumerate(file):
            entry = {"name": "a", "chunkSize": 10, "chunkOffset": 10 * nth, "chunkDigest": DIGEST, **said}
            if nth:
                chunks.add(entry)
            else:
                chunks.begin(entry, size, position)
        position += size
    chunks.finish()
    return rows


def test_a_chunk_ends_where_the_next_member_begins() -> None:
    zeros = {"chunkType": "zeros"}
    rows = taken(
        [{"offset": 5}, zeros, {"offset": 7}],
        [zeros],
        [{"offset": 7, "innerOffset": 10}],
        [{"offset": 90}],
        [zeros],
    )
    assert [(row.offset, row.blob_offset, row.blob_end, row.inner, row.is_last) for row in rows] == [
        (0, 5, 7, 0, False),
        (10, None, None, 0, False),
        (20, 7, 90, 0, True),
        (30, None, None, 0, True),
        (40, 7, 90, 10, True),
        (50, 90, 10_000, 0, True),
        (60, None, None, 0, True),
    ]
    assert [row.digest for row in rows if row.blob_offset is not None] == [bytes.fromhex("ab" * 32)] * 4


@pytest.mark.parametrize("shared", [1, 3, 5000])
def test_chunks_are_written_in_order_however_many_share_a_member(shared: int) -> None:
    files = [[{"offset": nth // shared, "innerOffset": nth % shared * 10}] for nth in range(9000)]
    rows = taken(*files)
    assert [row.offset for row in rows] == [nth * 10 for nth in range(9000)]
    last = 8999 // shared
    assert [row.blob_end for row in rows] == [
        10_000 if nth // shared == last else nth // shared + 1 for nth in range(9000)
    ]


def test_contents_that_overlap_are_refused() -> None:
    with pytest.raises(TableError, match="overlap those of files before it"):
        taken([{"offset": 5}], [{"offset": 4}])
