"""The text for the clipboard of the terminal (OSC 52)."""

import re
from typing import Any

from textual.app import App

from ocitui.display import printable

_ACTS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Control characters and line breaks, but not the tab; what turns text around; half characters and bytes."""


def copy(app: App[Any], text: str) -> None:
    """Copy a text exactly, but for what would act where it is pasted.

    A name may hold a line break, which ends a command in a shell, or an escape sequence.
    Such characters are copied as `ocitui.display.printable` shows them, ``\\n`` and ``\\x1b``;
    so are bytes that are not UTF-8, which no clipboard holds.
    """
    app.copy_to_clipboard(paste_safe(text))


def paste_safe(text: str) -> str:
    """The text that `copy` copies."""
    return _ACTS.sub(lambda found: printable(found[0]), text)
