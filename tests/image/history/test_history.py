"""History entries against layers, also where they do not line up."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.image.history.origin import Certainty
from ocitui.image.history.pairing import pair_history
from ocitui.image.history.stage import stage_origin
from ocitui.image.history.step import read_step
from ocitui.spec.config import Config
from ocitui.spec.history import HistoryEntry

LAYER: dict[str, Any] = {"created_by": "RUN x"}
EMPTY: dict[str, Any] = {"created_by": "ENV a=b", "empty_layer": True}
FROM: dict[str, Any] = {"created_by": "/bin/sh -c x", "comment": "FROM localhost/base:latest"}
NOP = "/bin/sh -c #(nop) "
EMPTY_TAR = f"sha256:{hashlib.sha256(bytes(1024)).hexdigest()}"


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
        ([EMPTY], 2, [(None, 1), (None, 2), (0, None)],
         "history: expected entries for 2 layers, found 0; layers 1 to 2 have none"),
        ([EMPTY, LAYER], 2, [(None, 1), (None, 2), (0, None), (1, None)],
         "history: expected entries for 2 layers, found 1; it is unknown which layers have none"),
        ([LAYER, FROM], 3, [(None, 1), (None, 2), (None, 3), (0, None), (1, None)],
         "history: expected entries for 3 layers, found 2; it is unknown which layers have none"),
        ([FROM, EMPTY, LAYER], 4, [(None, 1), (None, 2), (0, 3), (1, None), (2, 4)],
         "history: expected entries for 4 layers, found 2; layers 1 to 2 have none"),
        ([LAYER, EMPTY, LAYER, LAYER], 1, [(None, 1), (0, None), (1, None), (2, None), (3, None)],
         "history: expected 1 layer, found 3 entries that say they made one"),
        ([LAYER], 0, [(0, None)], "history: expected 0 layers, found 1 entry that says it made one"),
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
    assert [row.is_unpaired for row in pairing.rows] == [True, True, False, True]
    assert [row.possible_layers for row in pairing.rows] == [(), (1,), (), (1,)]
    assert [row.is_unpaired for row in pair_history(config([]), 1).rows] == [True]


@pytest.mark.slow
def test_of_many_entries_that_may_have_made_a_layer_none_is_told() -> None:
    pairing = pair_history(config([LAYER] * 100), 10_000)
    assert {origin.candidates for origin in pairing.origins[200:9_000]} == {()}
    assert all(row.is_unpaired for row in pairing.rows)
    assert pair_history(config([LAYER] * 10_000), 100).origins[50].candidates == ()


def test_an_empty_layer_is_of_an_entry_that_makes_no_files() -> None:
    document = {"rootfs": {"diff_ids": [EMPTY_TAR]}, "history": [{"created_by": f'{NOP} CMD ["x"]'}]}
    pairing = pair_history(Config.parse(json.dumps(document).encode(), "x"), 1)
    assert [(row.position, row.layer) for row in pairing.rows] == [(0, 1)]


def test_an_entry_that_is_no_object_stands_for_a_layer() -> None:
    assert rows([1, EMPTY], 1) == [(0, 1), (1, None)]


def row_certainty(empty: list[bool], layers: int) -> Certainty:
    if all(empty):
        return Certainty.NONE
    return Certainty.CERTAIN if empty.count(False) == layers else Certainty.UNKNOWN


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 30))
def test_every_entry_and_every_layer_has_one_row(empty: list[bool], layers: int) -> None:
    pairing = pair_history(config([EMPTY if flag else LAYER for flag in empty]), layers)
    assert [row.position for row in pairing.rows if row.position is not None] == list(range(len(empty)))
    assert [row.layer for row in pairing.rows if row.layer is not None] == list(range(1, layers + 1))
    assert bool(pairing.problems) == (empty.count(False) != layers)
    assert any(row.is_unpaired for row in pairing.rows) == bool(pairing.problems)
    assert [origin.certainty for origin in pairing.origins] == [row_certainty(empty, layers)] * layers
    for number in range(1, layers + 1):
        row = pairing.row_of_layer(number)
        assert row is not None
        assert row.layer == number
    assert pairing.row_of_layer(layers + 1) is None


@pytest.mark.parametrize(
    ("before", "owner", "made_by"),
    [
        # as docker's classic builder and BuildKit write entries, of which none can make a file with such an instruction
        (["/bin/sh -c apt install", f"{NOP}ADD file:x in /usr "], f"{NOP} USER www", [0, 1]),
        (["RUN /bin/sh -c a # buildkit"], 'CMD ["x"]', [0]),
        ([], f"{NOP} USER www", [0]),
    ],
)
def test_no_builder_makes_files_with_an_instruction_for_the_config(
    before: list[str], owner: str, made_by: list[int]
) -> None:
    comment = "buildkit.dockerfile.v0" if "buildkit" in str(before) else ""
    entries = [{"created_by": text, "comment": comment, "empty_layer": True} for text in before]
    entries.append({"created_by": owner, "comment": comment})
    steps = [read_step(HistoryEntry.read(entry, "history")) for entry in entries]
    origin = stage_origin(steps, len(before), 0)
    assert sorted(origin.candidates) == made_by
    expected = {0: Certainty.UNKNOWN, 1: Certainty.CERTAIN, 2: Certainty.SEVERAL}
    assert origin.certainty is expected[len(before)]
