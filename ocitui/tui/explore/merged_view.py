"""The view of the layers in the Files pane, and the merged trees behind it."""

from collections.abc import Sequence

from ocitui.image.image import Image, Layer
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.removal import Removals
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.image.words import UNKNOWN, gap_text, layers_text
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.files.layer_source import LayerSource
from ocitui.tui.files.merged_source import ALL_MARKS, MergedSource, TreeSums, View
from ocitui.tui.rows.row import Part
from ocitui.tui.scans import Scans

VIEWS = ("this layer", "merged", "changes")
FILTERS: tuple[tuple[str, frozenset[Mark]], ...] = (
    ("", ALL_MARKS),
    ("changed only", ALL_MARKS - {Mark.UNCHANGED}),
    ("only added", frozenset({Mark.ADDED})),
    ("only modified", frozenset({Mark.MODIFIED})),
    ("only deleted", frozenset({Mark.DELETED})),
)


class MergedView:
    """The choices of ``m`` and ``u``, and one stack of layers for as long as no more of them become known."""

    def __init__(self, scans: Scans) -> None:
        self._scans = scans
        self._stack: LayerStack | None = None
        self._known: tuple[object, ...] = ()
        self._trees: dict[int, TreeSums] = {}
        self._view = 0
        self._filter = 0

    @property
    def is_alone(self) -> bool:
        """True if the chosen layer is shown alone."""
        return self._view == 0

    @property
    def title(self) -> str:
        """The view, where there is no room for all views: ``merged, only added``; empty for a layer alone."""
        if self.is_alone:
            return ""
        said = FILTERS[self._filter][0]
        return f"{VIEWS[self._view]}, {said}" if said else VIEWS[self._view]

    @property
    def next_title(self) -> str:
        """The name of the view that `next_view` goes on to."""
        return VIEWS[(self._view + 1) % len(VIEWS)]

    def next_view(self) -> None:
        """Go on from this layer to the merged tree, to the changes, and back."""
        self._view = (self._view + 1) % len(VIEWS)

    def next_filter(self) -> None:
        """Go on to what else is shown of a merged tree."""
        self._filter = (self._filter + 1) % len(FILTERS)

    def show_alone(self) -> None:
        """Change to the chosen layer alone."""
        self._view = 0

    def show_merged(self) -> None:
        """Change to the merged tree, with everything in it."""
        self._view, self._filter = 1, 0

    def parts(self) -> list[Part]:
        """The views, with the one that is shown in brackets; and the filter."""
        parts: list[Part] = []
        for number, name in enumerate(VIEWS):
            is_current = number == self._view
            parts.append((f"[{name}]" if is_current else f" {name} ", "" if is_current else "pane--muted"))
        if not self.is_alone and FILTERS[self._filter][0]:
            parts.append((f"  {FILTERS[self._filter][0]}", ""))
        return parts

    def stack(self, image: Image) -> LayerStack:
        """The layers of an image over each other, as far as they are known."""
        known = tuple(self._scans.known(layer) for layer in image.layers)
        if self._stack is None or self._known != known:
            self._stack, self._known = LayerStack(known), known
            self._trees.clear()
        return self._stack

    def tree(self, image: Image, top: int) -> MergedTree:
        """The layers of an image up to one of them, over each other."""
        return self.sums(image, top).tree

    def sums(self, image: Image, top: int) -> TreeSums:
        """The same, with what is known of its folders."""
        stack = self.stack(image)
        if top not in self._trees:
            self._trees[top] = TreeSums(MergedTree(stack, top))
        return self._trees[top]

    def source(self, image: Image, layer: Layer) -> MergedSource:
        """The rows of the view that is chosen."""
        view: View = "merged" if self._view == 1 else "changes"
        return MergedSource(self.sums(image, layer.number), view, FILTERS[self._filter][1])

    def layer_source(self, image: Image, layer: Layer, index: LayerIndex) -> LayerSource:
        """The rows of a layer alone, with what later layers that are known did to them."""
        stack = self.stack(image)
        later = any(stack.layers[layer.number :])
        is_known = stack.layers[layer.number - 1] is not None and later
        return LayerSource(index, layer.number, Removals(stack) if is_known else None)

    def waiting(self, layers: Sequence[Layer]) -> str:
        """The layers among these that are unknown, in words; empty where all are known."""
        missing = [layer.number for layer in layers if self._scans.known(layer) is None]
        if not missing:
            return ""
        unreadable = [layer.number for layer in layers if self._scans.problem(layer)]
        if unreadable and not self._scans.is_busy:
            said = gap_text(unreadable, len(self._known))
            return (
                f"✗ {UNKNOWN}: {said}"
                if len(unreadable) == len(layers)
                else f"✗ {said}: what changed there is not shown"
            )
        return f"{layers_text(missing)} {'being read' if self._scans.is_busy else 'not known'}"
