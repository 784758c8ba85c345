"""Text that fits a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from ocitui.cells import cells
from ocitui.commands.output.terminal import columns, wrap

TEXTS = st.text(alphabet="ab 本é…-")


@given(TEXTS, st.integers(5, 30))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    lines = list(wrap("  x  ", text, width))
    assert " ".join(line[5:] for line in lines) == text
    assert all(cells(line) <= width or " " not in line[5:] for line in lines)


def test_columns_stand_below_each_other() -> None:
    assert columns([["a", "本", "x"], ["bbb", "1", ""]], frozenset({0})) == ["  a  本  x", "bbb  1"]
