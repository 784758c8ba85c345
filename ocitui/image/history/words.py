"""The words for what made a layer: the same on the screen and in text, all safe to draw."""

from ocitui.display import NOT_SET, printable
from ocitui.image.history.destination import by_destination
from ocitui.image.history.instruction import read_instruction
from ocitui.image.history.origin import Certainty, Origin, Reason
from ocitui.image.history.pairing import HistoryRow, Pairing
from ocitui.spec.history import HistoryEntry

NO_HISTORY = "(no history entry)"
"""In place of the instruction of a layer that no entry of the history stands for."""

_SAID_AT_MOST = 3
"""Candidates that are said; JSON has all."""
_MAY_HAVE_NONE = frozenset({Reason.FEWER_ENTRIES, Reason.FILLED_IN})


def entry_text(entry: HistoryEntry, limit: int | None = None) -> str:
    """Return the instruction of an entry on one line, or its comment where it has none.

    Args:
        entry: the entry.
        limit: characters that are looked at; None for all, of which there may be megabytes.
    """
    instruction = read_instruction(entry)
    if limit is not None:
        instruction = instruction.cut(limit)
    return printable(instruction.text or entry.comment[:limit] or NOT_SET)


def origin_text(pairing: Pairing, number: int, limit: int | None = None, path: bytes | None = None) -> str:
    """Return what made a layer, on one line: an instruction, ``one of: …``, or that it is unknown, with why.

    Args:
        pairing: the image's history.
        number: of the layer, counted from 1.
        limit: characters of each instruction that are looked at; None for all.
        path: a path that the layer has; an instruction that names it is said first.
    """
    origin = pairing.origins[number - 1]
    if origin.position is not None:
        return entry_text(pairing.history[origin.position], limit)
    reason = origin.reason.value
    if origin.reason is Reason.ARTIFACT:
        return f"({reason})"
    if origin.certainty is Certainty.NONE:
        return NO_HISTORY if origin.reason is Reason.NO_HISTORY else f"(no history entry: {reason})"
    likely, elsewhere = _sorted_candidates(pairing, origin, path)
    positions = (*likely, *elsewhere)
    said = [entry_text(pairing.history[position], limit) for position in positions[:_SAID_AT_MOST]]
    if origin.base:
        said.insert(len(likely), f"the base {printable(origin.base)}")
    said = list(dict.fromkeys(said))
    if more := len(positions[_SAID_AT_MOST:]):
        said.append(f"{more} more")
    if origin.certainty is Certainty.UNKNOWN:
        others = " or an instruction without an entry" if positions and origin.reason in _MAY_HAVE_NONE else ""
        return f"(unknown: {', '.join(said)}{others}{'; ' if said else ''}{reason})"
    return f"one of: {', '.join(said)} ({reason})"


def origin_lines(pairing: Pairing, number: int, limit: int | None = None, path: bytes | None = None) -> list[str]:
    """Return each entry that may have made a layer on a line, and its base; none where one entry certainly did.

    Args:
        pairing: the image's history.
        number: of the layer, counted from 1.
        limit: characters of each instruction that are looked at; None for all.
        path: a path that the layer has; an instruction that names it stands first.
    """
    origin = pairing.origins[number - 1]
    if origin.position is not None:
        return []
    likely, others = (
        [entry_text(pairing.history[position], limit) for position in positions]
        for positions in _sorted_candidates(pairing, origin, path)
    )
    return [*likely, *([f"the base {printable(origin.base)}"] if origin.base else []), *others]


def _sorted_candidates(pairing: Pairing, origin: Origin, path: bytes | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The entries that may have made a layer, or a path of it, and those that would not have made the path."""
    return (origin.candidates, ()) if path is None else by_destination(pairing.history, origin.candidates, path)


def layer_text(row: HistoryRow) -> str:
    """Return the layer of a row as in a column: ``3``, ``3?`` of one of several entries, ``?``, or ``·`` for none."""
    if row.layer is not None:
        return str(row.layer)
    if len(row.possible_layers) == 1:
        return f"{row.possible_layers[0]}?"
    return "?" if row.possible_layers or row.is_unpaired else "·"
