"""Nothing that is extracted lands, and nothing is changed or deleted, outside of the folder that was chosen."""

import os
import stat
import subprocess
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, directory, fifo, file, hard_link, opaque, symlink, whiteout, write_tar
from ocitui.image.extract.items import ExtractionItem
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport
from ocitui.layers.entry import EntryKind
from tests.commands.conftest import Run
from tests.examples import examples
from tests.hostile.extract.breakouts import CASES, NAMES, THROUGH, UP, aimed
from tests.hostile.extract.canary import State, Yard, state_of
from tests.hostile.extract.stacked import ALL, opened
from tests.hostile.extract.swapping import Count, Watched, watched
from tests.image.stacks import found_on_disk
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_root, require_tool
from tests.tui.explorer import explore, open_layer

EVERY = [replace(ALL, overwrite=overwrite) for overwrite in (False, True)] + [ExtractionOptions()]

OURS = f".ocitui-{os.getpid()}-"
"""How what is being written is called as long as it has no name of its own."""


@pytest.mark.parametrize("case", CASES)
def test_nothing_outside_is_touched(case: str, yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, by path and by layer, one over the other, so that what was written before is in the way."""
    monkeypatch.chdir(yard.canary)  # where /proc/self/cwd leads
    with opened(tmp_path / "work", aimed(CASES[case], yard.canary)) as image:
        for options in (ALL, ExtractionOptions()):
            for way in image.ways():
                image.extract(way, yard.target, options)
            yard.assert_untouched()
            yard.empty()


@pytest.mark.parametrize("way", THROUGH)
def test_nothing_goes_through_a_link(way: str, yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into an empty folder, and into one that has links which lead out already, as the user may have them there."""
    monkeypatch.chdir(yard.canary)
    for number, layers in enumerate(THROUGH[way]):
        with opened(tmp_path / str(number), aimed(layers, yard.canary)) as image:
            for is_filled in (False, True):
                if is_filled:
                    yard.fill()
                mine = state_of(yard.target)
                options = ALL if number % 2 else ExtractionOptions()
                for items in image.wholes():
                    image.extract(items, yard.target, options)
                yard.assert_untouched()
                assert_kept(mine, yard.target, options)
                left = [name for _, _, names, _ in os.fwalk(yard.target) for name in names if name.startswith(OURS)]
                assert not left
                yard.empty()


def assert_kept(before: State, target: Path, options: ExtractionOptions) -> None:
    """What was in the target is as it was; where it may be overwritten, what no image has a name for."""
    now = state_of(target)
    for name in before:
        if name == "mine" or (name != "." and not options.overwrite):
            assert now.get(name) == before[name], name


def failures(report: ExtractionReport) -> dict[bytes, str]:
    assert report.failure_count == len(report.failures)
    return {each.path: each.reason for each in report.failures}


@pytest.mark.peer
@pytest.mark.parametrize("case", CASES)
def test_it_lands_where_umoci_puts_it(case: str, tmp_path: Path) -> None:
    """Inside: links are followed below the root of the image. What umoci refuses is written as `REFUSED` says."""
    require_root()
    umoci = require_tool("umoci")
    layers = aimed(CASES[case], Path("/ocitui-canary"))
    layout = write_layout(tmp_path / "image", [LayerSpec(write_tar(layer), "none") for layer in layers]).path
    command = [umoci, "unpack", "--image", f"{layout}:latest", str(tmp_path / "bundle")]
    theirs = subprocess.run(command, capture_output=True, check=False)
    with opened(tmp_path / "work", layers) as image:
        report = image.extract(image.whole(), tmp_path / "ours", ALL)
    assert (theirs.returncode != 0) == (case in REFUSED), theirs.stderr.decode()
    if case in REFUSED:
        assert (set(os.listdir(tmp_path / "ours")), failures(report)) == REFUSED[case]
    else:
        assert failures(report) == {}
        assert found_on_disk(tmp_path / "ours") == found_on_disk(tmp_path / "bundle/rootfs")


_LONG = "File name too long"

REFUSED: dict[str, tuple[set[str], dict[bytes, str]]] = {
    "names of dots": ({"a"}, {}),
    "a root that is no folder": ({"secret"}, {}),
    "long names": ({"n" * 255, "m" * 200, "s"}, {}),
    "names that are too long": (
        {"z"},
        dict.fromkeys([b"n" * 256, b"n" * 5000, b"o" * 300, b"o" * 300 + b"/x"], _LONG),
    ),
    "hard links out": (
        set(),
        {
            b"h": "is a hard link to ../../canary/secret, which is missing",
            b"i": "is a hard link to /ocitui-canary/secret, which is missing",
            b"j": f"is a hard link to {UP}/ocitui-canary/secret, which is missing",
        },
    ),
    "hard links out through a link": (
        {"link", "h"},
        {
            b"i": "is a hard link to link/folder/inner, which is missing",
            b"j": "is a hard link to i, which is missing",
        },
    ),
    "hard links to folders": (
        {"d"},
        {
            b"h": "is a hard link to d, which is missing",
            b"i": "is a hard link to .., which is missing",
            b"j": "is a hard link to /ocitui-canary, which is missing",
        },
    ),
    "hard links in a circle": (
        set(),
        {name.encode(): f"is a hard link to {other}, which is missing" for name, other in ("hi", "ih", "jj")},
    ),
    "metadata of a link": ({"s"}, {}),
    "links to nothing": ({"z", "long"}, {b"e": "No such file or directory"}),
    "links that are too long": ({"z"}, {b"long": _LONG}),
    "files in pipes": ({"p", "n"}, {}),
    "unknown types": ({"z"}, dict.fromkeys([b"socket", b"p"], "is of an unknown type")),
    "everything through a link to itself": ({"link", "canary"}, {}),
    "everything through links in a circle": ({"link", "b", "canary"}, {}),
    "everything through no folder but a pipe": ({"link", "canary"}, {}),
    "everything through no folder but a device": ({"link", "canary"}, {}),
}
"""What umoci does not unpack at all: what is at the top of what is written, and what is not written, and why."""


def test_what_is_written_is_what_the_user_allows(yard: Yard, tmp_path: Path) -> None:
    """No set-user-ID, no devices, nothing for others that the umask takes, unless it is asked for."""
    layer = [file("su", "#!", 0o6777), directory("d", 0o7777), fifo("p"), file("d/all", "x", 0o666)]
    before = os.umask(0o027)
    try:
        with opened(tmp_path / "work", [layer]) as image:
            image.extract(image.whole(), yard.target, ExtractionOptions())
            plain = {path.name: stat.S_IMODE(path.lstat().st_mode) for path in yard.target.rglob("*")}
            yard.empty()
            image.extract(image.whole(), yard.target, ExtractionOptions(owners=True, devices=True))
            kept = {path.name: stat.S_IMODE(path.lstat().st_mode) for path in yard.target.rglob("*")}
    finally:
        os.umask(before)
    assert plain == {"su": 0o750, "d": 0o1750, "all": 0o640}
    assert kept == {"su": 0o6777, "d": 0o7777, "all": 0o666, "p": 0o600}


# A folder that somebody changes meanwhile.

_MOVING = [
    *(directory("d", 0o777), directory("d/e", 0o777), file("d/e/f", "changed", 0o777).owned(7).at(5)),
    *(file("d/secret", "changed", 0o777), hard_link("d/hard", "d/secret"), symlink("d/link", "x")),
    *(fifo("pipe", 0o777).owned(7).at(5), fifo("d/pipe", 0o777), file("file", "changed", 0o777)),
]


def swap(target: Path, name: str, make: Callable[[Path], object]) -> None:
    """Put a link in the place of what is there, if that can be done."""
    place = target / name
    with suppress(OSError):
        if place.is_symlink() and os.readlink(place) != "x":
            return
        with suppress(FileNotFoundError):
            place.rename(target / f"{place.name}.moved")
        make(place)


_LEAVES = ("d/e/f", "d/secret", "d/hard", "d/link", "pipe", "d/pipe", "file")
_SWAPS: list[tuple[str, tuple[str, ...]]] = [
    ("a link to a folder", ("d",)),
    ("a link to a folder", ("d/e",)),
    ("a link to a folder", _LEAVES),
    ("a link to a file", _LEAVES),
    ("a file with another name", _LEAVES),
]


@pytest.mark.parametrize(("how", "names"), _SWAPS)
def test_somebody_changes_the_target_between_any_two_steps(
    how: str, names: tuple[str, ...], yard: Yard, tmp_path: Path
) -> None:
    def make(place: Path) -> None:
        if how == "a file with another name":
            os.link(yard.canary / "secret", place)
        else:
            place.symlink_to(yard.canary if how == "a link to a folder" else yard.canary / "secret")

    def swap_all() -> None:
        for name in names:
            swap(yard.target, name, make)

    with opened(tmp_path / "work", [_MOVING]) as image:
        first, last = 0, 1
        while first < last:
            count = Count(first, swap_all)
            with watched(Watched(count)):
                image.extract(image.whole(), yard.target, ALL)
            last = max(last, count.steps)
            yard.empty()  # the other name of a canary with it
            yard.assert_untouched()
            first += 1
    assert last > 50


@pytest.mark.parametrize("case", ["names in the other case", "names that are looked up alike"])
def test_a_file_system_that_takes_names_for_the_same(case: str, yard: Yard, tmp_path: Path) -> None:
    """As those of macOS and Windows do, and some folders of Linux; they say that a link is in the way."""

    def fold(name: Any) -> Any:
        if isinstance(name, bytes) and not name.startswith(b"/"):
            return unicodedata.normalize("NFD", name.decode().casefold()).encode()
        return name

    with opened(tmp_path / "work", aimed(CASES[case], yard.canary)) as image, watched(Watched(spell=fold)):
        report = image.extract(image.whole(), yard.target, ALL)
    yard.assert_untouched()
    assert [*failures(report).values()] == [
        "already exists and is not a folder",
        "a symbolic link is on the way to it",
    ]
    assert len(os.listdir(yard.target)) == 1


# Any layers.

_NAMES = st.sampled_from(["a", "b", "link", "up", "abs", "secret", "canary", "folder", "..", ".", "", "target"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)
_TARGETS = st.one_of(
    _PATHS,
    st.sampled_from(
        ["..", "../..", "../canary", "../canary/secret", "@", "@/secret", "@/folder", ".", "/", "link", "a"]
    ),
)
_ENTRIES = st.one_of(
    st.builds(file, _PATHS, st.sampled_from(["", "changed"]), st.sampled_from([0o777, 0o4600])),
    st.builds(directory, _PATHS, st.sampled_from([0o700, 0o777])),
    st.builds(symlink, _PATHS, _TARGETS),
    st.builds(symlink, _PATHS, _TARGETS),
    st.builds(hard_link, _PATHS, _TARGETS),
    st.builds(fifo, _PATHS),
    st.builds(whiteout, _PATHS),
    st.builds(opaque, _PATHS),
)
_LAYERS = st.lists(st.lists(_ENTRIES, min_size=1, max_size=8), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def shared_yard(tmp_path_factory: pytest.TempPathFactory) -> Yard:
    return Yard.make(tmp_path_factory.mktemp("yard"))


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(layers=_LAYERS, options=st.sampled_from(EVERY), is_filled=st.booleans())
def test_any_layers_touch_nothing_outside(
    layers: list[list[Entry]],
    options: ExtractionOptions,
    is_filled: bool,
    shared_yard: Yard,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whole, by path and by layer, one over the other, into a folder that may have links out of it already."""
    yard = shared_yard
    yard.empty()
    if is_filled:
        yard.fill()
    mine = state_of(yard.target)
    with opened(tmp_path_factory.mktemp("layers"), aimed(layers, yard.canary)) as image:
        for way in image.ways():
            image.extract(way, yard.target, options)
    yard.assert_untouched()
    assert_kept(mine, yard.target, options)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(_ENTRIES, _PATHS), min_size=1, max_size=14), options=st.sampled_from(EVERY))
def test_any_paths_in_any_order_touch_nothing_outside(
    steps: list[tuple[Entry, str]],
    options: ExtractionOptions,
    shared_yard: Yard,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Also such that no layer's index gives: what is written does not rely on what was read."""
    yard = shared_yard
    yard.empty()
    yard.fill()
    with opened(tmp_path_factory.mktemp("layers"), [[entry for entry, _ in steps]]) as image:
        (layer,) = image.stack.layers
        assert layer is not None
        found = [entry for _, entry in layer.index.walk() if entry.kind is not EntryKind.HARDLINK]
        items = [ExtractionItem(os.fsencode(path), 1, entry) for entry, (_, path) in zip(found, steps, strict=False)]
        image.extract(iter(items), yard.target, options)
    yard.assert_untouched()


# The command, and the screen.


def test_the_command_touches_nothing_outside(yard: Yard, tmp_path: Path, run: Run) -> None:
    ways = ["a chain through folders", "a hard link to a link", "an absolute link"]
    layers = [layer for way in ways for layer in CASES[f"everything through {way}"]] + NAMES["names that climb"]
    layout = write_layout(tmp_path / "image", [write_tar(layer) for layer in aimed(layers, yard.canary)]).path
    yard.fill()
    outputs = [yard.target, yard.target / "new", yard.target / "mine/../x"]
    everything = ["--owners", "--devices", "--xattrs"]
    for options in ([], ["--overwrite"], ["--overwrite", *everything], everything):
        for place in outputs:
            for paths in (["/"], ["link", "../canary", f"{UP}/link/secret"], ["link/..", "link/folder", "link/secret"]):
                done = run("extract", layout, *paths, "-o", place, *options)
                assert done.code in (0, 1, 2)
                assert "defect of ocitui" not in done.err
            yard.assert_untouched()
        for number in range(1, len(layers) + 1):
            done = run("extract", layout, "/", "-o", yard.target, "--layer", number, *options)
            assert "defect of ocitui" not in done.err
        yard.assert_untouched()


async def test_the_screen_touches_nothing_outside(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [[symlink("d", "@"), symlink("f", "@/secret")], [file("d/secret", "x"), file("f"), file("~/planted", "x")]]
    layout = write_layout(tmp_path / "image", [write_tar(layer) for layer in aimed(layers, yard.canary)]).path
    yard.fill()
    monkeypatch.chdir(yard.target)
    monkeypatch.setenv("HOME", str(yard.canary))
    async with explore(layout) as screen:
        await open_layer(screen, 2)
        for mode in ("", "m"):
            await screen.press("4", *mode, "g")
            for _ in range(3):
                await screen.press("x", "enter", "o", "escape", "j")
            yard.assert_untouched()
    assert sorted(os.listdir(yard.target / "~")) == ["planted"]
    assert (yard.target / "f").read_bytes() == b""
