"""Pane 1: the tree of documents, from the index down to the layers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from ocitui.cells import cells, cut
from ocitui.display import format_count, format_exact_size, format_size
from ocitui.image.node import Node, NodeKind
from ocitui.image.verify.blob_report import Mark
from ocitui.image.words import short_node_label
from ocitui.spec.manifest import Manifest
from ocitui.spec.problem import are_warnings
from ocitui.tui.panes.history_pane import MISSING_SIGN
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part

_OPENED, _CLOSED, _LEAF = "▾ ", "▸ ", "  "
_INDENT = "  "
_GLYPHS = {NodeKind.CONFIG: "◆ ", NodeKind.BLOB: "· "}


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row: a node, or the heading over an image's layers."""

    node: Node
    depth: int
    is_layers: bool = False
    """True if this is the heading over the node's layers, not the node itself."""

    @property
    def key(self) -> tuple[Node, bool]:
        """The identity of a row that can be unfolded."""
        return (self.node, self.is_layers)


class ImagePane(Lines):
    """The documents as a tree, each with its size."""

    BINDING_GROUP_TITLE = "1 Image"
    LEGEND: ClassVar[Sequence[tuple[str, str]]] = (
        ("✓ ✗ ?", "verified: intact, wrong, not checked"),
        ("!", "a warning"),
        MISSING_SIGN,
        ("…", "not fetched yet: Enter fetches it"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Open: a layer's files, what is below, the JSON", hint="open", worth=100),
        Key("space", "toggle_fold", "Fold or unfold", hint="fold", worth=52),
    ]

    def __init__(self, top: Node, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._top_node = top
        self._unfolded: set[tuple[Node, bool]] = {(top, False)}
        self._starts_with: Node | None = None
        self.damaged: frozenset[Node] = frozenset()
        """The layers in which something wrong was found when they were read."""
        self.opened: Node | None = None
        """The layer whose files are shown."""
        self.is_exact = False
        """True if sizes are shown to the last byte."""
        self.mark_of: Callable[[Node], Mark | None] = lambda _: None
        """The result of verifying a node's blob; None where it was not verified."""
        self.is_wrong_below: Callable[[Node], bool] = lambda _: False
        """True if verifying found an error in something below a node."""
        self._rows: list[TreeRow] = []
        self._collect()

    @property
    def row_count(self) -> int:
        """Number of rows that are unfolded."""
        return len(self._rows)

    @property
    def node(self) -> Node:
        """The node under the cursor; for the heading over layers, their image."""
        return self._rows[min(self.cursor, len(self._rows) - 1)].node

    @property
    def copy_text(self) -> str | None:
        """The digest of the node under the cursor."""
        return str(self.node.digest) if self.node.digest else None

    def reveal(self, node: Node) -> None:
        """Unfold what a node is in and put the cursor on it."""
        if self._rows and self.node is node and not self._rows[self.cursor].is_layers:
            return
        self._unfold_to(node)
        self._collect()
        self.refresh_rows(self._row_of(node))

    def start_with(self, node: Node) -> None:
        """Unfold an image; its layers stay folded where they would push other images out of sight."""
        self._unfold_to(node)
        self._unfolded |= {(node, False), (node, True)}
        self._starts_with = node
        self._collect()
        self.refresh_rows(self._row_of(node))

    def on_resize(self) -> None:
        """Make room for other images at first."""
        node = self._starts_with
        if node is not None and self.size:
            self._starts_with = None
            *_, last = self._rows
            if self.row_count > self.page_height and node not in last.node.above():
                self._unfolded.discard((node, True))
                self._collect()
                self.refresh_rows(self._row_of(node))
        super().on_resize()

    def _unfold_to(self, node: Node) -> None:
        for above in node.above():
            if above is not node:
                self._unfolded.add((above, False))
        if node.kind is NodeKind.LAYER and node.parent is not None:
            self._unfolded.add((node.parent, True))

    def _row_of(self, node: Node) -> int:
        return next((n for n, row in enumerate(self._rows) if row.node is node and not row.is_layers), self.cursor)

    def _collect(self) -> None:
        self._rows = list(self._unfolded_rows())

    def _unfolded_rows(self) -> Iterator[TreeRow]:
        waiting = [TreeRow(self._top_node, 0)]
        while waiting:
            row = waiting.pop()
            yield row
            if row.key in self._unfolded:
                waiting += reversed(list(_children(row)))

    # Folding.

    def action_toggle_fold(self) -> None:
        """Fold or unfold the node under the cursor."""
        row = self._rows[self.cursor]
        if any(_children(row)):
            self._unfolded ^= {row.key}
            self._collect()
            self.refresh_rows(self.cursor)

    def action_expand(self) -> None:
        """Unfold the node under the cursor, or go to its first child."""
        row = self._rows[self.cursor]
        if not any(_children(row)):
            return
        if row.key in self._unfolded:
            self.move_cursor(self.cursor + 1)
        else:
            self.action_toggle_fold()

    def action_collapse(self) -> None:
        """Fold the node under the cursor, or go to the one it is in."""
        row = self._rows[self.cursor]
        if row.key in self._unfolded and any(_children(row)):
            self.action_toggle_fold()
            return
        above = (n for n in range(self.cursor - 1, -1, -1) if self._rows[n].depth < row.depth)
        self.move_cursor(next(above, self.cursor))

    # Drawing.

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """Indentation, what it is, and its size on the right."""
        row = self._rows[index]
        has_children = any(_children(row))
        fold = (_OPENED if row.key in self._unfolded else _CLOSED) if has_children else _LEAF
        node = row.node
        if node.kind in _GLYPHS and not has_children:
            fold = _GLYPHS[node.kind]
        if row.node is self.opened and node.kind is NodeKind.LAYER:
            fold = "● "
        indent = _INDENT * row.depth + fold
        size = self._size_text(row)
        room = width - cells(size) - 1
        label, style = self._label_of(row)
        left = cut(indent + label, room)
        gap = " " * (width - cells(left) - cells(size))
        if style in {"lines--bad", "lines--muted"}:
            return [(left + gap + size, style)]
        return [(left, style), (gap + size, "lines--muted")]

    def _size_text(self, row: TreeRow) -> str:
        said = format_exact_size if self.is_exact else format_size
        if row.is_layers and isinstance(row.node.document, Manifest):
            return said(row.node.document.layers_size)
        if row.node.is_missing and row.node.kind is NodeKind.LAYER:
            return f"missing  {said(row.node.size)}"
        return said(row.node.size)

    def _label_of(self, row: TreeRow) -> tuple[str, str]:
        """The name of a row, after the sign of its state, and the style of both."""
        count = format_count(len(_layers(row.node)))
        text = f"layers  {count}" if row.is_layers else short_node_label(row.node)
        sign, style = self._sign_of(row)
        return f"{sign} {text}" if sign else text, style

    def _sign_of(self, row: TreeRow) -> tuple[str, str]:
        """The sign of a row, empty where nothing is to be said, and its style; of a folded one, the worst below it."""
        node, is_folded = row.node, row.key not in self._unfolded
        own = [] if row.is_layers else [node]
        nodes = [*own, *_hidden(row)] if is_folded else own
        mark = _worst([self.mark_of(layer) for layer in _layers(node)]) if row.is_layers else self.mark_of(node)
        is_wrong = mark is Mark.WRONG or (is_folded and bool(own) and self.is_wrong_below(node))
        problems = [each.problems for each in nodes if each.problems]
        if is_wrong or any(each in self.damaged for each in nodes) or not all(map(are_warnings, problems)):
            return "✗", "lines--bad"
        if problems:
            return "!", "lines--warn"
        sign = mark.value if mark is not None else "∅" if any(each.is_missing for each in nodes) else ""
        if own and node.is_unread:
            return sign or "…", "lines--muted"
        if own and node.is_missing:
            return sign, "lines--muted"
        return sign, "lines--strong" if own and node.kind in {NodeKind.IMAGE, NodeKind.INDEX} else ""


def _worst(marks: Sequence[Mark | None]) -> Mark | None:
    """The mark of several blobs: wrong where one is, intact where all are; None where that is not known."""
    order = (Mark.WRONG, None, Mark.UNKNOWN, Mark.INTACT)
    return min(marks, key=order.index, default=None)


def _layers(node: Node) -> list[Node]:
    return [child for child in node.children if child.kind is NodeKind.LAYER]


def _hidden(row: TreeRow) -> Iterator[Node]:
    """The nodes that are out of sight where a row is folded."""
    if row.is_layers:
        yield from _layers(row.node)
    else:
        yield from (node for node in row.node.walk() if node is not row.node)


def _children(row: TreeRow) -> Iterator[TreeRow]:
    node = row.node
    if row.is_layers:
        yield from (TreeRow(child, row.depth + 1) for child in _layers(node))
        return
    groups_layers = node.kind is NodeKind.IMAGE
    layers_told = False
    for child in node.children:
        if groups_layers and child.kind is NodeKind.LAYER:
            if not layers_told:
                layers_told = True
                yield TreeRow(node, row.depth + 1, is_layers=True)
        else:
            yield TreeRow(child, row.depth + 1)
