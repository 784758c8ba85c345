"""Entries of a layer where unpacking puts them: the ids they keep, and what is done where nothing has to be."""

import gc
import weakref
from pathlib import Path

import pytest

from ocitui.demo.tar import Entry, directory, file, hard_link, symlink, write_tar
from ocitui.errors import LayerError
from ocitui.image.merged.stack import LayerStack
from ocitui.layers.index import writer
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.placing import place_alone
from tests.image.stacks import index_of

OWN_LINK: list[Entry] = [directory("usr/bin"), symlink("bin", "usr/bin"), file("bin/x", "xx"), file("bin/d/y", "y")]


def paths(index: LayerIndex) -> dict[bytes, int]:
    return {path: entry.id for path, entry in index.walk()}


def test_entries_keep_their_ids_and_directories_come_before_what_is_in_them(tmp_path: Path) -> None:
    with index_of(write_tar(OWN_LINK), tmp_path) as index:
        placed = place_alone(index)
        assert placed is place_alone(index)
        assert placed is place_alone(placed)
        assert set(paths(placed)) == {b"usr", b"usr/bin", b"bin", b"usr/bin/x", b"usr/bin/d", b"usr/bin/d/y"}
        in_tar = {entry.offset: entry.id for entry in index.table.as_in_tar() if entry.size}
        assert in_tar == {entry.offset: entry.id for _, entry in placed.walk() if entry.size}
        known = {1}
        for piece in placed.table.name_pieces():
            nths = dict(zip(piece.directories[::2], piece.directories[1::2], strict=True))
            parents = [
                parent for parent, count in zip(piece.runs[::2], piece.runs[1::2], strict=True) for _ in range(count)
            ]
            for nth, parent in enumerate(parents):
                assert parent in known or parent == 0
                known |= {nths[nth]} if nth in nths else set()


def test_a_layer_without_entries_below_links_is_its_own(tmp_path: Path) -> None:
    layer = [directory("usr/bin"), symlink("bin", "usr/bin"), file("usr/bin/x"), file("implied/y")]
    with index_of(write_tar(layer), tmp_path) as index:
        assert place_alone(index) is index


@pytest.mark.slow
def test_what_was_placed_goes_with_the_index(tmp_path: Path) -> None:
    index = index_of(write_tar(OWN_LINK), tmp_path)
    stack = LayerStack([index, index])
    with stack.settled():
        assert not stack.is_in_place(1)
    there = weakref.ref(place_alone(index)), weakref.ref(index)
    index.close()
    del index, stack
    gc.collect()
    assert [each() for each in there] == [None, None]


def test_links_beyond_the_limits_are_an_error_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with index_of(write_tar(OWN_LINK), tmp_path) as index:
        stack = LayerStack([index])
        monkeypatch.setattr(writer, "DIRECTORIES_LIMIT", 2)
        for _ in range(2):
            with pytest.raises(LayerError, match=r"^layer 1: its entries cannot be followed through links: "):
                stack.resolve(1, b"bin/x")


def test_a_hard_link_by_way_of_very_many_folders(tmp_path: Path) -> None:
    """Each folder is asked for once, and not once for each that is below it: that would take minutes."""
    deep = "d/" * 5000
    with index_of(write_tar([file(f"{deep}g"), hard_link("h", f"{deep}g")]), tmp_path) as index:
        assert place_alone(index) is index
