"""History entries against layers, also where they do not line up."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.image.history.pairing import pair_history
from ocitui.spec.config import Config

LAYER: dict[str, Any] = {"created_by": "RUN x"}
EMPTY: dict[str, Any] = {"created_by": "ENV a=b", "empty_layer": True}


def config(history: object) -> Config:
    return Config.parse(json.dumps({"history": history}).encode(), "x")


def rows(history: object, layers: int) -> list[tuple[int | None, int | None]]:
    return [(row.position, row.layer) for row in pair_history(config(history), layers).rows]


@pytest.mark.parametrize(
    ("history", "layers", "expected", "problem"),
    [
        ([], 0, [], None),
        (None, 0, [], None),
        ([LAYER, EMPTY, LAYER], 2, [(0, 1), (1, None), (2, 2)], None),
        ([EMPTY, EMPTY], 0, [(0, None), (1, None)], None),
        (None, 1, [(None, 1)], "history: expected entries for 1 layer, found no history"),
        (None, 2, [(None, 1), (None, 2)], "history: expected entries for 2 layers, found no history"),
        ([], 1, [(None, 1)], "history: expected entries for 1 layer, found 0; layer 1 has none"),
        ([EMPTY, LAYER], 2, [(0, None), (1, 1), (None, 2)],
         "history: expected entries for 2 layers, found 1; layer 2 has none"),
        ([LAYER], 3, [(0, 1), (None, 2), (None, 3)],
         "history: expected entries for 3 layers, found 1; layers 2 to 3 have none"),
        ([LAYER, EMPTY, LAYER, LAYER], 1, [(0, 1), (1, None), (2, None), (3, None)],
         "history: expected 1 layer, found 3 entries that say they made one; the last 2 stand alone"),
        ([LAYER], 0, [(0, None)],
         "history: expected 0 layers, found 1 entries that say they made one; the last 1 stand alone"),
    ],
)  # fmt: skip
def test_pairing(
    history: object, layers: int, expected: list[tuple[int | None, int | None]], problem: str | None
) -> None:
    pairing = pair_history(config(history), layers)
    assert [(row.position, row.layer) for row in pairing.rows] == expected
    assert pairing.problems == (() if problem is None else (problem,))


def test_without_a_config_the_layers_stand_alone() -> None:
    pairing = pair_history(None, 2)
    assert [(row.position, row.layer) for row in pairing.rows] == [(None, 1), (None, 2)]
    assert pairing.problems == ("history: not known, since the config cannot be read",)
    assert pair_history(None, 0).problems == ()


def test_rows_say_whether_they_are_unpaired() -> None:
    pairing = pair_history(config([LAYER, EMPTY, LAYER]), 1)
    assert [row.is_unpaired for row in pairing.rows] == [False, False, True]
    assert [row.is_unpaired for row in pair_history(config([]), 1).rows] == [True]


def test_an_entry_that_is_no_object_stands_for_a_layer() -> None:
    assert rows([1, EMPTY], 1) == [(0, 1), (1, None)]


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 30))
def test_every_entry_and_every_layer_has_one_row(empty: list[bool], layers: int) -> None:
    pairing = pair_history(config([EMPTY if flag else LAYER for flag in empty]), layers)
    assert [row.position for row in pairing.rows if row.position is not None] == list(range(len(empty)))
    assert [row.layer for row in pairing.rows if row.layer is not None] == list(range(1, layers + 1))
    assert bool(pairing.problems) == (empty.count(False) != layers)
    assert any(row.is_unpaired for row in pairing.rows) == bool(pairing.problems)
    for number in range(1, layers + 1):
        row = pairing.row_of_layer(number)
        assert row is not None
        assert row.layer == number
    assert pairing.row_of_layer(layers + 1) is None
