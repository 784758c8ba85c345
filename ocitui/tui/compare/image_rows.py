"""The comparison of two images as a tree of rows: sections, and what differs in the documents of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ocitui.display import format_count, format_size, format_time, printable
from ocitui.image.diff.config import ConfigDifference, value_text
from ocitui.image.diff.history import HistoryPair
from ocitui.image.diff.images import DocumentsDiff, Section, Sums
from ocitui.image.diff.layers import LayerPair, Sharing
from ocitui.image.diff.paths import PathDiff
from ocitui.image.diff.words import (
    SHARINGS,
    config_text,
    field_value,
    history_text,
    layers_text,
    pair_text,
)
from ocitui.image.history.instruction import LINE_LIMIT, UNFOLDED_LIMIT, read_instruction
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image, Layer
from ocitui.image.merged.changes import Mark
from ocitui.tui.rows.row import Part

STYLES = {Mark.ADDED: "lines--good", Mark.DELETED: "lines--bad", Mark.MODIFIED: "lines--warn", Mark.UNCHANGED: ""}
"""The colours of marks."""

Item = Section | LayerPair | ConfigDifference | HistoryPair | PathDiff | None


@dataclass(slots=True)
class DiffNode:
    """A row of the tree. Its texts are safe to draw."""

    depth: int
    name: str
    mark: Mark = Mark.UNCHANGED
    what: str = ""
    """In what it differs, or what it is."""
    sizes: str = ""
    sums: Sums | None = None
    """Of a folder, what differs in it and below."""
    item: Item = None
    """The difference that the row stands for; None for a folder that is the same itself, and for a remark."""
    copy: str = ""
    """The text to copy: a path or a value as raw as the image's, so that it must not be drawn as it is."""
    end: int = 0
    """The first row after it and all that is below it."""
    is_folded: bool = False
    is_unopened: bool = False
    """True for an archive of which it is not known yet what differs inside."""

    @property
    def is_way(self) -> bool:
        """True for a folder that only leads to differences and does not differ itself."""
        return self.item is None and self.sums is not None

    @property
    def counts(self) -> str:
        """Number of differences below, in short: ``+3 -1 ~2``."""
        return counts_text(self.sums) if self.sums is not None else ""


def counts_text(sums: Sums) -> str:
    """Numbers of differences, in short: ``+3 -1 ~2``."""
    pairs = (("+", sums.added), ("-", sums.removed), ("~", sums.modified))
    return " ".join(f"{mark}{format_count(each.paths)}" for mark, each in pairs if each.paths)


@dataclass(slots=True)
class NodeTree:
    """Rows that are put one below the other."""

    nodes: list[DiffNode] = field(default_factory=list)
    _open: list[DiffNode] = field(default_factory=list)

    def put(self, node: DiffNode) -> None:
        """Add a row after those there are; it closes all that are not above it."""
        while self._open and self._open[-1].depth >= node.depth:
            self._open.pop().end = len(self.nodes)
        self._open.append(node)
        self.nodes.append(node)

    def close(self) -> list[DiffNode]:
        """All rows."""
        while self._open:
            self._open.pop().end = len(self.nodes)
        return self.nodes


def document_nodes(found: DocumentsDiff, before: Image, after: Image) -> list[DiffNode]:
    """The sections that the documents alone tell."""
    tree = NodeTree()
    layers = f"{before.layer_noun}s"
    tree.put(DiffNode(0, layers.capitalize(), what=layers_text(found), item=Section.LAYERS))
    _put_folding_same(tree, [_layer_node(pair, before, after) for pair in found.layers], layers)
    tree.put(DiffNode(0, "Config", what=config_text(found), item=Section.CONFIG))
    for each in found.config:
        tree.put(_config_node(each))
    tree.put(DiffNode(0, "History", what=history_text(found), item=Section.HISTORY))
    _put_folding_same(tree, [_history_node(entry) for entry in found.history], "entries")
    nodes = tree.close()
    for node in nodes:
        if not isinstance(node.item, Section):
            continue
        is_same = node.item is Section.HISTORY and all(pair.mark is Mark.UNCHANGED for pair in found.history)
        node.is_folded = is_same or (node.item is Section.LAYERS and not found.differs([Section.LAYERS]))
    return nodes


