"""How the bytes lie in the folders of a filesystem, against a walk over the merged tree."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout
from ocitui.image.merged.totals import MergedTotals
from ocitui.image.merged.tree import MergedTree
from ocitui.image.squash.sizes import Below, TreeSizes
from ocitui.image.squash.squash import Folder
from ocitui.image.squash.stack_names import StackNames
from tests.examples import examples
from tests.image.cut_folders import folders  # noqa: F401
from tests.image.stacks import close, stack_of


@contextmanager
def measured(folder: Path, *layers: list[Entry] | None) -> Iterator[tuple[TreeSizes, MergedTree]]:
    stack = stack_of(folder, *layers)
    try:
        yield TreeSizes(StackNames(stack)), MergedTree(stack)
    finally:
        close(stack)


def at(tree: TreeSizes, path: str) -> Folder:
    folder = tree.root
    for name in filter(None, path.split("/")):
        below = tree.subfolder(folder, name)
        assert below is not None
        folder = below
    return folder


LOWER = [file("a/one", "x" * 30), file("a/b/two", "x" * 5), file("a/b/gone", "x" * 70), symlink("a/link", "one")]
UPPER = [file("a/one", "x" * 40), whiteout("a/b/gone"), file("c", ""), directory("empty")]


def test_the_largest_come_first(tmp_path: Path) -> None:
    with measured(tmp_path, LOWER, UPPER) as (tree, _):
        assert tree.below(tree.root) == Below(45, 4)
        assert tree.names(tree.root) == ["a", "c", "empty"]
        folder = at(tree, "a")
        assert [(name, tree.of(folder, name)) for name in tree.names(folder)] == [
            ("one", Below(40, 1)),
            ("b", Below(5, 1)),
            ("link", Below(0, 1)),
        ]
        assert tree.layer_of(folder, "one") == 2
        assert [(each.path, each.size, each.layer) for each in tree.largest(2)] == [
            (b"a/one", 40, 2),
            (b"a/b/two", 5, 1),
        ]


def test_one_layer_alone_is_what_it_holds(tmp_path: Path) -> None:
    with measured(tmp_path, None, UPPER) as (tree, _):
        assert tree.below(tree.root) == Below(40, 2)
        assert [(each.path, each.layer) for each in tree.largest(9)] == [(b"a/one", 2)]


def test_contents_with_several_names_count_once(tmp_path: Path) -> None:
    lower = [file("a", "x" * 9), hard_link("d/b", "a"), hard_link("d/c", "a")]
    with measured(tmp_path, lower) as (tree, _):
        assert tree.below(tree.root) == Below(9, 3)
        assert tree.below(at(tree, "d")) == Below(0, 2)
    with measured(tmp_path, lower, [whiteout("a")]) as (tree, _):
        assert tree.below(at(tree, "d")) == Below(9, 2), "the file is there under another name"
        assert [each.path for each in tree.largest(9)] == [b"d/b"]


def test_what_was_cancelled_is_not_added_up(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, LOWER)
    try:
        tree = TreeSizes(StackNames(stack), lambda: True)
        with pytest.raises(KeyError):
            tree.below(tree.root)
    finally:
        close(stack)


def test_deep_folders(tmp_path: Path) -> None:
    with measured(tmp_path, [file("d/" * 1500 + "f", "x")]) as (tree, _):
        assert tree.below(tree.root) == Below(1, 1)
        assert tree.largest(1)[0].path == b"d/" * 1500 + b"f"


PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)
ENTRIES = st.one_of(
    st.builds(lambda path, size: file(path, "x" * size), PATHS, st.integers(0, 40)),
    st.builds(directory, PATHS),
    st.builds(symlink, PATHS, PATHS),
    st.builds(hard_link, PATHS, PATHS),
    st.builds(whiteout, PATHS),
    st.builds(opaque, PATHS),
)


@pytest.mark.slow
@given(layers=st.lists(st.lists(ENTRIES, max_size=6), min_size=1, max_size=4))
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sizes_are_those_of_a_walk(layers: list[list[Entry]], tmp_path: Path) -> None:
    with measured(tmp_path, *layers) as (tree, merged):
        rows = list(merged.walk())
        totals = MergedTotals(merged).of(b"")
        files = [row for row in rows if row.directory is None]
        assert totals is not None
        assert tree.below(tree.root) == Below(totals.bytes, len(files))
        folders = [b"", *(row.path for row in rows if row.directory is not None)]
        for path in folders:
            folder = at(tree, path.decode())
            names = {row.name.decode() for row in merged.children(path)}
            assert set(tree.names(folder)) == names
            assert tree.below(folder).size == sum(tree.of(folder, name).size for name in names)
            assert tree.below(folder).files == sum(row.path.startswith(path + b"/" if path else b"") for row in files)
        assert sum(each.size for each in tree.files()) == totals.bytes
