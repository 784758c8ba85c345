"""The view of the layers in the Files pane, and the merged trees behind it."""

from collections.abc import Sequence

from ocitui.image.image import Image, Layer
from ocitui.image.layer_numbers import layers_text
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.removal import Removals
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.image.words import UNKNOWN, gap_text
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.files.archives import Archives
from ocitui.tui.files.layer_source import LayerSource
from ocitui.tui.files.merged_source import CHANGED, PRESENT, MergedSource, TreeSums
from ocitui.tui.rows.keys import READ_AGAIN, key_text
from ocitui.tui.rows.row import Part
from ocitui.tui.scans.scans import Scans
from ocitui.tui.settings import FileSettings

_STACKS = 2
"""Stacks of layers that are kept: with those that are not verified yet, and without them."""

VIEWS = ("this layer", "merged", "changes")
_WHOLE = (PRESENT, PRESENT, CHANGED)
"""The marks of all that each view is about; another choice is said."""
MARK_WORDS = {Mark.ADDED: "added", Mark.MODIFIED: "modified", Mark.DELETED: "deleted", Mark.UNCHANGED: "unchanged"}
_SIGNS = {Mark.UNCHANGED: "="}
_VERBS = {Mark.ADDED: "adds", Mark.MODIFIED: "modifies", Mark.DELETED: "deletes"}

ViewChoice = tuple[int, frozenset[Mark], bool]
"""The number of a view, the marks that it shows, and whether nobody has asked for it."""


