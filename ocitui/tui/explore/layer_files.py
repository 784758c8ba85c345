"""Opening layers: alone, over those below, while they are read."""

from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.binding import Binding, BindingType

from ocitui.display import format_size
from ocitui.errors import OcituiError
from ocitui.image.image import Layer
from ocitui.image.merged.stack import LayerStack
from ocitui.image.verify.layer_check import layer_notes, layer_problems
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.explore.history_pane import LayerFacts
from ocitui.tui.explore.panes import PanesScreen
from ocitui.tui.rows.pane import Pane
from ocitui.tui.scans import LayerOpened, LayerScanned, ScanFailed, Scans, ScanStalled


@runtime_checkable
class FollowsLayers(Protocol):
    """A screen over the panes that shows more once more is known of the layers."""

    def layers_changed(self) -> None:
        """More is known."""


class LayersScreen(PanesScreen):
    """Fills the files pane and says what is known of layers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "next_view", "Files: this layer, merged up to it, its changes"),
        Binding("u", "next_filter", "Files merged: all, only what changed, added, modified, deleted"),
        Binding("escape", "cancel_scan", "Cancel the scan of the layer", show=False),
    ]

    _shown_stack: LayerStack | None = None  # the layers that were known when files were shown last

    def offer_layer(self, layer: Layer) -> None:
        """Show a layer's files if that costs nothing, else say how to get them."""
        if self.shown_layer is not None and self.shown_layer.descriptor.digest == layer.descriptor.digest:
            return
        index = self.scans.known(layer)
        if index is not None or self.scans.is_running(layer):
            self.open_layer(layer, focus=False)
            return
        self.close_layer()
        try:
            layer.locate(self.transport)
            if failure := self.scans.failure(layer):
                self.files_pane.offer(failure, is_problem=True, remedy="r reads it again")
            else:
                self.files_pane.offer(f"Enter opens layer {layer.number}: {format_size(layer.descriptor.size)} to read")
        except OcituiError as error:
            self.files_pane.offer(str(error), is_problem=True, remedy="r looks again")
        self.query_one("#files", Pane).describe(f"layer {layer.number}")

    def close_layer(self) -> None:
        """Show no layer any more, nor say that one is shown."""
        self.shown_layer = None
        self.image_tree.opened = self.history_pane.opened = None
        self.image_tree.repaint_all()
        self.history_pane.repaint_all()
        self._say_files()

    def open_layer(self, layer: Layer | None, *, focus: bool = True) -> None:
        """Show a layer's files, reading the layer where that was not done before."""
        if layer is None or self.image is None:
            return
        self.shown_layer = layer
        self.image_tree.opened = self.image.layer_node(layer.number)
        self.history_pane.opened = layer.number
        self.image_tree.repaint_all()
        self.history_pane.repaint_all()
        self._show_view(layer)
        if focus:
            self.action_pane("files")

    def _show_view(self, layer: Layer) -> None:
        """Show the chosen view of a layer: alone, or over those below it."""
        if self.merged.is_alone or self.image is None:
            self.scans.open(layer)
        else:
            below = self.image.layers[: layer.number]
            self.scans.want(below)
            self._shown_stack = self.merged.stack(self.image)
            self.files_pane.show_merged(self.merged.source(self.image, layer), self.merged.waiting(below))
            self._say_files()
            self._say_status()

    def action_next_view(self) -> None:
        """Change between the layer alone, the merged root filesystem up to it, and its changes."""
        self.merged.next_view()
        self._reopen()

    def action_next_filter(self) -> None:
        """Show other marks of the merged tree."""
        if self.merged.is_alone:
            self.say("m changes to the merged tree first")
            return
        self.merged.next_filter()
        self._reopen()

    def _reopen(self) -> None:
        layer = self.shown_layer or self.layer_of(self.chosen)
        if layer is None and self.image is not None and self.image.layers:
            layer = self.image.layers[-1]
        if layer is not None:
            self.open_layer(layer, focus=False)
        self._say_files()

    @on(LayerOpened)
    def _layer_opened(self, event: LayerOpened) -> None:
        """Rows to show: of an index that is known, or the first of one that is being made."""
        if self.merged.is_alone and self.shown_layer is not None and event.digest == self.shown_layer.descriptor.digest:
            self._show_files(event.index, is_growing=event.is_growing)

    def _show_files(self, index: LayerIndex, *, is_growing: bool) -> None:
        assert self.shown_layer is not None
        assert self.image is not None
        problems: tuple[str, ...] = ()
        notes: tuple[str, ...] = ()
        if not is_growing:
            problems = layer_problems(self.shown_layer, index.summary)
            notes = layer_notes(self.shown_layer, index.summary)
        self._shown_stack = self.merged.stack(self.image)
        source = self.merged.layer_source(self.image, self.shown_layer, index)
        self.files_pane.show_layer(index, source, is_growing=is_growing, problems=problems, notes=notes)
        self._say_files()
        self._say_status()

    @on(Scans.Ended)
    def _scan_ended(self) -> None:
        self.scans.go_on()

    @on(Scans.Progress)
    def _scan_went_on(self, event: Scans.Progress) -> None:
        if self.merged.is_alone and self.shown_layer is not None and event.digest == self.shown_layer.descriptor.digest:
            self.files_pane.show_progress(event.progress)
            self._say_files()
            self._say_status()

    @on(LayerScanned)
    def _layer_scanned(self, event: LayerScanned) -> None:
        shown = self.shown_layer
        if self.merged.is_alone and shown is not None and event.digest == shown.descriptor.digest:
            self._show_files(event.index, is_growing=False)
        self._known_layers()
        self.layers_changed()

    def layers_changed(self) -> None:
        """Tell the screens over this one that more is known of the layers."""
        for screen in self.app.screen_stack:
            if screen is not self and isinstance(screen, FollowsLayers):
                screen.layers_changed()

    @on(ScanFailed)
    def _scan_failed(self, event: ScanFailed) -> None:
        if not self.merged.is_alone:
            self._say_waiting()
        elif self.shown_layer is not None and event.digest == self.shown_layer.descriptor.digest:
            if self.scans.is_running(self.shown_layer):
                return  # it was begun again since
            self.files_pane.offer(event.reason, is_problem=event.is_problem, remedy="r reads it again")
            self.close_layer()
            self._say_status()
        self.layers_changed()

    @on(ScanStalled)
    def _scan_stalled(self) -> None:
        """A scan has been silent for long, or is no more."""
        if not self.merged.is_alone:
            self._say_waiting()
        elif self.shown_layer is not None and self.scans.is_running(self.shown_layer):
            self.files_pane.show_stall(self.scans.stall(self.shown_layer))
            self._say_files()
        self._say_status()
        self.layers_changed()

    def _say_waiting(self) -> None:
        """Say which layers are missing from those that are shown over each other, and why."""
        if self.image is not None and self.shown_layer is not None:
            self.files_pane.waits_for(self.merged.waiting(self.image.layers[: self.shown_layer.number]))
        self._say_files()

    def read_again(self) -> None:
        """Read layers again that could not be read, or whose reading does not move."""
        if self.image is None:
            return
        layer = self.shown_layer or self.layer_of(self.chosen)
        again = self.scans.give_another_try(self.image.layers)
        if self.merged.is_alone:
            if layer is not None and self.scans.known(layer) is None and not self.scans.is_running(layer):
                self.files_pane.show_stall("")
                self.open_layer(layer, focus=False)
                again = [each for each in again if each is not layer]
            elif not again:
                self.say("no layer waits to be read again")
            if again:
                self.scans.want(again)
        elif layer is not None:
            self.scans.want([*again, *self.image.layers[: layer.number]])
            self._say_waiting()
        self.layers_changed()

    def action_cancel_scan(self) -> None:
        """Stop reading the layer; choosing it again goes on from the start."""
        if not self.merged.is_alone:
            self.scans.stop()
        elif self.shown_layer is not None:
            self.scans.cancel(self.shown_layer)

    def look_up_known_layers(self) -> None:
        """Find out which layers of the image are in the cache."""
        if self.image is not None:
            self.scans.look_up(self.image)

    @on(Scans.KnownLayers)
    def _known_layers(self) -> None:
        """Show what more layers tell of the one that is shown, or the one that is chosen where none was known."""
        self._say_facts()
        layer = self.shown_layer or self.layer_of(self.chosen)
        if self.shown_layer is None and layer is not None:
            self.offer_layer(layer)
        elif layer is not None and self.image is not None and self.merged.stack(self.image) is not self._shown_stack:
            index = self.scans.known(layer)
            if not self.merged.is_alone:
                self._show_view(layer)
            elif index is not None:
                self._show_files(index, is_growing=False)

    def _say_facts(self) -> None:
        if self.image is None:
            return
        facts = {}
        for layer in self.image.layers:
            summary = self.scans.summary(layer)
            if summary is not None and summary.complete:
                is_damaged = bool(layer_problems(layer, summary))
                facts[layer.number] = LayerFacts(summary.unpacked_size, summary.file_count, is_damaged)
        self.history_pane.show_facts(facts)
        self._say_title()
