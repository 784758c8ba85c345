"""The layers that two images share, and the ways in which they share them."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from ocitui.image.image import Layer


class Sharing(Enum):
    """In what a layer is in both images. The value is the word for it."""

    DIGEST = "digest"
    """The same blob."""
    DIFF_ID = "diff ID"
    """The same tar, compressed otherwise (image-spec, Image Configuration: Layer DiffID)."""
    BEFORE = "only A"
    AFTER = "only B"


@dataclass(frozen=True, slots=True)
class LayerPair:
    """A layer of both images, or of one."""

    sharing: Sharing
    before: Layer | None
    """The layer of the first image; None where it has none like it."""
    after: Layer | None


def compare_layers(before: Sequence[Layer], after: Sequence[Layer]) -> tuple[LayerPair, ...]:
    """Pair the layers of two images: by digest, what is left by diff ID; each layer is in one pair.

    The order is that of the first image, with what only the second has where it has it.
    """
    partners: dict[int, tuple[Sharing, Layer]] = {}
    taken: set[int] = set()
    for sharing, key in ((Sharing.DIGEST, _digest), (Sharing.DIFF_ID, _diff_id)):
        for old, new in _pairs(before, after, key, partners, taken):
            partners[old.number] = sharing, new
            taken.add(new.number)
    return tuple(_ordered(before, after, partners, taken))


def _digest(layer: Layer) -> Hashable:
    return layer.descriptor.digest


def _diff_id(layer: Layer) -> Hashable:
    return layer.diff_id


def _pairs(
    before: Sequence[Layer],
    after: Sequence[Layer],
    key: Callable[[Layer], Hashable],
    partners: dict[int, tuple[Sharing, Layer]],
    taken: set[int],
) -> Iterator[tuple[Layer, Layer]]:
    """Yield pairs of layers with the same key, the first with the first; only of layers without a partner yet."""
    waiting: defaultdict[Hashable, list[Layer]] = defaultdict(list)
    for layer in reversed(after):
        if layer.number not in taken and key(layer) is not None:
            waiting[key(layer)].append(layer)
    for layer in before:
        if layer.number not in partners and waiting.get(key(layer)):
            yield layer, waiting[key(layer)].pop()


def _ordered(
    before: Sequence[Layer], after: Sequence[Layer], partners: dict[int, tuple[Sharing, Layer]], taken: set[int]
) -> Iterator[LayerPair]:
    alone = [layer for layer in after if layer.number not in taken]
    for layer in before:
        found = partners.get(layer.number)
        if found is None:
            yield LayerPair(Sharing.BEFORE, layer, None)
            continue
        sharing, other = found
        while alone and alone[0].number < other.number:
            yield LayerPair(Sharing.AFTER, None, alone.pop(0))
        yield LayerPair(sharing, layer, other)
    for layer in alone:
        yield LayerPair(Sharing.AFTER, None, layer)
