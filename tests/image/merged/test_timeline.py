"""What happened to a path, layer by layer, and what became of each entry."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, capability, directory, file, hard_link, opaque, symlink, whiteout
from ocitui.image.merged.changes import Aspect
from ocitui.image.merged.changeset import effect_on_folder
from ocitui.image.merged.effect import Reason
from ocitui.image.merged.matching import matching_paths
from ocitui.image.merged.provenance import Answer, find_provenance
from ocitui.image.merged.removal import Removal, Removals
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.timeline import Action, compare_timeline, trace
from ocitui.image.merged.tree import MergedTree
from tests.examples import examples
from tests.image.cut_folders import folders  # noqa: F401
from tests.image.stacks import TarReader, close, stack_of


@contextmanager
def stacked(folder: Path, *layers: list[Entry] | None) -> Iterator[LayerStack]:
    stack = stack_of(folder, *layers)
    try:
        yield stack
    finally:
        close(stack)


def story(stack: LayerStack, path: bytes) -> list[str]:
    """A timeline in few words."""
    words = []
    for touch in trace(stack, path).changes:
        said = f"{touch.layer} {touch.action.value}"
        said += f" {touch.change.words}" if touch.change.words else ""
        said += f" {touch.cause.reason.value} {touch.cause.path.decode()}" if touch.cause is not None else ""
        said += " emptied" if touch.empties else ""
        said += f" gone in {touch.gone_in}" if touch.gone_in is not None else ""
        words.append(said)
    return words


def test_a_file_through_its_life(tmp_path: Path) -> None:
    layers = [
        [directory("etc"), file("etc/a", "one")],
        [file("other")],
        [file("etc/a", "one", 0o600)],
        [file("etc/a", "two, longer", 0o600).owned(3)],
        [whiteout("etc/a")],
        [whiteout("etc/a")],
        [file("etc/a", "new")],
        [symlink("etc/a", "b")],
    ]
    with stacked(tmp_path, *layers) as stack:
        assert story(stack, b"etc/a") == [
            "1 added gone in 3",
            "3 modified mode gone in 4",
            "4 modified content, owner gone in 5",
            "5 deleted whiteout etc/a",
            "7 re-added gone in 8",
            "8 modified type",
        ]
        assert trace(stack, b"etc/none").changes == ()
        timeline = trace(stack, b"etc/a")
        assert timeline.now is not None
        assert timeline.now.layer == 8
        assert [touch.after.shipped_bytes for touch in timeline.changes if touch.after] == [3, 3, 11, 3, 0]
        readded = timeline.changes[4]
        assert readded.before is not None
        assert readded.before.layer == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ([whiteout("d/s")], "2 deleted parent deleted d/s"),
        ([whiteout("d")], "2 deleted parent deleted d"),
        ([opaque("d/s")], "2 deleted opaque whiteout d/s"),
        ([file(".wh..wh..opq")], "2 deleted opaque whiteout "),
        ([file("d", "F")], "2 deleted parent replaced d"),
        ([symlink("d/s", "x")], "2 deleted parent replaced d/s"),
        ([whiteout("d/s/f"), opaque("d")], "2 deleted opaque whiteout d"),
        ([whiteout("d"), file("d/s/f", "x")], "2 modified content, mode"),
    ],
)
def test_a_deletion_has_a_cause(change: list[Entry], said: str, tmp_path: Path) -> None:
    lower = [directory("d"), directory("d/s"), file("d/s/f", "content", 0o600)]
    with stacked(tmp_path, lower, change) as stack:
        assert story(stack, b"d/s/f") == ["1 added gone in 2", said]


def test_directories(tmp_path: Path) -> None:
    layers = [[file("d/f")], [directory("d")], [file("d/g")], [opaque("d")], [whiteout("d"), directory("d", 0o700)]]
    with stacked(tmp_path, *layers) as stack:
        assert story(stack, b"d") == ["1 added", "2 modified time", "4 modified emptied", "5 modified mode emptied"]
        assert story(stack, b"") == []


def test_entries_below_a_link_are_where_the_link_leads(tmp_path: Path) -> None:
    layers = [[directory("usr/bin"), symlink("bin", "usr/bin")], [file("bin/sh", "1")], [whiteout("bin/sh")]]
    with stacked(tmp_path, *layers) as stack:
        assert story(stack, b"usr/bin/sh") == ["2 added gone in 3", "3 deleted whiteout usr/bin/sh"]
        assert story(stack, b"bin/sh") == []
        layer = stack.layers[1]
        assert layer is not None
        (row,) = layer.rows(b"usr/bin", effect_on_folder(layer, b"usr/bin").directories)
        assert Removals(stack).of(2, row.parent, row.id) == Removal(3, False)


def test_hard_links_are_compared_by_what_they_name(tmp_path: Path) -> None:
    layers = [
        [file("a", "x", 0o600), hard_link("b", "a")],
        [file("b", "x", 0o600)],
        [hard_link("b", "a")],
        [whiteout("a"), file("b", "x", 0o640)],
    ]
    with stacked(tmp_path, *layers) as stack:
        timeline = compare_timeline(trace(stack, b"b"), TarReader(tmp_path))
        assert [touch.action for touch in timeline.changes] == [
            Action.ADDED,
            Action.REWRITTEN,
            Action.REWRITTEN,
            Action.MODIFIED,
        ]
        assert timeline.changes[3].change.aspects == (Aspect.MODE,)
        linked = timeline.changes[2].after
        assert linked is not None
        assert linked.content is not None
        assert (linked.inode.mode, linked.content[0], linked.shipped_bytes) == (0o600, 1, 0)


@pytest.mark.parametrize(
    ("before", "after", "open_words", "words"),
    [
        (file("a", "1"), file("a", "2"), "content?", "content"),
        (file("a", "1"), file("a", "1"), "content?", ""),
        (file("a", "1"), file("a", "2").at(5), "content?, time", "content, time"),
        (file("a", "1"), file("a", "1").at(5), "content?, time", "time"),
        (file("a", "1"), file("a", "1", 0o600), "mode", "mode"),
        (file("a", "1"), file("a", "22"), "content", "content"),
        (file("a"), file("a").at(5), "time", "time"),
        (file("a", b"x" * 3_000_000), file("a", b"x" * 2_999_999 + b"y"), "content?", "content"),
        (file("a", b"x" * 3_000_000), file("a", b"x" * 3_000_000), "content?", ""),
        (file("a", "1").owned(1), file("a", "1").owned(1, 2), "owner", "owner"),
        (symlink("a", "b"), symlink("a", "c"), "link", "link"),
        (symlink("a", "b"), Entry(b"a", kind=b"2", link=b"b", mode=0o700), "", ""),
        (Entry(b"a", b"1"), Entry(b"a", b"1", xattrs=capability(1)), "xattrs", "xattrs"),
        (Entry(b"a", kind=b"3", device=(1, 3)), Entry(b"a", kind=b"3", device=(1, 5)), "content", "content"),
        (Entry(b"a", kind=b"3", device=(1, 3)), Entry(b"a", kind=b"4", device=(1, 3)), "type", "type"),
        (file("a", "1"), directory("a"), "type, mode", "type, mode"),
    ],
)
def test_in_what_two_versions_differ(before: Entry, after: Entry, open_words: str, words: str, tmp_path: Path) -> None:
    with stacked(tmp_path, [before], [after]) as stack:
        timeline = trace(stack, b"a")
        assert timeline.changes[1].change.words == open_words
        settled = compare_timeline(timeline, TarReader(tmp_path)).changes[1]
        assert settled.change.words == words
        assert settled.action is (Action.MODIFIED if words else Action.REWRITTEN)


LIFE = st.sampled_from(
    [
        file("a"),
        directory("a"),
        file("a/b"),
        directory("a/b"),
        file("a/b/c"),
        file("b/a"),
        directory("b"),
        file("b/b/b"),
        whiteout("a"),
        whiteout("a/b"),
        whiteout("b/b"),
        opaque("a"),
        opaque("a/b"),
        opaque("b"),
        file(".wh..wh..opq"),
    ]
)


@given(layers=st.lists(st.lists(LIFE, max_size=5), min_size=1, max_size=5))
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_timelines_and_fates_agree_with_the_merged_trees(layers: list[list[Entry]], tmp_path: Path) -> None:
    with stacked(tmp_path, *layers) as stack:
        trees = [
            {r.path: (r.layer, r.entry.id) for r in MergedTree(stack, top).walk()} for top in range(len(layers) + 1)
        ]
        for path in {path for tree in trees for path in tree}:
            touches = {touch.layer: touch for touch in trace(stack, path).changes}
            now: tuple[int, int] | None = None
            for top in range(1, len(layers) + 1):
                if (touch := touches.get(top)) is not None:
                    now = (touch.after.layer, touch.after.entry.id) if touch.after is not None else None
                assert trees[top].get(path) == now
        removals = Removals(stack)
        for number in range(1, len(layers) + 1):
            for path, (layer, id_) in trees[number].items():
                entry = stack.entry(layer, id_)
                if layer == number and entry.directory is None:
                    later = range(number + 1, len(layers) + 1)
                    gone = next((top for top in later if trees[top].get(path) != (layer, id_)), None)
                    expected = None if gone is None else Removal(gone, path in trees[gone])
                    assert removals.of(number, entry.parent, id_) == expected


@pytest.mark.parametrize(
    ("layers", "path", "damaged", "answer", "doubtful", "harmless"),
    [
        ([[file("a")]], "a", (), Answer.PRESENT, (), ()),
        ([[file("a")], [whiteout("a")]], "a", (), Answer.DELETED, (), ()),
        ([[file("a")]], "b", (), Answer.NEVER, (), ()),
        ([[file("a")], None], "a", (), Answer.UNKNOWN, (2,), ()),
        ([None, [file("a")]], "a", (), Answer.PRESENT, (), (1,)),
        ([[file("a")], None, [whiteout("a")]], "a", (), Answer.DELETED, (), (2,)),
        ([[file("a")], None], "b", (), Answer.UNKNOWN, (2,), ()),
        ([[file("a")], [file("b")]], "b", (2,), Answer.UNKNOWN, (2,), ()),
        ([[file("b")], [file("b")]], "b", (1,), Answer.PRESENT, (), (1,)),
        ([[file("a")], [whiteout("a")]], "a", (2,), Answer.UNKNOWN, (2,), ()),
        ([[symlink("s", "d"), directory("d")], None, [file("d/x")]], "s/x", (), Answer.UNKNOWN, (2,), ()),
        ([None], "", (), Answer.PRESENT, (), (1,)),
    ],
)
def test_an_answer_says_how_sure_it_is(
    layers: list[list[Entry] | None],
    path: str,
    damaged: tuple[int, ...],
    answer: Answer,
    doubtful: tuple[int, ...],
    harmless: tuple[int, ...],
    tmp_path: Path,
) -> None:
    with stacked(tmp_path, *layers) as stack:
        found = find_provenance(stack, path.encode(), damaged)
        assert (found.answer, found.doubtful, found.harmless) == (answer, doubtful, harmless)


def test_parents_that_are_links_are_followed(tmp_path: Path) -> None:
    layers = [[file("bin/sh", "old")], [whiteout("bin"), symlink("bin", "usr/bin"), file("usr/bin/sh", "new")]]
    with stacked(tmp_path, *layers) as stack:
        found = find_provenance(stack, b"bin/sh")
        assert (found.path, [(link.path, link.layer) for link in found.links]) == (b"usr/bin/sh", [(b"bin", 2)])
        assert found.answer is Answer.PRESENT
        assert found.earlier is not None
        last = found.earlier.changes[-1]
        assert last.cause is not None
        assert (last.layer, last.cause.reason) == (2, Reason.PARENT_DELETED)
        assert find_provenance(stack, b"bin").links == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*", "a a.txt b d"),
        ("?", "a b d"),
        ("d/*.txt", "d/x.txt"),
        ("**/*.txt", "a.txt d/e/y.txt d/x.txt"),
        ("d/**", "d/e d/e/y.txt d/x.txt d/é"),
        ("**", "a a.txt b d d/e d/e/y.txt d/x.txt d/é"),
        ("**/**/x.txt", "d/x.txt"),
        ("d/?", "d/e d/é"),
        ("none/*", ""),
        ("[a]", "a"),
        ("[!a]*", "b d"),
        ("d/[!e-z]", "d/é"),
        ("d/**.txt", "d/x.txt"),
    ],
)
def test_patterns_find_what_any_layer_has(pattern: str, found: str, tmp_path: Path) -> None:
    layers = [
        [file("a"), file("a.txt"), file("d/x.txt"), file("d/é"), whiteout("hollow/x")],
        [file("d/e/y.txt"), file("b"), whiteout("a")],
    ]
    with stacked(tmp_path, *layers) as stack:
        assert " ".join(path.decode() for path in matching_paths(stack, pattern.encode())) == found
