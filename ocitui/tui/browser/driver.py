"""The driver for a browser: Textual's, but the screen does not outlive the server that started it."""

import asyncio

from textual import messages
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Draws in a browser, through textual-serve at the other end of its pipes."""

    def start_application_mode(self) -> None:
        """Begin to draw and to read."""
        self._loop = asyncio.get_running_loop()
        super().start_application_mode()

    def run_input_thread(self) -> None:
        """Read until the pipe ends, which it does when the server was killed; nobody can leave then but the program."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._loop.call_soon_threadsafe(self._app.post_message, messages.ExitApp())
