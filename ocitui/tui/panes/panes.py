"""The layout of the four panes on the screen: all, two above each other, or one at a time."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantFocus
from textual.geometry import Size
from textual.message import Message

from ocitui.image.node import Node
from ocitui.tui.panes.config_pane import ConfigPane
from ocitui.tui.panes.files_pane import FilesPane
from ocitui.tui.panes.history_pane import HistoryPane
from ocitui.tui.panes.image_pane import ImagePane
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane

WIDE = (118, 30)
"""Columns and rows from which all four panes are shown."""
TALL = 34
"""Rows from which a narrow screen shows two panes, one above the other."""

Arrangement = Literal["wide", "tall", "narrow"]


class Panes(Container):
    """Two columns of two panes; the one that has the focus is always in sight."""

    COLUMNS: ClassVar[dict[str, str]] = {"image": "left", "config": "left", "history": "right", "files": "right"}
    DEFAULT_CSS = """
    Panes {
        height: 1fr;
        layout: horizontal;
        & > #left { width: 36%; min-width: 40; max-width: 48; }
        & > #right { width: 1fr; }
        & #image { height: 45%; }
        & #config { height: 55%; }
        & #history { height: 42%; }
        & #files { height: 58%; }
        &.-narrow > #left, &.-tall > #left { width: 1fr; max-width: 100%; }
        &.-narrow #image, &.-narrow #config, &.-narrow #history, &.-narrow #files { height: 1fr; }
    }
    """

    class Changed(Message):
        """Another pane has the focus."""

    def __init__(self, top: Node) -> None:
        """
        Args:
            top: the tree of documents.
        """
        super().__init__()
        self.image_tree = ImagePane(top, id="image-tree")
        """The contents of pane 1."""
        self.config = ConfigPane(id="config-views")
        """The contents of pane 2."""
        self.history = HistoryPane(id="history-rows")
        """The contents of pane 3."""
        self.files = FilesPane(id="files-tree")
        """The contents of pane 4."""
        self._panes = {
            "image": Pane(1, "Image", self.image_tree, id="image"),
            "config": Pane(2, "Config", self.config, id="config"),
            "history": Pane(3, "History", self.history, id="history"),
            "files": Pane(4, "Files", self.files, id="files"),
        }
        self._columns = {column: Container(id=column) for column in ("left", "right")}
        self._arrangement: Arrangement = "wide"
        self._by_size: Arrangement = "wide"
        self.is_zoomed = False
        """True if one pane has the whole screen, however large that is."""

    def compose(self) -> ComposeResult:
        """Two columns."""
        for name, column in self._columns.items():
            with column:
                yield from (pane for pane_name, pane in self._panes.items() if self.COLUMNS[pane_name] == name)

    @property
    def is_wide(self) -> bool:
        """True if all panes are in sight."""
        return self._arrangement == "wide"

    @property
    def is_narrow(self) -> bool:
        """True if one pane is in sight at a time."""
        return self._arrangement == "narrow"

    @property
    def is_small(self) -> bool:
        """True if the screen has no room for more than one pane, enlarged or not."""
        return self._by_size == "narrow"

    @property
    def all(self) -> list[Pane]:
        """The panes in their order."""
        return list(self._panes.values())

    @property
    def focused_lines(self) -> Lines | None:
        """The list that has the focus, in a pane or over them."""
        focused = self.screen.focused
        return focused if isinstance(focused, Lines) else None

    def show_exact(self, is_exact: bool) -> None:
        """Show sizes and times exactly, or as people say them."""
        for pane in (self.image_tree, self.history, self.files):
            pane.is_exact = is_exact
            pane.repaint_all()

    def frame(self, name: str) -> Pane:
        """The pane of this name."""
        return self._panes[name]

    @property
    def current(self) -> Pane:
        """The pane that has the focus, else the first."""
        focused = self.screen.focused if self.is_attached else None
        if focused is not None:
            for widget in focused.ancestors:
                if isinstance(widget, Pane) and widget in self._panes.values():
                    return widget
        return self._panes["image"]

    def fit(self, size: Size) -> Arrangement:
        """Fit the panes into a screen of this size, in columns and rows; before they are mounted, it costs least."""
        is_wide = size.width >= WIDE[0] and size.height >= WIDE[1]
        self._by_size = "wide" if is_wide else "tall" if size.height >= TALL else "narrow"
        self._arrangement = "narrow" if self.is_zoomed else self._by_size
        for pane in self.all:
            pane.set_class(self._arrangement == "narrow", "-bare", update=False)  # all below are styled anew next
        names = ("wide", "tall", "narrow")
        self.update_classes({f"-{name}": name == self._arrangement for name in names}, update=self.is_attached)
        self._bring_in_sight(self.current)
        return self._arrangement

    def go_to(self, name: str) -> None:
        """Bring a pane in sight and the focus to it."""
        pane = self._panes[name]
        self._bring_in_sight(pane)
        content = pane.content
        (content.view if isinstance(content, ConfigPane) else content).focus()

    def go_on(self, step: int) -> None:
        """Bring the focus to the next pane, or the one before."""
        names = list(self._panes)
        self.go_to(names[(names.index(self.current.id or "") + step) % len(names)])

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Keep the pane that has the focus in sight."""
        self._bring_in_sight(self.current)
        self.post_message(self.Changed())

    def _bring_in_sight(self, current: Pane) -> None:
        """Hide what there is no room for beside a pane; classes for that would have all below styled anew."""
        for name, column in self._columns.items():
            column.display = self._arrangement == "wide" or name == self.COLUMNS[current.id or ""]
        for pane in self.all:
            pane.display = self._arrangement != "narrow" or pane is current
