"""Waste: bytes that an image ships and its final filesystem does not show, path by path, and why.

What counts is the size of files as their layers have them. The last copy of a path is no
waste where it is still there. A hard link ships nothing itself: what it names is no waste
as long as any name of it is there.
"""

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from ocitui.image.merged.changes import Aspect, Change, compare
from ocitui.image.merged.stack import compare_rows
from ocitui.image.squash.collector import without_collector
from ocitui.image.squash.layer_names import Key, id_of, layer_of
from ocitui.image.squash.squash import NOTHING
from ocitui.image.squash.stack_names import StackNames
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.plain_row import PlainRow


class Why(Enum):
    """The reason why bytes are waste. The value is the word."""

    DELETED = "deleted"
    REPLACED = "replaced"
    """By something else, or by a file of the same size that nobody compared."""
    ATTRIBUTES = "attributes"
    """The layer ships the same contents again, since a mode, an owner, a time or an extended attribute changed."""
    AGAIN = "again"
    """The layer ships the very same file again."""
    SAME_CONTENT = "same content"
    """The same contents are there at another path too. Only known where contents were compared."""
    LEFT_OUT = "left out"
    """Unpacking leaves it out: it is a whiteout, or called like one, or lies below such a thing."""


_OF_CONTENT = frozenset({Aspect.TYPE, Aspect.CONTENT, Aspect.LINK})


@dataclass(frozen=True, slots=True)
class WastedCopy:
    """A file that a layer ships and that is waste."""

    layer: int
    """The number of the layer that ships it."""
    entry: int
    """Its `Entry.id` there."""
    path: bytes
    """From the root, without a slash at its beginning."""
    size: int
    """Bytes of the file."""
    made_in: int
    """The layer that made it waste; its own where it replaced the file itself."""
    why: Why
    change: Change = field(default_factory=Change)
    """Of what was replaced: in what the layer changed it."""
    after: tuple[int, int] | None = None
    """The replacement: a layer, and an entry there."""
    same_as: bytes | None = None
    """The other path, for `Why.SAME_CONTENT`."""

    @property
    def words(self) -> str:
        """The reason in words: ``deleted``, ``only mode, owner changed``."""
        match self.why:
            case Why.ATTRIBUTES:
                return f"only {', '.join(aspect.value for aspect in self.change.aspects)} changed"
            case Why.AGAIN:
                return "stored again, unchanged"
            case Why.REPLACED if self.change.content_is_open:
                return "replaced, same size"
            case _:
                return str(self.why.value)

    @property
    def story(self) -> str:
        """The reason and the layer: ``deleted by 5``."""
        if self.made_in == self.layer:
            return f"{self.words} in the same layer" if self.why is Why.REPLACED else self.words
        if self.why is Why.REPLACED and self.change.content_is_open:
            return f"{self.why.value} by {self.made_in} (same size)"
        return f"{self.words} by {self.made_in}"


@dataclass(frozen=True, slots=True)
class WastedPath:
    """A path, and all copies of it that are waste."""

    path: bytes
    copies: tuple[WastedCopy, ...]
    """The lowest layer first."""

    @property
    def size(self) -> int:
        """Bytes of all copies."""
        return sum(copy.size for copy in self.copies)

    @property
    def first_layer(self) -> int:
        """The layer that paid first."""
        return self.copies[0].layer

    @property
    def made_in(self) -> int:
        """The last layer that made any of it waste."""
        return max(copy.made_in for copy in self.copies)

    @property
    def story(self) -> str:
        """The first layer with the bytes, the reason and the layer that caused it: ``layer 2, deleted by 5``; the sum
        of many copies.
        """
        if len(self.copies) == 1:
            return f"layer {self.first_layer}, {self.copies[0].story}"
        words = ", ".join(dict.fromkeys(copy.words for copy in self.copies))
        last = self.copies[-1].layer
        return f"layers {self.first_layer} to {last}, {len(self.copies)} copies, {words} by {self.made_in}"


