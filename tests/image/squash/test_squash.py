"""What the sweep over all layers leaves, against the merged tree, which is computed another way."""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout
from ocitui.image.merged.removal import Removals
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.image.squash.layer_names import key_of
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import Why, find_waste
from ocitui.layers.entry import EntryKind
from tests.examples import examples
from tests.image.cut_folders import folders  # noqa: F401
from tests.image.merged.test_merged import RULES
from tests.image.stacks import close, stack_of

Sizes = dict[tuple[int, int], int]


def hidden_files(stack: LayerStack) -> Sizes:
    """By layer and id the sizes of all files but those that a path of the final filesystem leads to."""
    tree = MergedTree(stack)
    shown = set()
    for row in tree.walk():
        inode = tree.link_target(row.layer, row.entry) if row.entry.directory is None else None
        if inode is not None:
            shown.add((inode[0], inode[1].id))
    found = {}
    for layer in stack.layers:
        assert layer is not None
        for id_ in range(1, layer.index.summary.entry_count * 3 + 10):
            for row in layer.index.table.plain([id_]):
                if row.kind == EntryKind.FILE and row.size and (layer.number, id_) not in shown:
                    found[layer.number, id_] = row.size
    return found


def wasted_files(stack: LayerStack) -> Sizes:
    return {(copy.layer, copy.entry): copy.size for copy in find_waste(StackNames(stack)).copies}


def with_contents(layers: list[list[Entry]]) -> list[list[Entry]]:
    """The same entries, no file of them empty and no two of one length."""
    lengths = itertools.count(1)
    return [
        [
            Entry(each.name, b"x" * next(lengths), each.mode, each.kind, each.link)
            if each.kind == b"0" and b".wh." not in each.name
            else each
            for each in layer
        ]
        for layer in layers
    ]


@pytest.mark.parametrize("rule", RULES)
def test_what_is_hidden_is_waste(rule: str, tmp_path: Path) -> None:
    stack = stack_of(tmp_path, *with_contents(RULES[rule]))
    try:
        assert wasted_files(stack) == hidden_files(stack)
    finally:
        close(stack)


NAMES = ["a", "b", ".c", "-d"]
PATHS = [*NAMES, *("/".join(path) for path in itertools.product(NAMES[:3], repeat=2)), "a/b/a", "a/b/.c"]


@st.composite
def layers(draw: st.DrawFn) -> list[list[Entry]]:
    """Three layers of a few paths, with everything that hides something."""
    found = []
    for _ in range(3):
        layer: list[Entry] = []
        for path in draw(st.lists(st.sampled_from(PATHS), max_size=7)):
            what = draw(st.sampled_from(["file", "file", "directory", "whiteout", "opaque", "link", "symlink"]))
            target = draw(st.sampled_from(PATHS))
            match what:
                case "file":
                    layer.append(file(path))
                case "directory":
                    layer.append(directory(path))
                case "whiteout":
                    layer.append(whiteout(path))
                case "opaque":
                    layer.append(opaque(path))
                case "link":
                    layer.append(hard_link(path, target))
                case "symlink":
                    layer.append(symlink(path, f"/{target}"))
        found.append(layer)
    return with_contents(found)


@pytest.mark.slow
@given(layers())
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_layers(tmp_path: Path, stacked: list[list[Entry]]) -> None:
    stack = stack_of(tmp_path, *stacked)
    try:
        assert wasted_files(stack) == hidden_files(stack)
    finally:
        close(stack)


PLAIN = [path for path in PATHS if "/" not in path] + ["a/b", "a/-d"]


@st.composite
def distinct_layers(draw: st.DrawFn) -> list[list[Entry]]:
    """Layers without links in which no path occurs twice."""
    found = []
    for _ in range(4):
        kinds = st.sampled_from([file, file, directory, whiteout])
        chosen = draw(st.dictionaries(st.sampled_from(PLAIN), kinds, max_size=4))
        found.append([make(path) for path, make in sorted(chosen.items(), reverse=True)])
    return with_contents(found)


@pytest.mark.slow
@given(distinct_layers())
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_made_it_waste_and_how(tmp_path: Path, stacked: list[list[Entry]]) -> None:
    stack = stack_of(tmp_path, *stacked)
    try:
        removals = Removals(stack)
        for copy in find_waste(StackNames(stack)).copies:
            layer = stack.layers[copy.layer - 1]
            assert layer is not None
            (row,) = layer.placed.table.plain([copy.entry])
            removal = removals.of(copy.layer, row.parent, row.id)
            if removal is not None and key_of(copy.layer, row.id) not in layer.placed.table.superseded_ids():
                assert (copy.made_in, copy.why is not Why.DELETED) == (removal.layer, removal.is_replaced)
    finally:
        close(stack)
