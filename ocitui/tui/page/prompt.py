"""The line on which a search, a path or a command is typed, with what came of it on the right."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ocitui.cells import cells, cut_start
from ocitui.display import printable
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.row import Part, cut_parts
from ocitui.tui.rows.search_bar import SearchBar

_ROOM = 20


class Prompt(Widget, can_focus=True):
    """Takes keys while it has the focus; those that move go on to the list below."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "accept", "Take the first", id="choose", worth=100),
        Key("down,tab,ctrl+n,ctrl+j", "leave('down')", "To the list", id="prompt-down", hint="list", worth=80),
        Key("shift+tab", "leave('shift+tab')", id="prompt-back"),
        Key("pagedown", "leave('pagedown')", id="page-down"),
        Key("ctrl+c", "screen.dismiss", id="interrupt"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "prompt--label",
        "prompt--caret",
        "prompt--hint",
        "prompt--notice",
        "prompt--bad",
    }
    DEFAULT_CSS = """
    Prompt {
        height: 1;
        background: $panel;
        color: $foreground;
        & > .prompt--label { color: $text-primary; text-style: bold; }
        & > .prompt--caret { text-style: none; }
        &:focus > .prompt--caret { background: $foreground; color: $background; }
        & > .prompt--hint { color: $foreground 50%; }
        & > .prompt--notice { color: $foreground 70%; }
        & > .prompt--bad { color: $text-error; }
        &:ansi { background: ansi_default; color: ansi_default; }
        &:ansi > .prompt--label { color: $secondary; text-style: bold; }
        &:ansi:focus > .prompt--caret { background: ansi_default; color: ansi_default; text-style: reverse; }
        &:ansi > .prompt--hint { color: ansi_default; text-style: dim; }
        &:ansi > .prompt--notice { color: ansi_default; text-style: dim; }
        &:ansi > .prompt--bad { color: $error; }
    }
    """

    class Edited(Message):
        """The text is another one now."""

    class Accepted(Message):
        """Enter was pressed."""

    class Down(Message):
        """A key that moves in the list was pressed."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key
            """Its name as Textual spells it."""

    def __init__(
        self,
        label: str,
        hint: str,
        text: str = "",
        *,
        enter: str = "go there",
        has_list: bool = True,
        id: str | None = None,
    ) -> None:
        """
        Args:
            label: what stands before the text.
            hint: what is said in its place while there is none.
            text: what stands there at first.
            enter: what Enter does, in a word or two.
            has_list: whether something can be chosen in the list below.
            id: of the widget.
        """
        super().__init__(id=id)
        self._label = label
        self._hint = hint
        self._enter = enter
        self._has_list = has_list
        self._typed = SearchBar(text)
        self._notice: Sequence[Part] = ()

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        if key.action.startswith("leave") and not self._has_list:
            return key.hinted("")
        return key.hinted(self._enter) if key.action == "accept" else key

    @property
    def text(self) -> str:
        """The text that was typed."""
        return self._typed.text

    def show(self, notice: Sequence[Part]) -> None:
        """Say on the right how it goes: parts with the styles ``prompt--notice`` and ``prompt--bad``."""
        if notice != self._notice:
            self._notice = notice
            self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Take a key that changes the text; the others have bindings."""
        if event.key in ("enter", "escape", "ctrl+c"):
            return
        before = self.text
        is_empty = event.key == "backspace" and not before
        outcome = "ignored" if is_empty else self._typed.press(event.key, event.character)
        if outcome == "ignored" and (event.character is None or not event.character.isprintable()):
            return
        self.refresh()
        if self.text != before:
            self.post_message(self.Edited())
        event.stop()
        event.prevent_default()

    def action_accept(self) -> None:
        """Say that what was typed is meant."""
        self.post_message(self.Accepted())

    def action_leave(self, key: str) -> None:
        """Say that a key was pressed that moves in the list."""
        self.post_message(self.Down(key))

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
        left: list[Part] = [(f" {self._label} ", "prompt--label"), (head, "")]
        left.append((printable(typed[caret : caret + 1]) or " ", "prompt--caret"))
        left.append((printable(typed[caret + 1 :]), "") if typed else (self._hint, "prompt--hint"))
        used = sum(cells(text) for text, _ in right)
        left = cut_parts(left, max(0, width - used - 1))
        gap = width - used - sum(cells(text) for text, _ in left)
        segments = []
        for text, name in [*left, (" " * gap, ""), *right]:
            style = self.get_component_rich_style(name) if name else self.rich_style
            segments.append(Segment(text, style))
        return Strip(segments, width)
