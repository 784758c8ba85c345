"""Each rule, kept and broken."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout, write_tar
from ocitui.image.dive.efficiency import measure_efficiency
from ocitui.image.documents.tree import build_tree
from ocitui.image.gate.config_rules import NoRoot, RequiredLabel, RequiredUser
from ocitui.image.gate.path_rules import ForbiddenPaths, ForbiddenShippedPaths, PathLimit
from ocitui.image.gate.size_rules import MaxGrowth, MaxLayers, MaxLayerSize, MaxSize, MaxUnpackedSize
from ocitui.image.gate.subject import Subject
from ocitui.image.gate.verdict import Outcome, Rule, Verdict
from ocitui.image.gate.waste_rules import Disabled, HighestUserWastedPercent, HighestWastedBytes, LowestEfficiency
from ocitui.image.glob import PathGlobs, matches_text
from ocitui.image.image import Image
from ocitui.image.selection import images_below
from ocitui.image.squash.layer_names import LayerNames
from ocitui.transports.opening import open_reference
from tests.image.stacks import close, stack_of
from tests.images.layout_writer import write_layout

LOWER = [
    directory("etc"),
    file("etc/key.pem", "k" * 100),
    file("usr/lib/a", "a" * 1000),
    hard_link("usr/lib/b", "usr/lib/a"),
    file("usr/share/doc/x", "x" * 300),
    file("tmp/s", "1"),
    file("tmp/s", "22"),
    symlink("lib", "usr/lib"),
]
UPPER = [
    whiteout("etc/key.pem"),
    file("usr/lib/c", "c" * 50),
    file("usr/share/doc/x", "y" * 300),
    file("lib/d", "d" * 5),
]


@contextmanager
def subject_of(
    folder: Path, *layers: Iterable[Entry], config: dict[str, Any] | None = None, **fields: Any
) -> Iterator[Subject]:
    layout = write_layout(folder / "image", [write_tar(each) for each in layers], config={"config": config or {}})
    image = images_below(build_tree(open_reference(str(layout.path))[0]))[0]
    assert isinstance(image, Image)
    stack = stack_of(folder, *layers)
    names = [LayerNames(layer.number, layer.index) for layer in stack.layers if layer is not None]
    try:
        yield Subject(image, stack, measure_efficiency(names), **fields)
    finally:
        close(stack)


def spots(verdict: Verdict) -> list[tuple[int, bytes, int]]:
    return [(spot.layer, spot.path, spot.size) for spot in verdict.spots]


PAIRS: list[tuple[Rule, Rule]] = [
    (LowestEfficiency(0.7), LowestEfficiency(0.8)),
    (HighestWastedBytes(700), HighestWastedBytes(699)),
    (HighestUserWastedPercent(2), HighestUserWastedPercent(1.9)),
    (MaxSize(2000), MaxSize(100)),
    (MaxUnpackedSize(20_000), MaxUnpackedSize(5000)),
    (MaxLayerSize(2000), MaxLayerSize(100)),
    (MaxLayers(2), MaxLayers(1)),
    (MaxGrowth(20_000), MaxGrowth(1000)),
    (MaxGrowth(2.0, is_percent=True), MaxGrowth(0.01, is_percent=True)),
    (NoRoot(), RequiredUser("root")),
    (RequiredUser("app"), RequiredUser("ap")),
    (RequiredUser("app:web"), RequiredUser("app:other")),
    (RequiredLabel("version"), RequiredLabel("Version")),
    (RequiredLabel("version", "1.*"), RequiredLabel("version", "2.*")),
    (RequiredLabel("version", "?.2"), RequiredLabel("version", "")),
    (ForbiddenPaths((b"**/*.pem", b"usr/lib/z*")), ForbiddenPaths((b"**/*.pem", b"usr/lib/?"))),
    (ForbiddenShippedPaths((b"**/*.key",)), ForbiddenShippedPaths((b"etc/*.pem",))),
    (PathLimit(b"usr/lib/**", 1055, 4), PathLimit(b"usr/lib/**", 1054)),
    (PathLimit(b"usr", 1355), PathLimit(b"usr", 1354)),
    (PathLimit(b"usr/lib/?", None, 4), PathLimit(b"usr/lib/?", None, 3)),
]


@pytest.mark.parametrize(("kept", "broken"), PAIRS)
def test_kept_and_broken(kept: Rule, broken: Rule, tmp_path: Path) -> None:
    config = {"User": "app:web", "Labels": {"version": "1.2"}}
    with subject_of(tmp_path, LOWER, UPPER, config=config, base_unpacked_size=10_240) as subject:
        verdict = kept.judge(subject)
        assert verdict.outcome is Outcome.PASS, verdict.message
        assert not verdict.spots
        verdict = broken.judge(subject)
        assert verdict.outcome is Outcome.FAIL, verdict.message
        assert verdict.message.startswith("expected ")
        assert ", found " in verdict.message
        assert Disabled("x").judge(subject).outcome is Outcome.SKIP


@pytest.mark.parametrize("user", ["", "root", "0", "root:app", "0:1000", "00", " 0", "+0", ":1000"])
def test_root(user: str, tmp_path: Path) -> None:
    with subject_of(tmp_path, LOWER, config={"User": user}) as subject:
        assert NoRoot().judge(subject).outcome is Outcome.FAIL


@pytest.mark.parametrize("user", ["app", "1000", "1000:0", "10", "toor:root", "0x"])
def test_not_root(user: str, tmp_path: Path) -> None:
    with subject_of(tmp_path, LOWER, config={"User": user}) as subject:
        assert NoRoot().judge(subject).outcome is Outcome.PASS


def test_forbidden_paths_are_those_that_are_there(tmp_path: Path) -> None:
    with subject_of(tmp_path, LOWER, UPPER) as subject:
        assert ForbiddenPaths((b"**/*.pem",)).judge(subject).outcome is Outcome.PASS
        # By way of the link in the layer below, where unpacking puts it.
        assert spots(ForbiddenPaths((b"**/d",)).judge(subject)) == [(2, b"usr/lib/d", 5)]
        assert spots(ForbiddenShippedPaths((b"**/*.pem",)).judge(subject)) == [(1, b"etc/key.pem", 0)]


def test_what_a_layer_replaces_itself_is_shipped(tmp_path: Path) -> None:
    lower = [file("a/secret", "1"), file("a", "2")]
    with subject_of(tmp_path, lower, [opaque("b"), whiteout("secret")]) as subject:
        assert spots(ForbiddenShippedPaths((b"**/secret",)).judge(subject)) == [(1, b"a/secret", 0)]
        assert ForbiddenPaths((b"**/secret",)).judge(subject).outcome is Outcome.PASS


def test_several_names_of_a_file_count_once(tmp_path: Path) -> None:
    with subject_of(tmp_path, LOWER, UPPER) as subject:
        verdict = PathLimit(b"usr/lib/**", 0).judge(subject)
        assert spots(verdict) == [(1, b"usr/lib/a", 1000), (2, b"usr/lib/c", 50), (2, b"usr/lib/d", 5)]
        assert (verdict.rule, verdict.about) == ("paths", "/usr/lib/**")


def test_many_paths_are_the_same_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with subject_of(tmp_path, LOWER, UPPER, ignored=(b"usr/share",)) as subject:
        patterns = (b"**", b"usr/lib/**", b"**/c", b"usr")
        rules = [PathLimit(pattern, 0, 0) for pattern in patterns]
        one_by_one = [rule.judge(subject) for rule in rules]
        monkeypatch.setattr("ocitui.image.gate.subject._MANY", 0)
        assert [rule.judge(subject) for rule in rules] == one_by_one
        assert [verdict.found for verdict in one_by_one] == [
            "10 and 1,057 B",
            "4 and 1,055 B",
            "1 and 50 B",
            "1 and 1,055 B",
        ]


def test_ignored_paths(tmp_path: Path) -> None:
    with subject_of(tmp_path, LOWER, UPPER, ignored=(b"usr/share/doc", b"**/*.pem")) as subject:
        assert PathLimit(b"usr/**", 1055).judge(subject).outcome is Outcome.PASS
        assert PathLimit(b"usr", 1055).judge(subject).outcome is Outcome.PASS
        assert ForbiddenPaths((b"usr/share/doc/x",)).judge(subject).outcome is Outcome.PASS
        assert ForbiddenShippedPaths((b"etc/**",)).judge(subject).outcome is Outcome.PASS


def test_waste_without_some_paths(tmp_path: Path) -> None:
    with subject_of(tmp_path, LOWER, UPPER) as subject:
        whole = subject.efficiency
    assert [(path.path, path.last_layer, path.smallest) for path in whole.paths] == [
        (b"/usr/share/doc/x", 2, 300),
        (b"/etc/key.pem", 2, 0),
    ]
    assert whole.without(lambda path: False) == whole
    left = whole.without(lambda path: path.startswith(b"/usr/share/doc"))
    assert (left.wasted, left.layer_sizes) == (100, whole.layer_sizes)
    assert left.score == pytest.approx(whole.score + 300 / whole.discovered)
    nothing = whole.without(lambda path: True)
    assert (nothing.score, nothing.wasted, nothing.paths) == (1.0, 0, ())


def test_globs_of_single_paths() -> None:
    globs = PathGlobs([b"usr/share/doc", b"**/*.pyc", b"var/**"])
    assert [
        path
        for path in (b"usr/share/doc/a/b", b"usr/share", b"x.pyc", b"a/x.pyc/y", b"var", b"var/a", b"")
        if globs.cover(path)
    ] == [
        b"usr/share/doc/a/b",
        b"x.pyc",
        b"a/x.pyc/y",
        b"var/a",
    ]
    assert globs.match(b"a/b.pyc")
    assert not globs.match(b"usr/share/doc/a")
    assert not PathGlobs([]).cover(b"a")
    assert matches_text("a*c", "a\nbc")
    assert not matches_text("a?c", "abbc")
