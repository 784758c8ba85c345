"""The lines above and below the panes, and the frames of the panes."""

from collections.abc import Sequence

from ocitui.cells import cells, cut_middle
from ocitui.display import count_noun, format_size, printable
from ocitui.image.history.instruction import LINE_LIMIT
from ocitui.image.history.words import origin_text
from ocitui.image.node import Node
from ocitui.image.words import short_node_label
from ocitui.spec.problem import Severity, are_warnings, severity_of
from ocitui.tui.explore.merged_view import VIEWS
from ocitui.tui.explore.shown import Shown
from ocitui.tui.files.tree import layer_arrow
from ocitui.tui.panes.history_pane import MISSING_SIGN
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.row import Part

FACTS_WIDTH = 100
"""Columns from which the title has room for the size of the image."""

_LEAST_PLACE = 12
"""Columns of the place that stay, however much there is to say."""


class ExploreBars:
    """The title, the context of a pane that is alone, the status line and the keys."""

    def __init__(self, shown: Shown, panes: Panes) -> None:
        self._shown = shown
        self._panes = panes
        self._problem_count = sum(severity_of(each) is not Severity.WARNING for each in shown.top.all_problems())
        self._kept: Sequence[Part] = ()
        self._is_notice = False
        self.title = Bar(id="title")
        self.context = Bar(id="context")
        self.status = Bar(id="status")
        self.hints = KeysBar()

    def show_all(self) -> None:
        """Say everything anew."""
        self.show_title()
        self.show_status()
        self._explain_signs()

    def _explain_signs(self) -> None:
        """Show in the frames what stands there for a blob that is missing, where one is."""
        image = self._shown.image
        is_any = any(node.is_missing for node in self._shown.top.walk())
        self._panes.frame("image").note(": ".join(MISSING_SIGN) if is_any else "")
        is_layer = image is not None and any(node.is_missing for node in image.node.children)
        self._panes.frame("history").note(": ".join(MISSING_SIGN) if is_layer else "")

    def show_title(self) -> None:
        """Show the place and the image, and where not all panes are in sight, which there are."""
        image, width = self._shown.image, self._panes.app.size.width
        parts: list[Part] = []
        if image is not None:
            parts.append((image.label, "bar--accent"))
            parts += [("  ✗ incomplete", "bar--bad")] if self._shown.totals.is_incomplete(image) else []
        right: list[Part] = []
        for pane in self._panes.all if not self._panes.is_wide else ():
            is_current = pane is self._panes.current
            text = f"[{pane.number}] {pane.title} " if is_current else f" {pane.number} "
            right.append((text, "bar--accent" if is_current else "bar--muted"))
        name: Part = (" ocitui ", "bar--accent")
        problems = self._problem_count
        found: list[Part] = [(f"  ✗ {count_noun(problems, 'problem')}", "bar--bad")] if problems else []
        room = width - sum(cells(text) for text, _ in (name, *parts, *found, *right)) - len("    ")
        place = printable(self._shown.transport.place)
        if image is not None and width >= FACTS_WIDTH:
            totals = f"  {self._shown.totals.text(image, room - min(cells(place), _LEAST_PLACE) - len('  '))}"
            parts.append((totals, "bar--muted"))
            room -= cells(totals)
        parts += found
        cut_place = cut_middle(place, max(room, _LEAST_PLACE))
        self.title.show([name, (f" {cut_place}  ", ""), *parts], right)
        self.show_context()

    def show_context(self) -> None:
        """Show what a pane that is alone is about: a layer, a view of several, or another node."""
        shown, layer, view = self._shown, self._shown.layer_at_hand, self._shown.merged.title
        parts: list[Part] = [(f" {short_node_label(shown.chosen)}", "bar--muted")]
        if layer is not None and shown.image is not None:
            instruction = origin_text(shown.image.history, layer.number, LINE_LIMIT)
            where = f"{f'{view}, ' if view else ''}{layer.name} of {len(shown.layers)}"
            where += "" if view else f" · {format_size(layer.descriptor.size)}"
            said = shown.merged.waiting(shown.layers[: layer.number]) if view else ""
            gap: list[Part] = [(f" · {said}", "bar--bad")] if said.startswith("✗") else []
            parts = [(f" {where}", "bar--muted"), *gap, (f" · {instruction}", "bar--muted")]
        shows_files = shown.layer is not None and self._panes.current.id == "files"
        totals = self._panes.files.totals if shows_files else ""
        self.context.show(parts, [(f"{totals} ", "bar--muted")] if totals else [])

    def show_files(self) -> None:
        """Show in the frame of the Files pane whose files it holds."""
        frame, layer, merged = self._panes.frame("files"), self._shown.layer, self._shown.merged
        if layer is None:
            frame.describe("")
        else:
            upto = "" if merged.is_alone else "up to "
            is_explained = not merged.is_alone and layer.number > 1
            right = self._panes.files.totals or (": ".join(layer_arrow(layer.number)) if is_explained else "")
            frame.describe([(f"{upto}{layer.name}  ", ""), *merged.parts()], right)
        self.show_context()

    def view_at(self, part: int | None) -> int | None:
        """The number of the view that a part of the frame of the Files pane names; None where it names none."""
        at = -1 if part is None or self._shown.layer is None else part - 1  # after the layer
        return at if 0 <= at < len(VIEWS) else None

    # The status line.

    def show_status(self) -> None:
        """Show the thing under the cursor, or the notice that was kept."""
        lines, panes = self._panes.focused_lines, self._panes
        self._is_notice = False
        if self._kept:
            self.status.show(self._kept)
        elif lines is panes.files:
            self.status.show(panes.files.status_parts())
        elif lines is panes.history and panes.history.said:
            self.status.show([(f" {panes.history.said}", "")])
        else:
            parts = node_parts(self._shown.chosen, panes.app.size.width)
            self.status.show([*parts, *self._totals_beside(parts)])

    def _totals_beside(self, parts: Sequence[Part]) -> list[Part]:
        """The totals of the image where its row is chosen and the title has no room for them."""
        image, width = self._shown.image, self._panes.app.size.width
        if image is None or self._shown.chosen is not image.node or width >= FACTS_WIDTH:
            return []
        room = width - sum(cells(text) for text, _ in parts) - len("  ")
        return [(f"  {self._shown.totals.text(image, room)}", "bar--muted")] if room > 0 else []

    def update_status(self) -> None:
        """Show what more is known of what is under the cursor, where no notice stands there."""
        if not self._is_notice:
            self.show_status()

    def keep_status(self, parts: Sequence[Part]) -> None:
        """Say something until the cursor moves, whatever becomes known meanwhile; nothing ends that."""
        self._kept = parts
        self.show_status()

    @property
    def is_kept(self) -> bool:
        """True if a notice stays until the cursor moves."""
        return bool(self._kept)

    def refuse(self, message: str) -> None:
        """Show once why a key has done nothing."""
        self.show_notice(message, "bar--warn")

    def show_notice(self, message: str, style: str = "bar--good") -> None:
        """Show something once, until there is something else to show."""
        self._is_notice = True
        self.status.show([(f" {printable(message)}", style)])


def node_parts(node: Node, width: int) -> list[Part]:
    """The problem of a node, else its digest, shortened where not all fits, what it is, and its size."""
    if node.problems:
        sign, style = ("!", "bar--warn") if are_warnings(node.problems) else ("✗", "bar--bad")
        return [(f" {sign} {node.problems[0]}", style)]
    if node.digest is None:
        return []
    digest, facts = str(node.digest), f"  {node.kind.value} · {format_size(node.size)}"
    if cells(digest) + cells(facts) + 1 > width:
        digest = node.digest.short
    return [(f" {digest}", ""), (facts, "bar--muted")]
