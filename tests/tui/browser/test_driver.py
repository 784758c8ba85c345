"""The driver of a screen in a browser."""

from typing import Any

import pytest
from textual import events
from textual.app import App

from ocitui.tui.browser.driver import MOST_CELLS, BrowserDriver


class Told(App[None]):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Any] = []

    def post_message(self, message: Any) -> bool:
        self.told.append(message)
        return True


async def test_no_window_is_larger_than_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.drivers.web_driver.InputReader", object)  # which wants a pipe
    app = Told()
    driver = BrowserDriver(app, size=(10**9, -3))
    assert driver._size == (MOST_CELLS, 1)
    for width, height, seen in ((80, 24, (80, 24)), (10**9, 10**12, (MOST_CELLS, MOST_CELLS)), (0, -1, (1, 1))):
        app.told.clear()
        driver.on_meta("resize", {"type": "resize", "width": width, "height": height})
        assert [tuple(each.size) for each in app.told if isinstance(each, events.Resize)] == [seen]
