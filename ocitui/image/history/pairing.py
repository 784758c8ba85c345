"""History entries lined up with layers.

image-spec, Image Configuration: each entry of ``history`` that is no ``empty_layer``
stands for the next layer, in order. Nothing holds a builder to that, so the pairing
also says where the two do not line up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ocitui.spec import clause
from ocitui.spec.config import Config
from ocitui.spec.history import HistoryEntry
from ocitui.spec.problem import Problem, Severity


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the history: an entry, the layer it made, or both."""

    entry: HistoryEntry | None
    """None for a layer that no entry stands for."""
    position: int | None
    """The entry's place in ``history``, from 0."""
    layer: int | None
    """The layer's number, from 1; None for an empty layer, or where layers ran out."""

    @property
    def is_unpaired(self) -> bool:
        """Whether an entry should have a layer and has none, or a layer has no entry."""
        return self.entry is None or (self.layer is None and not self.entry.empty_layer)


@dataclass(frozen=True)
class Pairing:
    """All rows, and what is wrong with them."""

    rows: tuple[HistoryRow, ...]
    problems: tuple[Problem, ...] = ()

    def row_of_layer(self, number: int) -> HistoryRow | None:
        """The row of a layer, counted from 1."""
        return self._by_layer.get(number)

    @cached_property
    def _by_layer(self) -> dict[int, HistoryRow]:
        return {row.layer: row for row in self.rows if row.layer is not None}


def pair_history(config: Config | None, layer_count: int) -> Pairing:
    """Pair entries with layers from the first on, as builders write them.

    Args:
        config: the image's config; None where it could not be read.
        layer_count: how many layers the manifest names.
    """
    entries: Sequence[HistoryEntry] = (config.history if config else None) or ()
    rows: list[HistoryRow] = []
    used = 0
    unpaired = 0
    for position, entry in enumerate(entries):
        layer = None
        if not entry.empty_layer:
            if used < layer_count:
                used += 1
                layer = used
            else:
                unpaired += 1
        rows.append(HistoryRow(entry, position, layer))
    rows += [HistoryRow(None, None, number) for number in range(used + 1, layer_count + 1)]
    return Pairing(tuple(rows), _problems(config, layer_count, used, unpaired))


def _problems(config: Config | None, layer_count: int, used: int, unpaired: int) -> tuple[Problem, ...]:
    """How the two do not line up. ``history`` may be left out; entries without a layer make `docker history` fail."""
    if config is None:
        unknown = "history: not known, since the config cannot be read"
        return (_problem(unknown, Severity.NOTE),) if layer_count else ()
    if unpaired:
        found = f"found {used + unpaired} entries that say they made one; the last {unpaired} stand alone"
        return (_problem(f"history: expected {_layers(layer_count)}, {found}", Severity.ERROR),)
    expected = f"history: expected entries for {_layers(layer_count)}"
    if config.history is None and layer_count:
        return (_problem(f"{expected}, found no history", Severity.NOTE),)
    if used < layer_count:
        several = used + 1 < layer_count
        without = f"layers {used + 1} to {layer_count} have none" if several else f"layer {layer_count} has none"
        return (_problem(f"{expected}, found {used}; {without}", Severity.WARNING),)
    return ()


def _problem(text: str, severity: Severity) -> Problem:
    return Problem(text, clause.CONFIG, severity)


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count} layers"