@dataclass(frozen=True)
class Waste:
    """The waste in an image, as far as its layers are known."""

    shipped: tuple[int | None, ...]
    """Bytes of the files of each layer, from layer 1 on; None for one that is not known."""
    copies: tuple[WastedCopy, ...]
    """All that counts, by layer."""
    base_layers: int = 0
    """The number of layers of the base image, whose own waste is left out; 0 where nothing is."""
    left_out: int = 0
    """Bytes of waste that the base image has by itself, and that are not among the copies."""
    damaged: tuple[int, ...] = ()
    """The numbers of the layers that are damaged, so that not all of them may be known."""

    @cached_property
    def total_shipped(self) -> int:
        """Bytes of the files of all layers that are known."""
        return sum(size for size in self.shipped if size is not None)

    @property
    def unknown(self) -> tuple[int, ...]:
        """The numbers of the layers that are not known."""
        return tuple(number for number, size in enumerate(self.shipped, 1) if size is None)

    @property
    def doubtful(self) -> tuple[int, ...]:
        """The numbers of the layers that are not known, or damaged: there may be more waste than is found."""
        return tuple(sorted((*self.unknown, *self.damaged)))

    @cached_property
    def total(self) -> int:
        """Bytes of waste."""
        return sum(copy.size for copy in self.copies)

    @property
    def efficiency(self) -> float | None:
        """The part of all bytes shipped that the final filesystem shows, from 0 to 1; the base image's waste counts.

        None where a layer is not known, or damaged.
        """
        if self.doubtful:
            return None
        wasted = self.total + self.left_out
        return 1 - wasted / self.total_shipped if self.total_shipped else 1.0

    @cached_property
    def paths(self) -> tuple[WastedPath, ...]:
        """By path, the most bytes first."""
        found: dict[bytes, list[WastedCopy]] = {}
        for copy in self.copies:
            found.setdefault(copy.path, []).append(copy)
        paths = [WastedPath(path, tuple(copies)) for path, copies in found.items()]
        return tuple(sorted(paths, key=lambda each: (-each.size, each.path)))

    def without_base(self, layers: int) -> "Waste":
        """The same without what is waste in the lowest layers alone.

        What a layer above them makes waste counts, also where the base image ships it: its
        copy in the layer above could be saved.

        Args:
            layers: how many are the base image.
        """
        kept = tuple(copy for copy in self.copies if copy.made_in > layers)
        left_out = self.left_out + self.total - sum(copy.size for copy in kept)
        return replace(self, copies=kept, base_layers=layers, left_out=left_out)


def find_waste(names: StackNames) -> Waste:
    """Find all waste. Layers that are not known are taken to ship nothing and to do nothing.

    Contents are not read: see `ocitui.image.waste.same_content` for what only they tell.
    """
    with names.stack.settled(), without_collector():
        files = {key: row for key, row in names.gone.items() if row.size and key not in names.linked}
        after = names.rows({names.removals[key][1] for key in files} - {NOTHING})
        copies = []
        for key in sorted(files):
            removal = names.removals[key]
            copies.append(_copy(names, key, files[key], removal, after.get(removal[1])))
    shipped: list[int | None] = [None] * len(names.stack)
    for layer, held in names.layers:
        shipped[layer.number - 1] = held.shipped_bytes
    return Waste(tuple(shipped), tuple(copies), damaged=names.stack.damaged)


def _copy(names: StackNames, key: Key, row: PlainRow, removal: tuple[int, Key], after: PlainRow | None) -> WastedCopy:
    layer, (made_in, new) = layer_of(key), removal
    path = names.path_of(layer, row)
    if after is None:
        why = Why.LEFT_OUT if not made_in else Why.REPLACED if made_in == layer else Why.DELETED
        return WastedCopy(layer, row.id, path, row.size, made_in or layer, why)
    if EntryKind.HARDLINK in (row.kind, after.kind):
        change = compare_rows(names.stack, (layer, row), (layer_of(new), after))
    else:
        stack, other = names.stack, layer_of(new)
        change = compare(row, after, lambda: (stack.entry(layer, row.id), stack.entry(other, after.id)))
    return WastedCopy(layer, row.id, path, row.size, made_in, why_replaced(change), change, (layer_of(new), id_of(new)))


def why_replaced(change: Change) -> Why:
    """Return the reason why a file is waste that another one replaced, by their differences."""
    if change.content_is_open or _OF_CONTENT.intersection(change.aspects):
        return Why.REPLACED
    return Why.ATTRIBUTES if change.aspects else Why.AGAIN
