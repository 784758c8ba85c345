"""Screens over the panes: each is left once, and what comes for it later takes nothing else away."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from ocitui.image.selection import images_below
from ocitui.tui.find.screen import FindScreen
from ocitui.tui.page.help import HelpScreen
from ocitui.tui.page.text import TextScreen
from ocitui.tui.start.other_image import OtherImage
from ocitui.tui.timeline.screen import TimelineScreen
from ocitui.tui.waste.screen import WasteScreen
from tests.patience import PATIENCE
from tests.tui.explorer import explore, open_layer
from tests.tui.terminal.test_typeahead import burst


@pytest.mark.slow
async def test_a_page_is_left_once_and_with_what_lies_over_it(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.press("W", "question_mark")
        waste, help_ = screen.app.screen_stack[1:]
        assert isinstance(waste, WasteScreen)
        assert isinstance(help_, HelpScreen)
        waste.dismiss()
        await screen.settle()
        assert screen.app.screen_stack == [screen.app.explore]
        for left in (help_, waste):
            assert isinstance(left, TextScreen | WasteScreen)
            assert left.is_dismissed
            left.dismiss()
        await screen.settle()
        assert screen.app.screen_stack == [screen.app.explore]


@pytest.mark.slow
async def test_a_hit_that_comes_after_the_search_was_left(demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_answer = threading.Event()
    find = FindScreen._find

    def find_late(self: FindScreen, run: Any) -> None:
        may_answer.wait(PATIENCE)
        find(self, run)

    async with explore(demo_layout) as screen:
        await screen.press("W", "escape")  # every layer is known
        monkeypatch.setattr(FindScreen, "_find", find_late)
        shown = screen.app.explore.shown.layer
        await screen.pilot.press("f")
        await screen.pilot.press(*"passwd", "enter", "escape")
        assert screen.app.screen is screen.app.explore
        may_answer.set()
        await screen.settle()
        assert screen.app.screen is screen.app.explore
        assert screen.app.explore.shown.layer is shown


@pytest.mark.slow
async def test_going_to_files_leaves_everything_over_them(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.press("W", "w")
        assert isinstance(screen.app.screen, TimelineScreen)
        await burst(screen, "oo")  # once more than there is to leave
        assert screen.app.screen is screen.app.explore
        assert screen.app.screen.focused is screen.files
        assert screen.files.path == b"/home/user/.ssh/deploy_key"


@pytest.mark.slow
async def test_a_search_is_left_for_the_files_too(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 1)
        await screen.press("f", *"passwd")
        await screen.press("down", "w", "o")
        assert screen.app.screen is screen.app.explore
        assert screen.files.path == b"/etc/passwd"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["find", "jump", "waste", "sizes", "timeline", "compare", "findings"])
async def test_a_page_is_told_once_it_is_there(demo_layout: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer may be read to its end between the key that opens a page and the first that is drawn of it."""
    told: list[bool] = []

    def note(page: Screen[Any], change: Callable[[Any], None]) -> None:
        told.append(page.is_mounted)
        change(page)

    async with explore(demo_layout, is_read=True) as screen:
        explorer = screen.app.explore
        is_verifying = name == "findings"
        what, tell_all = (
            ("findings_changed", explorer.verify_marks.went_on)
            if is_verifying
            else ("layers_changed", explorer.files.tell_pages)
        )
        with screen.app._context():
            if name == "timeline":
                explorer.pages.show_timeline(b"etc/passwd")
            elif name == "compare":
                explorer.pages._compare_with(OtherImage(images_below(explorer.shown.top)[-1], None))
            elif is_verifying:
                explorer.verify_marks._show_findings()
            else:
                getattr(explorer.pages, name)()
            page = screen.app.screen_stack[-1]
            assert page is not explorer
            assert not page.is_mounted
            change = getattr(type(page), what)
            monkeypatch.setattr(type(page), what, lambda self: note(self, change))
            tell_all()
        assert not told, "nothing is in it yet"
        await screen.settle()
        assert page.is_mounted
        assert told[-1], "what it missed, it is told"
        before = len(told)
        tell_all()
        assert told[before:] == [True]
        await screen.settle()
        assert screen.app.screen is page
