"""How two images differ: layers, config, history, and path by path against a naive comparison."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import (
    Entry,
    capability,
    character_device,
    directory,
    file,
    hard_link,
    opaque,
    symlink,
    whiteout,
)
from ocitui.errors import CancelledError, LayerError
from ocitui.image.diff.config import ConfigDifference, compare_configs, value_text
from ocitui.image.diff.history import compare_histories
from ocitui.image.diff.images import PathsDiff, compare_paths, sums_by_folder, sums_of
from ocitui.image.diff.layers import compare_layers
from ocitui.image.diff.paths import DiffOptions
from ocitui.image.diff.side import Side
from ocitui.image.history.pairing import pair_history
from ocitui.image.image import Layer
from ocitui.image.merged.changes import Aspect, Mark
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.tree import MergedTree
from ocitui.layers.entry import Entry as IndexedEntry
from ocitui.layers.entry import EntryKind
from ocitui.spec.config import Config
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from tests.examples import examples
from tests.image.cut_folders import folders  # noqa: F401
from tests.image.stacks import TarReader, close, stack_of

Layers = list[list[Entry] | None]


class CountingReader(TarReader):
    """Counts the files that it reads."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read_files = 0

    def read(self, layer_number: int, entry: IndexedEntry) -> Iterator[bytes]:
        self.read_files += 1
        return super().read(layer_number, entry)


def side_of(folder: Path, layers: Layers, top: int | None = None) -> Side:
    folder.mkdir(exist_ok=True)
    stack = stack_of(folder, *layers)
    return Side(stack, len(layers) if top is None else top, [None] * len(layers), CountingReader(folder))


@contextmanager
def sides(folder: Path, before: Layers, after: Layers) -> Iterator[tuple[Side, Side]]:
    both = side_of(folder / "a", before), side_of(folder / "b", after)
    yield both
    for side in both:
        close(side.stack)


def said(found: PathsDiff) -> list[str]:
    """What differs, in a line each."""
    return [f"{path.mark.value} {path.path.decode()} {path.change.words}".rstrip() for path in found.paths]


def compared(folder: Path, before: Layers, after: Layers, **options: Any) -> list[str]:
    with sides(folder, before, after) as both:
        return said(compare_paths(*both, DiffOptions(**options)))


BASE = [directory("etc"), file("etc/a", "one"), file("etc/b", "two"), symlink("s", "etc"), file("x", "xx")]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ([file("etc/c", "new")], ["+ etc/c"]),
        ([whiteout("etc/a")], ["- etc/a"]),
        ([opaque("etc")], ["- etc/a", "- etc/b"]),
        ([whiteout("etc")], ["- etc", "- etc/a", "- etc/b"]),
        ([file("etc/a", "longer")], ["~ etc/a content"]),
        ([file("etc/a", "eno")], ["~ etc/a content"]),
        ([file("etc/a", "one")], []),
        ([file("etc/a", "one").at(7)], ["~ etc/a time"]),
        ([file("etc/a", "eno", 0o600).at(7)], ["~ etc/a content, mode, time"]),
        ([file("etc/a", "one").owned(7)], ["~ etc/a owner"]),
        ([replace(file("etc/a", "one"), xattrs=capability(1))], ["~ etc/a xattrs"]),
        ([directory("etc", 0o700)], ["~ etc mode"]),
        ([symlink("s", "/etc")], ["~ s link"]),
        ([symlink("x", "s")], ["~ x type"]),
        ([directory("x"), file("x/y")], ["~ x type, mode", "+ x/y"]),
        ([file("etc")], ["~ etc type, mode", "- etc/a", "- etc/b"]),
        ([character_device("x", 1, 3, 0o644)], ["~ x type"]),
        ([hard_link("etc/a", "etc/b")], ["~ etc/a content"]),
        ([hard_link("etc/a", "x")], ["~ etc/a content"]),
    ],
)
def test_what_a_layer_on_top_does_is_what_differs(layer: list[Entry], expected: list[str], tmp_path: Path) -> None:
    assert compared(tmp_path, [BASE], [BASE, layer]) == expected
    other = {"+": "-", "-": "+", "~": "~"}
    turned = [other[line[0]] + line[1:] for line in expected]
    assert compared(tmp_path, [BASE, layer], [BASE]) == turned


