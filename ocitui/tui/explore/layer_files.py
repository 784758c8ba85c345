"""Fills the Files pane: with a layer alone, or over those below it, while they are read and after."""

from typing import Protocol, runtime_checkable

from ocitui.display import count_noun, format_size
from ocitui.errors import OcituiError
from ocitui.image.image import Image, Layer
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.stack import LayerStack
from ocitui.image.node import Node
from ocitui.image.verify.layer_check import layer_notes
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.explore.adding_up import AddingUp
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.known_layers import KnownLayers
from ocitui.tui.explore.merged_view import MARK_WORDS
from ocitui.tui.explore.shown import Shown
from ocitui.tui.files.spot import Spot
from ocitui.tui.page.page import tell
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.keys import CHOOSE, NEXT_VIEW, READ_AGAIN, key_text
from ocitui.tui.scans.messages import LayerOpened, ScanFailed, ScanMoved

MOST_AT_FIRST = 500
"""Layers of an image up to which it is shown merged before anybody asks for it; runtimes take about 125."""
READ_AT_FIRST = 200_000_000
"""Bytes of a layer, as stored, up to which it is read before anybody asks for it."""
SETTLED = 0.4
"""Seconds after which a cursor that stays on an image is not merely passing it."""


@runtime_checkable
class FollowsLayers(Protocol):
    """A screen over the panes that shows more once more is known of the layers."""

    def layers_changed(self) -> None:
        """More is known."""


