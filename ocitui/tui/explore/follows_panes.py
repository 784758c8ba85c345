"""Reactions of the main screen to its panes: frames that are clicked, cursors that move, rows that are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.message_pump import MessagePump

from ocitui.errors import DocumentError
from ocitui.spec.digest import Digest
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.choosing import Choosing
from ocitui.tui.explore.file_actions import FileActions
from ocitui.tui.explore.layer_files import LayerFiles
from ocitui.tui.panes.files_pane import FilesPane
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.summary_lines import SummaryLines
from ocitui.tui.view.json_view import FollowDigest

if TYPE_CHECKING:
    from textual.screen import Screen

    _Base = Screen[None]
else:
    _Base = MessagePump  # the kind of screen follows where it is used


class FollowsPanes(_Base):
    """Put it before the kind of screen."""

    panes: Panes
    """The four panes."""
    bars: ExploreBars
    """The lines around them."""
    files: LayerFiles
    """Fills the Files pane."""
    choosing: Choosing
    """Links the panes."""
    file_actions: FileActions
    """The actions on a file."""

    def tell_hints(self) -> None:
        """Have the keys said anew where what is shown gives them other words."""
        raise NotImplementedError

    # Frames, and the title above them.

    @on(Pane.Clicked)
    def _frame_clicked(self, event: Pane.Clicked) -> None:
        """Bring the focus to a pane whose frame was clicked; a view of the files that is named there is shown."""
        self.panes.go_to(event.pane.id or "")
        view = self.bars.view_at(event.part) if event.pane.id == "files" else None
        if view is not None:
            self.files.show_chosen_view(view)
            self.tell_hints()

    @on(Bar.Clicked, "#title")
    def _title_clicked(self, event: Bar.Clicked) -> None:
        if event.is_right:
            self.panes.go_to(self.panes.all[event.part].id or "")

    # Cursors.

    @on(Lines.Highlighted)
    def _moved(self, event: Lines.Highlighted) -> None:
        if self.bars.is_kept and event.lines is self.panes.focused_lines:
            self.bars.keep_status(())

    @on(Lines.Highlighted, "#image-tree")
    def _tree_moved(self) -> None:
        self.choosing.show(self.panes.image_tree.node)

    @on(Lines.Highlighted, "#history-rows")
    def _history_moved(self) -> None:
        self.choosing.follow_history()

    @on(Lines.Highlighted, "#files-tree")
    @on(Lines.Highlighted, "#summary")
    @on(Lines.Highlighted, "#json")
    def _other_moved(self, event: Lines.Highlighted) -> None:
        if event.lines is self.panes.focused_lines:  # else more is known of what is under its cursor
            self.bars.show_status()
        else:
            self.bars.update_status()

    @on(Lines.Highlighted, "#files-tree")
    @on(FilesPane.Seen)
    def _others_in_sight(self) -> None:
        self.tell_hints()
        self.files.adding_up.settle_in_sight()

    @on(Lines.Chosen, "#image-tree")
    def _tree_chosen(self) -> None:
        self.choosing.choose_node()

    @on(Lines.Chosen, "#history-rows")
    def _history_chosen(self) -> None:
        self.choosing.choose_history()

    @on(Lines.Chosen, "#files-tree")
    def _file_chosen(self) -> None:
        self.file_actions.open()

    @on(FilesPane.ArchiveRequested)
    def _archive_requested(self) -> None:
        self.file_actions.archives.open()

    @on(Lines.Chosen, "#summary")
    def _summary_chosen(self) -> None:
        summary = self.query_one(SummaryLines)
        try:
            digest = Digest.parse(summary.fact.value if summary.fact else "")
        except DocumentError:
            summary.toggle()
        else:
            self.choosing.follow(digest)

    @on(FollowDigest)
    def _json_followed(self, event: FollowDigest) -> None:
        self.choosing.follow(event.digest)