def test_aspects_may_be_left_out(tmp_path: Path) -> None:
    layer = [file("etc/a", "eno", 0o600).at(7), file("x", "xx").at(9).owned(3)]
    assert compared(tmp_path, [BASE], [BASE, layer], ignored=frozenset({Aspect.TIME})) == [
        "~ etc/a content, mode",
        "~ x owner",
    ]
    everything = frozenset({Aspect.TIME, Aspect.OWNER, Aspect.MODE, Aspect.CONTENT})
    assert compared(tmp_path, [BASE], [BASE, layer], ignored=everything) == []


def test_quick_takes_files_of_one_size_and_time_to_be_the_same(tmp_path: Path) -> None:
    layer = [file("etc/a", "eno"), file("etc/b", "owt").at(1), file("x", "longer")]
    assert compared(tmp_path, [BASE], [BASE, layer], is_quick=True) == ["~ etc/b content, time", "~ x content"]


def test_nothing_is_read_of_layers_that_are_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bytes] = []
    rows = MergedLayer.rows

    def watched(self: MergedLayer, folder: bytes, *rest: Any) -> Any:
        looked.append(folder)
        return rows(self, folder, *rest)

    base = [directory("usr"), *(file(f"usr/{number}/file", str(number)) for number in range(20))]
    more = [file("etc/new"), file("usr/3/other")]
    with sides(tmp_path, [base, BASE], [base, more, BASE]) as both:
        monkeypatch.setattr(MergedLayer, "rows", watched)
        assert said(compare_paths(*both)) == ["+ etc/new", "+ usr/3/other"]
        assert {path for path in looked if path.startswith(b"usr/")} == {b"usr/3"}
        assert [side.reader.read_files for side in both] == [0, 0]  # type: ignore[attr-defined]


def test_a_hard_link_of_a_shared_layer_may_lead_to_what_differs(tmp_path: Path) -> None:
    shared = [directory("links"), hard_link("links/a", "file")]
    before: Layers = [[file("file", "one")], shared]
    after: Layers = [[file("file", "two")], shared]
    assert compared(tmp_path, before, after) == ["~ file content", "~ links/a content"]


def test_entries_below_a_link_are_where_the_link_leads_on_each_side(tmp_path: Path) -> None:
    shared = [file("link/new", "x")]
    before: Layers = [[directory("one"), directory("two"), symlink("link", "one")], shared]
    after: Layers = [[directory("one"), directory("two"), symlink("link", "two")], shared]
    assert compared(tmp_path, before, after) == ["~ link link", "- one/new", "+ two/new"]


def test_layers_of_one_image(tmp_path: Path) -> None:
    layers: Layers = [BASE, [file("etc/c", "new")], [whiteout("etc/a"), file("etc/c", "wen")]]
    whole = side_of(tmp_path / "a", layers)
    tops = [replace(whole, top=top) for top in range(4)]
    assert said(compare_paths(tops[1], tops[3])) == ["- etc/a", "+ etc/c"]
    assert said(compare_paths(tops[2], tops[3])) == ["- etc/a", "~ etc/c content"]
    assert said(compare_paths(tops[0], tops[1])) == ["+ etc", "+ etc/a", "+ etc/b", "+ s", "+ x"]
    assert compare_paths(tops[2], tops[2]).is_shared
    assert said(compare_paths(tops[1], tops[3], below=b"etc")) == ["- etc/a", "+ etc/c"]
    assert said(compare_paths(tops[1], tops[3], below=b"none")) == []
    close(whole.stack)


def test_what_cannot_be_read_is_not_said_to_be_the_same(tmp_path: Path) -> None:
    class Broken(TarReader):
        def read(self, layer_number: int, entry: IndexedEntry) -> Iterator[bytes]:
            if entry.name == b"a":
                raise LayerError("broken at byte 7")
            return super().read(layer_number, entry)

    with sides(tmp_path, [BASE], [BASE, [file("etc/a", "one"), file("etc/b", "owt")]]) as (before, after):
        found = compare_paths(before, replace(after, reader=Broken(tmp_path / "b")))
        assert said(found) == ["~ etc/a content?", "~ etc/b content"]
        assert (found.unread, found.problems) == (1, ("layer 2: broken at byte 7",))
        assert found.differs
        assert not PathsDiff(found.paths[:1]).differs


