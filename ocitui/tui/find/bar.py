"""The line on which a search is typed, with what came of it on the right."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ocitui.cells import cells, cut_start
from ocitui.display import printable
from ocitui.tui.rows.row import Part, cut_parts
from ocitui.tui.rows.search_bar import SearchBar

_DOWN = ("down", "pagedown", "tab", "shift+tab", "ctrl+n", "ctrl+j")
_ROOM = 20


class FindBar(Widget, can_focus=True):
    """Takes keys while it has the focus; those that move go on to the list below."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "find-bar--label",
        "find-bar--caret",
        "find-bar--hint",
        "find-bar--notice",
        "find-bar--bad",
    }
    DEFAULT_CSS = """
    FindBar {
        height: 1;
        background: $panel;
        color: $foreground;
        & > .find-bar--label { color: $text-primary; text-style: bold; }
        & > .find-bar--caret { text-style: none; }
        &:focus > .find-bar--caret { background: $foreground; color: $background; }
        & > .find-bar--hint { color: $foreground 50%; }
        & > .find-bar--notice { color: $foreground 70%; }
        & > .find-bar--bad { color: $text-error; }
        &:ansi { background: ansi_default; color: ansi_default; }
        &:ansi > .find-bar--label { color: ansi_cyan; text-style: bold; }
        &:ansi:focus > .find-bar--caret { background: ansi_default; color: ansi_default; text-style: reverse; }
        &:ansi > .find-bar--hint { color: ansi_default; text-style: dim; }
        &:ansi > .find-bar--notice { color: ansi_default; text-style: dim; }
        &:ansi > .find-bar--bad { color: ansi_red; }
    }
    """

    class Edited(Message):
        """The text is another one now."""

    class Accepted(Message):
        """Enter was pressed."""

    class Cancelled(Message):
        """Escape was pressed."""

    class Down(Message):
        """A key that moves in the list was pressed."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key
            """Its name as Textual spells it."""

    def __init__(self, label: str, hint: str, text: str = "", *, id: str | None = None) -> None:
        """
        Args:
            label: what stands before the text.
            hint: what is said in its place while there is none.
            text: what stands there at first.
            id: of the widget.
        """
        super().__init__(id=id)
        self._label = label
        self._hint = hint
        self._typed = SearchBar(text)
        self._notice: Sequence[Part] = ()

    @property
    def text(self) -> str:
        """What was typed."""
        return self._typed.text

    def say(self, notice: Sequence[Part]) -> None:
        """Say on the right how it goes: parts with the styles ``find-bar--notice`` and ``find-bar--bad``."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Take a key."""
        if event.key in _DOWN:
            event.stop()
            event.prevent_default()
            self.post_message(self.Down(event.key))
            return
        before = self.text
        if event.key == "backspace" and not before:
            outcome = "ignored"
        else:
            outcome = self._typed.press(event.key, event.character)
        match outcome:
            case "accepted":
                self.post_message(self.Accepted())
            case "cancelled":
                self.post_message(self.Cancelled())
            case "ignored" if event.character is None or not event.character.isprintable():
                return  # a key of the screen
            case _:
                self.refresh()
                if self.text != before:
                    self.post_message(self.Edited())
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text."""
        event.stop()
        self._typed.insert(event.text)
        self.refresh()
        self.post_message(self.Edited())

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell the footer that keys are text here."""
        return character is not None and character.isprintable()

    def on_click(self) -> None:
        """Come here to type."""
        self.focus()

    def render_line(self, y: int) -> Strip:
        """The line, for Textual."""
        width = self.size.width
        right = cut_parts(self._notice, max(0, width - len(self._label) - _ROOM))
        room = max(4, width - cells(self._label) - sum(cells(text) for text, _ in right) - 4)
        typed, caret = self._typed.text, self._typed.caret
        head = cut_start(printable(typed[:caret]), room)
        left: list[Part] = [(f" {self._label} ", "find-bar--label"), (head, "")]
        left.append((printable(typed[caret : caret + 1]) or " ", "find-bar--caret"))
        left.append((printable(typed[caret + 1 :]), "") if typed else (self._hint, "find-bar--hint"))
        used = sum(cells(text) for text, _ in right)
        left = cut_parts(left, max(0, width - used - 1))
        gap = width - used - sum(cells(text) for text, _ in left)
        segments = []
        for text, name in [*left, (" " * gap, ""), *right]:
            style = self.get_component_rich_style(name) if name else self.rich_style
            segments.append(Segment(text, style))
        return Strip(segments, width)
