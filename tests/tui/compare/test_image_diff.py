"""The comparison of two images on the screen: how the other is chosen, and what is shown."""

import os
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from ocitui.demo.tar import directory, file, symlink, whiteout, write_tar
from ocitui.errors import CancelledError
from ocitui.layers.cache import LayerCache
from ocitui.transports.opening import open_reference
from ocitui.tui.compare.diff_lines import DiffLines
from ocitui.tui.compare.diff_tree import DiffTree
from ocitui.tui.compare.files_screen import CompareScreen
from ocitui.tui.compare.images_screen import ImageDiffScreen
from ocitui.tui.explore.screen import ExploreScreen
from ocitui.tui.page.help import HelpScreen
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.start import opening
from ocitui.tui.start.other_form import OtherForm
from ocitui.tui.start.other_image import OtherImageScreen
from ocitui.tui.view.screen import ViewScreen
from tests.images.indexes import read_layers
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.nested_archives import make_zip
from tests.tui.explorer import Explorer, explore

FOLDER = Path(__file__).parents[1] / "snapshots"
HOSTILE = "a[red]\x1b[31m"
BASE = [directory("etc"), file("etc/a", "one\ntwo\n"), file("etc/b", "b"), symlink("link", "etc"), file("same", "1")]
OLD = [file("etc/gone", "12345")]
NEW = [
    file("etc/a", "one\n2\n", 0o600),
    file(f"etc/{HOSTILE}", "h"),
    directory("srv/www/site"),
    file("srv/www/site/index.html", "<p>\n" * 400),
    file("same", "1").at(8),
    whiteout("etc/b"),
]


