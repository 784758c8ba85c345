"""The timeline of one path: every layer's change."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message_pump import MessagePump
from textual.screen import Screen

from ocitui.display import printable
from ocitui.image.image import Image
from ocitui.image.layer_numbers import layers_text
from ocitui.image.merged.folding import FoldedChanges, fold
from ocitui.image.merged.timeline import PathChange, Timeline
from ocitui.image.merged.words import now_text
from ocitui.tui.page.gaps import Gaps
from ocitui.tui.page.path_page import PathPage, Request
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import BACK, CHOOSE, Key, key_text
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.timeline.rows import TouchRow, detail_rows, row_parts, touch_header


class TimelineScreen(PathPage, Screen[None]):
    """The timeline of a path, and all of what is under the cursor."""

    BINDING_GROUP_TITLE = "Which layers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("d", "request('compare')", "Compare this version with the previous one", id="diff", hint="diff", worth=90),
        Key("o", "request('go')", "Go to this layer's files", id="go-there", hint="go there", worth=85),
        Key("x", "request('save')", "Save this version", id="save", hint="save", worth=60),
        Key("y", "copy", "Copy the layer's digest", hint="copy", worth=54),
        BACK,
        Key("w", "dismiss", id="timeline"),
    ]
    DEFAULT_CSS = """
    TimelineScreen {
        & > #touches { height: 1fr; }
        & > #details { height: 45%; max-height: 16; }
    }
    """

    def __init__(
        self,
        owner: MessagePump,
        image: Image,
        source: SearchSource,
        path: bytes,
        trace: Callable[[bytes], Timeline],
    ) -> None:
        """
        Args:
            owner: who gets `PathRequested`.
            image: the image.
            source: the same image, as far as its layers are known.
            path: from the root, without a slash at its beginning.
            trace: finds the timeline in the layers that are known by now.
        """
        super().__init__(owner)
        self._image = image
        self._source = source
        self._path = path
        self._trace = trace
        self._traced = path  # where it leads
        self._is_whole = False
        self._noun = image.layer_noun
        self._nothing = f"no {image.layer_noun} that is known has it"
        self._touches: RowList[TouchRow] = RowList(
            lambda touch, width: row_parts(touch, image, self._traced, width, key_text(CHOOSE, self.app)),
            header=lambda width: touch_header(width, image.layer_noun),
            key=lambda touch: touch.layers[0] if isinstance(touch, FoldedChanges) else touch.layer,
            copied=lambda touch: (
                None if isinstance(touch, FoldedChanges) else str(image.layers[touch.layer - 1].descriptor.digest)
            ),
            notice=self._nothing,
            enter=("view", "View this version"),
            id="touch-rows",
        )

    def compose(self) -> ComposeResult:
        """The timeline, and below it the details of one row."""
        yield Bar(id="title")
        yield Pane(None, "Timeline", self._touches, id="touches")
        yield Pane(None, "Details", TextLines(id="detail-rows"), id="details")
        yield KeysBar()

    def on_mount(self) -> None:
        """Show what is known."""
        self.layers_changed()
        self._touches.focus()

    def layers_changed(self) -> None:
        """Show what is known by now: more layers were indexed."""
        timeline = self._trace(self._path)
        self._traced = timeline.path
        damaged = Gaps.of(self._source).damaged
        now = now_text(timeline, damaged, self._noun)
        title: list[Part] = [(f" /{printable(self._path)}  ", "bar--accent"), (now, "")]
        self.query_one("#title", Bar).show(title)
        gaps = Gaps.of(self._source, sorted({*timeline.unknown, *damaged}))
        consequence = "not all that happened there is known" if damaged else "what happened there is not known"
        missing = gaps.text and f"{gaps.text}: {consequence}"
        waiting = f"{layers_text(gaps.waiting, self._noun)} not known yet" if gaps.waiting else ""
        self.query_one("#touches", Pane).describe(f"/{printable(self._path)}", waiting or missing)
        self._touches.notice = missing or self._nothing
        rows = timeline.changes if self._is_whole else fold(timeline.changes)
        self._touches.keep_row(rows, len(rows) - 1)
        self._show_details()

    @on(Lines.Highlighted, "#touch-rows")
    def _show_details(self) -> None:
        row, touch = self._touches.row, self._touch
        rows = detail_rows(touch, self._image, self._traced) if touch is not None else []
        described = layers_text(row.layers, self._noun) if isinstance(row, FoldedChanges) else ""
        described = f"{self._noun} {touch.layer}" if touch is not None else described
        self.query_one("#details", Pane).describe(described)
        self.query_one("#detail-rows", TextLines).show_rows(rows)

    @on(Lines.Chosen, "#touch-rows")
    def _chosen(self) -> None:
        if isinstance(self._touches.row, FoldedChanges):
            self._is_whole = True
            self.layers_changed()
        else:
            self.action_request("view")

    @property
    def _touch(self) -> PathChange | None:
        """The change under the cursor; None where there is none, or several in one row."""
        row = self._touches.row
        return None if isinstance(row, FoldedChanges) else row

    @property
    def main_list(self) -> Lines:
        """The layers that touched the path."""
        return self._touches

    def show_notice(self, text: str, style: str = "bar--good") -> None:
        """Show what a key has done, in the frame."""
        self.query_one("#details", Pane).note(text)

    def action_request(self, what: Request) -> None:
        """Ask the owner to do something with the version under the cursor."""
        touch = self._touch
        version = None if touch is None else touch.after or touch.before
        if version is not None:
            self.request(what, self._path, version.layer, touch)