def test_it_can_be_stopped(tmp_path: Path) -> None:
    with sides(tmp_path, [BASE], [[*BASE, file("more")]]) as both, pytest.raises(CancelledError):
        compare_paths(*both, is_cancelled=lambda: True)
    done: list[tuple[int, int]] = []
    with sides(tmp_path, [BASE], [[*BASE, file("more")]]) as both:
        compare_paths(*both, on_progress=lambda *figures: done.append(figures))
    assert done[-1] == (16, 16)


def test_layers_that_are_not_known_are_the_same_where_their_digests_are(tmp_path: Path) -> None:
    digests = [Digest.of(b"1"), Digest.of(b"2")]
    with sides(tmp_path, [None, BASE], [None, BASE]) as both:
        before, after = (replace(side, digests=digests) for side in both)
        assert compare_paths(before, after).is_shared
        assert not compare_paths(*both).is_shared


def test_the_root_itself_may_differ(tmp_path: Path) -> None:
    other = [directory("./", 0o700)]
    assert compared(tmp_path, [[directory("./"), *BASE]], [[directory("./"), *BASE], other]) == ["~  mode"]
    assert compared(tmp_path, [[directory("./"), *BASE]], [[directory("./"), *BASE], [file("more")]]) == ["+ more"]
    assert compared(tmp_path, [BASE], [BASE, other]) == [], "nothing says what it was"


@pytest.mark.slow
def test_deeper_than_python_calls(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 1500)
    assert len(compared(tmp_path, [[file(f"{deep}/a", "1")]], [[file(f"{deep}/b", "1")]])) == 2


def test_sums(tmp_path: Path) -> None:
    after: Layers = [BASE, [file("etc/a", "longer"), whiteout("etc/b"), file("new/one", "1"), file("new/two", "22")]]
    with sides(tmp_path, [BASE], after) as both:
        paths = compare_paths(*both).paths
    total = sums_of(paths)
    assert [(each.paths, each.bytes) for each in (total.added, total.removed, total.modified)] == [
        (3, 3),
        (1, 3),
        (1, 3),
    ]
    assert {name: sums.paths for name, sums in sums_by_folder(paths).items()} == {b"etc": 2, b"new": 3}


NAMES = st.sampled_from("abc")
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
TIMES = st.sampled_from([1, 2])
ENTRIES = st.one_of(
    st.builds(lambda path, data, time: file(path, data).at(time), PATHS, st.sampled_from(["", "1", "2", "22"]), TIMES),
    st.builds(lambda path, mode: directory(path, mode), PATHS, st.sampled_from([0o700, 0o755])),
    st.builds(symlink, PATHS, PATHS),
    st.builds(hard_link, PATHS, PATHS),
    st.builds(whiteout, PATHS),
    st.builds(opaque, PATHS),
)
LAYER = st.lists(ENTRIES, max_size=5)
SEVERAL = st.lists(LAYER, max_size=2)
POOL = st.lists(LAYER, min_size=1, max_size=3)


def naive(side: Side) -> dict[bytes, tuple[Any, ...]]:
    """Everything there is on a side, without a thought of layers."""
    tree = MergedTree(side.stack, side.top)
    found: dict[bytes, tuple[Any, ...]] = {}
    for row in tree.walk():
        layer, entry = row.layer, row.entry
        if entry.directory is None:
            layer, entry = tree.link_target(layer, entry) or (layer, entry)
        content = b"".join(side.reader.read(layer, entry)) if entry.kind is EntryKind.FILE else None
        mode = None if entry.kind is EntryKind.SYMLINK else entry.mode
        link = entry.link if entry.kind is EntryKind.SYMLINK else None
        found[row.path] = (entry.kind, mode, entry.uid, entry.gid, link, content, entry.mtime_ns, entry.xattrs)
    return found


@pytest.mark.slow
@given(data=st.data(), pool=POOL)
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_two_images_differ_as_their_merged_trees_do(
    data: st.DataObject, pool: list[list[Entry]], tmp_path: Path
) -> None:
    some = st.lists(st.one_of(st.sampled_from(pool), LAYER), max_size=4)
    with sides(tmp_path, [*data.draw(some)], [*data.draw(some)]) as both:
        old, new = (naive(side) for side in both)
        found = compare_paths(*both)
        by_mark = {mark: {path.path for path in found.paths if path.mark is mark} for mark in Mark}
        assert by_mark[Mark.ADDED] == new.keys() - old.keys()
        assert by_mark[Mark.DELETED] == old.keys() - new.keys()
        assert by_mark[Mark.MODIFIED] == {path for path in old.keys() & new.keys() if old[path] != new[path]}
        assert len({path.path for path in found.paths}) == len(found.paths)


