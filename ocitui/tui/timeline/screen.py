"""What every layer did to one path."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from ocitui.display import printable
from ocitui.image.image import Image
from ocitui.image.merged.timeline import Timeline, Touch, Version
from ocitui.tui.page.page import Page
from ocitui.tui.rows.bars import Bar, hint_parts
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.terminal.clipboard import copy
from ocitui.tui.timeline.rows import detail_rows, now_text, touch_parts


class TouchLines(Lines):
    """A row for each layer that touched the path."""

    def __init__(self, image: Image, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._image = image
        self._touches: Sequence[Touch] = ()

    def show_touches(self, touches: Sequence[Touch]) -> None:
        """Show other touches; the cursor stays on its layer, and starts on the last."""
        layer = self.touch.layer if self.touch is not None else None
        self._touches = touches
        at = next((n for n, touch in enumerate(touches) if touch.layer == layer), len(touches) - 1)
        self.refresh_rows(max(0, at))

    @property
    def touch(self) -> Touch | None:
        """The touch under the cursor."""
        return self._touches[self.cursor] if self.cursor < len(self._touches) else None

    @property
    def row_count(self) -> int:
        """How many layers touched the path."""
        return len(self._touches)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One layer."""
        return touch_parts(self._touches[index], self._image, width)

    def header_parts(self, width: int) -> Sequence[Part] | None:
        """The names of the columns."""
        return [(f"{'layer':>5} {'what':<22}{'size':>10}  {'mode':<10}  instruction", "lines--header")]

    def empty_parts(self, width: int) -> Sequence[Part]:
        """No layer has it."""
        return [("no layer that is known has it", "lines--muted")]

    @property
    def copy_text(self) -> str | None:
        """The digest of the layer under the cursor."""
        return str(self._image.layers[self.touch.layer - 1].descriptor.digest) if self.touch else None


class TimelineScreen(Page, Screen[None]):
    """The timeline of a path, and all of what is under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,w", "dismiss", "Back", key_display="esc"),
        Binding("d", "compare", "Compare this version with the one before"),
        Binding("o", "go", "Go to this layer's files"),
        Binding("y", "copy", "Copy the layer's digest"),
        Binding("x", "save", "Save this version"),
    ]
    DEFAULT_CSS = """
    TimelineScreen {
        & > #touches { height: 1fr; }
        & > #details { height: 45%; max-height: 16; }
    }
    """

    class Asked(Message):
        """A version of the path is to be shown, compared, saved or gone to."""

        def __init__(self, what: str, path: bytes, touch: Touch, version: Version) -> None:
            super().__init__()
            self.what = what
            """``view``, ``compare``, ``save`` or ``go``."""
            self.path = path
            self.touch = touch
            self.version = version

    def __init__(self, owner: MessagePump, image: Image, path: bytes, trace: Callable[[bytes], Timeline]) -> None:
        """
        Args:
            owner: who is asked to show, compare, save, or go.
            image: the image.
            path: from the root, without a slash at its beginning.
            trace: finds the timeline in the layers that are known by now.
        """
        super().__init__()
        self._owner = owner
        self._image = image
        self._path = path
        self._trace = trace

    def compose(self) -> ComposeResult:
        """The timeline, and below it the details of one row."""
        yield Bar(id="title")
        yield Pane(None, "Timeline", TouchLines(self._image, id="touch-rows"), id="touches")
        yield Pane(None, "Details", TextLines(id="detail-rows"), id="details")
        yield Bar(id="hints")

    def on_mount(self) -> None:
        """Show what is known."""
        self.layers_changed()
        self.query_one(TouchLines).focus()

    def layers_changed(self) -> None:
        """Show what is known by now: more layers were indexed."""
        if not self.is_attached or not self.query(TouchLines):
            return
        timeline = self._trace(self._path)
        title: list[Part] = [(f" /{printable(self._path)}  ", "bar--accent"), (now_text(timeline), "")]
        self.query_one("#title", Bar).say(title)
        waiting = ""
        if timeline.unknown:
            waiting = f"layers {', '.join(map(str, timeline.unknown[:12]))} are not known yet"
        self.query_one("#touches", Pane).describe(f"/{printable(self._path)}", waiting)
        self.query_one(TouchLines).show_touches(timeline.touches)
        self._show_details()
        keys = [("⏎", "view"), ("d", "diff with before"), ("o", "go there"), ("x", "save"), ("y", "copy")]
        self.query_one("#hints", Bar).say(hint_parts(keys, 80), hint_parts([("esc", "back")], 20))

    @on(Lines.Highlighted, "#touch-rows")
    def _show_details(self) -> None:
        touch = self.query_one(TouchLines).touch
        rows = detail_rows(touch, self._image) if touch is not None else []
        self.query_one("#details", Pane).describe(f"layer {touch.layer}" if touch is not None else "")
        self.query_one("#detail-rows", TextLines).show_rows(rows)

    @on(Lines.Chosen, "#touch-rows")
    def _chosen(self) -> None:
        self._ask("view")

    def action_compare(self) -> None:
        """Compare with the version before."""
        self._ask("compare")

    def action_go(self) -> None:
        """Go to the layer."""
        self._ask("go")

    def action_save(self) -> None:
        """Save the version."""
        self._ask("save")

    def action_copy(self) -> None:
        """Copy the digest of the layer."""
        text = self.query_one(TouchLines).copy_text
        if text:
            copy(self.app, text)
            self.query_one("#details", Pane).describe("", f"copied {text}")

    def _ask(self, what: str) -> None:
        touch = self.query_one(TouchLines).touch
        version = None if touch is None else touch.after or touch.before
        if touch is not None and version is not None:
            self._owner.post_message(self.Asked(what, self._path, touch, version))
