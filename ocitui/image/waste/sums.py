"""Sums of waste: by layer, by directory, and by whatever else somebody gives a name to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ocitui.image.waste.waste import Waste, WastedCopy


@dataclass(frozen=True, slots=True)
class LayerSum:
    """The waste in one layer, and the waste it caused."""

    layer: int
    """Its number."""
    shipped: int | None
    """Bytes of its files; None where it is not known."""
    wasted: int
    """Bytes that it ships and that are waste."""
    made: int
    """Bytes of any layer that it made waste."""


@dataclass(frozen=True, slots=True)
class DirectorySum:
    """The waste below a directory."""

    path: bytes
    """From the root, without a slash at its beginning; the root's is empty."""
    size: int
    """Bytes, at any depth."""
    copies: int
    """Files."""


@dataclass(frozen=True, slots=True)
class GroupSum:
    """The waste that has one name."""

    name: str
    wasted: int
    """Bytes that those of this name ship and that are waste."""
    made: int
    """Bytes that they made waste."""


def sum_by_layer(waste: Waste) -> tuple[LayerSum, ...]:
    """Every layer, from layer 1 on."""
    wasted, made = [0] * len(waste.shipped), [0] * len(waste.shipped)
    for copy in waste.copies:
        wasted[copy.layer - 1] += copy.size
        made[copy.made_in - 1] += copy.size
    each = zip(waste.shipped, wasted, made, strict=True)
    return tuple(LayerSum(number, size, lost, caused) for number, (size, lost, caused) in enumerate(each, 1))


def sum_by_directory(copies: Iterable[WastedCopy]) -> tuple[DirectorySum, ...]:
    """Every directory with waste below it, the most bytes first.

    One whose waste is all in one directory of it is left out: that one says more.
    """
    here: dict[bytes, list[int]] = {}
    for copy in copies:
        folder = copy.path.rpartition(b"/")[0]
        sums = here.setdefault(folder, [0, 0])
        sums[0] += copy.size
        sums[1] += 1
    total: dict[bytes, list[int]] = {}
    children: dict[bytes, set[bytes]] = {}
    for folder, (size, count) in here.items():
        below = None
        path: bytes | None = folder
        while path is not None:
            sums = total.setdefault(path, [0, 0])
            sums[0] += size
            sums[1] += count
            if below is not None:
                children.setdefault(path, set()).add(below)
            below, path = path, path.rpartition(b"/")[0] if path else None
    kept = [
        DirectorySum(path, size, count)
        for path, (size, count) in total.items()
        if path in here or len(children.get(path, ())) > 1
    ]
    return tuple(sorted(kept, key=lambda each: (-each.size, each.path)))


def sum_by_name(waste: Waste, name_of: Callable[[int], str]) -> tuple[GroupSum, ...]:
    """The layers of one name together, the most waste that they made first.

    Args:
        waste: what was found.
        name_of: the name of a layer by its number: its instruction.
    """
    sums: dict[str, list[int]] = {}
    for layer in sum_by_layer(waste):
        both = sums.setdefault(name_of(layer.layer), [0, 0])
        both[0] += layer.wasted
        both[1] += layer.made
    found = (GroupSum(name, wasted, made) for name, (wasted, made) in sums.items() if wasted or made)
    return tuple(sorted(found, key=lambda each: (-max(each.made, each.wasted), each.name)))
