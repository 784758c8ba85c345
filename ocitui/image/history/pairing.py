"""History entries lined up with layers.

Entries stand in their order, each with the layer that it certainly made; layers of which
that cannot be said have a row of their own, with what is known (`ocitui.image.history.origin`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ocitui.display import count_noun
from ocitui.image.history.attribution import attribute
from ocitui.image.history.origin import Certainty, Origin, Reason
from ocitui.spec import clause
from ocitui.spec.config import Config
from ocitui.spec.history import HistoryEntry
from ocitui.spec.problem import Problem, Severity

_IN_PLACE = frozenset({Reason.ONLY_METADATA, Reason.SQUASHED, Reason.MAY_BE_SQUASHED})
_UNEVEN = frozenset({Reason.FEWER_ENTRIES, Reason.MORE_ENTRIES})
_OUT_OF_ORDER = {
    Reason.BASE_WITHOUT_HISTORY: "those of BuildKit for the base at the end",
    Reason.FILLED_IN: "those of BuildKit at the end",
    Reason.PREPENDED: "those of rules_docker first",
}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the history: an entry, a layer, or an entry with the layer it made."""

    entry: HistoryEntry | None
    """None for a layer that no single entry certainly made."""
    position: int | None
    """The entry's place in ``history``, from 0."""
    layer: int | None
    """The layer's number, from 1; None for an entry that certainly made none, or of which that is unknown."""
    possible_layers: tuple[int, ...] = ()
    """The layers, by their numbers, that the entry may have made, alone or with others."""
    is_unpaired: bool = False
    """True for an entry that should have a layer and has none, and for a layer without a known entry."""

    @property
    def only_layer(self) -> int | None:
        """The row's layer, or the one that its entry may have made where there is no other."""
        if self.layer is None and len(self.possible_layers) == 1:
            return self.possible_layers[0]
        return self.layer


@dataclass(frozen=True)
class Pairing:
    """All rows, and what is wrong with them."""

    history: tuple[HistoryEntry, ...]
    """All entries, as the config has them."""
    rows: tuple[HistoryRow, ...]
    origins: tuple[Origin, ...]
    """The origin of each layer, the lowest first."""
    problems: tuple[Problem, ...] = ()

    def row_of_layer(self, number: int) -> HistoryRow | None:
        """The row of a layer, counted from 1: that of the entry that certainly made it, else its own."""
        return self._by_layer.get(number)

    @cached_property
    def _by_layer(self) -> dict[int, HistoryRow]:
        return {row.layer: row for row in self.rows if row.layer is not None}


def pair_history(config: Config | None, layer_count: int) -> Pairing:
    """Pair entries with layers.

    Args:
        config: the image's config; None where it could not be read.
        layer_count: how many layers the manifest names.
    """
    entries = (config.history if config else None) or ()
    origins = attribute(config, layer_count)
    return Pairing(entries, tuple(_rows(entries, origins)), origins, _problems(config, entries, origins))


def _rows(entries: Sequence[HistoryEntry], origins: Sequence[Origin]) -> Iterator[HistoryRow]:
    """Entries in their order; below the last of several their layer, and where it belongs one that has none."""
    made: dict[int, int] = {}
    possible: dict[int, list[int]] = {}
    ends: dict[int, int] = {}
    for number, origin in enumerate(origins, 1):
        if origin.position is not None:
            made[origin.position] = ends[origin.position] = number
            continue
        for position in origin.candidates:
            possible.setdefault(position, []).append(number)
        if _has_place(origin):
            ends[max(origin.candidates)] = number
    yield from _rows_from(1, origins)
    is_uneven = not origins or any(origin.reason in _UNEVEN for origin in origins)
    for position, entry in enumerate(entries):
        layer, layers = made.get(position), tuple(possible.get(position, ()))
        is_unpaired = is_uneven and layer is None and not entry.empty_layer
        yield HistoryRow(entry, position, layer, layers, is_unpaired)
        if end := ends.get(position):
            if layer is None:
                yield HistoryRow(None, None, end, is_unpaired=origins[end - 1].certainty is Certainty.UNKNOWN)
            yield from _rows_from(end + 1, origins)


def _rows_from(number: int, origins: Sequence[Origin]) -> Iterator[HistoryRow]:
    """The rows of layers that have no place among the entries, from one layer on."""
    while number <= len(origins) and not _has_place(origins[number - 1]):
        yield HistoryRow(None, None, number, is_unpaired=True)
        number += 1


def _has_place(origin: Origin) -> bool:
    """True if it belongs among the entries, and not between layers that do."""
    return origin.certainty in {Certainty.CERTAIN, Certainty.SEVERAL} or origin.reason in _IN_PLACE


def _problems(config: Config | None, entries: Sequence[HistoryEntry], origins: Sequence[Origin]) -> tuple[Problem, ...]:
    """Return the differences between the two.

    ``history`` may be left out; entries without a layer make `docker history` fail.
    """
    layers = len(origins)
    if config is None:
        unknown = "history: not known, since the config cannot be read"
        return (_problem(unknown, Severity.NOTE),) if layers else ()
    if config.history is None:
        return (_problem(f"history: expected entries for {_layers(layers)}, found no history", Severity.NOTE),) * (
            layers > 0
        )
    found = sum(not entry.empty_layer for entry in entries)
    if found > layers:
        several = "1 entry that says it made one" if found == 1 else f"{found} entries that say they made one"
        return (_problem(f"history: expected {_layers(layers)}, found {several}", Severity.ERROR),)
    if found < layers:
        return (_problem(f"history: expected entries for {_layers(layers)}, found {found}; {_without(origins)}"),)
    for reason, where in _OUT_OF_ORDER.items():
        if any(origin.reason is reason for origin in origins):
            return (_problem(f"history: expected entries in the order of the layers, found {where}", Severity.NOTE),)
    return ()


def _without(origins: Sequence[Origin]) -> str:
    """Return the layers that have no entry, in words."""
    without = [number for number, origin in enumerate(origins, 1) if origin.certainty is Certainty.NONE]
    if not without:
        return "it is unknown which layers have none"
    if len(without) == 1:
        return f"layer {without[0]} has none"
    return f"layers {without[0]} to {without[-1]} have none"


def _problem(text: str, severity: Severity = Severity.WARNING) -> Problem:
    return Problem(text, clause.CONFIG, severity)


def _layers(count: int) -> str:
    return count_noun(count, "layer")
