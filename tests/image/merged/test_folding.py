"""Long timelines: what is folded, and how it reads."""

from pathlib import Path

from ocitui.demo.tar import Entry, file, whiteout
from ocitui.image.merged.folding import UNFOLDED, FoldedChanges, fold
from ocitui.image.merged.timeline import trace
from ocitui.image.merged.words import folded_sign, folded_text
from tests.image.stacks import close, stack_of


def shown(folder: Path, layers: list[list[Entry]]) -> list[str]:
    """The rows of a timeline: layers, and of folded ones the words."""
    stack = stack_of(folder, *layers)
    rows = fold(trace(stack, b"f").changes)
    close(stack)
    return [
        f"{folded_sign(row)} {folded_text(row)}" if isinstance(row, FoldedChanges) else str(row.layer) for row in rows
    ]


def changed(count: int) -> list[list[Entry]]:
    return [[file("f", "x" * (number + 1))] for number in range(count)]


def test_a_short_timeline_is_shown_as_it_is(tmp_path: Path) -> None:
    assert shown(tmp_path, changed(UNFOLDED)) == [str(number + 1) for number in range(UNFOLDED)]


def test_what_is_alike_in_the_middle_is_one_row(tmp_path: Path) -> None:
    layers = [*changed(UNFOLDED + 10), [whiteout("f")]]
    assert shown(tmp_path, layers) == ["1", "2", "3", "~ modified (content) by layers 4–18", "19", "20", "21"]


def test_runs_of_one_kind_are_a_row_each_and_single_changes_stay(tmp_path: Path) -> None:
    layers = [*changed(10), [whiteout("f")], *changed(20)]
    middle = ["~ modified (content) by layers 4–10", "11", "12", "~ modified (content) by layers 13–28"]
    assert shown(tmp_path, layers) == ["1", "2", "3", *middle, "29", "30", "31"]


def test_very_many_runs_are_one_row(tmp_path: Path) -> None:
    layers = [layer for _ in range(20) for layer in ([file("f")], [whiteout("f")])]
    middle = "  deleted 17 times, re-added 17 times by layers 4–37"
    assert shown(tmp_path, layers) == ["1", "2", "3", middle, "38", "39", "40"]


def test_folded_changes_know_what_they_ship(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, *changed(20))
    (folded,) = (row for row in fold(trace(stack, b"f").changes) if isinstance(row, FoldedChanges))
    close(stack)
    assert folded.shipped_bytes == sum(range(4, 18))