def write(place: Path, *layers: Any, missing: int = 0, **config: Any) -> WrittenLayout:
    """An image that is not compressed, so that no digest and no size depends on a compressor."""
    specs = [
        LayerSpec(write_tar(layer), compression="none", stored=number != missing)
        for number, layer in enumerate(layers, 1)
    ]
    return write_layout(place, specs, config={"config": {"Cmd": ["/bin/sh"], **config}})


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two images, by relative names."""
    monkeypatch.chdir(tmp_path)
    write(Path("before"), BASE, OLD, Env=["A=1"])
    write(Path("after"), BASE, NEW, Env=["A=2", "B=\x1b[31m[red]"])


async def settle(screen: Explorer) -> None:
    """Wait until nothing is opened, indexed or compared any more."""
    await screen.settle()
    while any(
        each.is_opening if isinstance(each, OtherImageScreen) else isinstance(each, ImageDiffScreen) and each.is_busy
        for each in screen.app.screen_stack
    ):
        await screen.settle()


async def press(screen: Explorer, *keys: str) -> None:
    for key in keys:
        await screen.press(key)
        await settle(screen)


@asynccontextmanager
async def comparing(
    before: str | Path = "before", after: str | Path = "after", size: tuple[int, int] = (160, 48)
) -> AsyncIterator[Explorer]:
    read_layers(open_reference(str(after))[0], LayerCache())
    async with explore(before, size, is_read=True) as screen:
        await screen.pilot.press("D", *str(after))
        await press(screen, "enter")
        yield screen


def tree(screen: Explorer) -> DiffTree:
    assert isinstance(screen.app.screen, ImageDiffScreen)
    return screen.app.screen.query_one(DiffTree)


def rows(screen: Explorer) -> list[str]:
    return [" ".join(tree(screen).row_text(row).split()) for row in range(tree(screen).row_count)]


def shown_status(screen: Explorer) -> str:
    return screen.app.screen.query_one("#status", Bar).text


async def go_to(screen: Explorer, text: str) -> None:
    lines = tree(screen)
    lines.move_cursor(next(row for row in range(lines.row_count) if text in lines.row_text(row)))
    await settle(screen)


async def test_every_section_says_what_differs() -> None:
    async with comparing() as screen:
        found = rows(screen)
        assert found[0] == "▾ Layers 1 shared, 1 only in A, 1 only in B"
        assert [row.split()[:3] for row in found[1:4]] == [
            ["shared", "5.1", "kB"],
            ["-", "only", "in"],
            ["+", "only", "in"],
        ]
        assert found[4:] == [
            "▾ Config 2 fields differ",
            "~ env A 1 → 2",
            "+ env B \\x1b[31m[red]",
            "▸ History 2 the same",
            "▾ Files 5 added (1.6 kB), 2 removed (6 B), 2 modified (-2 B)",
            "+1 -2 ~1 ▾ etc/",
            "~ content, mode 8 B → 6 B a",
            "+ 1 B a[red]\\x1b[31m",
            "- 1 B b",
            "- 5 B gone",
            "~ time 1 B same",
            "+ directory ▸ srv/",
        ]


@pytest.mark.slow
async def test_of_artifacts_the_blobs_are_compared(tmp_path: Path) -> None:
    config_type = {"mediaType": "application/vnd.unknown.config.v1+json"}
    for name, text in (("one", "1"), ("two", "2")):
        tars = [write_tar([file("same", "x")]), write_tar([file("a", text), file(f"only-{name}")])]
        write_layout(Path(name), tars, config=b"{}", config_descriptor=config_type)
    async with comparing("one", "two") as screen:
        assert rows(screen)[0].startswith("▾ Blobs 1 shared")
        await go_to(screen, "only-two")
        assert "only in B, blob 2" in screen.bar("status")


async def test_enter_shows_how_a_file_differs_or_what_it_holds() -> None:
    async with comparing() as screen:
        await go_to(screen, "content, mode")
        assert screen.bar("status").startswith(" /etc/a  content, size 8 B → 6 B, mode -rw-r--r-- → -rw-------")
        await press(screen, "enter")
        compare = screen.app.screen
        assert isinstance(compare, CompareScreen)
        lines = compare.query_one(DiffLines)
        texts = [lines.row_text(row) for row in range(lines.row_count)]
        beside = next(text for text in texts if "- two" in text)
        assert beside.split() == ["2", "-", "two", "│", "2", "+", "2"]
        await press(screen, "escape")
        await go_to(screen, HOSTILE[:6])
        await press(screen, "enter")
        assert isinstance(screen.app.screen, ViewScreen)
        await press(screen, "escape")
        await go_to(screen, "gone")
        assert screen.bar("status") == " /etc/gone  only in A, layer 2"
        await press(screen, "enter")
        assert isinstance(screen.app.screen, ViewScreen)
        await press(screen, "escape", "question_mark")
        assert isinstance(screen.app.screen, HelpScreen)
        await press(screen, "escape", "escape")
        assert isinstance(screen.app.screen, ExploreScreen)


@pytest.mark.slow
async def test_enter_shows_all_of_a_field_or_of_an_entry() -> None:
    async with comparing() as screen:
        await go_to(screen, "A  1 → 2")
        await press(screen, "enter")
        lines = screen.app.screen.query_one(TextLines)
        assert [lines.row_text(row) for row in range(lines.row_count)] == ["- A 1", "+ A 2"]
        await press(screen, "escape", "e", "g", "]", "]", "j", "j", "enter")
        lines = screen.app.screen.query_one(TextLines)
        assert "COPY layer-1 /" in lines.row_text(0)


@pytest.mark.slow
async def test_times_may_be_hidden_and_rows_folded() -> None:
    async with comparing() as screen:
        await press(screen, "u")
        found = rows(screen)
        assert not any("time 1 B same" in row for row in found)
        assert any("1 in time only hidden" in row for row in found)
        await press(screen, "u", "E")
        assert [row.split()[1] for row in rows(screen)] == ["Layers", "Config", "History", "Files"]
        await press(screen, "]", "]", "space")
        assert len(rows(screen)) > 4
        await press(screen, "e")
        assert any("index.html" in row for row in rows(screen))
        await press(screen, "G", "[", "[", "h")
        assert tree(screen).node is not None
        assert rows(screen)[tree(screen).cursor].startswith("▸ History")
        await press(screen, "l", "l")
        assert "the same" in rows(screen)[tree(screen).cursor]
        await press(screen, "l", "l")
        assert "COPY layer-1" in rows(screen)[tree(screen).cursor]
        await press(screen, "h", "h", "h", "h")
        assert rows(screen)[tree(screen).cursor].startswith("▸ History")


@pytest.mark.slow
async def test_the_platforms_of_a_place_are_offered(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await press(screen, "D")
        form = screen.app.screen.query_one(OtherForm)
        assert ["arm64" in screen.text(form), "1.3.2" in screen.text(form), "amd64" in screen.text(form)] == [True] * 3
        await press(screen, "enter")
        assert "~ platform linux/amd64 → linux/arm64/v8" in rows(screen)
        assert any("bash" in row for row in rows(screen))
        layers = screen.app.explore.shown.image.layers if screen.app.explore.shown.image else ()
        assert all(screen.app.explore.shown.scans.known(layer) for layer in layers)


@pytest.mark.slow
async def test_what_cannot_be_opened_is_said_and_can_be_corrected() -> None:
    async with explore("before", (80, 24)) as screen:
        await press(screen, "D", *"non", "enter")
        assert isinstance(screen.app.screen, OtherImageScreen)
        assert "✗ non:" in screen.app.screen.query_one("#status", Bar).text
        await press(screen, "ctrl+u", "a", "tab", "enter")
        assert isinstance(screen.app.screen, ImageDiffScreen)
        await press(screen, "escape")
        await press(screen, "D", "escape")
        assert isinstance(screen.app.screen, ExploreScreen)


@pytest.mark.slow
async def test_a_defect_in_opening_is_said_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr(opening, "open_reference", fail)
    async with comparing() as screen:
        assert isinstance(screen.app.screen, OtherImageScreen)
        assert "RuntimeError: surprise" in screen.bar("status")
        assert not screen.app.screen.is_opening


@pytest.mark.slow
async def test_a_layer_that_is_missing_is_said() -> None:
    write(Path("broken"), BASE, NEW, [file("more")], missing=2)
    async with comparing(after="broken") as screen:
        found = rows(screen)
        assert any(row.startswith("✗ layer 2 (") and row.endswith("blob missing") for row in found)
        assert any("more" in row for row in found)
        assert any("as far as is known" in row for row in found)


@pytest.mark.slow
async def test_an_image_whose_layers_are_all_missing_has_no_paths_to_compare() -> None:
    write(Path("gone"), NEW, missing=1)
    async with comparing(after="gone") as screen:
        found = rows(screen)
        assert any("Files" in row and "unknown" in row for row in found)
        assert not any("removed" in row for row in found)


@pytest.mark.slow
async def test_the_root_itself_may_differ() -> None:
    write(Path("one"), [directory("./"), file("f", "1")])
    write(Path("two"), [directory("./", 0o700), file("f", "22")])
    async with comparing("one", "two") as screen:
        assert rows(screen)[-2:] == ["~ mode /", "~ content 1 B → 2 B f"]
        await go_to(screen, "mode")
        assert screen.bar("status").startswith(" /  mode drwxr-xr-x → drwx------")


@pytest.mark.slow
async def test_the_same_image_is_the_same() -> None:
    async with comparing(after="before") as screen:
        assert rows(screen) == [
            "▸ Layers 2 shared",
            "Config the same",
            "▸ History 2 the same",
            "Files the same: all layers are",
        ]
        await press(screen, "g", "l")
        assert rows(screen)[1] == "shared ▸ 2 layers"


@pytest.mark.slow
async def test_it_closes_while_it_compares(monkeypatch: pytest.MonkeyPatch) -> None:
    is_reading = Event()
    stopped: list[bool] = []

    def wait(*_: Any, is_cancelled: Callable[[], bool], **__: Any) -> None:
        is_reading.set()
        while not is_cancelled():
            is_reading.wait(0.01)
        stopped.append(True)
        raise CancelledError("stopped")

    monkeypatch.setattr("ocitui.tui.compare.images.compare_paths", wait)
    async with explore("before") as screen:
        await screen.press("D", *"after")
        await screen.pilot.press("enter")
        while not is_reading.is_set():
            await screen.pilot.pause()
        assert any("comparing…" in row for row in rows(screen))
        await screen.pilot.press("escape")
        await screen.settle()
        assert isinstance(screen.app.screen, ExploreScreen)
        assert stopped == [True]


CASES = {"image-diff-80x24": (80, 24), "image-diff-160x48": (160, 48)}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("no_color", [False, True], ids=["colour", "no-colour"])
async def test_the_screen_looks_as_it_did(name: str, no_color: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    async with comparing(size=CASES[name]) as screen:
        await go_to(screen, "content, mode")
        _compare(name, screen)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
async def test_the_comparison_of_a_file_looks_as_it_did(size: tuple[int, int]) -> None:
    async with comparing(size=size) as screen:
        await go_to(screen, "content, mode")
        await press(screen, "enter", "n")
        _compare(f"image-diff-file-{size[0]}x{size[1]}", screen)


def _compare(name: str, screen: Explorer) -> None:
    strips = screen.app.screen._compositor.render_strips()
    shown = "".join(f"{strip.text.rstrip()}\n" for strip in strips)
    path = FOLDER / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


JAR = {"x.class": b"one\n", "same": b"s"}
WARS = (
    {"WEB-INF/lib/x.jar": make_zip(JAR), "WEB-INF/web.xml": b"<x/>\n", "gone": b"12"},
    {"WEB-INF/lib/x.jar": make_zip({**JAR, "x.class": b"two\n"}), "WEB-INF/web.xml": b"<y/>\n", "\x1b[31m": b"1"},
)


@pytest.fixture
def archives() -> None:
    """Two images with archives that differ: inside, in how they are packed, by damage, and but for the name."""
    for number, (name, war) in enumerate(zip(("old", "new"), WARS, strict=True)):
        kind = zipfile.ZIP_STORED if number else zipfile.ZIP_DEFLATED
        files = [
            file("opt/app.war", make_zip(war)),
            file("opt/packed.zip", make_zip(WARS[0], kind)),
            file("opt/cut.zip", make_zip(war)[:-30]),
            file("opt/text.jar", f"{number}\n"),
            file("opt/app.war!/x", f"{number}"),
        ]
        write(Path(name), files)


@pytest.mark.usefixtures("archives")
@pytest.mark.parametrize("key", ["enter", "space", "right"])
async def test_an_archive_opens_in_place(key: str) -> None:
    async with comparing("old", "new") as screen:
        before = rows(screen)
        await go_to(screen, "▸ app.war")
        await press(screen, key)
        at = before.index("~ content 432 B → 433 B ▸ app.war")
        assert rows(screen) == [
            *before[:at],
            "~ content 432 B → 433 B ▾ app.war",
            "+ 1 B \\x1b[31m",
            "~3 ▾ WEB-INF/",
            "~2 ▾ lib/",
            "~ content 205 B ▾ x.jar",
            "~ content 4 B x.class",
            "~ content 5 B web.xml",
            "- 2 B gone",
            *before[at + 1 :],  # with the folder that is really called app.war!
        ]
        await press(screen, "enter")
        assert rows(screen) == before


@pytest.mark.usefixtures("archives")
async def test_what_is_in_an_archive_is_compared_and_shown() -> None:
    async with comparing("old", "new") as screen:
        await go_to(screen, "▸ app.war")
        await press(screen, "enter")
        await go_to(screen, "x.class")
        assert "/opt/app.war!/WEB-INF/lib/x.jar!/x.class" in shown_status(screen)
        await press(screen, "enter")
        assert isinstance(screen.app.screen, CompareScreen)
        lines = screen.app.screen.query_one(DiffLines)
        text = "\n".join(map(lines.row_text, range(lines.row_count)))
        assert ("- one" in text, "+ two" in text) == (True, True)
        await press(screen, "escape")
        await go_to(screen, "gone")
        await press(screen, "enter")
        assert isinstance(screen.app.screen, ViewScreen)
        await press(screen, "escape")
        await go_to(screen, "lib/")
        await press(screen, "space")  # what is folded stays so when another archive is opened
        await go_to(screen, "▸ packed.zip")
        await press(screen, "enter")
        assert "~2 ▸ lib/" in rows(screen)


@pytest.mark.usefixtures("archives")
async def test_an_archive_that_has_nothing_to_show() -> None:
    async with comparing("old", "new") as screen:
        await go_to(screen, "▸ packed.zip")
        await press(screen, "enter")
        assert shown_status(screen).endswith("the same inside")
        for name, key in (("packed.zip", "enter"), ("app.war", "v"), ("text.jar", "enter")):
            await go_to(screen, name)
            await press(screen, key)
            assert isinstance(screen.app.screen, CompareScreen), name
            await press(screen, "escape")
        await go_to(screen, "▸ cut.zip")
        await press(screen, "enter")
        assert "✗ A: /opt/cut.zip: the zip is damaged" in shown_status(screen)


@pytest.mark.usefixtures("archives")
async def test_the_cursor_stays_on_an_archive_that_opens_where_a_problem_is_added_above() -> None:
    for number, name in enumerate(("old", "new")):
        inner = {"a.txt": b"%d" % number, "cut.zip": make_zip({"x": b"%d" % number})[:-30]}
        write(Path(f"{name}-cut"), [file("before", f"{number}"), file("opt/outer.zip", make_zip(inner))])
    async with comparing("old-cut", "new-cut") as screen:
        await go_to(screen, "▸ outer.zip")
        await press(screen, "enter")
        assert any("✗ A: /opt/outer.zip!/cut.zip: " in row for row in rows(screen))
        lines = tree(screen)
        assert "▾ outer.zip" in lines.row_text(lines.cursor)


async def test_a_narrow_screen_shows_later_sizes_in_full() -> None:
    write(Path("small"), [file("a", "1" * 61_376), file("b", "1" * 900), file("c", "1" * 6_000)])
    write(Path("large"), [file("a", "1" * 61_371), file("b", "1" * 901), file("c", "2" * 6_000)])
    for size, sizes in (
        ((80, 24), ["   → 61,371 B", "900 B → 901 B", "       6.0 kB"]),
        ((160, 48), ["61,376 B → 61,371 B", "      900 B → 901 B", "             6.0 kB"]),
    ):
        async with comparing("small", "large", size) as screen:
            lines = screen.text(tree(screen)).splitlines()
            found = [line.partition("content")[2][2 : 2 + len(sizes[0])] for line in lines if "content" in line]
            assert found == sizes