class MergedView:
    """The choice of a view and of what it shows, and one stack of layers until more of them are known."""

    def __init__(self, scans: Scans, files: FileSettings) -> None:
        """
        Args:
            scans: the layers that are known.
            files: what the views show until that is changed.
        """
        self._scans = scans
        self._at_first = (PRESENT, files.merged, files.changes)
        self._stacks: dict[tuple[str, tuple[LayerIndex | None, ...]], LayerStack] = {}
        self._shown: LayerStack | None = None
        self._count = 0
        self._trees: dict[int, TreeSums] = {}
        self._archives = Archives()
        self._archives_of: Image | None = None
        self._view = 0
        self._marks = self._at_first[0]
        self._is_unasked = False

    @property
    def is_alone(self) -> bool:
        """True if the chosen layer is shown alone."""
        return self._view == 0

    @property
    def choice(self) -> ViewChoice:
        """The view and the filters that were chosen; may be set to what they were before."""
        return self._view, self._marks, self._is_unasked

    @choice.setter
    def choice(self, choice: ViewChoice) -> None:
        self._view, self._marks, self._is_unasked = choice

    @property
    def title(self) -> str:
        """The view, where there is no room for all views: ``merged, only added``; empty for a layer alone."""
        if self.is_alone:
            return ""
        return f"{VIEWS[self._view]}, {self._filtered}" if self._filtered else VIEWS[self._view]

    @property
    def _filtered(self) -> str:
        """The marks that are shown, where they are not all that the view is about: ``only + -``."""
        if self.is_alone or self._marks == _WHOLE[self._view]:
            return ""
        return f"only {' '.join(_SIGNS.get(mark, mark.value) for mark in MARK_WORDS if mark in self._marks)}"

    @property
    def nothing(self) -> str:
        """The meaning of an empty tree, as it follows the name of the layer: ``deletes nothing``."""
        verbs = [verb for mark, verb in _VERBS.items() if mark in self._marks]
        if Mark.UNCHANGED in self._marks or not verbs:
            return "leaves nothing of that kind" if verbs else "leaves nothing unchanged"
        return "changes nothing" if len(verbs) == len(_VERBS) else f"{' and '.join(verbs)} nothing"

    @property
    def next_title(self) -> str:
        """The name of the view that `next_view` goes on to."""
        return VIEWS[(self._view + 1) % len(VIEWS)]

    def next_view(self) -> None:
        """Go on from this layer to the merged tree, to the changes, and back; each begins as it does at first."""
        self._show((self._view + 1) % len(VIEWS))

    def show_view(self, number: int) -> None:
        """Change to one of the views."""
        self._show(number)

    def toggle(self, mark: Mark) -> bool:
        """Show what has a mark, or hide it; whether that can be done, for something is always shown."""
        if self._marks == {mark}:
            return False
        self._marks ^= {mark}
        self._is_unasked = False
        return True

    def show_unasked(self) -> None:
        """Show the merged tree until somebody opens a layer, or chooses a view; a view over several layers stays."""
        if self.is_alone:
            self._show(1)
            self._is_unasked = True

    def show_opened(self) -> None:
        """Show a layer that is opened in the view that was chosen; alone where none was."""
        if self._is_unasked:
            self._show(0)

    def show_alone(self) -> None:
        """Change to the chosen layer alone."""
        self._show(0)

    def show_merged(self) -> None:
        """Change to the merged tree, with everything in it."""
        self._show(1)

    def _show(self, view: int) -> None:
        self._view, self._marks, self._is_unasked = view, self._at_first[view], False

    def parts(self) -> list[Part]:
        """The views, with the one that is shown in brackets; and the filter."""
        parts: list[Part] = []
        for number, name in enumerate(VIEWS):
            is_current = number == self._view
            parts.append((f"[{name}]" if is_current else f" {name} ", "" if is_current else "pane--muted"))
        if self._filtered:
            parts.append((f"  {self._filtered}", ""))
        return parts

    def stack(self, image: Image) -> LayerStack:
        """The layers of an image over each other, as far as they are known."""
        return self._stack_of(image, tuple(self._scans.known(layer) for layer in image.layers))

    def shown_stack(self, image: Image) -> LayerStack:
        """The same, with layers whose digests are not known yet; `waiting` says which those are."""
        indexes = (self._scans.known(layer) or self._scans.listed(layer) for layer in image.layers)
        return self._stack_of(image, tuple(indexes))

    def _stack_of(self, image: Image, indexes: tuple[LayerIndex | None, ...]) -> LayerStack:
        self._count = len(indexes)
        key = image.layer_noun, indexes
        found = self._stacks.pop(key, None) or LayerStack(indexes, image.layer_noun)
        self._stacks[key] = found  # as the last one
        while len(self._stacks) > _STACKS:
            del self._stacks[next(iter(self._stacks))]
        return found

    def tree(self, image: Image, top: int) -> MergedTree:
        """The layers of an image up to one of them, over each other."""
        return self.sums(image, top).tree

    def sums(self, image: Image, top: int) -> TreeSums:
        """The same, with what is known of its folders."""
        stack = self.shown_stack(image)
        if stack is not self._shown:
            self._shown = stack
            self._trees.clear()
        if top not in self._trees:
            self._trees[top] = TreeSums(MergedTree(stack, top))
        return self._trees[top]

    def archives(self, image: Image) -> Archives:
        """The archives of an image that are open as folders, until another image is shown."""
        if self._archives_of is not image:
            self._archives, self._archives_of = Archives(), image
        return self._archives

    def source(self, image: Image, layer: Layer) -> MergedSource:
        """The rows of the view that is chosen."""
        return MergedSource(self.sums(image, layer.number), self._marks, self.archives(image))

    def layer_source(self, image: Image, layer: Layer, index: LayerIndex) -> LayerSource:
        """The rows of a layer alone, with what later layers that are known did to them."""
        stack = self.stack(image)
        later = any(stack.layers[layer.number :])
        is_known = stack.layers[layer.number - 1] is not None and later
        return LayerSource(index, layer.number, Removals(stack) if is_known else None, self.archives(image))

    def waiting(self, layers: Sequence[Layer]) -> str:
        """The layers among these that are unknown, in words; empty where all are known."""
        unknown = [layer for layer in layers if self._scans.known(layer) is None]
        if not unknown:
            return ""
        noun = unknown[0].noun
        listed = [layer.number for layer in unknown if self._scans.listed(layer) is not None]
        missing = [layer.number for layer in unknown if layer.number not in listed]
        unverified = f"{layers_text(listed, noun)} not verified yet" if listed else ""
        key = key_text(READ_AGAIN, self._scans.app)
        problems = {layer.number: problem for layer in layers if (problem := self._scans.problem(layer, key))}
        missing_blobs = {layer.number for layer in layers if self._scans.is_missing(layer)}
        odd = next((problem for number, problem in problems.items() if number not in missing_blobs), "")
        if odd:
            return f"✗ {odd}"
        if not missing:
            return unverified
        if problems and not self._scans.is_busy:
            unreadable = tuple(problems)
            said = gap_text(unreadable, self._count, "missing", noun)
            return (
                f"✗ {UNKNOWN}: {said}"
                if len(unreadable) == len(layers)
                else f"✗ {said}: what changed there is not shown"
            )
        if not self._scans.coming.isdisjoint(layer.descriptor.digest for layer in layers):
            return f"{layers_text(missing, noun)} being read" + (f"; {unverified}" if listed else "")
        return f"{layers_text(missing, noun)} not read: {key} reads {'it' if len(missing) == 1 else 'them'}"

    def damage(self, layers: Sequence[Layer]) -> str:
        """The layers among these that are damaged, and what follows from that; empty where none is."""
        summaries = {layer.number: self._scans.summary(layer) for layer in layers}
        damaged = [number for number, summary in summaries.items() if summary is not None and summary.damages]
        if not damaged:
            return ""
        return f"✗ {gap_text(damaged, self._count, 'damaged', layers[0].noun)}: more may have changed there"
