"""The shares of layers in a folder, in words."""

from collections.abc import Mapping

from ocitui.image.layer_numbers import LAYER_NOUN

_SHARES = 4
"""Layers whose shares of a folder are said."""


def shares_text(layers: Mapping[int, int], noun: str = LAYER_NOUN) -> str:
    """Return the share of each layer, the largest first: ``layer 1 95.2 %, layer 9 4.8 %``; empty of no bytes.

    Args:
        layers: bytes by the number of the layer.
        noun: see `ocitui.image.image.Image.layer_noun`.
    """
    total = sum(layers.values())
    largest = sorted(((size, -number) for number, size in layers.items() if size), reverse=True)
    said = [f"{noun} {-number} {size / total * 100:.1f} %" for size, number in largest[:_SHARES]]
    more = len(largest) - len(said)
    return ", ".join([*said, *([f"{more} more"] if more else [])])
