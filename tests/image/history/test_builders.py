"""What builders write into ``history``, one row each, and what is shown of each layer.

``builders.json`` has of each its version and its source: ``run`` where the tool made it on a
machine (`tests.image.history.test_peers` has some of the same), else the document or the code
that it is rebuilt from. ``truth`` is what made each layer: places of entries, ``[]`` where the
layer is empty, null where no entry stands for it. ``base`` are the layers that hold the files
of the base, too. ``shown`` is what the documents allow to say; ``texts``, where a row has them,
are the words for each layer.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ocitui.image.history.origin import Certainty, Origin
from ocitui.image.history.pairing import Pairing, pair_history
from ocitui.image.history.words import origin_text
from ocitui.spec.config import Config

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("builders.json").read_bytes())


def pairing_of(row: dict[str, Any]) -> Pairing:
    document = {"os": row.get("os", "linux"), **row.get("config", {})}
    if "history" in row:
        document["history"] = row["history"]
    return pair_history(Config.parse(json.dumps(document).encode(), "config"), len(row["truth"]))


def shown(origin: Origin) -> str:
    places = " ".join(map(str, origin.candidates)) + (f" +{origin.base}" if origin.base else "")
    match origin.certainty:
        case Certainty.CERTAIN:
            return places
        case Certainty.SEVERAL:
            return f"any of {places}"
        case Certainty.NONE:
            return "none"
        case Certainty.UNKNOWN:
            return f"? {places}".strip()


def is_true(origin: Origin, truth: list[int] | None, holds_base: bool) -> bool:
    """Whether what is shown of a layer is true, if not all of the truth."""
    match origin.certainty:
        case Certainty.CERTAIN:
            return truth == [] or (truth == [origin.position] and not holds_base)
        case Certainty.SEVERAL:
            return truth is not None and {*truth} <= {*origin.candidates} and (not holds_base or bool(origin.base))
        case Certainty.NONE:
            return not truth
        case Certainty.UNKNOWN:
            return True


def row_name(row: dict[str, Any]) -> str:
    return " ".join(filter(None, (row["builder"], row["version"], row.get("case", ""))))


@pytest.mark.parametrize("row", ROWS, ids=row_name)
def test_what_is_shown_of_each_layer(row: dict[str, Any]) -> None:
    pairing = pairing_of(row)
    assert [shown(origin) for origin in pairing.origins] == row["shown"]
    for number, (origin, truth) in enumerate(zip(pairing.origins, row["truth"], strict=True), 1):
        assert is_true(origin, truth, number in row.get("base", ())), f"layer {number}"


@pytest.mark.parametrize("row", ROWS, ids=row_name)
def test_each_entry_and_each_layer_has_one_row(row: dict[str, Any]) -> None:
    pairing = pairing_of(row)
    assert [line.position for line in pairing.rows if line.entry] == list(range(len(row.get("history", ()))))
    assert sorted(line.layer for line in pairing.rows if line.layer) == list(range(1, len(row["truth"]) + 1))
    for number, origin in enumerate(pairing.origins, 1):
        line = pairing.row_of_layer(number)
        assert line is not None
        assert line.position == origin.position
        possible = [other.position for other in pairing.rows if number in other.possible_layers]
        assert possible == (sorted(origin.candidates) if origin.position is None else [])


@pytest.mark.parametrize("row", [row for row in ROWS if "texts" in row], ids=row_name)
def test_layers_of_one_name_are_told_apart_by_their_comments(row: dict[str, Any]) -> None:
    pairing = pairing_of(row)
    assert [origin_text(pairing, number) for number in range(1, len(row["truth"]) + 1)] == row["texts"]


def test_the_rows_are_of_many_builders() -> None:
    assert len({row["builder"] for row in ROWS}) > 40