class LayerFiles:
    """Opens layers in the Files pane and says what is known of them."""

    def __init__(self, shown: Shown, panes: Panes, bars: ExploreBars, *, opens_files: bool) -> None:
        """
        Args:
            shown: the image and layer that the panes show.
            panes: where they are shown.
            bars: the lines around them.
            opens_files: whether the merged tree is shown before anybody asks for it, and layers are read for that.
        """
        self._shown = shown
        self._opens_files = opens_files
        self._is_looked_up = False
        """True if it is known which layers of the image were read before."""
        self._has_turned = False
        """True if another image was shown before."""
        self._stopped: set[Node] = set()
        """Images whose layers somebody does not want read any more."""
        self._spots: dict[Node, Spot] = {}
        """The folders of each image that were open when it was left, and the place of the cursor."""
        self._panes = panes
        self._bars = bars
        self._pane = panes.files
        self._shown_stack: LayerStack | None = None
        """The layers that were known when files were shown last."""
        self.known = KnownLayers(shown, panes)
        """Says what else is known of layers."""
        self.adding_up = AddingUp(shown, panes)
        """Adds up what takes time."""

    # Opening and closing.

    def offer(self, layer: Layer) -> None:
        """Show a layer's files if that costs nothing, else say how to get them."""
        shown, scans = self._shown, self._shown.scans
        if shown.layer is not None and shown.layer.descriptor.digest == layer.descriptor.digest:
            return
        if scans.known(layer) is not None or scans.is_running(layer):
            self._mark_opened(layer)
            self.show_view(layer, is_asked=False)
            return
        self.close()
        try:
            layer.locate(shown.transport)
            if failure := scans.failure(layer):
                self._pane.offer(failure, is_problem=True, remedy=self._remedy(scans.remedy(layer)))
            else:
                size = format_size(layer.descriptor.size)
                self._pane.offer(f"{key_text(CHOOSE, self._pane.app)} opens {layer.name}: {size} to read")
        except OcituiError as error:
            self._pane.offer(str(error), is_problem=True, remedy=self._remedy("looks again"))
        self._panes.frame("files").describe(layer.name)

    def open_at_first(self) -> None:
        """Show the merged tree of the image; layers up to a size are read for it, others when they are asked for."""
        self._is_looked_up = True
        if self._opens_at_first:
            self._shown.merged.show_unasked()
            self._mark_opened(self._shown.layers[-1])
            self.show_view(self._shown.layers[-1], is_asked=False)

    def turn_to(self, image: Image) -> None:
        """Show another image: what was shown of it when it was left, else as at first."""
        left, spot = self._shown.image, self._pane.spot
        if left is not None and spot is not None:
            self._spots[left.node] = spot
        self._pane.spot_to_take = self._spots.get(image.node)
        self._shown.turn_to(image)
        self._is_looked_up, self._has_turned = False, True
        self._mark_opened(self._shown.layer)
        self._bars.show_files()
        if self._shown.layer is not None:
            self.show_view(self._shown.layer, is_asked=False)
        self._panes.call_after_refresh(self.look_up)

    @property
    def _opens_at_first(self) -> bool:
        """True if the merged tree is about to be shown, once it is known which layers were read before."""
        shown = self._shown
        is_layer = shown.layer is not None or shown.layer_of(shown.chosen) is not None
        return self._opens_files and not is_layer and 0 < len(shown.layers) <= MOST_AT_FIRST

    def offer_none(self) -> None:
        """Say how to choose a layer, where none is shown; or that files are about to be."""
        if self._shown.layer is None:
            how = self._shown.lack or f"choose a layer: {key_text(CHOOSE, self._pane.app)} opens it"
            opening = f"opening the merged tree of {count_noun(len(self._shown.layers), 'layer')}…"
            self._pane.offer(opening if self._opens_at_first else how)
            self._bars.show_files()
            if self._is_looked_up:
                self.open_at_first()

    def _remedy(self, what: str) -> str:
        return f"{key_text(READ_AGAIN, self._pane.app)} {what}"

    def close(self) -> None:
        """Show no layer any more, nor say that one is shown."""
        self._mark_opened(None)
        self._bars.show_files()

    def open(self, layer: Layer | None, *, focus: bool = True) -> None:
        """Show a layer's files, reading the layer where that was not done before."""
        if layer is None or self._shown.image is None:
            return
        if focus:
            self._shown.merged.show_opened()
        self._mark_opened(layer)
        self.show_view(layer)
        if focus:
            self._panes.go_to("files")

    def _mark_opened(self, layer: Layer | None) -> None:
        image, tree, history = self._shown.image, self._panes.image_tree, self._panes.history
        self._shown.layer = layer
        tree.opened = image.layer_node(layer.number) if image is not None and layer is not None else None
        history.opened = layer.number if layer is not None else None
        tree.repaint_all()
        history.repaint_all()

    def show_view(self, layer: Layer, *, is_asked: bool = True) -> None:
        """Show the chosen view of a layer: alone, or over those below it.

        Args:
            layer: the layer.
            is_asked: whether somebody asks for it; else only layers up to a size are read, once the cursor stays.
        """
        shown, image = self._shown, self._shown.image
        if shown.merged.is_alone or image is None:
            shown.scans.open(layer)
            return
        below = image.layers[: layer.number]
        if is_asked:
            self._stopped.discard(image.node)
            shown.scans.want(below)
        else:
            small = [each for each in below if (each.descriptor.size or 0) <= READ_AT_FIRST]
            wanted = small if image.node not in self._stopped else []
            shown.scans.want(wanted, after=SETTLED if self._has_turned else 0.0)
        self._show_merged(image, layer)

    def _show_merged(self, image: Image, layer: Layer) -> None:
        """Show a layer over those below it, as far as they are known."""
        shown, below = self._shown, image.layers[: layer.number]
        self._shown_stack = shown.merged.shown_stack(image)
        self._pane.show_merged(
            shown.merged.source(image, layer),
            shown.merged.waiting(below),
            shown.merged.damage(below),
            f"{layer.name} {shown.merged.nothing}",
        )
        self._bars.show_files()
        self._bars.update_status()

    def _show_alone(self, layer: Layer, index: LayerIndex, *, is_growing: bool) -> None:
        image, merged = self._shown.image, self._shown.merged
        assert image is not None
        problems = () if is_growing else self.known.problems_in(layer, index)
        self._shown_stack = merged.shown_stack(image)
        source = merged.layer_source(image, layer, index)
        notes = () if is_growing else layer_notes(layer, source.index.summary)
        self._pane.show_layer(index, source, is_growing=is_growing, problems=problems, notes=notes)
        self._bars.show_files()
        self._bars.update_status()

    # Views.

    def next_view(self) -> None:
        """Change between the layer alone, the merged root filesystem up to it, and its changes."""
        if self._shown.lack:
            self._bars.refuse(self._shown.lack)
            return
        self._shown.merged.next_view()
        self._reopen()

    def show_chosen_view(self, number: int) -> None:
        """Change to one of the views."""
        self._shown.merged.show_view(number)
        self._reopen()

    def toggle_mark(self, mark: Mark) -> None:
        """Show what has a mark in the merged tree, or hide it."""
        if self._shown.lack:
            self._bars.refuse(self._shown.lack)
        elif self._shown.merged.is_alone:
            self._bars.refuse(f"filters work in the merged tree: press {key_text(NEXT_VIEW, self._pane.app)}")
        elif self._shown.merged.toggle(mark):
            self._reopen()
        else:
            self._bars.refuse(f"only what is {MARK_WORDS[mark]} is shown: show something else first")

    def _reopen(self) -> None:
        layers = self._shown.layers
        layer = self._shown.layer_at_hand or (layers[-1] if layers else None)
        self.open(layer, focus=False)
        self._bars.show_files()

    # While layers are read.

    def opened(self, event: LayerOpened) -> None:
        """Rows to show: of an index that is known, or the first of one that is being made."""
        if self._shown.is_shown(event.digest) and self._shown.layer is not None:
            self._show_alone(self._shown.layer, event.index, is_growing=event.is_growing)

    def went_on(self, event: ScanMoved) -> None:
        """A layer is read on."""
        if self._shown.is_shown(event.digest):
            self._pane.show_progress(event.progress)
            self._bars.show_files()
            self._bars.show_status()

    def scanned(self, digest: object, index: LayerIndex) -> None:
        """A layer was read to its end."""
        if self._shown.is_shown(digest) and self._shown.layer is not None:
            self._show_alone(self._shown.layer, index, is_growing=False)
        self.show_known()
        self.tell_pages()

    def failed(self, event: ScanFailed) -> None:
        """A layer cannot be read, or its scan was cancelled."""
        if not self._shown.merged.is_alone:
            self.show_known()
            self._show_waiting()
        elif self._shown.is_shown(event.digest) and self._shown.layer is not None:
            if self._shown.scans.is_running(self._shown.layer):
                return  # it was begun again since
            remedy = self._remedy(self._shown.scans.remedy(self._shown.layer))
            self._pane.offer(event.reason, is_problem=event.is_problem, remedy=remedy)
            self.close()
            self._bars.show_status()
        self.tell_pages()

    def stalled(self) -> None:
        """A scan has been silent for long, or is no more."""
        shown = self._shown
        if not shown.merged.is_alone:
            self._show_waiting()
        elif shown.layer is not None and shown.scans.is_running(shown.layer):
            self._pane.show_stall(shown.scans.stall(shown.layer))
            self._bars.show_files()
        self._bars.show_status()
        self.tell_pages()

    def _show_waiting(self) -> None:
        """Say which layers are missing from those that are shown over each other, and why."""
        shown = self._shown
        if shown.layer is not None:
            below = shown.layers[: shown.layer.number]
            self._pane.waits_for(shown.merged.waiting(below), shown.merged.damage(below))
        self._bars.show_files()

    def tell_pages(self) -> None:
        """Tell the screens over the panes that more is known of the layers."""
        for screen in self._panes.app.screen_stack:
            if screen is not self._panes.screen and isinstance(screen, FollowsLayers):
                tell(screen, screen.layers_changed)

    def read_again(self) -> None:
        """Retry layers that failed or stalled."""
        shown, scans = self._shown, self._shown.scans
        if shown.image is None:
            return
        layer = shown.layer_at_hand
        again = scans.give_another_try(shown.layers)
        if shown.merged.is_alone:
            if layer is not None and scans.known(layer) is None and not scans.is_running(layer):
                self._pane.show_stall("")
                self.open(layer, focus=False)
                again = [each for each in again if each is not layer]
            elif not again:
                self._bars.refuse("no layer waits to be read again")
            if again:
                scans.want(again)
        elif layer is not None:
            self._stopped.discard(shown.image.node)
            scans.want([*again, *shown.layers[: layer.number]])
            self._show_waiting()
        self.tell_pages()

    def cancel(self) -> None:
        """Stop reading the layer; choosing it again goes on from the start."""
        if not self._shown.merged.is_alone:
            self._shown.scans.stop()
            if self._shown.image is not None:
                self._stopped.add(self._shown.image.node)
            self._show_waiting()
            self._bars.show_status()  # a registry that asks to wait is waited for no more
        elif self._shown.layer is not None:
            self._shown.scans.cancel(self._shown.layer)

    # What is known.

    def look_up(self) -> None:
        """Find out which layers of the image are in the cache."""
        if self._shown.image is not None:
            self._shown.scans.look_up(self._shown.image)

    def take_scanned(self) -> None:
        """Show layers as they are that were listed from their tables of contents, and have been scanned since."""
        if self._shown.take_scanned():
            self.show_known()

    def show_known(self) -> None:
        """Show what more layers tell of the one that is shown, or the one that is chosen where none was known."""
        shown = self._shown
        if shown.image is not None:
            self.known.show()
            self._bars.show_title()
            self.adding_up.add_up_waste()
        layer = shown.layer_at_hand
        if shown.layer is None and layer is not None:
            self.offer(layer)
        elif layer is not None and shown.image is not None and self._is_outdated(shown.image):
            index = shown.scans.known(layer)
            if not shown.merged.is_alone:
                self._show_merged(shown.image, layer)
            elif index is not None:
                self._show_alone(layer, index, is_growing=False)

    def _is_outdated(self, image: Image) -> bool:
        """True if more or less is known of the layers than when files were shown last."""
        return self._shown.merged.shown_stack(image) is not self._shown_stack
