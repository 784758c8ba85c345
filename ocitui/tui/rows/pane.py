"""A frame around what a pane shows, with its number and its title."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantBlur, DescendantFocus
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ocitui.cells import cells
from ocitui.tui.rows.row import Part, cut_parts, part_at

_START, _BETWEEN = "╭─", " · "


class Pane(Container):
    """One of the four panes: a frame where there is room for one, and a title in it.

    The frame is drawn here and not by a border of the style sheet: another title, or the
    focus coming and going, then repaints the frame and nothing of what is inside.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "pane--frame",
        "pane--focused",
        "pane--title",
        "pane--current",
        "pane--muted",
        "pane--bad",
    }
    DEFAULT_CSS = """
    Pane {
        background: $background;
        & > * { margin: 1; }
        &.-bare > * { margin: 0; }
        & > .pane--frame { color: $foreground 28%; }
        & > .pane--focused { color: $primary; }
        & > .pane--title { color: $foreground 75%; }
        & > .pane--current { color: $text-primary; text-style: bold; }
        & > .pane--muted { color: $foreground 60%; }
        & > .pane--bad { color: $text-error; }
        &:ansi {
            background: ansi_default;
            & > .pane--frame { color: ansi_default; text-style: dim; }
            & > .pane--focused { color: $secondary; text-style: bold; }
            & > .pane--title { color: ansi_default; }
            & > .pane--current { color: $secondary; text-style: bold; }
            & > .pane--muted { color: ansi_default; text-style: dim; }
            & > .pane--bad { color: $error; }
        }
    }
    """

    def __init__(self, number: int | None, title: str, *contents: Widget, id: str) -> None:
        super().__init__(id=id)
        self.number = number
        """The key that brings the focus here; None where no key does."""
        self.title = title
        self._contents = contents
        self._left: Sequence[Part] = ()
        self._right = ""
        self._has_focus = False

    class Clicked(Message):
        """A part of what the frame says was clicked."""

        def __init__(self, pane: "Pane", part: int | None) -> None:
            super().__init__()
            self.pane = pane
            self.part = part
            """The number of the part that was described; None for the rest of the frame."""

        @property
        def control(self) -> "Pane":
            """The pane, for selectors."""
            return self.pane

    def on_click(self, event: events.Click) -> None:
        """Find what is under the mouse in the upper edge."""
        if event.y == 0 and not self.has_class("-bare"):
            event.stop()
            start = cells(f"{_START}{self._named}{_BETWEEN}")
            part = part_at(self._left, event.x - start) if event.x >= start else None
            self.post_message(self.Clicked(self, part))

    @property
    def _named(self) -> str:
        return f" {f'{self.number} ' if self.number is not None else ''}{self.title}"

    def compose(self) -> ComposeResult:
        """The contents of the frame."""
        yield from self._contents

    def describe(self, text: str | Sequence[Part], right: str = "") -> None:
        """Say in the frame what is shown.

        Args:
            text: safe to draw, after the title; parts may have the styles ``pane--…``.
            right: safe to draw, in the lower edge on the right.
        """
        left = [(text, "")] if isinstance(text, str) else text
        if left != self._left:
            self._left = left
            self._repaint(Region(0, 0, self.size.width, 1))
        self.note(right)

    def note(self, right: str) -> None:
        """Say something in the lower edge on the right, safe to draw."""
        if right != self._right:
            self._right = right
            self._repaint(Region(0, self.size.height - 1, self.size.width, 1))

    @property
    def content(self) -> Widget:
        """The widget that takes the focus here."""
        return next(child for child in self._contents if child.display)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Light the frame up."""
        self._light(has_focus=True)

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Let the frame go dark."""
        self._light(has_focus=False)

    def _light(self, *, has_focus: bool) -> None:
        if has_focus == self._has_focus:
            return
        self._has_focus = has_focus
        width, height = self.size
        sides = Region(0, 1, 1, height - 2), Region(width - 1, 1, 1, height - 2)
        self._repaint(Region(0, 0, width, 1), Region(0, height - 1, width, 1), *sides)

    def _repaint(self, *regions: Region) -> None:
        """Send parts of the frame; where it is out of sight it has no parts, and all of it is drawn anew later."""
        if self.size:
            self.refresh(*regions)
        else:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the frame, for Textual."""
        width, height = self.size
        if self.has_class("-bare") or width < 4 or height < 2:
            return Strip.blank(width, self.rich_style)
        frame = "pane--focused" if self._has_focus else "pane--frame"
        if y == 0:
            own = "pane--current" if self._has_focus else "pane--title"
            named: list[Part] = [(self._named, own)]
            if any(text for text, _ in self._left):
                named += [(_BETWEEN, "pane--muted"), *((text, style or own) for text, style in self._left)]
            return self._edge(_START, [*named, (" ", own)], [], "╮", frame)
        if y == height - 1:
            right: list[Part] = [(f" {self._right} ", "pane--muted")] if self._right else []
            return self._edge("╰─", [], right, "─╯", frame)
        side = self._style(frame)
        return Strip([Segment("│", side), Segment(" " * (width - 2), self.rich_style), Segment("│", side)], width)

    def _edge(self, start: str, left: Sequence[Part], right: Sequence[Part], end: str, frame: str) -> Strip:
        width = self.size.width
        room = width - len(start) - len(end)
        right = cut_parts(right, room)
        room -= sum(cells(text) for text, _ in right)
        left = cut_parts(left, room)
        room -= sum(cells(text) for text, _ in left)
        parts = [(start, frame), *left, ("─" * room, frame), *right, (end, frame)]
        return Strip([Segment(text, self._style(name)) for text, name in parts if text], width).simplify()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)
