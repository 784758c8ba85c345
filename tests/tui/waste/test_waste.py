"""The waste of an image on its screen."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ocitui.cells import cells
from ocitui.demo.tar import Entry, file, whiteout, write_tar
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.timeline.screen import TimelineScreen
from ocitui.tui.waste.screen import WasteScreen
from tests.tui.explorer import explore
from tests.tui.page_owner import Owner, ShownPage
from tests.tui.search_sources import LayersSource

LAYERS: list[list[Entry]] = [
    [file("srv/.ssh/id_rsa", "-----BEGIN PRIVATE KEY-----\nM\n"), file("big", "b" * 2000), file("etc/motd", "x" * 400)],
    [whiteout("srv"), file("etc/motd", "y" * 500)],
    [file("big", "b" * 2000, 0o600), file("esc\x1b[2J", "1")],
    [whiteout("esc\x1b[2J")],
]


class Shown(ShownPage[WasteScreen]):
    """The screen as a test looks at it."""

    def rows(self, which: str) -> list[str]:
        return self.drawn(self.screen.query_one(which, RowList))


@asynccontextmanager
async def shown(
    folder: Path,
    known: "set[int] | None" = None,
    size: tuple[int, int] = (120, 30),
    layers: "Sequence[list[Entry] | bytes]" = LAYERS,
) -> AsyncIterator[Shown]:
    source = LayersSource(folder, layers, known or ())
    app = Owner(source, lambda owner: WasteScreen(owner, source))
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            found = Shown(app, pilot)
            await found.settle()
            yield found
    finally:
        source.close()


async def test_secrets_come_first_and_then_the_most_bytes(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        assert screen.app.source.requests == 1
        title = " Waste  2.4 kB of 4.9 kB unpacked is waste (49.3 %)  efficiency 50.7 %  dive: efficiency"
        assert screen.bar("title").startswith(title)
        assert [" ".join(row.split()) for row in screen.rows("#path-rows")] == [
            "30 B layer 1, deleted by 2 key /srv/.ssh/id_rsa",
            "2.0 kB layer 1, only mode changed by 3 /big",
            "400 B layer 1, replaced by 2 /etc/motd",
            "1 B layer 3, deleted by 4 /esc\\x1b[2J",
        ]
        layers = [" ".join(row.split()) for row in screen.rows("#layer-rows")]
        assert layers[0] == "1 2.4 kB 2.4 kB ▕███████▏ COPY layer-1 /"
        assert layers[1] == "2 500 B 430 B COPY layer-2 /"
        status = screen.bar("status")
        assert status.startswith(" /srv/.ssh/id_rsa  possible key, still in the image  1: COPY layer-1 /  →  2: COPY")


async def test_at_80_columns_both_efficiencies_and_what_the_columns_mean(tmp_path: Path) -> None:
    async with shown(tmp_path, size=(80, 24)) as screen:
        assert (
            screen.text(0).rstrip().startswith(" Waste  2.4 kB of 4.9 kB unpacked (49.3 %)  efficiency 50.7 %, dive ")
        )
        assert screen.text(0).rstrip().endswith(" %")
        rows = [screen.text(row) for row in range(24)]
        assert any("from→by: stored by one layer, replaced or deleted by another ─" in row for row in rows)
    async with shown(tmp_path, size=(120, 30)) as screen:
        assert not any("from→by" in screen.text(row) for row in range(30))


async def test_enter_goes_to_the_file_and_w_to_its_timeline(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        await screen.press("j", "w")
        timeline = screen.app.asked[-1]
        assert (timeline.what, timeline.layer, timeline.path) == ("timeline", 1, b"big")
        assert screen.app.screen is screen.screen
        await screen.press("y")
        assert screen.app.copied == "/big"
        await screen.press("enter")
        go = screen.app.asked[-1]
        assert (go.what, go.layer, go.path) == ("go", 1, b"big")
        assert screen.app.screen is not screen.screen


async def test_tab_changes_between_the_lists(tmp_path: Path) -> None:
    async with shown(tmp_path) as screen:
        assert screen.screen.query_one("#path-rows", RowList).has_focus
        await screen.press("tab")
        assert screen.screen.query_one("#layer-rows", RowList).has_focus
        await screen.press("tab")
        assert screen.screen.query_one("#path-rows", RowList).has_focus
        await screen.press("escape")
        assert screen.app.screen is not screen.screen


async def test_layers_that_become_known_count(tmp_path: Path) -> None:
    async with shown(tmp_path, {1}) as screen:
        assert screen.rows("#path-rows") == []
        assert "dive" not in screen.bar("title")
        await screen.learn(2)
        assert len(screen.rows("#path-rows")) == 2
        await screen.press("j")
        await screen.learn(3, 4)
        row = screen.screen.query_one("#path-rows", RowList).row
        assert row is not None
        assert row.wasted.path == b"etc/motd", "the cursor stays on its path"
        assert "dive: efficiency" in screen.bar("title")


async def test_a_layer_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    async with shown(tmp_path, {1}) as screen:
        screen.app.source.problems = {number: f"layer {number}: blob missing" for number in (2, 3, 4)}
        await screen.changed()
        assert screen.bar("status") == " layer 2: blob missing"
        notice = screen.screen.query_one("#path-rows", RowList).notice
        assert notice == "layers 2–4 of 4 are missing: there may be more waste"
        assert screen.bar("title").startswith(" Waste  at least 0 B of 2.4 kB unpacked in the layers that are known")


async def test_nothing_is_said_of_waste_where_no_layer_is_known(tmp_path: Path) -> None:
    async with shown(tmp_path, {9}) as screen:
        screen.app.source.problems = {number: f"layer {number}: blob missing" for number in range(1, 5)}
        await screen.changed()
        unknown = "unknown: 4 of 4 layers are missing"
        assert screen.screen.query_one("#path-rows", RowList).notice == unknown
        assert screen.bar("title") == f" Waste  {unknown}"


@pytest.mark.slow
@pytest.mark.parametrize("size", [(40, 10), (80, 24), (160, 48)])
async def test_rows_fit(size: tuple[int, int], tmp_path: Path) -> None:
    async with shown(tmp_path, size=size) as screen:
        for which in ("#path-rows", "#layer-rows"):
            assert screen.screen.query_one(which).has_focus
            assert screen.screen.query_one(which).size.height >= 2
            await screen.press("tab")
        paths = screen.screen.query_one("#path-rows", RowList)
        if size[0] >= 80:
            assert max(cells(row) for row in screen.rows("#path-rows")) <= paths.size.width - 2


@pytest.mark.slow
async def test_from_the_panes_and_back(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.press("W")
        assert isinstance(screen.app.screen, WasteScreen)
        rows = screen.text(screen.app.screen.query_one("#path-rows", RowList)).splitlines()
        assert "/home/user/.ssh/deploy_key" in rows[0]
        await screen.press("w")
        assert isinstance(screen.app.screen, TimelineScreen)
        await screen.press("escape", "enter")
        assert screen.app.screen is screen.app.explore
        assert screen.files.path == b"/home/user/.ssh/deploy_key"
        assert screen.app.explore.shown.layer is not None
        assert screen.app.explore.shown.layer.number == 5


@pytest.mark.slow
async def test_a_damaged_layer_makes_lower_bounds_of_the_sums(tmp_path: Path) -> None:
    tars = [write_tar(layer) for layer in LAYERS]
    tars[1] = tars[1][:1000]  # the second header is cut
    async with shown(tmp_path, layers=tars) as screen:
        assert screen.bar("title").startswith(" Waste  at least 2.0 kB of 4.4 kB unpacked is waste")
        assert "✗ incomplete" in screen.text(0)
        assert "dive" not in screen.bar("title")
        rows = [screen.text(row) for row in range(30)]
        assert any("layer 2 of 4 is damaged: there may be more waste" in row for row in rows)
