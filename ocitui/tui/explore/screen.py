"""The main screen: four panes on one image, each showing the other side of what is chosen in the rest.

What the screen does is done by objects, each of which gets what it needs of the others; the screen
gives them its keys and the messages that reach it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget

from ocitui.display import printable
from ocitui.image.image import Image
from ocitui.image.merged.changes import Mark
from ocitui.image.node import Node
from ocitui.layers.cache import LayerCache
from ocitui.transports.transport import Speaks, Transport
from ocitui.tui.explore.archive_folders import ArchiveFolders
from ocitui.tui.explore.attested import Attested
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.choosing import Choosing
from ocitui.tui.explore.contents import Contents
from ocitui.tui.explore.file_actions import FileActions
from ocitui.tui.explore.follows_panes import FollowsPanes
from ocitui.tui.explore.follows_scans import FollowsScans
from ocitui.tui.explore.keys import KEYS, adapted_key
from ocitui.tui.explore.known_bases import KnownBases
from ocitui.tui.explore.layer_files import LayerFiles
from ocitui.tui.explore.opens_pages import OpensPages
from ocitui.tui.explore.packages import Packages
from ocitui.tui.explore.pages import Pages
from ocitui.tui.explore.shown import Shown
from ocitui.tui.explore.verify_marks import VerifyMarks
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.keys import READ_AGAIN, Key, key_text
from ocitui.tui.settings import DEFAULTS, Settings
from ocitui.tui.terminal.clipboard import copy
from ocitui.tui.verify.verifying import Verifying


class ExploreScreen(OpensPages, FollowsScans, FollowsPanes, Screen[None]):
    """Image, Config, History and Files of one place."""

    BINDING_GROUP_TITLE = "The panes"
    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]
    DEFAULT_CSS = """
    ExploreScreen {
        layout: vertical;
        & > #context { display: none; background: $background; }
        &.-narrow > #context { display: block; }
    }
    """

    def __init__(
        self,
        transport: Transport,
        top: Node,
        chosen: Node,
        image: Image | None,
        cache: LayerCache,
        *,
        reference: str = "",
        opens_files: bool = False,
        settings: Settings = DEFAULTS,
    ) -> None:
        """
        Args:
            transport: where the blobs are.
            top: the tree of documents.
            chosen: the node to start on.
            image: the image to start with; None where there is none.
            cache: where layer indexes are kept.
            reference: the one by which the place was opened; empty where its images are not to be remembered.
            opens_files: whether the merged tree is shown before anybody asks for it, and layers are read for that.
            settings: how the panes are at first.
        """
        super().__init__()
        self.shown = Shown(self, transport, top, chosen, image, cache, settings.files, settings.fetch_without_asking)
        """The image and layer that the panes show."""
        self.panes = Panes(top)
        """The four panes."""
        self.panes.files.prefer(settings.files.order, settings.files.reverse, settings.files.columns)
        self.panes.show_exact(settings.exact)
        self.bars = ExploreBars(self.shown, self.panes)
        """The lines around them."""
        self.files = LayerFiles(self.shown, self.panes, self.bars, opens_files=opens_files)
        """Fills the Files pane."""
        self.choosing = Choosing(self.shown, self.panes, self.bars, self.files, reference)
        """Links the panes."""
        self.file_actions = FileActions(self.shown, self.panes, self.bars, self.files)
        """The actions on a file."""
        self.pages = Pages(self.shown, self.panes, self.bars, self.choosing)
        """Opens the pages over the panes."""
        self.verifying = Verifying(self, transport, top, cache, self.shown.scans.fetching.allowance)
        """The results of verifying since the program began."""
        self.verify_marks = VerifyMarks(self.verifying, self.shown, self.panes, self.bars, self.choosing)
        """Verifies what is chosen."""
        self._hints: list[str] = []

    def compose(self) -> ComposeResult:
        """The bars and the panes."""
        self._fit_panes()
        yield self.bars.title
        yield self.bars.context
        yield self.panes
        yield self.bars.status
        yield self.bars.hints

    def on_mount(self) -> None:
        """Show the image to start with."""
        self.bars.show_all()
        self.shown.scans.fetching.remedy = f"; {key_text(READ_AGAIN, self.app, typing=True)} allows that"
        if isinstance(self.shown.transport, Speaks):
            self.shown.transport.hear(self._hear)
        self.choosing.start()

    def _hear(self, text: str) -> None:
        """Take what a registry says, in whichever thread asks it."""
        with suppress(RuntimeError):  # the event loop is closed
            self.call_later(self.bars.show_notice, text, "bar--warn")

    def on_unmount(self) -> None:
        """End what is under way."""
        if isinstance(self.shown.transport, Speaks):  # first: others wait for who waits for a registry
            self.shown.transport.stop()
        self.verifying.cancel()
        self.shown.close()

    # The panes.

    @on(Resize)
    def _resized(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        self._fit_panes()
        self.bars.show_all()

    def _fit_panes(self) -> None:
        self.set_class(self.panes.fit(self.app.size) == "narrow", "-narrow")

    # The keys.

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        is_busy = self.verifying.is_running or self.shown.scans.is_busy
        return adapted_key(key, self.shown, self.panes, is_busy=is_busy)

    def tell_hints(self) -> None:
        """Have the keys said anew where what is shown gives them other words."""
        hints = [self.adapt_key(key).hint for key in self.BINDINGS if isinstance(key, Key)]
        if hints != self._hints:
            self._hints = hints
            self.refresh_bindings()

    @on(Panes.Changed)
    def _pane_changed(self) -> None:
        self.bars.show_all()

    def action_pane(self, name: str) -> None:
        """Bring the focus to a pane."""
        self.panes.go_to(name)

    def action_next_pane(self, step: int) -> None:
        """Bring the focus to the next pane, or the one before."""
        self.panes.go_on(step)

    def action_zoom(self) -> None:
        """Give the whole screen to the pane that has the focus, or show all again."""
        if self.panes.is_small:
            self.bars.refuse("there is room for one pane at this size")
            return
        self.panes.is_zoomed = not self.panes.is_zoomed
        self._arrange()

    def action_toggle_exact(self) -> None:
        """Say sizes and times exactly, or as people do."""
        is_exact = not self.panes.image_tree.is_exact
        self.panes.show_exact(is_exact)
        self.bars.show_notice("exact sizes and times" if is_exact else "human-readable sizes and times")

    def action_copy(self) -> None:
        """Copy what is under the cursor (OSC 52) and say what was copied."""
        lines = self.panes.focused_lines
        text = lines.copy_text if lines is not None else None
        if not text:
            self.bars.refuse("nothing to copy here")
            return
        copy(self.app, text)
        self.bars.show_notice(f"copied  {printable(text)}")

    def bring_forward(self, widget: Widget) -> None:
        """Bring a list in sight and the focus to it."""
        self.panes.go_to(next(pane.id or "" for pane in self.panes.all if pane in widget.ancestors))

    # What was read beside the screen.

    @on(Choosing.EntryRead)
    def _entry_read(self, event: Choosing.EntryRead) -> None:
        self.choosing.show_read(event.node)

    @on(Attested.Read)
    def _statement_read(self, event: Attested.Read) -> None:
        self.choosing.show_statement(event.digest)

    @on(Packages.Read)
    def _packages_read(self, event: Packages.Read) -> None:
        self.pages.show_packages(event)

    @on(Contents.Read)
    def _contents_read(self, event: Contents.Read) -> None:
        self.choosing.show_contents(event.node)

    @on(KnownBases.Found)
    def _bases_found(self, event: KnownBases.Found) -> None:
        self.panes.history.show_bases(event.image, event.bases)

    @on(ArchiveFolders.Read)
    def _archive_read(self, event: ArchiveFolders.Read) -> None:
        self.file_actions.take_archive(event)

    @on(ArchiveFolders.WayOpened)
    def _way_opened(self, event: ArchiveFolders.WayOpened) -> None:
        self.file_actions.archives.take_way(event)

    # What is shown.

    def action_toggle_json(self) -> None:
        """Change the config pane between summary and JSON."""
        self.choosing.show_json(not self.panes.config.is_json)
        self.tell_hints()

    def action_step_layer(self, step: int) -> None:
        """Open the layer above or below the one that is shown."""
        self.choosing.step_layer(step)

    # Layers.

    def action_next_view(self) -> None:
        """Change between the layer alone, the merged root filesystem up to it, and its changes."""
        self.files.next_view()
        self.tell_hints()

    def action_toggle_mark(self, sign: str) -> None:
        """Show what has a mark in the merged tree, or hide it."""
        self.files.toggle_mark(Mark(sign))

    def action_cancel(self) -> None:
        """Cancel verifying, else the scan of a layer."""
        if not self.verify_marks.cancel():
            self.files.cancel()
        self.tell_hints()

    # Verifying.

    @on(Verifying.Progress)
    def _verifying_went_on(self) -> None:
        self.verify_marks.went_on()
        self.tell_hints()

    @on(Verifying.Ended)
    def _verifying_ended(self, event: Verifying.Ended) -> None:
        self.verify_marks.ended(event)
        self.files.look_up()
        self.tell_hints()
