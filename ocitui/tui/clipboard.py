"""What goes to the clipboard of the terminal (OSC 52)."""

from typing import Any

from textual.app import App


def copy(app: App[Any], text: str) -> None:
    """Copy a text; bytes of it that are not UTF-8, which no clipboard holds, become U+FFFD."""
    app.copy_to_clipboard(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
