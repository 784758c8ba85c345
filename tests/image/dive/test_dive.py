"""Efficiency and waste beside dive's own, on images of many builders and on any images at all.

What ``measure_efficiency`` gives is to be dive's answer to the last byte. What `find_waste`
gives differs where the README says so, and each difference has its reason here.
"""

import hashlib
import io
import itertools
import json
import math
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.commands.opened.image import open_image
from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout, write_tar
from ocitui.image.dive import files
from ocitui.image.dive.efficiency import Efficiency, measure_efficiency
from ocitui.image.dive.files import list_dive_files
from ocitui.image.squash.sizes import TreeSizes
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import Waste, find_waste
from tests.examples import examples
from tests.image.stacks import close, index_of, stack_of
from tests.images import with_skopeo
from tests.images.layout_writer import write_layout
from tests.images.with_dive import DiveSays, ask_dive, require_dive

pytestmark = pytest.mark.peer

FOLDER = "dive counts what was in a deleted folder in its score, at the folder's path, and not as wasted"
OPAQUE = "dive knows no opaque whiteouts"
REPLACED = "dive does not see that what replaces a folder hides what was in it"
LOST = "dive stops counting a layer at a whiteout of nothing"
BY_LINK = "dive follows no link"
ITSELF = "dive sees only the last entry of a path in a layer"
LEFT_OUT = "dive leaves out what unpacking leaves out, though it ships"


@dataclass
class Case:
    """An image, and where dive's inefficient files are not our waste plus the copy that is still there."""

    layers: Sequence[Sequence[Entry]] = ()
    fixture: str = ""
    """The test fixture that is a layout, and its tag."""
    tag: str = "latest"
    differs: dict[str, set[str]] = field(default_factory=dict)
    """By reason the paths; in bytes only, what both count alike is not among them."""


def filled(name: str, size: int, mode: int = 0o644) -> Entry:
    return file(name, b"x" * size, mode)


TREE = [directory("d"), filled("d/a", 100), filled("d/b", 20), directory("d/s"), filled("d/s/c", 3)]
DEMO = {
    LOST: {"/usr/bin/python3.11", "/srv/paperboat/data/books.db", "/srv/paperboat/manage.py"},
    OPAQUE: {f"/srv/paperboat/static/{name}" for name in ("app.js", "app.css", "logo.svg")},
    FOLDER: {f"/srv/paperboat/tests/{name}" for name in ("test_app.py", "conftest.py")},
    REPLACED: {"/srv/paperboat/build/stamp.txt"},
}
IN_TREE = {"/d/a", "/d/b", "/d/s/c"}
CASES: dict[str, Case] = {
    "the demo": Case(fixture="skopeo_gzip_layout", differs=DEMO),
    "the demo, not compressed": Case(fixture="skopeo_plain_layout", differs=DEMO),
    "the demo's older image": Case(fixture="demo_layout", tag="1.3.2"),
    "umoci": Case(
        fixture="umoci_layout",
        tag="umoci",
        differs={OPAQUE: {"/srv/site/index.html", "/srv/site/css/site.css"}, FOLDER: {"/var/cache/old/blob"}},
    ),
    "buildah": Case(fixture="buildah_layout", tag="oci", differs={FOLDER: {"/data/tree/deep/t"}}),
    "buildah, of Docker's format": Case(
        fixture="buildah_docker_layout", tag="docker", differs={FOLDER: {"/data/tree/deep/t"}}
    ),
    "a deleted file": Case([[filled("a", 100), filled("b", 5)], [whiteout("a")]]),
    "a file that comes again": Case([[filled("a", 100)], [filled("a", 100, 0o600)], [whiteout("a")], [filled("a", 7)]]),
    "a deleted folder": Case([TREE, [whiteout("d")]], differs={FOLDER: IN_TREE}),
    "a deleted folder that nothing named": Case([[filled("d/a", 100)], [whiteout("d")]], differs={FOLDER: {"/d/a"}}),
    "a folder that a file replaces": Case([TREE, [filled("d", 9)], [whiteout("d")]], differs={REPLACED: IN_TREE}),
    "a folder that a link replaces": Case([TREE, [symlink("d", "x")]], differs={REPLACED: IN_TREE}),
    "an opaque whiteout": Case(
        [TREE, [directory("d"), opaque("d"), filled("d/b", 8)]], differs={OPAQUE: {"/d/a", "/d/s/c"}}
    ),
    "a whiteout in the first layer": Case([[filled("a", 10), whiteout("a"), whiteout("b"), filled("c", 4)]]),
    "a whiteout of nothing": Case(
        [[filled("a", 10), filled("z", 9)], [filled("a", 3), whiteout("m"), filled("z", 9)]],
        differs={LOST: {"/a", "/z"}},
    ),
    "a whiteout before what it does not hide": Case([[filled(".c", 9)], [whiteout(".c"), filled(".c", 5)], TREE, []]),
    "hard links": Case([[filled("a", 50), hard_link("b", "a")], [whiteout("a")], [filled("b", 50)]]),
    "empty layers": Case([[], [filled("a", 1)], [], [filled("a", 1)], []]),
    "many layers": Case([[directory("d"), filled(f"d/{n % 7}", n), filled(f"e/{n}", 3)] for n in range(60)]),
    "the same layer twice": Case([[filled("a", 6)], [filled("b", 2)], [filled("a", 6)]]),
    "a link on the way": Case(
        [[directory("u"), filled("u/a", 30), symlink("l", "u")], [filled("l/a", 9)]], differs={BY_LINK: {"/u/a"}}
    ),
    "a path twice in a layer": Case([[filled("a", 30), filled("a", 3)], [filled("a", 1)]], differs={ITSELF: {"/a"}}),
    "names that are no text": Case([[file(b"\xff\xfe", b"xx"), filled("ü", 9)], [filled("ü", 8)]]),
    "AUFS": Case(
        [[filled("a", 2)], [file(".wh..wh.aufs"), file(".wh..wh..plnk/1", b"x"), whiteout("a")]],
        differs={LEFT_OUT: {"/.wh..wh..plnk/1"}, LOST: {"/a"}},
    ),
}


