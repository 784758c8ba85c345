"""All that is known of the waste of an image, composed once for the screen and for text."""

from dataclasses import dataclass
from typing import Literal

from ocitui.errors import OcituiError
from ocitui.image.dive.efficiency import Efficiency, measure_efficiency
from ocitui.image.merged.holes import ContentReader
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.secrets import BEGINNING, LeftBehind, ReadBeginning, SecretPatterns
from ocitui.image.waste.sums import LayerSum, sum_by_layer
from ocitui.image.waste.waste import Waste, WastedCopy

By = Literal["layer", "directory", "instruction", "path", "package"]
"""The things by which waste can be added up."""
BY: tuple[By, ...] = ("layer", "directory", "instruction", "path", "package")
FIRST = "first"
"""The name of a base image that is the first layer, whatever that holds."""


@dataclass(frozen=True, slots=True)
class BaseFound:
    """The layers that are the base image."""

    layers: int
    name: str
    """The way the base was found: the name that was typed, ``annotation``, or ``auto`` for the nearest one known."""
    wasted: int
    """Bytes of waste in these layers alone."""
    is_left_out: bool


@dataclass(frozen=True, slots=True)
class WasteReport:
    """The waste of one image."""

    waste: Waste
    """Without that of the base image where it is left out."""
    layers: tuple[LayerSum, ...]
    """The sums of every layer, from layer 1 on."""
    secrets: tuple[LeftBehind, ...]
    dive: Efficiency | None
    """As dive counts; None where a layer is not known or damaged, of which dive would report nothing."""
    base: BaseFound | None = None
    duplicates: tuple[WastedCopy, ...] | None = None
    """None where contents were not compared."""


def report_waste(
    names: StackNames,
    waste: Waste,
    patterns: SecretPatterns,
    base: BaseFound | None = None,
    duplicates: tuple[WastedCopy, ...] | None = None,
    contents: ContentReader | None = None,
) -> WasteReport:
    """Add what is left out, what looks like a secret, and dive's numbers to the waste that was found.

    Args:
        names: the layers.
        waste: the waste in them.
        patterns: what secrets look like.
        base: the base image, if it is known.
        duplicates: the same contents at two paths, if contents were compared.
        contents: reads the files that may be secrets, to leave out those that hold none; None to go by paths.
    """
    if base is not None and base.is_left_out:
        waste = waste.without_base(base.layers)
    dive = None if waste.doubtful else measure_efficiency(names.as_in_tar)
    return WasteReport(
        waste, sum_by_layer(waste), patterns.find(waste, _reader(names, contents)), dive, base, duplicates
    )


def _reader(names: StackNames, contents: ContentReader | None) -> ReadBeginning | None:
    if contents is None:
        return None

    def read(copy: WastedCopy) -> bytes | None:
        beginning = bytearray()
        try:
            for piece in contents.read(copy.layer, names.stack.entry(copy.layer, copy.entry)):
                beginning += piece
                if len(beginning) >= BEGINNING:
                    break
        except OcituiError:
            return None
        return bytes(beginning[:BEGINNING])

    return read
