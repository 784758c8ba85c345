"""The form that asks where to save: a line for the path, and what else to keep."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message

from ocitui.cells import cut_start
from ocitui.display import printable
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.search_bar import SearchBar
from ocitui.tui.save.target import complete_path

OFFERED = 12
"""Names that completion shows."""


class SaveForm(Lines):
    """The first row is typed on; the others are turned on and off with the space bar."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Save", hint="save", worth=100),
        Key("tab", "complete", "Complete the path", hint="complete", worth=90),
        Key("slash", "search"),
        Key("space", "toggle_option", "Turn the option on or off", hint="options", worth=80),
    ]

    class Edited(Message):
        """Another path was typed."""

    def __init__(self, text: str, options: Sequence[str], *, id: str | None = None) -> None:
        """
        Args:
            text: the path to begin with.
            options: what may be turned on.
        """
        super().__init__(id=id)
        self._typed = SearchBar(text)
        self._options = options
        self._chosen: set[int] = set()
        self._offers: list[str] = []

    @property
    def text(self) -> str:
        """The path as typed."""
        return self._typed.text

    def is_on(self, option: int) -> bool:
        """True if an option was turned on."""
        return option in self._chosen

    # What Lines asks.

    @property
    def row_count(self) -> int:
        """The line, the options, and what completion offers."""
        return 1 + len(self._options) + len(self._offers)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One row of the form."""
        if index == 0:
            text, caret = self._typed.text, self._typed.caret
            head = cut_start(printable(text[:caret]), max(4, width - 12))
            under = printable(text[caret : caret + 1]) or " "
            caret_style = "lines--caret" if self.cursor == 0 else ""
            return [("save to  ", "lines--muted"), (head, ""), (under, caret_style), (printable(text[caret + 1 :]), "")]
        if index <= len(self._options):
            mark = "[x]" if self.is_on(index - 1) else "[ ]"
            return [(f"{mark} {self._options[index - 1]}", "")]
        return [(f"         {printable(self._offers[index - 1 - len(self._options)])}", "lines--muted")]

    def move_cursor(self, index: int) -> None:
        """Only the line and the options can be gone to."""
        super().move_cursor(min(index, len(self._options)))
        self.repaint_all()

    def style_of(self, name: str, *, under_cursor: bool = False) -> Style:
        """The caret is seen in the row under the cursor."""
        return super().style_of(name, under_cursor=under_cursor and name != "lines--caret")

    # Keys.

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        return key.hinted("") if key.action == "toggle_option" and not self._options else super().adapt_key(key)

    def on_key(self, event: events.Key) -> None:
        """On the first row keys are text, but for those that leave it."""
        if self.cursor != 0 or event.key in ("enter", "escape", "tab", "up", "down", "pageup", "pagedown"):
            return
        outcome = self._typed.press(event.key, event.character)
        if outcome == "edited":
            self._offers = []
            self.repaint_all()
            self.post_message(self.Edited())
        if outcome != "ignored" or event.is_printable:
            event.stop()
            event.prevent_default()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell the footer that keys are text on the first row."""
        return self.cursor == 0 and character is not None and character.isprintable()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text into the path."""
        self._typed.insert(event.text)
        self.repaint_all()
        self.post_message(self.Edited())
        event.stop()

    def action_complete(self) -> None:
        """Complete the path, and show how it may go on."""
        self.move_cursor(0)
        text, found = complete_path(self.text)
        if text != self.text:
            self._typed = SearchBar(text)
            self.post_message(self.Edited())
        self._offers = found[:OFFERED] if len(found) > 1 else []
        if len(found) > OFFERED:
            self._offers[-1] = "…"
        self.repaint_all()

    def action_toggle_option(self) -> None:
        """Turn an option on or off."""
        if 0 < self.cursor <= len(self._options):
            self._chosen ^= {self.cursor - 1}
            self.repaint_all()

    def action_search(self) -> None:
        """There is nothing to search in a form."""
