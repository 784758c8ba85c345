"""Keys that arrive all at once, as over a slow line: none goes astray."""

import asyncio
from pathlib import Path
from unittest.mock import patch

import pytest
from textual.events import Key, Paste
from textual.message import Message

from ocitui.tui.find.screen import FindScreen
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.terminal import typeahead
from ocitui.tui.terminal.typeahead import Settled
from ocitui.tui.timeline.screen import TimelineScreen
from tests.patience import PATIENCE
from tests.tui.explorer import Explorer, explore, open_layer

CHARACTERS = {"/": "slash", " ": "space", ":": "colon"}
NAMED = ("enter", "escape", "tab", "pagedown", "pageup")


def send(screen: Explorer, *keys: str) -> None:
    """Send keys in one go; a text of several letters that names no key is typed."""
    for key in keys:
        typed = [key] if key in NAMED else list(key)
        for each in typed:
            screen.app.post_message(Key(CHARACTERS.get(each, each), each if len(each) == 1 else None))


async def burst(screen: Explorer, *keys: str) -> None:
    """Send keys in one go, and wait until all is done that they do."""
    send(screen, *keys)
    await screen.pilot.pause()
    while screen.app.typeahead.is_busy:
        await screen.pilot.pause(0.01)
    await screen.settle()


@pytest.mark.slow
async def test_a_search_and_what_is_typed_into_it(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        await open_layer(screen, 1)
        await burst(screen, "/passwd", "enter")
        assert screen.files.path == b"/etc/passwd"
        assert not screen.files.search.is_typed
        await burst(screen, "w")
        assert isinstance(screen.app.screen, TimelineScreen)


@pytest.mark.slow
async def test_keys_behind_one_that_brings_another_pane(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await open_layer(screen, 1)
        await burst(screen, "1g3g", "enter", "/shadow", "enter")
        assert screen.app.screen.focused is screen.files
        assert screen.files.path == b"/etc/shadow"


@pytest.mark.slow
async def test_text_behind_the_key_that_opens_the_search_of_all_layers(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        screen.app.post_message(Key("f", "f"))
        screen.app.post_message(Paste("pass"))
        await burst(screen, "wd")
        assert isinstance(screen.app.screen, FindScreen)
        assert screen.app.screen.query_one(Prompt).text == "passwd"
        await burst(screen, "escape", "escape", "4")
        assert screen.app.screen.focused is screen.files


@pytest.mark.slow
async def test_keys_go_on_when_what_follows_them_is_lost(demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeahead, "PATIENCE", 0.2)
    async with explore(demo_layout, (80, 24)) as screen:

        async def lose(message: Message) -> None:
            assert isinstance(message, Settled)

        screen.app.on_settled = lose  # type: ignore[method-assign]
        send(screen, "2", "3")
        while screen.app.screen.focused is not screen.history:
            await screen.pilot.pause(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("keys", [("q", "jjj"), (":", "quit", "enter", "enter", "jjj")])
async def test_keys_behind_the_one_that_ends_the_program(demo_layout: Path, keys: tuple[str, ...]) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        if keys[0] == ":":
            await screen.press("colon", *"quit")
            keys = keys[2:]
        send(screen, *keys)
        for _ in range(int(PATIENCE / 0.01)):
            if not screen.app.is_running:
                break
            await asyncio.sleep(0.01)
        for rounds in (1, 0):  # what follows a key arrives when nothing is on the screen any more
            await screen.app.typeahead.settled(Settled(screen.app.typeahead._number, rounds))
        assert screen.app.return_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("has_screens", [True, False])
async def test_a_key_that_climbs_to_the_app_when_it_ends(demo_layout: Path, has_screens: bool) -> None:
    """So it is with one just behind the key that quits: what is on the screens is gone, then they are."""
    async with explore(demo_layout, (80, 24)) as screen:
        app = screen.app
        stack = app.screen_stack if has_screens else []
        for pane in app.explore.panes.all:
            pane._contents = ()
        key = Key("tab", None)
        key._set_forwarded()
        app.exit()
        with patch.dict(app._screen_stacks, {app._current_mode: stack}):
            await app.on_event(key)
        assert app.return_code == 0
