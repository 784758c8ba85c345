"""The tree of what differs between two images."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from ocitui.cells import cells, cut, fit, pad_left
from ocitui.image.diff.images import Section
from ocitui.image.diff.paths import PathDiff
from ocitui.tui.compare.image_rows import STYLES, DiffNode
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part

_WIDE = 100
_WHAT = (16, 30)
_SIZES = (13, 19)
"""Columns that what differs and sizes take at most, on a narrow screen and on a wide one."""


class DiffTree(Lines):
    """Sections and folders that can be folded, and below them a row for everything that differs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Show the difference, or fold", hint="open", worth=100),
        Key("space", "toggle_fold", "Fold or unfold"),
        Key("e", "unfold_all", "Unfold everything", hint="unfold, fold", worth=60),
        Key("E", "fold_all", "Fold everything", hint="unfold, fold", worth=60),
        Key(
            "left_square_bracket",
            "next_section(-1)",
            "Previous section",
            id="previous-section",
            hint="section",
            worth=70,
        ),
        Key("right_square_bracket", "next_section(1)", "Next section", id="next-section", hint="section", worth=70),
    ]

    class Opening(Message):
        """An archive that is to be opened in place."""

        def __init__(self, path: PathDiff) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._differing: Sequence[DiffNode] = ()
        self._visible: list[int] = []
        self._starts: list[int] = []  # where sections begin
        self._widths: list[tuple[int, Sequence[int]]] = []  # of each: columns of what differs, and of sizes

    def show_nodes(self, nodes: Sequence[DiffNode]) -> None:
        """Show other rows; the cursor stays on what it is on where that is still shown, and what is folded stays so."""
        before = self.node
        here = [at for at, node in enumerate(nodes) if before is not None and _is_same(node, before)]
        was = self._visible[self.cursor] if before is not None else 0
        folds = {node.copy: node.is_folded for node in self._differing if node.sums is not None}
        for node in nodes:
            if node.sums is not None:
                node.is_folded = folds.get(node.copy, node.is_folded)
        self._differing = nodes
        self._widths = [
            _widths(nodes[at : node.end]) for at, node in enumerate(nodes) if isinstance(node.item, Section)
        ]
        self._starts = [at for at, node in enumerate(nodes) if isinstance(node.item, Section)]
        self._arrange(self.cursor, min(here, key=lambda at: abs(at - was), default=None))

    @property
    def node(self) -> DiffNode | None:
        """The difference under the cursor."""
        return self._differing[self._visible[self.cursor]] if self.cursor < len(self._visible) else None

    def _arrange(self, cursor: int, here: int | None = None) -> None:
        """Leave out what is folded, and put the cursor on a row, or on a node or what it is folded into."""
        self._visible = []
        at = 0
        while at < len(self._differing):
            self._visible.append(at)
            at = self._differing[at].end if self._differing[at].is_folded else at + 1
        self.repaint_all()
        self.refresh_rows(cursor if here is None else bisect_right(self._visible, here) - 1)

    # What Lines asks.

    @property
    def row_count(self) -> int:
        """Number of rows that are not folded away."""
        return len(self._visible)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One row: fold, mark, in what it differs, sizes, name."""
        at = self._visible[index]
        node = self._differing[at]
        fold = "▸" if node.is_unopened else " " if node.end <= at + 1 else "▸" if node.is_folded else "▾"
        if isinstance(node.item, Section):
            return [(f"{fold} {node.name:<9}", "lines--strong"), (node.what, "lines--muted")]
        if node.what == "✗":
            return [(f"    ✗ {node.name}", "lines--bad")]
        is_wide = width >= _WIDE
        what_width, sizes_width = self._widths[bisect_right(self._starts, at) - 1]
        what = fit(_what(node), min(what_width, _WHAT[is_wide]))
        sizes = pad_left(cut(_sizes(node, _SIZES[is_wide]), _SIZES[is_wide]), sizes_width[is_wide])
        left = f"{what}  {sizes}  "
        indent = "  " * (node.depth - 1)
        style = STYLES[node.mark]
        return [(f"  {node.mark.value} ", style), (left, "lines--muted"), (f"{indent}{fold} {node.name}", style)]

    @property
    def copy_text(self) -> str | None:
        """The path, the digest, or the value under the cursor."""
        return self.node.copy if self.node is not None else None

    def empty_parts(self, width: int) -> Sequence[Part]:
        """Nothing is known yet."""
        return [("comparing…", "lines--muted")]

    # Folding.

    def can_fold(self, index: int) -> bool:
        """True if a row has others below it, or is an archive that can be opened."""
        at = self._visible[index]
        return self._differing[at].end > at + 1 or self._differing[at].is_unopened

    def action_toggle_fold(self) -> None:
        """Fold or unfold what is under the cursor; open an archive."""
        if self.node is not None and self.node.is_unopened:
            assert isinstance(self.node.item, PathDiff)
            self.post_message(self.Opening(self.node.item))
        elif self.node is not None and self.can_fold(self.cursor):
            self.node.is_folded = not self.node.is_folded
            self._arrange(self.cursor)

    def action_expand(self) -> None:
        """Unfold, or go on to the first row below."""
        if self.node is None or not self.can_fold(self.cursor):
            return
        if self.node.is_folded or self.node.is_unopened:
            self.action_toggle_fold()
        else:
            self.move_cursor(self.cursor + 1)

    def action_collapse(self) -> None:
        """Fold, or go to the row that this one is below."""
        node = self.node
        if node is None:
            return
        if self.can_fold(self.cursor) and not (node.is_folded or node.is_unopened):
            self.action_toggle_fold()
            return
        for index in range(self.cursor - 1, -1, -1):
            if self._differing[self._visible[index]].depth < node.depth:
                self.move_cursor(index)
                return

    def action_unfold_all(self) -> None:
        """Show everything."""
        self._fold(False)

    def action_fold_all(self) -> None:
        """Show only sections."""
        self._fold(True)

    def _fold(self, is_folded: bool) -> None:
        if not self._visible:
            return
        here = self._visible[self.cursor]
        for node in self._differing:
            node.is_folded = is_folded
        self._arrange(0)
        self.move_cursor(max(index for index, at in enumerate(self._visible) if at <= here))

    def action_next_section(self, step: int) -> None:
        """Go to the next section, or the one before."""
        rows = [index for index, at in enumerate(self._visible) if isinstance(self._differing[at].item, Section)]
        if step < 0:
            rows = [row for row in reversed(rows) if row < self.cursor]
        else:
            rows = [row for row in rows if row > self.cursor]
        if rows:
            self.move_cursor(rows[0])


def _is_same(node: DiffNode, other: DiffNode) -> bool:
    """True if two rows, of the tree before and after, stand for the same."""
    return (node.copy, node.depth, type(node.item)) == (other.copy, other.depth, type(other.item)) and (
        node.copy != "" or node.item == other.item
    )


def _widths(section: Sequence[DiffNode]) -> tuple[int, Sequence[int]]:
    """Return the columns of what differs, and those of sizes on a narrow screen and on a wide one."""
    rows = [node for node in section[1:] if node.what != "✗"]
    sizes = [min(most, max((cells(_sizes(node, most)) for node in rows), default=0)) for most in _SIZES]
    return max((cells(_what(node)) for node in rows), default=0), sizes


def _what(node: DiffNode) -> str:
    """In what a row differs; of a folder that is the same itself, how much below it does."""
    return node.what or node.counts


def _sizes(node: DiffNode, most: int) -> str:
    """Return both sizes, or the later one where there is no room for both."""
    return node.sizes if cells(node.sizes) <= most else f"→ {node.sizes.rpartition(' → ')[2]}"
