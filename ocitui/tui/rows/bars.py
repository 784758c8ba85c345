"""The lines above and below the panes: what is open, what is under the cursor, which keys do what."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ocitui.cells import cells
from ocitui.tui.rows.row import Part, cut_parts, part_at


class Bar(Widget):
    """One line of text, a left part that is cut and a right part that is not."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--accent", "bar--muted", "bar--bad", "bar--good", "bar--warn"}
    DEFAULT_CSS = """
    Bar {
        height: 1;
        background: $panel;
        color: $foreground;
        & > .bar--accent { color: $text-primary; text-style: bold; }
        & > .bar--muted { color: $foreground 60%; }
        & > .bar--bad { color: $text-error; text-style: bold; }
        & > .bar--good { color: $text-success; }
        & > .bar--warn { color: $text-warning; }
        &:ansi { background: ansi_default; color: ansi_default; }
        &:ansi > .bar--accent { color: $secondary; }
        &:ansi > .bar--muted { color: ansi_default; text-style: dim; }
        &:ansi > .bar--bad { color: $error; }
        &:ansi > .bar--good { color: $success; }
        &:ansi > .bar--warn { color: $warning; }
    }
    """

    class Clicked(Message):
        """A part of the line was clicked."""

        def __init__(self, bar: "Bar", part: int, *, is_right: bool) -> None:
            super().__init__()
            self.bar = bar
            self.part = part
            """The position of the part among those shown."""
            self.is_right = is_right
            """True if it is one of those on the right."""

        @property
        def control(self) -> "Bar":
            """The bar, for selectors."""
            return self.bar

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: Sequence[Part] = ()
        self._right: Sequence[Part] = ()

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Show other text; only the columns that differ are sent."""
        if (left, right) == (self._left, self._right):
            return
        before = self._columns()
        self._left, self._right = left, right
        after = self._columns()
        if before is None or after is None or len(before) != len(after):
            self.refresh()
            return
        changed = [column for column, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
        if changed:
            self.refresh(Region(changed[0], 0, changed[-1] - changed[0] + 1, 1))

    def _columns(self) -> list[tuple[str, Style | None]] | None:
        """Each column with its colours; None where characters are not one column each, or nothing is drawn yet."""
        if not self.is_attached or not self.size:
            return None
        strip = self.render_line(0)
        columns = [(character, segment.style) for segment in strip for character in segment.text]
        return columns if len(columns) == self.size.width == cells(strip.text) else None

    async def on_click(self, event: events.Click) -> None:
        """Find what is under the mouse."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        start = self.size.width - sum(cells(text) for text, _ in self._right)
        is_right = offset.x >= start
        part = part_at(self._right if is_right else self._left, offset.x - start if is_right else offset.x)
        if part is not None:
            await self.clicked(part, is_right=is_right)

    async def clicked(self, part: int, *, is_right: bool) -> None:
        """Say that a part of the line was clicked.

        Args:
            part: which of the parts that were said.
            is_right: whether it is one of those on the right.
        """
        self.post_message(self.Clicked(self, part, is_right=is_right))

    @property
    def text(self) -> str:
        """The left part, as text."""
        return "".join(text for text, _ in self._left)

    def render_line(self, y: int) -> Strip:
        """The line, for Textual."""
        width = self.size.width
        right = cut_parts(self._right, width)
        used = sum(cells(text) for text, _ in right)
        left = cut_parts(self._left, max(0, width - used - (1 if used else 0)))
        gap = width - used - sum(cells(text) for text, _ in left)
        segments = []
        for text, name in [*left, (" " * gap, ""), *right]:
            style = self.get_component_rich_style(name) if name else self.rich_style
            segments.append(Segment(text, style))
        return Strip(segments, width).simplify()


def progress_bar(done: int, total: int, width: int) -> str:
    """A bar of blocks, in eighths of a column: ``▕███▍    ▏``."""
    return f"▕{block_bar(done, total, width):<{width}}▏"


def block_bar(done: int, total: int, width: int) -> str:
    """The blocks alone, without what is empty: ``███▍``."""
    share = min(1.0, done / total) if total > 0 else 0.0
    full, rest = divmod(round(share * width * 8), 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
