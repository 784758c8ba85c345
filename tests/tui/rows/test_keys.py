"""Keys are stated once: what footers say of them, and what a click on a footer does."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from ocitui import tui
from ocitui.tui.find.screen import FindScreen
from ocitui.tui.rows.keys import FIND, READ_AGAIN, Key, key_name, key_text
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.waste.screen import WasteScreen
from tests.tui.explorer import Explorer, explore, open_layer


def footer(screen: Explorer) -> str:
    return screen.app.screen.query_one(KeysBar).render_line(0).text


def hints(screen: Explorer) -> list[str]:
    return [" ".join(hint.split()) for hint in footer(screen).split("  ") if hint.strip()]


def classes() -> Iterator[type[DOMNode]]:
    """All widgets, screens and apps of the program."""
    for module in pkgutil.walk_packages(tui.__path__, "ocitui.tui."):
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, type) and issubclass(each, DOMNode) and each.__module__ == module.name:
                yield each


def test_every_key_is_a_statement_with_words() -> None:
    seen = 0
    for source in classes():
        for key in source.__dict__.get("BINDINGS", ()):
            assert isinstance(key, Key), f"{source.__name__} has a binding without words: {key}"
            assert not key.hint or key.description, f"{source.__name__}: {key}"
            assert isinstance(key, Binding)
            seen += 1
    assert seen > 100


def test_no_class_binds_one_key_twice() -> None:
    for source in classes():
        keys = [name for key in source.__dict__.get("BINDINGS", ()) for name in key.keys]
        assert len(keys) == len(set(keys)), source


def test_sentences_name_a_key_in_one_way() -> None:
    """`r` is a letter where text is typed: what holds everywhere is named everywhere."""
    assert key_text(READ_AGAIN, None) == key_text(READ_AGAIN, None, typing=True) == "Ctrl+R"
    assert key_text(FIND, None) == "f"
    assert key_text(FIND, None, typing=True) == "Ctrl+F"


@pytest.mark.parametrize(
    ("key", "name"),
    [("escape", "esc"), ("ctrl+o", "^o"), ("question_mark", "?"), ("shift+tab", "shift+tab"), ("W", "W")],
)
def test_names_of_keys(key: str, name: str) -> None:
    assert key_name(key) == name


@pytest.mark.slow
async def test_the_main_jobs_are_said_where_there_is_little_room(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await open_layer(screen, 1)
        assert hints(screen)[:6] == ["⏎ open", "f find", "w which", "m merged", "W waste", "B sizes"]
        assert hints(screen)[-2:] == ["? help", "q quit"]


@pytest.mark.slow
async def test_more_room_is_used(demo_layout: Path) -> None:
    async with explore(demo_layout, (200, 60)) as screen:
        await open_layer(screen, 1)
        wide = hints(screen)
        assert {"^o jump", "x save", "y copy", "D compare", "s S sort", "[ ] layer"} <= set(wide)
        await screen.pilot.resize_terminal(80, 24)
        await screen.settle()
        assert set(hints(screen)) < set(wide)


@pytest.mark.slow
@pytest.mark.parametrize("width", [20, 40, 80, 160])
async def test_every_page_says_how_to_leave_it(demo_layout: Path, width: int) -> None:
    async with explore(demo_layout, (width, 20), is_read=True) as screen:
        for key in ("W", "B", "f", "ctrl+o", "question_mark", "d", "D", "colon"):
            await screen.press(key)
            assert "esc" in footer(screen), key
            await screen.press("escape")
            assert screen.app.screen is screen.app.explore, key


@pytest.mark.slow
async def test_words_go_with_what_is_shown(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        assert "v JSON" in hints(screen)
        assert "w which" not in hints(screen), "there is no file yet"
        await screen.press("v")
        assert "v summary" in hints(screen)
        await open_layer(screen, 1)
        assert "w which" in hints(screen)
        assert "m merged" in hints(screen)
        await screen.press("m")
        assert "m changes" in hints(screen)


@pytest.mark.slow
async def test_while_a_search_is_typed_keys_are_text(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("3", "slash", "R")
        assert hints(screen)[0] == "⏎ accept"
        assert "f find" not in hints(screen)
        assert "esc cancel" in hints(screen)
        await screen.press("enter")
        assert "n N next" in hints(screen)
        assert "esc end search" in hints(screen)
        await screen.press("escape")
        assert "n N next" not in hints(screen)


@pytest.mark.slow
async def test_a_click_does_what_the_key_does(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await click(screen, "find")
        assert isinstance(screen.app.screen, FindScreen)
        await click(screen, "back")
        assert screen.app.screen is screen.app.explore
        await click(screen, "W")
        assert isinstance(screen.app.screen, WasteScreen)


@pytest.mark.slow
async def test_of_two_keys_with_one_word_each_is_clicked_for_itself(demo_layout: Path) -> None:
    async with explore(demo_layout, (200, 48), is_read=True) as screen:
        await open_layer(screen, 2)
        await click(screen, "]")
        assert screen.history.opened == 3
        await click(screen, "[")
        assert screen.history.opened == 2


async def click(screen: Explorer, word: str) -> Any:
    """Click on a word of the footer."""
    bar = screen.app.screen.query_one(KeysBar)
    await screen.pilot.click(bar, offset=(bar.render_line(0).text.index(f" {word} ") + 1, 0))
    await screen.settle()