# Documents.


def layer(number: int, digest: str, diff_id: str) -> Layer:
    descriptor = Descriptor.read({"digest": str(Digest.of(digest.encode())), "size": 1}, "layer")
    return Layer(number, descriptor, Digest.of(diff_id.encode()))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b", "a b", "digest:1-1 digest:2-2"),
        ("a b", "a:gz b", "diff ID:1-1 digest:2-2"),
        ("a b", "a c", "digest:1-1 only A:2-0 only B:0-2"),
        ("b", "a b c", "only B:0-1 digest:1-2 only B:0-3"),
        ("a a", "a", "digest:1-1 only A:2-0"),
        ("a a:gz", "a:gz a", "digest:1-2 digest:2-1"),
        ("", "a", "only B:0-1"),
    ],
)
def test_layers_are_shared_by_digest_before_diff_id(before: str, after: str, expected: str) -> None:
    old, new = (
        [layer(number, name, name[0]) for number, name in enumerate(text.split(), 1)] for text in (before, after)
    )
    found = [
        f"{pair.sharing.value}:{pair.before.number if pair.before else 0}-{pair.after.number if pair.after else 0}"
        for pair in compare_layers(old, new)
    ]
    assert " ".join(found) == expected


def config(**fields: Any) -> Config:
    return Config.parse(json.dumps({"architecture": "amd64", "os": "linux", **fields}).encode(), "config")


def test_configs_are_compared_field_by_field() -> None:
    before = config(
        created="2024-05-14T10:00:00Z",
        config={
            "Env": ["A=1", "PATH=/bin", "GONE="],
            "Cmd": ["a b", "c"],
            "Labels": {"x": "1"},
            "ExposedPorts": {"80/tcp": {}},
            "User": "me",
        },
    )
    after = config(
        variant="v2",
        config={
            "Env": ["PATH=/sbin", "A=1", "NEW=\x1b"],
            "Cmd": ["a", "b"],
            "Entrypoint": [],
            "Labels": {"x": "2"},
            "ExposedPorts": {"81/tcp": {}},
            "Odd": [1],
        },
    )
    assert compare_configs(before, before) == ()
    assert [(each.field, each.key, each.before, each.after) for each in compare_configs(before, after)] == [
        ("command", "", ("a b", "c"), ("a", "b")),
        ("user", "", "me", None),
        ("ports", "80/tcp", "", None),
        ("ports", "81/tcp", None, ""),
        ("env", "PATH", "/bin", "/sbin"),
        ("env", "GONE", "", None),
        ("env", "NEW", None, "\x1b"),
        ("labels", "x", "1", "2"),
        ("created", "", "2024-05-14T10:00:00Z", None),
        ("platform", "", "linux/amd64", "linux/amd64/v2"),
        ("entrypoint", "", None, ()),
        ("also", "Odd", None, "[1]"),
    ]
    assert value_text(("a b", "c")) == "'a b' c"
    assert [value_text(value) for value in (None, (), "", "x")] == ["(not set)", "(empty)", "(empty)", "x"]
    assert {each.mark for each in compare_configs(None, before)} == {Mark.ADDED}
    assert ConfigDifference("user", "", "a", None).mark is Mark.DELETED


def test_histories_are_lined_up_by_what_their_entries_say() -> None:
    def rows(*entries: tuple[str, str]) -> Any:
        made = [
            {"created_by": text, "created": f"2024-05-1{day}T00:00:00Z", "empty_layer": True} for text, day in entries
        ]
        return pair_history(config(history=made), 0).rows

    before = rows(("FROM a", "1"), ("RUN b", "1"), ("RUN c", "1"), ("CMD d", "1"))
    after = rows(("FROM a", "1"), ("RUN x", "1"), ("RUN c", "2"), ("RUN y", "1"), ("CMD d", "1"))
    found = compare_histories(before, after)
    assert [(pair.mark.value, (pair.after or pair.before).entry.created_by, pair.changed) for pair in found] == [
        (" ", "FROM a", ()),
        ("-", "RUN b", ()),
        ("+", "RUN x", ()),
        ("~", "RUN c", ("created",)),
        ("+", "RUN y", ()),
        (" ", "CMD d", ()),
    ]
    assert compare_histories((), ()) == ()
