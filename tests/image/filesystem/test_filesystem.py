"""A layer alone and layers over each other, looked up, listed and read by the same calls."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout
from ocitui.errors import NotFoundError, UsageError
from ocitui.image.filesystem.filesystem import Filesystem, Follow
from ocitui.image.filesystem.layer import LayerFilesystem
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from tests.image.stacks import close, stack_of

LOWER = [
    directory("d", 0o750),
    file("d/a", "12345", mode=0o600),
    file("d/gone", "x"),
    symlink("link", "d"),
    symlink("dangling", "nowhere"),
    symlink("circle", "circle"),
]
UPPER = [whiteout("d/gone"), file("d/b", "1"), hard_link("d/c", "d/a"), hard_link("d/e", "nowhere")]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LayerStack]:
    found = stack_of(tmp_path, LOWER, UPPER)
    yield found
    close(found)


def alone(stack: LayerStack, number: int) -> LayerFilesystem:
    index = stack.index_of(number)
    assert index is not None
    return LayerFilesystem(index, number, f"layer {number} (sha256:0)")


def merged(stack: LayerStack) -> MergedFilesystem:
    return MergedFilesystem(MergedTree(stack))


def listed(files: Filesystem, path: bytes = b"") -> list[tuple[bytes, int]]:
    return [(found.path, found.layer) for found in files.walk(files.at(path))]


def test_walks_give_paths_from_the_root_and_the_layer_of_each(stack: LayerStack) -> None:
    assert listed(alone(stack, 2)) == [(b"d", 2), (b"d/b", 2), (b"d/c", 2), (b"d/e", 2), (b"d/gone", 2)]
    assert listed(alone(stack, 2), b"d") == [(b"d/b", 2), (b"d/c", 2), (b"d/e", 2), (b"d/gone", 2)]
    assert listed(merged(stack), b"d") == [(b"d/a", 1), (b"d/b", 2), (b"d/c", 2), (b"d/e", 2)]
    for files in (alone(stack, 1), alone(stack, 2), merged(stack)):
        tops = [found.path for found in files.children(files.root)]
        assert tops == [path for path, _ in listed(files) if b"/" not in path]


def test_a_whiteout_is_an_entry_of_its_layer_and_of_no_other_filesystem(stack: LayerStack) -> None:
    found = alone(stack, 2).at(b"/d/.wh.gone")
    assert (found.path, found.raw_path) == (b"d/gone", b"d/.wh.gone")
    with pytest.raises(NotFoundError, match=r"^d/gone: not in layer 2 \(sha256:0\), which deletes it$"):
        alone(stack, 2).at(b"d/gone")
    with pytest.raises(NotFoundError, match=r"^d/gone: not in the final filesystem$"):
        merged(stack).at(b"d/gone")
    with pytest.raises(NotFoundError, match=r"^d/\.wh\.gone: not in the final filesystem$"):
        merged(stack).at(b"d/.wh.gone")


def test_links_are_followed_in_layers_over_each_other_as_far_as_asked(stack: LayerStack) -> None:
    files = merged(stack)
    assert files.at(b"link").path == b"link"
    assert files.at(b"link/a").path == b"d/a"
    assert files.at(b"link/..", Follow.TO_DIRECTORY) == files.root
    assert files.at(b"link", Follow.TO_DIRECTORY).path == b"d"
    assert files.at(b"link", Follow.ALWAYS).path == b"d"
    for path in (b"dangling", b"circle"):
        assert files.at(path, Follow.TO_DIRECTORY).path == path
    with pytest.raises(NotFoundError, match=r"^dangling: .*; links lead to nowhere, which is missing$"):
        files.at(b"dangling", Follow.ALWAYS)
    with pytest.raises(UsageError, match=r"^circle: links lead in a circle$"):
        files.at(b"circle", Follow.ALWAYS)
    assert alone(stack, 1).at(b"link", Follow.ALWAYS).path == b"d"
    assert alone(stack, 1).at(b"link").path == b"link"
    assert alone(stack, 1).at(b"link/a").path == b"d/a"
    assert alone(stack, 1).at(b"circle", Follow.ALWAYS).path == b"circle"


def test_a_hard_link_is_described_by_what_it_names_where_that_is_known(stack: LayerStack) -> None:
    files = merged(stack)
    link = files.at(b"d/c")
    target = files.link_target(link)
    assert target is not None
    assert (target[0], target[1].name) == (1, b"a")
    described = files.described(link)
    assert (described.name, described.mode, described.size) == (b"c", 0o600, 5)
    assert files.link_target(files.at(b"d/e")) is None
    assert files.described(files.at(b"d/e")) == files.at(b"d/e").entry
    # One layer cannot tell what the layers below have.
    here = alone(stack, 2).at(b"d/c")
    assert alone(stack, 2).link_target(here) == (2, here.entry)


BIN = [directory("usr/bin"), symlink("bin", "usr/bin")]
A = [file("a", "1")]


@pytest.mark.parametrize(
    ("layers", "target"),
    [
        ([[*BIN, file("usr/bin/a", "1"), hard_link("b", "bin/a")]], (1, b"a")),
        ([[*BIN, file("bin/a", "1"), hard_link("b", "usr/bin/a")]], (1, b"a")),
        ([[*BIN, file("l/a", "1"), file("bin/a", "1"), hard_link("b", "l/a"), symlink("l", "bin")]], (1, b"a")),
        ([A, [hard_link("b", "a"), whiteout("a")]], (1, b"a")),
        ([A, [hard_link("b", "a"), directory("a")]], (1, b"a")),
        # What the layer had removed or replaced by then.
        ([A, [whiteout("a"), hard_link("b", "a")]], None),
        ([A, [directory("a"), hard_link("b", "a")]], None),
        ([[*A, directory("a"), hard_link("b", "a")]], None),
        ([[file("d/a", "1")], [opaque("d"), hard_link("b", "d/a")]], None),
        ([[file("d/a", "1")], [whiteout("d"), directory("d"), hard_link("b", "d/a")]], None),
        ([[file("d/a", "1")], [directory("x"), symlink("d", "x"), hard_link("b", "d/a")]], None),
        ([[*BIN, file("bin/a", "1")], [*BIN, whiteout("bin/a"), hard_link("b", "bin/a")]], None),
    ],
)
def test_a_hard_link_is_a_name_of_what_was_there_at_its_turn(
    layers: list[list[Entry]], target: tuple[int, bytes] | None, tmp_path: Path
) -> None:
    stack = stack_of(tmp_path, *layers)
    files = merged(stack)
    found = files.link_target(files.at(b"b"))
    assert (found and (found[0], found[1].name)) == target
    if len(layers) == 1:
        link = alone(stack, 1).at(b"b")
        found = alone(stack, 1).link_target(link)
        assert found is not None
        assert (found[1].name == b"a") == (target is not None)
    close(stack)


def test_a_directory_is_described_with_what_is_below_it_where_that_is_wanted(stack: LayerStack) -> None:
    for files, expected in ((alone(stack, 1), (2, 6)), (merged(stack), (4, 6))):
        described = files.described(files.at(b"d"), with_totals=True)
        assert (described.below_entries, described.below_bytes) == expected
    assert merged(stack).described(merged(stack).at(b"d")).directory == merged(stack).at(b"d").directory
