"""The line typed after ``/``: the text looked for."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ocitui.cells import cut_start
from ocitui.display import printable
from ocitui.image.pattern import is_exact
from ocitui.tui.rows.row import Part


@dataclass(frozen=True, slots=True)
class Query:
    """A text looked for. Small letters match capitals too; one capital makes it exact."""

    text: str

    @property
    def is_exact(self) -> bool:
        """True if case matters: it does once a capital was typed."""
        return is_exact(self.text)

    def matches(self, text: str) -> bool:
        """True if the text occurs here."""
        return _pattern(self.text, self.is_exact).search(text) is not None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The occurrences of the text here, as positions of characters, in order."""
        return [found.span() for found in _pattern(self.text, self.is_exact).finditer(text)]


@lru_cache(maxsize=64)
def _pattern(text: str, exact: bool) -> re.Pattern[str]:
    return re.compile(re.escape(text), 0 if exact else re.IGNORECASE)


Outcome = Literal["edited", "accepted", "cancelled", "ignored"]


class SearchBar:
    """A line being typed: its text, its caret, and what each key does to it.

    A plain object that its pane draws, not a widget: a key typed here then repaints one
    row, and the focus never leaves the pane.
    """

    def __init__(self, text: str = "") -> None:
        self.text = text
        """The text typed so far, unchanged."""
        self.caret = len(text)
        """The position of the caret, in characters."""

    def press(self, key: str, character: str | None) -> Outcome:
        """Take one key.

        Args:
            key: its name as Textual spells it.
            character: what it types, if anything.
        """
        before = self.text
        head, tail = self.text[: self.caret], self.text[self.caret :]
        match key:
            case "enter":
                return "accepted"
            case "escape" | "ctrl+c":
                return "cancelled"
            case "backspace" | "ctrl+h":
                if not self.text:
                    return "cancelled"
                head = head[:-1]
            case "delete":
                tail = tail[1:]
            case "ctrl+u":
                head = ""
            case "ctrl+w":
                head = head.rstrip()[: -len(head.split()[-1])] if head.split() else ""
            case "ctrl+k":
                tail = ""
            case "left":
                head, tail = head[:-1], head[-1:] + tail
            case "right":
                head, tail = head + tail[:1], tail[1:]
            case "home":
                head, tail = "", head + tail
            case "end":
                head, tail = head + tail, ""
            case _:
                if character is None or not character.isprintable():
                    return "ignored"
                head += character
        self.text, self.caret = head + tail, len(head)
        return "ignored" if before == self.text and not _moves(key) else "edited"

    def insert(self, text: str) -> None:
        """Take pasted text: its first line."""
        line = next(iter(text.splitlines()), "")
        self.text = self.text[: self.caret] + line + self.text[self.caret :]
        self.caret += len(line)

    def parts(self, width: int, notice: str) -> list[Part]:
        """The line as it is drawn: a slash, the text with its caret, and a word on how it goes."""
        notice = f"  {notice}" if notice else ""
        room = max(4, width - len(notice) - 3)
        head = cut_start(printable(self.text[: self.caret]), room)
        under = printable(self.text[self.caret : self.caret + 1]) or " "
        tail = printable(self.text[self.caret + 1 :])
        return [(f"/{head}", "lines--search"), (under, "lines--caret"), (f"{tail}{notice}", "lines--search")]


def _moves(key: str) -> bool:
    return key in ("left", "right", "home", "end")
