"""The command palette, and keys that do not wait for it."""

from pathlib import Path

from textual.command import Command, CommandList

from ocitui.tui.page.palette import Palette
from tests.tui.explorer import explore
from tests.tui.terminal.test_typeahead import burst


async def test_letters_behind_the_enter_that_closes_it(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await burst(screen, ":", "enter", "s")
        assert not isinstance(screen.app.screen, Palette)


async def test_a_page_before_there_is_a_list(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await burst(screen, ":", "pagedown", "pageup")
        assert isinstance(screen.app.screen, Palette)
        await screen.press("escape")
        assert screen.app.screen is screen.app.explore


async def test_the_list_of_colours_is_the_same_palette(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        screen.app.search_themes()
        await burst(screen, "pagedown", "pageup")
        assert isinstance(screen.app.screen, Palette)
        await screen.press(*"nord", "enter", "pageup")
        assert screen.app.theme == "nord"
        assert screen.app.screen is screen.app.explore


async def test_each_command_is_there_once(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("colon")
        options = screen.app.screen.query_one(CommandList).options
        titles = [option.hit.text for option in options if isinstance(option, Command)]
        assert "Keys" in titles
        assert "Maximize" not in titles
        assert len(set(titles)) == len(titles)
