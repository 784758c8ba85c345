"""The merged tree against umoci, against a naive overlay, and rule by rule."""

import gzip
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, directory, fifo, file, hard_link, opaque, symlink, whiteout, write_tar
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.provenance import Answer, find_provenance
from ocitui.image.merged.row import MergedRow
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.totals import MergedTotals, Totals
from ocitui.image.merged.tree import MergedTree
from tests.examples import examples
from tests.image.cut_folders import folders  # noqa: F401
from tests.image.naive_overlay import overlay
from tests.image.stacks import TarReader, close, found_in, found_on_disk, index_of, stack_of
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_root
from tests.images.with_umoci import unpack

USR_BIN = [directory("usr"), directory("usr/bin"), file("usr/bin/a", "a"), symlink("bin", "usr/bin")]
FOLDER = [directory("d", 0o700), file("d/a", "a"), directory("d/s", 0o711), file("d/s/t", "t")]


@contextmanager
def stacked(folder: Path, *layers: list[Entry] | None) -> Iterator[LayerStack]:
    stack = stack_of(folder, *layers)
    try:
        yield stack
    finally:
        close(stack)


RULES: dict[str, list[list[Entry]]] = {
    "a whiteout": [[file("a"), file("b")], [whiteout("a")]],
    "a whiteout of nothing": [[file("a")], [whiteout("b")]],
    "a whiteout where there is no folder": [[file("z")], [whiteout("a/b/c")]],
    "a whiteout of a directory": [FOLDER, [whiteout("d")]],
    "a whiteout below a file": [[file("a", "x")], [whiteout("a/c")]],
    "a whiteout of a directory before what is added to it": [FOLDER, [whiteout("d"), file("d/x", "x")]],
    "a whiteout of a directory that the layer names": [FOLDER, [directory("d", 0o711), file("d/x"), whiteout("d")]],
    "a whiteout and an entry of the same name": [[file("a", "old")], [whiteout("a"), file("a", "new")]],
    "an entry and then a whiteout of its name": [[file("a", "old")], [file("a", "new"), whiteout("a")]],
    "a whiteout and a directory of the same name": [FOLDER, [whiteout("d"), directory("d")]],
    "an opaque whiteout first": [FOLDER, [opaque("d"), file("d/x", "x")]],
    "an opaque whiteout last": [FOLDER, [directory("d"), file("d/x", "x"), opaque("d")]],
    "an opaque whiteout alone": [FOLDER, [opaque("d")]],
    "an opaque whiteout above a folder that is added to": [FOLDER, [opaque("d"), file("d/s/u")]],
    "an opaque whiteout of the root": [FOLDER, [file(".wh..wh..opq"), file("x")]],
    "an opaque whiteout where there is no folder": [[file("z")], [opaque("a/b")]],
    "an opaque whiteout below a file": [[file("a", "x")], [opaque("a")]],
    "an opaque whiteout of an empty folder": [[directory("a")], [opaque("a")]],
    "a file over a directory": [FOLDER, [file("d", "F")]],
    "a directory over a file": [[file("d", "F")], [directory("d"), file("d/n")]],
    "a file, a directory, a file": [FOLDER, [file("d", "F")], [directory("d"), file("d/n")]],
    "a directory over a directory": [FOLDER, [directory("d", 0o750).owned(7)]],
    "a directory over a link to one": [USR_BIN, [directory("bin"), file("bin/sh", "sh")]],
    "a link over a directory": [FOLDER, [symlink("d", "elsewhere")]],
    "a FIFO over a file": [[file("p")], [fifo("p")]],
    "children before their directory": [[file("d/s/x"), directory("d/s", 0o711), directory("d", 0o700)]],
    "directories that nothing names": [[file("a/b/c", "c")], [file("a/b/d", "d")]],
    "the same path twice": [[file("a", "one"), file("a", "two")], [file("b", "one"), directory("b")]],
    "a directory that was a file in its own layer": [FOLDER, [file("d", "F"), directory("d", 0o711)]],
    "a file and whiteouts below it": [FOLDER, [file("d", "F"), whiteout("d/a"), opaque("d")]],
    "a root that is named": [[directory("."), file("./a")], [directory("./", 0o700), whiteout("./a")]],
    "a link on the way": [USR_BIN, [file("bin/sh", "sh")]],
    "a link on the way to a whiteout": [USR_BIN, [whiteout("bin/a")]],
    "a link on the way to an opaque whiteout": [USR_BIN, [opaque("bin"), file("bin/b")]],
    "a link to nothing on the way": [[symlink("bin", "usr/bin")], [file("bin/sh", "sh")]],
    "a link to nothing on the way to a whiteout": [[symlink("bin", "usr/bin")], [whiteout("bin/sh")]],
    "a link that climbs out of the root": [[symlink("bin", "../../../etc")], [file("bin/sh", "sh")]],
    "an absolute link": [
        [directory("u"), symlink("s", "/u")],
        [file("s/d/f", "f")],
        [file("s/d/g"), whiteout("s/d/f")],
    ],
    "a link to the root": [[symlink("s", "/")], [file("s/f", "f")]],
    "links to links": [[directory("c"), symlink("b", "c"), symlink("a", "b")], [file("a/f")], [file("a/g")]],
    "a link on the way in the same layer": [[directory("usr"), symlink("bin", "usr"), file("bin/sh", "sh")]],
    "a link after what is below it": [[directory("usr"), file("bin/sh", "sh"), symlink("bin", "usr")]],
    "a link that the same layer deletes": [USR_BIN, [whiteout("bin"), file("bin/sh", "sh")]],
    "a link that a layer between replaces": [USR_BIN, [directory("bin")], [file("bin/sh", "sh")]],
    "below a link, then the folder itself": [
        USR_BIN,
        [file("bin/sh", "1")],
        [file("usr/bin/sh", "2")],
        [whiteout("bin/a")],
    ],
    "a link that becomes a folder": [
        [file("etc/passwd", "1"), symlink("a", "etc"), file("a/passwd", "later"), directory("a")]
    ],
    "a lower link that becomes a folder": [
        [file("etc/passwd", "1"), symlink("a", "etc")],
        [file("a/passwd", "later"), directory("a"), file("a/x", "x")],
    ],
    "a lower link that becomes a file": [
        [file("etc/passwd", "1"), symlink("a", "etc")],
        [file("a/passwd", "later"), file("a", "F")],
    ],
    "a link that becomes another": [
        [directory("b"), directory("c"), symlink("a", "b"), file("a/x", "1"), symlink("a", "c"), file("a/x", "2")]
    ],
    "a link whose target becomes a link": [
        [directory("b"), directory("c"), symlink("a", "b"), file("a/x", "1")],
        [file("a/y", "1"), symlink("b", "c"), file("a/z", "2")],
    ],
    "a whiteout below a link that becomes a folder": [
        [file("etc/passwd", "1"), symlink("a", "etc")],
        [whiteout("a/passwd"), directory("a")],
    ],
    "below a link of its own, a directory over a file": [
        [file("a/b/c", "1"), symlink("l", "/a/b"), directory("l/c"), file("l/c/d", "2")]
    ],
    "below a link of its own, a file over a directory": [
        [file("a/b/c/d", "1"), symlink("l", "/a/b"), file("l/c", "2")],
    ],
    "a hard link to a link on the way": [[directory("u"), symlink("s", "u"), hard_link("h", "s")], [file("h/x", "x")]],
    "a hard link to a link on the way in the same layer": [
        [directory("u"), symlink("s", "u"), hard_link("h", "s"), file("h/x", "x")]
    ],
    "a hard link to a lower link on the way": [[directory("u"), symlink("s", "u")], [hard_link("h", "s"), file("h/x")]],
    "a hard link": [[file("a", "x", 0o600), hard_link("b", "a", 0o755)]],
    "a hard link to a lower layer": [[file("a", "x")], [hard_link("b", "a")], [whiteout("a")]],
    "a hard link whose target is replaced": [[file("a", "x")], [hard_link("b", "a")], [file("a", "new")]],
    "a hard link to a file with whiteouts below it": [FOLDER, [file("d", "F"), opaque("d/a"), hard_link("l", "d")]],
    "a hard link whose target goes with its folder": [[file("a/b", "1"), hard_link("c", "a/b"), file("a", "2")]],
    "a hard link whose target's folder becomes a link": [
        [file("a/b", "1"), file("d/b", "2"), hard_link("c", "a/b"), symlink("a", "d"), hard_link("e", "a/b")]
    ],
    "a hard link by way of a link that becomes another": [
        [file("a/b", "1"), file("d/b", "2"), symlink("s", "a"), hard_link("c", "s/b"), symlink("s", "d")]
    ],
    "a hard link by way of a lower link that becomes another": [
        [file("a/b", "1"), file("d/b", "2"), symlink("s", "a")],
        [hard_link("c", "s/b"), symlink("s", "d")],
    ],
    "a hard link and then a whiteout of its target": [[file("a", "x")], [hard_link("b", "a"), whiteout("a")]],
    "a hard link before its new target": [[file("a", "old")], [hard_link("b", "a"), file("a", "new")]],
    "hard links around a repeated file": [[file("a", "1"), hard_link("b", "a"), file("a", "2"), hard_link("c", "a")]],
    "a hard link to a hard link": [[file("a", "1"), hard_link("b", "a"), hard_link("c", "/b")]],
    "a hard link to a symbolic one": [[file("a"), symlink("s", "a"), hard_link("b", "s")]],
    "a hard link by way of a symbolic one": [
        [directory("u"), file("u/a", "1"), symlink("s", "u"), hard_link("b", "s/a")]
    ],
    "names that are no whiteouts": [[file(".wha"), file("wh.a"), file("a.wh.")], [whiteout(".wha")]],
}


