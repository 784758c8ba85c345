"""Where the bytes of an image are, on its screen."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ocitui.cells import cells
from ocitui.demo.tar import Entry, directory, file, symlink, whiteout, write_tar
from ocitui.tui.page.text import TextScreen
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.sizes.lines import SizeLines
from ocitui.tui.sizes.screen import SizesScreen
from ocitui.tui.sizes.sums import NO_DATABASE
from ocitui.tui.timeline.screen import TimelineScreen
from tests.images.layout_writer import LayerSpec, write_layout
from tests.tui.explorer import explore
from tests.tui.page_owner import Owner, ShownPage
from tests.tui.search_sources import LayersSource

LAYERS: list[list[Entry]] = [
    [
        file("usr/lib/libc.so", "c" * 600),
        file("usr/lib/deep/x", "x" * 50),
        file("usr/bin/sh", "s" * 300),
        file("a", ""),
    ],
    [whiteout("usr/bin/sh"), file("srv/esc\x1b[2J", "e" * 40), file("srv/[red]x", "r" * 10), file("a", "1")],
    [file(b"srv/\xff\xfe", "b" * 5)],
]
DPKG: list[Entry] = [
    file("var/lib/dpkg/status", "Package: bash\nVersion: 5.2-1\n\nPackage: libc6\nVersion: 2.36 [b]\n"),
    file("var/lib/dpkg/info/bash.list", "/.\n/bin\n/bin/bash\n"),
    file("var/lib/dpkg/info/libc6.list", "/.\n/lib/libc.so.6\n"),
    symlink("bin", "usr/bin"),
    file("usr/bin/bash", "x" * 5000),
    file("lib/libc.so.6", "x" * 3000),
]


class Shown(ShownPage[SizesScreen]):
    """The screen as a test looks at it."""

    @property
    def lines(self) -> SizeLines:
        return self.screen.query_one(SizeLines)

    @property
    def rows(self) -> list[str]:
        """What is drawn, without the bars."""
        bars = dict.fromkeys(map(ord, "█▏▎▍▌▋▊▉"))
        return [" ".join(row.translate(bars).split()) for row in self.drawn(self.lines)]


@asynccontextmanager
async def shown(
    folder: Path,
    *,
    layers: Sequence[list[Entry] | bytes] = LAYERS,
    known: "set[int] | None" = None,
    layer: int = 1,
    size: tuple[int, int] = (120, 30),
) -> AsyncIterator[Shown]:
    source = LayersSource(folder, layers, known or ())
    app = Owner(source, lambda owner: SizesScreen(owner, source, layer))
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            found = Shown(app, pilot)
            await found.settle()
            yield found
    finally:
        source.close()


async def test_the_largest_come_first_and_folders_are_walked(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        assert screen.app.source.requests == 1
        assert screen.bar("title") == " Sizes  706 B final  6 files  /"
        assert screen.rows == ["650 B 92.1 % 2 usr/", "55 B 7.8 % 3 srv/", "1 B 0.1 % a"]
        await screen.press("enter")
        assert screen.bar("title") == " Sizes  650 B final  2 files  /usr"
        assert screen.rows == ["650 B 100.0 % 2 lib/", "0 B 0.0 % 0 bin/"]
        await screen.press("right")
        assert screen.rows == ["600 B 92.3 % libc.so", "50 B 7.7 % 1 deep/"]
        assert screen.bar("status").startswith(" /usr/lib/libc.so  600 B  layer 1: COPY layer-1 /")
        await screen.press("right")
        assert screen.bar("title").endswith("/usr/lib"), "there is nothing in a file"
        await screen.press("left", "j", "backspace")
        assert screen.bar("title").endswith("  /")
        assert screen.lines.place == b"usr", "the cursor is on the folder that was left"
        await screen.press("left")
        assert screen.bar("title").endswith("  /")


async def test_enter_on_a_file_goes_there_and_w_to_its_timeline(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.press("j", "w")
        timeline = screen.app.asked[-1]
        assert (timeline.what, timeline.path) == ("timeline", b"srv")
        assert screen.app.screen is screen.screen
        await screen.press("enter", "G", "y")
        assert screen.app.copied == "/srv/\\xff\\xfe"
        await screen.press("enter")
        go = screen.app.asked[-1]
        assert (go.what, go.layer, go.path) == ("go", 3, b"srv/\xff\xfe")
        assert screen.app.screen is not screen.screen


async def test_hostile_names_are_shown_and_nothing_more(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.press("j", "enter")
        assert [row.split(" % ")[1] for row in screen.rows] == ["esc\\x1b[2J", "[red]x", "\\xff\\xfe"]
        await screen.press("2")
        assert screen.rows[2].endswith("/srv/esc\\x1b[2J")


async def test_the_layer_and_the_final_filesystem(tmp_path: Path) -> None:
    async with shown(tmp_path, layer=1) as screen:
        await screen.press("enter", "m")
        assert screen.bar("title") == " Sizes  950 B unpacked  3 files  /usr"
        assert screen.rows[1] == "300 B 31.6 % 1 bin/"
        await screen.press("]")
        assert screen.bar("title") == " Sizes  51 B unpacked  3 files  /", "there is no /usr with anything in it"
        await screen.press("]", "]")
        assert screen.rows == ["5 B 100.0 % 1 srv/"]
        await screen.press("[", "[", "[")
        assert screen.bar("title").endswith("/usr"), "where the layer has it again"
        await screen.press("m")
        assert screen.bar("title") == " Sizes  650 B final  2 files  /usr"


async def test_the_largest_files(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.press("tab")
        assert screen.bar("title") == " Sizes  706 B final  the 6 largest of 6 files"
        assert screen.rows[:2] == ["600 B 85.0 % 1 /usr/lib/libc.so", "50 B 7.1 % 1 /usr/lib/deep/x"]
        await screen.press("j", "tab", "shift+tab")
        assert screen.lines.place == b"usr/lib/deep/x", "the cursor stays"
        await screen.press("enter")
        go = screen.app.asked[-1]
        assert (go.what, go.layer, go.path) == ("go", 1, b"usr/lib/deep/x")


async def test_packages(tmp_path: Path) -> None:
    async with shown(tmp_path, layers=[DPKG, [file("srv/mine", "m" * 700)]], layer=2) as screen:
        await screen.press("3")
        assert screen.rows[0].endswith("1 bash 5.2-1")
        assert screen.rows[1].endswith("1 libc6 2.36 [b]")
        assert screen.rows[2].endswith("4 (owned by no package)")
        assert "2 packages" in screen.bar("title")
        await screen.press("y", "enter", "w")
        assert screen.app.copied == "bash 5.2-1"
        assert screen.app.asked == [], "a package is no path"
        await screen.press("m")
        assert screen.rows == ["700 B 100.0 % 1 (owned by no package)"]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ([file("etc/motd", "x")], NO_DATABASE),
        ([file("var/lib/rpm/Packages", "x")], "expected a database in SQLite, found another, which is not read"),
    ],
    ids=["none", "rpm in Berkeley DB"],
)
async def test_why_there_are_no_packages(layer: list[Entry], said: str, tmp_path: Path) -> None:
    async with shown(tmp_path, layers=[layer]) as screen:
        await screen.press("3")
        assert screen.rows == []
        assert screen.lines.notice.endswith(said)


async def test_layers_that_become_known_count(tmp_path: Path) -> None:
    async with shown(tmp_path, known={1}) as screen:
        assert screen.rows[0] == "950 B 100.0 % 3 usr/"
        await screen.press("enter", "j")
        await screen.learn(2, 3)
        assert screen.bar("title") == " Sizes  650 B final  2 files  /usr"
        assert screen.lines.place == b"bin", "the cursor stays"


async def test_a_layer_that_is_not_here_is_said(tmp_path: Path) -> None:
    async with shown(tmp_path, known={1}, layer=2) as screen:
        await screen.press("m")
        assert screen.lines.notice == "layer 2 is being read…"
        screen.app.source.problems = {2: "layer 2: blob missing"}
        await screen.changed()
        assert screen.lines.notice == "unknown: layer 2 of 3 is missing"
        assert screen.bar("status") == " layer 2: blob missing"
        await screen.press("m")
        assert screen.rows, "the others are shown"
        assert "indexing 3" in screen.text(0)
        screen.app.source.problems[3] = "layer 3: damaged"
        await screen.changed()
        assert "layers 2–3 of 3 are unreadable: not all is counted" in screen.text(1)
        screen.app.source.unopened = dict.fromkeys((2, 3), "of an unknown media type")
        await screen.changed()
        assert "layers 2–3 of 3 are of an unknown media type: not all is counted" in screen.text(1)


async def test_a_damaged_layer_is_not_counted_as_whole(tmp_path: Path) -> None:
    cut = write_tar([file("usr/a", "x" * 300), file("usr/b", "x" * 600)])[:1200]
    async with shown(tmp_path, layers=[cut, [file("c", "1")]]) as screen:
        assert "layer 1 of 2 is damaged: not all is counted" in screen.text(1)
        assert "✗ incomplete" in screen.text(0)


async def test_a_folder_says_the_share_of_each_layer(tmp_path: Path) -> None:
    layers: list[list[Entry]] = [
        [file("usr/a", "x" * 300), file("usr/b", "x" * 600)],
        [file("usr/b", "y" * 100), directory("srv")],
    ]
    source = LayersSource(tmp_path, layers)
    app = Owner(source, lambda owner: SizesScreen(owner, source, 2))
    try:
        async with app.run_test(size=(120, 30)) as pilot:
            screen = Shown(app, pilot)
            await screen.settle()
            assert screen.bar("status") == " /usr  400 B  layer 1 75.0 %, layer 2 25.0 %"
            await screen.press("j")
            assert screen.bar("status").rstrip() == " /srv  0 B", "no layer is blamed for nothing"
    finally:
        source.close()


async def test_search_and_the_end(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.press("2", "slash", *"deep", "enter")
        assert screen.lines.place == b"usr/lib/deep/x"
        await screen.press("escape")
        assert screen.app.screen is screen.screen, "the search ends first"
        await screen.press("escape")
        assert screen.app.screen is not screen.screen


async def test_an_empty_folder(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.press("enter", "j", "enter", "enter", "w", "y", "right")
        assert screen.rows == []
        assert screen.lines.notice == "nothing is here"
        await screen.press("left")
        assert screen.lines.place == b"bin"


@pytest.mark.slow
@pytest.mark.parametrize("size", [(40, 10), (80, 24), (160, 48)])
async def test_rows_fit(size: tuple[int, int], tmp_path: Path) -> None:
    layers = [[file(f"{'long' * 30}/{'名' * 40}", "x"), *DPKG]]
    async with shown(tmp_path, layers=layers, size=size) as screen:
        for key in ("1", "2", "3"):
            await screen.press(key)
            width = screen.lines.size.width - 2
            for row in range(screen.lines.row_count):
                parts = screen.lines.row_parts(row, width)
                assert sum(cells(text) for text, _ in parts) <= width


@pytest.mark.slow
async def test_from_the_panes_and_back(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.press("B")
        assert isinstance(screen.app.screen, SizesScreen)
        await screen.press("2", "w")
        assert isinstance(screen.app.screen, TimelineScreen)
        await screen.press("escape", "question_mark")
        assert isinstance(screen.app.screen, TextScreen)
        assert "Disk usage" in screen.text(screen.app.screen.query_one(TextLines))
        await screen.press("escape", "enter")
        assert screen.app.screen is screen.app.explore
        assert screen.files.path == b"/usr/bin/python3.11"
        assert screen.app.explore.shown.layer is not None
        assert screen.app.explore.shown.layer.number == 7


@pytest.mark.slow
async def test_a_missing_blob(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", [LayerSpec(b""), LayerSpec(b"x" * 700)])
    for blob in (layout.path / "blobs" / "sha256").iterdir():
        if blob.read_bytes()[:2] == b"\x1f\x8b":
            blob.unlink()
    async with explore(layout.path) as screen:
        await screen.press("B")
        assert isinstance(screen.app.screen, SizesScreen)
        assert "blob missing" in screen.bar("status")


async def test_who_did_not_move_stays_with_the_largest(tmp_path: Path) -> None:
    async with shown(tmp_path, known={2}) as screen:
        assert screen.lines.place == b"srv"
        await screen.learn(1, 3)
        assert screen.lines.place == b"usr"
