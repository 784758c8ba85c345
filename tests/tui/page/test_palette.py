"""The command palette: it has every command with its keys, does it where it belongs, and keys do not wait for it."""

from pathlib import Path

import pytest

from ocitui.tui.find.screen import FindScreen
from ocitui.tui.page.palette import Palette
from ocitui.tui.rows.row_list import RowList
from tests.tui.explorer import Explorer, explore
from tests.tui.terminal.test_typeahead import burst


def listed(screen: Explorer) -> list[str]:
    lines = screen.app.screen.query_one("#commands", RowList)
    return [" ".join(lines.row_text(number).split()) for number in range(lines.row_count)]


@pytest.mark.slow
async def test_letters_behind_the_enter_that_closes_it(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        await burst(screen, ":", "waste", "enter", "s")
        assert not isinstance(screen.app.screen, Palette)


@pytest.mark.slow
async def test_a_page_before_anything_is_drawn(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await burst(screen, ":", "pagedown", "pageup")
        assert isinstance(screen.app.screen, Palette)
        await screen.press("escape")
        assert screen.app.screen is screen.app.explore


@pytest.mark.slow
async def test_the_list_of_themes(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await burst(screen, "T", *"nord", "enter", "pageup")
        assert screen.app.theme == "nord"
        assert screen.app.screen is screen.app.explore


@pytest.mark.slow
async def test_every_command_is_there_once_with_its_keys(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("colon")
        commands = listed(screen)
        for command in (
            "m Files: this layer / merged up to it / its changes",
            "u Merged: show or hide what is unchanged filter",
            "s Sort by name, size, time or layer",
            "w Which layers changed this path, and how",
            "y Copy the digest, path, instruction or value",
            "x Save the file or folder",
            "f ^f Find in all layers: paths, sizes, types, contents",
            "T Choose among all themes",
            "q Quit",
        ):
            assert any(each.startswith(command) for each in commands), command
        assert len(set(commands)) == len(commands)
        assert not [command for command in commands if "maximize" in command.lower() or "screenshot" in command.lower()]


@pytest.mark.slow
async def test_a_command_is_found_by_its_word_too(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("colon", *"jump")
        assert listed(screen) == ["^o Go to path (fuzzy) jump"]
        await screen.press(*"xyz")
        assert listed(screen) == []


@pytest.mark.slow
async def test_a_chosen_command_is_done(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.press("colon", *"find in", "enter")
        assert isinstance(screen.app.screen, FindScreen)


@pytest.mark.slow
async def test_a_command_of_another_pane_is_done_there(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await screen.press("colon", *"unfold the", "enter")
        assert screen.app.screen.focused is screen.history
        assert screen.history._unfolded == {0}
