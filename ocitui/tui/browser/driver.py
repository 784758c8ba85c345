"""The driver for a browser: Textual's, but the screen does not outlive the server that started it."""

import asyncio
from typing import Any

from textual import messages
from textual.app import App
from textual.drivers.web_driver import WebDriver

MOST_CELLS = 1000
"""The most columns, and the most rows, that are drawn."""


class BrowserDriver(WebDriver):
    """Draws in a browser, through textual-serve at the other end of its pipes."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        """Take the size of the browser's window, which may say anything."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._size is not None:
            self._size = _bounded(self._size[0]), _bounded(self._size[1])

    def on_meta(self, packet_type: str, payload: dict[str, Any]) -> None:
        """Take what the server says beside the keys, such as another size."""
        if packet_type == "resize":
            payload |= {side: _bounded(payload[side]) for side in ("width", "height")}
        super().on_meta(packet_type, payload)

    def start_application_mode(self) -> None:
        """Begin to draw and to read."""
        self._loop = asyncio.get_running_loop()
        super().start_application_mode()

    def run_input_thread(self) -> None:
        """Read until the pipe ends, which it does when the server was killed; nobody can leave then but the program."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._loop.call_soon_threadsafe(self._app.post_message, messages.ExitApp())


def _bounded(cells: int) -> int:
    return max(1, min(cells, MOST_CELLS))