@pytest.mark.peer
@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_as_umoci_has_it(rule: str, tmp_path: Path) -> None:
    require_root()
    layers = RULES[rule]
    layout = write_layout(tmp_path / "image", [LayerSpec(write_tar(layer), "none") for layer in layers])
    expected = found_on_disk(unpack(f"{layout.path}:latest", tmp_path / "bundle"))
    with stacked(tmp_path, *layers) as stack:
        assert found_in(stack, TarReader(tmp_path)) == expected


@pytest.mark.peer
@pytest.mark.parametrize(
    ("fixture", "tag"),
    [("umoci_layout", "umoci"), ("buildah_layout", "oci"), ("skopeo_gzip_layout", "latest")],
)
def test_real_images_are_as_umoci_unpacks_them(
    fixture: str, tag: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    require_root()
    layout: Path = request.getfixturevalue(fixture)
    expected = found_on_disk(unpack(f"{layout}:{tag}", tmp_path / "bundle"))

    def read(digest: str) -> bytes:
        return (layout / "blobs" / digest.replace(":", "/")).read_bytes()

    index = json.loads((layout / "index.json").read_bytes())
    manifest = json.loads(read(index["manifests"][0]["digest"]))
    tars = [gzip.decompress(read(layer["digest"])) for layer in manifest["layers"]]
    assert len(tars) > 4
    stack = LayerStack([index_of(tar, tmp_path, str(number)) for number, tar in enumerate(tars, 1)])
    assert found_in(stack, TarReader(tmp_path)) == expected
    close(stack)


NAMES = st.sampled_from("abc")
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
ENTRIES = st.one_of(
    st.builds(file, PATHS, st.sampled_from(["", "1", "22"])),
    st.builds(directory, PATHS, st.sampled_from([0o700, 0o755])),
    st.builds(fifo, PATHS),
    st.builds(whiteout, PATHS),
    st.builds(opaque, PATHS),
)
LAYERS = st.lists(st.lists(ENTRIES, max_size=6), min_size=1, max_size=4)


@given(layers=LAYERS)
@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_layers_are_as_a_naive_overlay_has_them(layers: list[list[Entry]], tmp_path: Path) -> None:
    states = overlay(layers)
    with stacked(tmp_path, *layers) as stack:
        for top, state in enumerate(states, 1):
            tree = MergedTree(stack, top)
            found = {row.path.decode(): row for row in tree.walk()}
            assert {path: (row.layer, _kind(row)) for path, row in found.items()} == state
            before = states[top - 2] if top > 1 else {}
            assert {path for path, row in found.items() if row.mark is Mark.ADDED} == state.keys() - before.keys()
            assert set(deleted_in(tree)) == before.keys() - state.keys() - _below_what_is_no_folder(state, before)
            assert all(state[path][0] == top for path, row in found.items() if row.mark is not Mark.UNCHANGED)


def _kind(row: MergedRow) -> bytes:
    if row.entry.is_implied:
        return b"i"
    return b"0" if row.entry.kind == 0 else b"5" if row.directory is not None else b"6"


def _below_what_is_no_folder(state: dict[str, tuple[int, bytes]], before: dict[str, tuple[int, bytes]]) -> set[str]:
    """What was below a folder that is a file now: there is no folder to show it in."""
    parents = {path: ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 1)] for path in before}
    return {path for path, above in parents.items() if any(state.get(one, (0, b"5"))[1] not in b"5i" for one in above)}