def _put_folding_same(tree: NodeTree, nodes: Sequence[DiffNode], what: str) -> None:
    """Put rows; of those that are the same, several in a run are folded into one."""
    for is_same, run in groupby(nodes, lambda node: node.mark is Mark.UNCHANGED):
        each = list(run)
        if is_same and len(each) > 1:
            words = {node.what for node in each}
            word = words.pop() if len(words) == 1 else ""
            tree.put(DiffNode(1, f"{format_count(len(each))} {what}", what=word or "the same", is_folded=True))
            for node in each:
                node.depth = 2
        for node in each:
            tree.put(node)


_LAYER_MARKS = {
    Sharing.DIGEST: Mark.UNCHANGED,
    Sharing.DIFF_ID: Mark.UNCHANGED,
    Sharing.BEFORE: Mark.DELETED,
    Sharing.AFTER: Mark.ADDED,
}


def _layer_node(pair: LayerPair, before: Image, after: Image) -> DiffNode:
    layer, image = (pair.before, before) if pair.after is None else (pair.after, after)
    assert layer is not None
    numbers = " → ".join(dict.fromkeys(str(each.number) for each in (pair.before, pair.after) if each is not None))
    sizes = format_size(layer.descriptor.size)
    if pair.sharing is Sharing.DIFF_ID and pair.before is not None:
        sizes = f"{format_size(pair.before.descriptor.size)} → {sizes}"
    name = f"{numbers:<3} {_short(layer)}  {origin_text(image.history, layer.number, LINE_LIMIT)}"
    return DiffNode(
        1, name, _LAYER_MARKS[pair.sharing], SHARINGS[pair.sharing], sizes, item=pair, copy=str(layer.descriptor.digest)
    )


def _short(layer: Layer) -> str:
    return layer.descriptor.short


def _config_node(each: ConfigDifference) -> DiffNode:
    name = "  ".join(filter(None, (printable(each.key), field_value(each, "→"))))
    return DiffNode(1, name, each.mark, printable(each.field), item=each, copy=name)


def _history_node(pair: HistoryPair) -> DiffNode:
    row, text = pair.after or pair.before, pair_text(pair, LINE_LIMIT)
    layer = f"layer {row.layer}" if row is not None and row.layer is not None else ""
    return DiffNode(1, text, pair.mark, ", ".join(pair.changed), layer, item=pair, copy=text)


def item_rows(item: ConfigDifference | HistoryPair) -> list[list[Part]]:
    """All of a field or of an entry, what it was over what it is."""
    rows: list[list[Part]] = []
    for mark, lines, style in (("-", _lines(item, 0), "lines--bad"), ("+", _lines(item, 1), "lines--good")):
        is_both = isinstance(item, HistoryPair) and _lines(item, 0) == _lines(item, 1)
        if is_both and mark == "-":
            continue
        rows += [[(f"{' ' if is_both else mark} {line}", "" if is_both else style)] for line in lines]
    if isinstance(item, HistoryPair):
        rows += _changed_rows(item)
    return rows


def _lines(item: ConfigDifference | HistoryPair, side: int) -> list[str]:
    """Return the lines of one side, safe to draw."""
    if isinstance(item, ConfigDifference):
        value = (item.before, item.after)[side]
        name = f"{printable(item.key)} " if item.key else ""
        return [f"{name}{printable(value_text(value))}"] if value is not None else []
    row = (item.before, item.after)[side]
    if row is None or row.entry is None:
        return []
    return [printable(line) for line in read_instruction(row.entry).cut(UNFOLDED_LIMIT).lines] or [
        printable(row.entry.comment[:UNFOLDED_LIMIT])
    ]


def _changed_rows(pair: HistoryPair) -> list[list[Part]]:
    """The other properties of an entry that are not the same."""
    old, new = (row.entry if row is not None else None for row in (pair.before, pair.after))
    if old is None or new is None:
        return []
    values = {
        "created": (format_time(old.created), format_time(new.created)),
        "created by": (printable(old.created_by), printable(new.created_by)),
        "author": (printable(old.author), printable(new.author)),
        "comment": (printable(old.comment), printable(new.comment)),
    }
    rows: list[list[Part]] = []
    for name in pair.changed:
        before, after = values.get(name, ("", ""))
        rows += [[("", "")], [(name, "lines--muted")]]
        rows += [[(f"- {before or '(none)'}", "lines--bad")], [(f"+ {after or '(none)'}", "lines--good")]]
    return rows