def wasted_by_path(waste: Waste) -> dict[str, int]:
    return {"/" + each.path.decode("utf-8", "replace"): each.size for each in waste.paths}


def said(efficiency: Efficiency) -> set[tuple[str, int, int]]:
    """The inefficient files, with what is no text as Go writes it into JSON."""
    return {(each.path.decode("utf-8", "replace"), each.count, each.size) for each in efficiency.paths}


@pytest.mark.parametrize("name", CASES)
def test_dive_says_the_same(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    require_dive()
    case = CASES[name]
    if case.fixture:
        layout, tag = request.getfixturevalue(case.fixture), case.tag
    else:
        layout, tag = write_layout(tmp_path / "layout", [write_tar(layer) for layer in case.layers]).path, "latest"
    archive = tmp_path / "image.docker.tar"
    with_skopeo.recompress(f"oci:{layout}:{tag}", tmp_path / "gzip", "gzip")
    with_skopeo.copy(f"oci:{tmp_path / 'gzip'}:latest", f"docker-archive:{archive}:example/image:latest")
    theirs = ask_dive(archive)

    with open_image(f"{layout}:{tag}", None) as opened:
        names = StackNames(opened.stack)
        ours = measure_efficiency(names.as_in_tar)
        waste = find_waste(names)
        kept = {"/" + each.path.decode("utf-8", "replace"): each.size for each in TreeSizes(names).files()}
    hold_to(ours, theirs)

    wasted = wasted_by_path(waste)
    listed = {path: size for path, _, size in said(ours)}
    differs = {
        path
        for path in listed.keys() | wasted.keys()
        if listed.get(path, 0) != wasted.get(path, 0) + (kept.get(path, 0) if path in listed else 0)
    }
    assert differs == set().union(*case.differs.values())


def hold_to(ours: Efficiency, theirs: DiveSays) -> None:
    assert ours.layer_sizes == theirs.layer_sizes
    assert (ours.score, ours.wasted, ours.size) == (
        theirs.image["efficiencyScore"],
        theirs.image["inefficientBytes"],
        theirs.image["sizeBytes"],
    )
    assert said(ours) == set(theirs.files)
    assert [each.size for each in ours.paths] == [size for _, _, size in theirs.files]
    assert theirs.report["efficiency"] == f"{ours.score * 100:.4f} %"
    assert theirs.report["wastedBytes"].startswith(f"{ours.wasted} bytes")
    ratio = ours.user_wasted
    shown = f"{ratio * 100:.4f}" if math.isfinite(ratio) else "NaN" if math.isnan(ratio) else "+Inf"
    assert theirs.report["userWastedPercent"] == f"{shown} %"
    assert theirs.passes == (not ours.score < 0.9 and not ratio > 0.1)


def write_archive(path: Path, tars: Sequence[bytes]) -> Path:
    """A docker archive of layers that need not be sound."""
    diff_ids = [f"sha256:{hashlib.sha256(tar).hexdigest()}" for tar in tars]
    config = {"history": [{"created_by": "x"} for _ in tars], "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    names = [f"{number}.tar" for number in range(len(tars))]
    manifest = [{"Config": "config.json", "RepoTags": ["a:b"], "Layers": names}]
    members = [file("config.json", json.dumps(config)), file("manifest.json", json.dumps(manifest))]
    path.write_bytes(write_tar([*members, *(file(name, tar) for name, tar in zip(names, tars, strict=True))]))
    return path


NAMES = ["a", "b", ".c", "-d"]
PATHS = [*NAMES, *("/".join(path) for path in itertools.product(NAMES[:3], repeat=2)), "a/b/a", "a/b/.c", "a/.c/-d"]


@st.composite
def any_layers(draw: st.DrawFn) -> list[list[Entry]]:
    lengths = itertools.count(1)
    make = {
        "file": lambda path: filled(path, next(lengths)),
        "empty": file,
        "directory": directory,
        "whiteout": whiteout,
        "opaque": opaque,
        "link": lambda path: hard_link(path, "a"),
        "symlink": lambda path: symlink(path, "/a"),
        "aufs": lambda path: file(f"{path}/.wh..wh.aufs"),
    }
    entry = st.tuples(st.sampled_from(PATHS), st.sampled_from(["file", "file", "whiteout", *make]))
    layers = draw(st.lists(st.lists(entry, max_size=8), min_size=1, max_size=4))
    return [[make[what](path) for path, what in layer] for layer in layers]


@given(any_layers())
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dive_says_the_same_of_any_image(tmp_path: Path, layers: list[list[Entry]]) -> None:
    require_dive()
    stack = stack_of(tmp_path, *layers)
    try:
        ours = measure_efficiency(StackNames(stack).as_in_tar)
    finally:
        close(stack)
    hold_to(ours, ask_dive(write_archive(tmp_path / "image.tar", [write_tar(layer) for layer in layers])))


def test_a_hard_link_that_claims_a_size_counts_for_dive_only(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        held = tarfile.TarInfo("a")
        held.size = 5
        tar.addfile(held, io.BytesIO(b"hello"))
        link = tarfile.TarInfo("b")
        link.type, link.linkname, link.size = tarfile.LNKTYPE, "a", 5
        tar.addfile(link)
    with index_of(buffer.getvalue(), tmp_path) as index:
        from ocitui.image.squash.layer_names import LayerNames

        ours = measure_efficiency([LayerNames(1, index)])
    theirs = ask_dive(write_archive(tmp_path / "image.tar", [buffer.getvalue()]))
    assert (ours.size, theirs.image["sizeBytes"]) == (5, 10)


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_files_are_listed_some_at_a_time(at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whiteouts stand where their prefix puts them, and what was replaced where it was."""
    layer = [
        *(file("d/b", "1"), file("d/a", "1"), file("d/c/x", "1"), file("d/a", "22"), whiteout("d/b"), whiteout("z")),
        *(opaque("d"), whiteout("d/0"), directory("d/c"), symlink("d/l", "a"), hard_link("d/h", "d/a"), file("e")),
    ]
    with index_of(write_tar(layer), tmp_path, "layer") as index:
        whole = list(list_dive_files(index))
        monkeypatch.setattr(files, "PIECE", at_once)
        assert list(list_dive_files(index)) == whole
    assert [each.path for each in whole if b".wh." in each.path] == [b".wh.z", b"d/.wh.0", b"d/.wh.b"]
    assert len(whole) == 11
