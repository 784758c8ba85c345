"""Facts about the layers of the image, beside their files: their sizes, and what is wrong with them."""

from collections.abc import Sequence

from ocitui.image.image import Layer
from ocitui.image.verify.layer_check import layer_problems
from ocitui.image.words import with_short_digest
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.explore.shown import Shown
from ocitui.tui.panes.history_pane import LayerFacts
from ocitui.tui.panes.panes import Panes


class KnownLayers:
    """Says in the history and in the tree of documents what is known of layers."""

    def __init__(self, shown: Shown, panes: Panes) -> None:
        self._shown = shown
        self._panes = panes

    def show(self) -> None:
        """Show what is known by now."""
        image = self._shown.image
        if image is None:
            return
        facts = {}
        for layer in self._shown.layers:
            summary = self._shown.scans.summary(layer)
            if summary is not None and summary.complete:
                is_damaged = bool(layer_problems(layer, summary))
                facts[layer.number] = LayerFacts(summary.unpacked_size, summary.file_count, is_damaged, summary.basis)
        self._panes.history.show_facts(facts)
        damaged = [number for number, each in facts.items() if each.is_damaged]
        self._panes.image_tree.damaged = frozenset(map(image.layer_node, damaged))
        self._panes.image_tree.repaint_all()

    def problems_of(self, layer: Layer) -> Sequence[str]:
        """Return what is known to be wrong with a layer."""
        index = self._shown.scans.known(layer)
        if index is not None:
            return self.problems_in(layer, index)
        failure = self._shown.scans.failure(layer)
        return [failure] if failure else []

    @staticmethod
    def problems_in(layer: Layer, index: LayerIndex) -> Sequence[str]:
        """Return what an index says is wrong with its layer."""
        problems = layer_problems(layer, index.summary)
        return [with_short_digest(str(problem), layer.descriptor) for problem in problems]