def deleted_in(tree: MergedTree, number: int = 1) -> Iterator[str]:
    """Everything that the last layer deleted, as the view of changes shows it."""
    for listing in tree.listings(number):
        for name in listing.names:
            if name not in listing.now:
                yield "/".join(filter(None, [listing.path.decode(), name.decode()]))
            sub = tree.subfolder(listing, name)
            if sub is not None:
                yield from deleted_in(tree, sub)


@pytest.mark.slow
@given(layers=LAYERS)
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_by_their_numbers_are_those_of_a_walk(layers: list[list[Entry]], tmp_path: Path) -> None:
    with stacked(tmp_path, *layers) as stack:
        tree = MergedTree(stack)
        rows = list(tree.walk())
        assert len({row.id for row in rows}) == len(rows)
        assert tree.rows([row.id for row in rows[::-1]]) == rows[::-1]
        assert [tree.find(row.path) for row in rows] == rows


def test_marks_tell_what_the_last_layer_did(tmp_path: Path) -> None:
    lower = [directory("d"), file("d/gone"), file("d/mode", "x"), file("d/same", "x"), file("d/stays"), file("d/type")]
    upper = [directory("d"), whiteout("d/gone"), file("d/mode", "x", 0o600), file("d/new"), symlink("d/type", "x")]
    with stacked(tmp_path, lower, upper) as stack:
        tree = MergedTree(stack)
        number = tree.find_folder(b"d")
        assert number is not None
        marks = ((name, tree.mark(each, name)) for each in tree.listings(number) for name in each.names)
        assert {name: mark.value for name, mark in marks} == {
            b"gone": "-",
            b"mode": "~",
            b"new": "+",
            b"same": " ",
            b"stays": " ",
            b"type": "~",
        }
        found = tree.find(b"d/mode")
        assert found is not None
        assert (found.layer, found.change.words) == (2, "mode")
        assert found.before is not None
        assert (found.before[0], found.before[1].mode) == (1, 0o644)
        gone = tree.find(b"d/gone")
        assert gone is not None
        assert (gone.layer, gone.mark) == (1, Mark.DELETED)


