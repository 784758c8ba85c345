"""Reactions of the main screen when more is known of layers: the messages of scans, and of what is added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.events import ScreenResume, ScreenSuspend
from textual.message_pump import MessagePump

from ocitui.tui.explore.adding_up import AddingUp
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.choosing import Choosing
from ocitui.tui.explore.layer_files import LayerFiles
from ocitui.tui.explore.shown import Shown
from ocitui.tui.panes.panes import Panes
from ocitui.tui.scans.messages import (
    LayerListed,
    LayerOpened,
    LayerScanned,
    LayersKnown,
    ScanEnded,
    ScanFailed,
    ScanMoved,
    ScanStalled,
)

if TYPE_CHECKING:
    from textual.screen import Screen

    _Base = Screen[None]
else:
    _Base = MessagePump  # the kind of screen follows where it is used


class FollowsScans(_Base):
    """Put it before the kind of screen."""

    shown: Shown
    """The image and layer that the panes show."""
    panes: Panes
    """The four panes."""
    bars: ExploreBars
    """The lines around them."""
    files: LayerFiles
    """Fills the Files pane."""
    choosing: Choosing
    """Links the panes."""
    _is_in_front = True
    """False from when a page covers the panes until all that it asked for was taken."""

    def tell_hints(self) -> None:
        """Have the keys said anew where what is shown gives them other words."""
        raise NotImplementedError

    @on(LayerOpened)
    def _layer_opened(self, event: LayerOpened) -> None:
        self.files.opened(event)

    @on(ScanMoved)
    def _scan_went_on(self, event: ScanMoved) -> None:
        self.files.went_on(event)
        self.tell_hints()

    @on(LayerScanned)
    def _layer_scanned(self, event: LayerScanned) -> None:
        self.files.scanned(event.digest, event.index)
        self.choosing.show_config_of(event.digest)

    @on(ScanFailed)
    def _scan_failed(self, event: ScanFailed) -> None:
        self.files.failed(event)
        self.choosing.show_config_of(event.digest)

    @on(ScanStalled)
    def _scan_stalled(self) -> None:
        self.files.stalled()

    @on(ScanEnded)
    def _scan_ended(self) -> None:
        self.shown.scans.go_on()
        self.tell_hints()

    @on(LayerListed)
    def _layer_listed(self) -> None:
        self.shown.scans.go_on()
        self.files.show_known()

    @on(LayersKnown)
    def _layers_known(self) -> None:
        self._take_scanned()
        self.files.show_known()
        self.files.open_at_first()
        self.choosing.show_config()

    @on(AddingUp.AddedUp)
    def _added_up(self) -> None:
        self.bars.show_title()
        self.bars.update_status()

    @on(AddingUp.Settled)
    def _settled(self) -> None:
        self.panes.files.refresh_source()

    def _take_scanned(self) -> None:
        """Have scans take the place of tables of contents, once no page has entries of these."""
        if self._is_in_front and self.is_current:
            self.files.take_scanned()

    @on(ScreenSuspend)
    def _covered(self) -> None:
        self._is_in_front = False

    @on(ScreenResume)
    def _uncovered(self) -> None:
        self._is_in_front = True
        self._take_scanned()
