"""What is waste and why; its sums; the base; contents that are shipped twice; files by size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout
from ocitui.errors import LayerError
from ocitui.image.squash.sizes import TreeSizes
from ocitui.image.waste.same_content import LARGE, compare_contents
from ocitui.image.waste.sums import GroupSum, LayerSum, sum_by_directory, sum_by_layer, sum_by_name
from ocitui.image.waste.waste import Waste, Why, find_waste
from ocitui.layers.entry import Entry as IndexedEntry
from tests.examples import examples
from tests.image.naive_overlay import overlay
from tests.image.stacks import TarReader
from tests.image.waste.layers import named, text


def told(waste: Waste) -> list[str]:
    """Each copy in few words."""
    return [f"{copy.path.decode()} {copy.size} {copy.layer}>{copy.made_in} {copy.words}" for copy in waste.copies]


WHYS: dict[str, tuple[list[list[Entry]], list[str]]] = {
    "nothing": ([[text("a", 3)], [text("b", 3)]], []),
    "deleted": ([[text("a", 3)], [whiteout("a")]], ["a 3 1>2 deleted"]),
    "deleted with its folder": ([[text("d/a", 3)], [whiteout("d")]], ["d/a 3 1>2 deleted"]),
    "hidden by an opaque whiteout": ([[text("d/a", 3)], [opaque("d")]], ["d/a 3 1>2 deleted"]),
    "with a folder that a file replaced": ([[text("d/a", 3)], [text("d", 1)]], ["d/a 3 1>2 deleted"]),
    "replaced": ([[text("a", 3)], [text("a", 4)]], ["a 3 1>2 replaced"]),
    "replaced by a link": ([[text("a", 3)], [symlink("a", "b")]], ["a 3 1>2 replaced"]),
    "deleted and made again": ([[text("a", 3)], [whiteout("a"), text("a", 4)]], ["a 3 1>2 replaced"]),
    "only the mode": ([[text("a", 3)], [text("a", 3, 0o600)]], ["a 3 1>2 only mode changed"]),
    "only the owner": ([[text("a", 3)], [text("a", 3).owned(5)]], ["a 3 1>2 only owner changed"]),
    "the time, and who knows": ([[text("a", 3)], [text("a", 3).at(9)]], ["a 3 1>2 replaced, same size"]),
    "nothing at all, and who knows": ([[text("a", 3)], [text("a", 3)]], ["a 3 1>2 replaced, same size"]),
    "twice": ([[text("a", 3)], [text("a", 4)], [whiteout("a")]], ["a 3 1>2 replaced", "a 4 2>3 deleted"]),
    "in its own layer": ([[text("a", 3), text("a", 4)]], ["a 3 1>1 replaced"]),
    "below a folder that is a whiteout by name": ([[text(".wh..wh.x/a", 3)]], [".wh..wh.x/a 3 1>1 left out"]),
    "a name left of two": ([[text("a", 3), hard_link("b", "a")], [whiteout("a")]], []),
    "no name left of two": ([[text("a", 3), hard_link("b", "a")], [whiteout("a"), whiteout("b")]], ["a 3 1>2 deleted"]),
    "another name of it": ([[text("a", 3)], [hard_link("b", "a")], [whiteout("a")]], []),
    "its name is a name of another": ([[text("a", 3), text("c", 9)], [hard_link("a", "c")]], ["a 3 1>2 replaced"]),
    "below a link": ([[text("u/a", 3), symlink("l", "u")], [text("l/a", 4)]], ["u/a 3 1>2 replaced"]),
}


@pytest.mark.parametrize("case", WHYS)
def test_why(case: str, tmp_path: Path) -> None:
    layers, expected = WHYS[case]
    with named(tmp_path, *layers) as names:
        assert told(find_waste(names)) == expected


def test_a_layer_that_is_not_known_does_nothing(tmp_path: Path) -> None:
    with named(tmp_path, [text("a", 3)], None, [whiteout("a")]) as names:
        waste = find_waste(names)
    assert (waste.shipped, told(waste)) == ((3, None, 0), ["a 3 1>3 deleted"])
    assert (waste.unknown, waste.efficiency) == ((2,), None)


LAYERS = [
    [text("etc/a", 10), text("etc/b", 20), text("usr/lib/c", 100), text("usr/lib/d", 5)],
    [text("etc/a", 11), whiteout("usr/lib/d")],
    [text("etc/a", 12), text("opt/e", 7), whiteout("etc/b")],
    [whiteout("opt")],
]


def test_paths_layers_and_directories_add_up(tmp_path: Path) -> None:
    with named(tmp_path, *LAYERS) as names:
        waste = find_waste(names)
    assert (waste.total, waste.total_shipped) == (53, 165)
    assert waste.efficiency == 1 - 53 / 165
    a = waste.paths[0]
    assert (a.path, a.size, a.first_layer, a.made_in, len(a.copies)) == (b"etc/a", 21, 1, 3, 2)
    assert [each.path for each in waste.paths] == [b"etc/a", b"etc/b", b"opt/e", b"usr/lib/d"]
    assert sum_by_layer(waste) == (
        LayerSum(1, 135, 35, 0),
        LayerSum(2, 11, 11, 15),
        LayerSum(3, 19, 7, 31),
        LayerSum(4, 0, 0, 7),
    )
    assert [(each.path, each.size, each.copies) for each in sum_by_directory(waste.copies)] == [
        (b"", 53, 5),
        (b"etc", 41, 3),
        (b"opt", 7, 1),
        (b"usr/lib", 5, 1),
    ]
    by_name = sum_by_name(waste, lambda layer: "COPY" if layer < 3 else "RUN")
    assert by_name == (GroupSum("COPY", 46, 15), GroupSum("RUN", 7, 38))


def test_the_base_alone_is_left_out(tmp_path: Path) -> None:
    with named(tmp_path, *LAYERS) as names:
        waste = find_waste(names)
    own = waste.without_base(2)
    assert told(own) == ["etc/b 20 1>3 deleted", "etc/a 11 2>3 replaced", "opt/e 7 3>4 deleted"]
    assert (own.left_out, own.total) == (15, 38)
    assert own.efficiency == waste.efficiency
    assert waste.without_base(0) == waste


PATHS = ["a", "b", "a/x", "b/x", "a/x/y"]


@st.composite
def plain_layers(draw: st.DrawFn) -> list[list[Entry]]:
    """Layers in which no path occurs twice, without links."""
    found, size = [], 0
    for _ in range(draw(st.integers(1, 4))):
        chosen = draw(st.dictionaries(st.sampled_from(PATHS), st.sampled_from(["f", "f", "d", "w", "o"]), max_size=4))
        layer = []
        for path, what in sorted(chosen.items()):
            size += 1
            if any(chosen.get(path[:n]) == "f" for n in range(len(path))):
                continue
            layer.append({"f": text(path, size), "d": directory(path), "w": whiteout(path), "o": opaque(path)}[what])
        found.append(layer)
    return found


@pytest.mark.slow
@given(plain_layers())
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_waste_is_what_is_shipped_less_what_is_shown(tmp_path: Path, layers: list[list[Entry]]) -> None:
    shown = overlay(layers)[-1]
    sizes = {(number, each.name.decode()): len(each.data) for number, layer in enumerate(layers, 1) for each in layer}
    left = {path: sizes[layer, path] for path, (layer, kind) in shown.items() if kind == b"0"}
    with named(tmp_path, *layers) as names:
        waste = find_waste(names)
        assert waste.total == sum(sizes.values()) - sum(left.values())
        assert {each.path.decode(): each.size for each in TreeSizes(names).files()} == left


# What only contents tell.


def test_contents_are_compared_where_asked_for(tmp_path: Path) -> None:
    big, other = b"a" * LARGE, b"b" * LARGE
    layers = [
        [file("same", "one"), file("other", "one"), file("big", big), file("mode", "m")],
        [file("same", "one").at(9), file("other", "two").at(9), file("copy", big), file("not", other)],
        [file("same", "one").at(9), file("mode", "m", 0o600), file("small", "one")],
    ]
    with named(tmp_path, *layers) as names:
        found = compare_contents(names, find_waste(names), TarReader(tmp_path))
    assert told(found.waste) == [
        "same 3 1>2 only time changed",
        "other 3 1>2 replaced",
        "mode 1 1>3 only mode changed",
        "same 3 2>3 stored again, unchanged",
    ]
    assert [(copy.path, copy.layer, copy.same_as, copy.size) for copy in found.duplicates] == [
        (b"copy", 2, b"big", LARGE)
    ]
    assert found.duplicates[0].why is Why.SAME_CONTENT
    assert found.problems == ()


def test_what_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    class Broken:
        def read(self, layer_number: int, entry: IndexedEntry) -> Iterator[bytes]:
            raise LayerError("the layer ends early")

    big = b"a" * LARGE
    layers = [[file("a", "one"), file("b", big)], [file("a", "two").at(9), file("c", big)]]
    with named(tmp_path, *layers) as names:
        found = compare_contents(names, find_waste(names), Broken())
    assert told(found.waste) == ["a 3 1>2 replaced, same size"]
    assert (found.duplicates, found.problems) == ((), ("the layer ends early",))


def test_the_largest_files(tmp_path: Path) -> None:
    layers = [
        [text("a", 9), text("d/b", 8), text("c", 7), hard_link("c2", "c")],
        [whiteout("a"), text("e", 3), whiteout("c")],
    ]
    with named(tmp_path, *layers) as names:
        found = TreeSizes(names).largest(2)
    assert [(each.path, each.size, each.layer) for each in found] == [(b"d/b", 8, 1), (b"c2", 7, 1)]