def test_rows_have_the_same_numbers_however_they_are_asked_for(tmp_path: Path) -> None:
    with stacked(tmp_path, FOLDER, [file("d/b")]) as stack:
        tree = MergedTree(stack)
        rows = [row for row in tree.walk()]
        assert [row.path for row in rows] == [b"d", b"d/a", b"d/b", b"d/s", b"d/s/t"]
        assert tree.rows([row.id for row in reversed(rows)]) == rows[::-1]
        assert [tree.find(row.path) for row in rows] == rows
        assert tree.find(b"d/none") is None
        assert tree.find(b"none/x") is None


def test_a_layer_that_is_not_known_leaves_the_others(tmp_path: Path) -> None:
    with stacked(tmp_path, FOLDER, None, [file("d/b")]) as stack:
        assert stack.unknown == (2,)
        assert MergedTree(stack, 1).unknown == ()
        tree = MergedTree(stack)
        assert tree.unknown == (2,)
        assert [row.name for row in tree.children(b"d")] == [b"a", b"b", b"s"]


def test_a_tree_of_no_layers_is_empty(tmp_path: Path) -> None:
    assert list(MergedTree(LayerStack([])).walk()) == []
    with stacked(tmp_path, [file("a")]) as stack:
        assert list(MergedTree(stack, 0).walk()) == []


