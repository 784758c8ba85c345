"""The waste of an image: sums by layer at the top, every path below."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.stack import LayerStack
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.report import WasteReport, report_waste
from ocitui.image.waste.secrets import SecretPatterns
from ocitui.image.waste.sums import LayerSum
from ocitui.image.waste.waste import find_waste
from ocitui.tui.page.gaps import Gaps
from ocitui.tui.page.path_page import WHICH_KEY, PathPage, Request
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import BACK, Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.waste.rows import (
    FROM_BY,
    layer_header,
    layer_parts,
    path_header,
    path_legend,
    path_parts,
    path_rows,
    status_parts,
    summary_text,
    title_parts,
)

_CONSEQUENCE = "there may be more waste"
_SMALL = 16
"""Rows of a terminal below which one list is shown at a time."""


class WasteScreen(PathPage, Screen[None]):
    """Asks its owner to go to a file, or for its timeline; adds up again when more layers are known."""

    AUTO_FOCUS = "#path-rows"

    BINDING_GROUP_TITLE = "Waste"
    LEGEND: ClassVar[Sequence[tuple[str, str]]] = (
        ("from→by", FROM_BY.partition(": ")[2]),
        ("efficiency", "the part of the unpacked bytes that is not waste"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Key(
            "tab,shift+tab",
            "switch",
            "Switch between layers and paths",
            id="switch-list",
            hint="layers, paths",
            worth=80,
        ),
        WHICH_KEY,
        Key("y", "copy", "Copy the path", hint="copy", worth=54),
        BACK,
        Key("W", "dismiss", id="waste"),
    ]
    DEFAULT_CSS = """
    WasteScreen {
        & > #waste-layers { height: 8; }
        & > #waste-paths { height: 1fr; }
    }
    """

    class _Added(Message):
        """The waste of the layers that are known."""

        def __init__(self, seen: WasteReport | None, problem: str = "") -> None:
            super().__init__()
            self.seen = seen
            self.problem = problem

    def __init__(self, owner: MessagePump, source: SearchSource, refusal: str = "") -> None:
        """
        Args:
            owner: who gets `PathRequested`.
            source: the layers. Call `layers_changed` when more is known of them.
            refusal: the reason why nothing is added up, safe to draw; empty where it is.
        """
        super().__init__(owner)
        self._source = source
        self._refusal = refusal
        self._layer_list: RowList[LayerSum] = RowList(
            self._layer_parts,
            header=layer_header,
            key=lambda layer: layer.layer,
            id="layer-rows",
        )
        self._path_list = RowList(
            path_parts,
            header=path_header,
            key=lambda row: row.wasted.path,
            copied=lambda row: "/" + row.wasted.path.decode("utf-8", "surrogateescape"),
            notice=refusal or "adding up…",
            enter=("go there", "Go to the file in its layer"),
            id="path-rows",
        )
        self._seen: WasteReport | None = None
        self._contents: ContentReader | None = None
        self._problem = ""
        self._is_at_layers = False
        self._is_adding_up = False
        self._is_stale = False  # more layers are known than are added up

    def _layer_parts(self, layer: LayerSum, width: int) -> list[Part]:
        total = self._seen.waste.total if self._seen is not None else 0
        return layer_parts(layer, self._source.instruction(layer.layer), total, width)

    def compose(self) -> ComposeResult:
        """The sums, the layers, the paths."""
        yield Bar(id="title")
        yield Pane(None, "By layer", self._layer_list, id="waste-layers")
        yield Pane(None, "By path", self._path_list, id="waste-paths")
        yield Bar(id="status")
        yield KeysBar()

    def on_mount(self) -> None:
        """Add up what is known, and have the rest read."""
        self._path_list.focus()
        if self._refusal:
            self._arrange()
            return
        self._source.request_layers()
        self._contents = self._source.contents()
        self._arrange()
        self.layers_changed()

    def on_resize(self) -> None:
        """Give the layers as much room as they need, and not more than there is."""
        self._arrange()
        self._show_bars()

    def _arrange(self) -> None:
        """Give the paths all the room where there is little; the layers come with the focus."""
        height, layers = self.app.size.height, self.query_one("#waste-layers")
        if self._refusal:
            layers.display = False
            return
        is_small = height < _SMALL
        layers.display = not is_small or self._is_at_layers
        layers.styles.height = "1fr" if is_small else min(self._source.layer_count + 3, height * 2 // 5)
        self.query_one("#waste-paths").display = not is_small or not self._is_at_layers

    def layers_changed(self) -> None:
        """More layers are known, or it is known that one cannot be read."""
        if self._refusal:
            return
        self._is_stale = True
        self._add_up_once()
        self._show_bars()

    def _add_up_once(self) -> None:
        """Add up in a thread, one at a time: layers that come meanwhile are added up together after it."""
        if self._is_stale and not self._is_adding_up:
            self._is_stale, self._is_adding_up = False, True
            numbers = range(1, self._source.layer_count + 1)
            names = StackNames(LayerStack([self._source.index(number) for number in numbers]))
            self.run_worker(lambda: self._add_up(names), thread=True, group="waste", exit_on_error=False)

    @cached_property
    def _patterns(self) -> SecretPatterns:
        """The rules about secrets, which remember what files hold while layers are added up again."""
        return SecretPatterns.load()

    def _add_up(self, names: StackNames) -> None:
        try:
            waste = find_waste(names)
            if not self.is_attached:  # nobody waits for the rest
                return
            seen = report_waste(names, waste, self._patterns, contents=self._contents)
        except OcituiError as error:
            self.post_message(self._Added(None, str(error)))
        else:
            self.post_message(self._Added(seen))

    @on(_Added)
    def _added(self, event: _Added) -> None:
        self._is_adding_up = False
        self._problem = event.problem
        if event.seen is not None:
            self._seen = event.seen
            gaps = Gaps.of(self._source)
            self._path_list.notice = "no waste so far" if gaps.waiting else gaps.notice(_CONSEQUENCE) or "no waste"
            self._layer_list.keep_row(event.seen.layers)
            rows = path_rows(event.seen)
            if self._path_list.cursor:
                self._path_list.keep_row(rows)
            else:  # nobody has moved it
                self._path_list.show_rows(rows)
        self._add_up_once()
        self._show_bars()

    def action_switch(self) -> None:
        """Bring the focus to the other list."""
        self._is_at_layers = not self._layer_list.has_focus
        self._arrange()
        (self._layer_list if self._is_at_layers else self._path_list).focus()

    @on(Lines.Chosen, "#path-rows")
    def _chosen(self) -> None:
        self.action_request("go")

    @on(Lines.Highlighted, "#path-rows")
    def _moved(self) -> None:
        self._show_status()

    @property
    def main_list(self) -> Lines:
        """The paths, wherever the focus is."""
        return self._path_list

    def action_request(self, what: Request) -> None:
        """Ask the owner to do something with the path under the cursor."""
        row = self._path_list.row
        if row is not None:
            self.request(what, row.wasted.path, row.wasted.copies[-1].layer)

    # What the bars say.

    def _show_bars(self) -> None:
        title: list[Part] = [(" Waste", "bar--accent")]
        if self._refusal:
            self.query_one("#title", Bar).show(title)
            return
        gaps = Gaps.of(self._source)
        if gaps.unknown:
            title.append((f"  {gaps.unknown}", "bar--bad"))
        elif self._seen is not None:
            title += title_parts(self._seen, self.app.size.width)
        if self._seen is not None:
            gap = "" if gaps.unknown else gaps.notice(_CONSEQUENCE)
            legend = path_legend(self.app.size.width)
            said: list[Part] = [(gap, "pane--bad")] if gap else [(legend, "pane--muted")]
            self.query_one("#waste-paths", Pane).describe(said, summary_text(self._seen))
        self.query_one("#title", Bar).show(title, gaps.bar_parts())
        self._show_status()

    def _show_status(self) -> None:
        bar, row = self.query_one("#status", Bar), self._path_list.row
        problems = [*filter(None, (self._problem, *Gaps.of(self._source).problems))]
        if row is not None:
            numbers = (row.wasted.first_layer, row.wasted.made_in)
            bar.show(status_parts(row, [self._source.instruction(number) for number in numbers]))
        elif problems:
            bar.show([(f" {printable(problems[0])}", "bar--bad")])
        else:
            bar.show([])