@pytest.mark.parametrize(
    "layers",
    [
        [[symlink("a", "a"), file("a/x")], [file("a/y")]],
        [[symlink("a", "b"), symlink("b", "a")], [file("a/x"), whiteout("b/y"), hard_link("c", "a/x")]],
        [[hard_link("a", "a")], [hard_link("b", "b/x"), hard_link("c", "d"), hard_link("d", "c")], [file("b/y")]],
        [[hard_link("a", "b/x"), hard_link("b", "a/x"), file("a/x"), file("b/x")]],
        [[hard_link(f"h{n}", f"h{n + 1}/x") for n in range(60)] + [symlink("h60", "h0")], [file("h0/x")]],
        [[symlink(f"s{n}", f"s{n + 1}/s{n + 1}") for n in range(40)], [file("s0/x")]],
        [[hard_link("a", "../../..")], [hard_link("b", "")], [hard_link("c", "c/..")]],
    ],
)
def test_circles_end(layers: list[list[Entry]], tmp_path: Path) -> None:
    with stacked(tmp_path, *layers) as stack:
        tree = MergedTree(stack)
        for row in itertools.islice(tree.walk(), 1000):
            tree.link_target(row.layer, row.entry)


def test_totals_count_what_is_there_and_hard_links_once(tmp_path: Path) -> None:
    lower = [directory("d"), file("d/a", "12345"), hard_link("d/b", "d/a"), file("d/gone", "123"), file("e/f/g", "12")]
    upper = [hard_link("d/c", "d/a"), whiteout("d/gone"), file("d/new", "1234567")]
    top = [whiteout("d/a"), file("h/i", "1")]
    with stacked(tmp_path, lower, upper, top) as stack:
        second = MergedTotals(MergedTree(stack, 2))
        assert second.of(b"d") == Totals(4, 12)
        assert second.of(b"") == Totals(8, 14)
        last = MergedTotals(MergedTree(stack))
        assert last.of(b"") == Totals(9, 15)
        assert last.of(b"e") == Totals(2, 2)
        assert last.of(b"none") is None
        assert MergedTotals(MergedTree(stack)).of(b"", lambda: True) is None
        bound = MergedTree(stack, 2).find(b"d")
        assert bound is not None
        assert (bound.size, bound.size_is_exact) == (15, False)


@pytest.mark.slow
@given(layers=LAYERS)
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_totals_are_the_sum_of_a_walk(layers: list[list[Entry]], tmp_path: Path) -> None:
    with stacked(tmp_path, *layers) as stack:
        tree = MergedTree(stack)
        rows = list(tree.walk())
        found = MergedTotals(tree).of(b"")
        assert found == Totals(len(rows), sum(row.entry.size for row in rows))
        if not any(layer.has_superseded for layer in stack.layers if layer is not None):
            assert sum(row.size for row in rows if b"/" not in row.path) >= found.bytes


@pytest.mark.slow
def test_folders_may_be_nested_deeper_than_python_calls(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 1500)
    with stacked(tmp_path, [file(f"{deep}/f", "x")], [file(f"{deep}/g", "yy")]) as stack:
        tree = MergedTree(stack)
        assert MergedTotals(tree).of(b"") == Totals(1502, 3)
        assert sum(1 for _ in tree.walk()) == 1502
        found = tree.find(f"{deep}/g".encode())
        assert found is not None
        assert found.layer == 2
        assert find_provenance(stack, f"{deep}/f".encode()).answer is Answer.PRESENT


@pytest.mark.slow
def test_thousands_of_folders_in_each_other(tmp_path: Path) -> None:
    """No step of the walk looks at all that is below it again, and nothing recurses."""
    deep = "/".join(["d"] * 4_000)
    with stacked(tmp_path, [file(f"{deep}/f")], [whiteout(f"{deep}/f"), file("g")]) as stack:
        looked: list[int] = []
        layer = stack.layers[1]
        assert layer is not None
        really = layer.rows
        layer.rows = lambda *arguments: looked.append(1) or really(*arguments)  # type: ignore[method-assign,func-returns-value]
        assert sum(1 for _ in MergedTree(stack).walk()) == 4_001
        assert len(looked) < 20_000
