"""Text that fits a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from ocitui.commands.output.terminal import cell_width, columns, cut, wrap

TEXTS = st.text(alphabet="ab 本é…-")


@given(TEXTS, st.integers(0, 20))
def test_what_is_cut_fits(text: str, width: int) -> None:
    found = cut(text, width)
    assert cell_width(found) <= width
    assert found in {text, ""} or (found.endswith("…") and text.startswith(found[:-1]))


@given(TEXTS, st.integers(5, 30))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    lines = list(wrap("  x  ", text, width))
    assert " ".join(line[5:] for line in lines) == text
    assert all(cell_width(line) <= width or " " not in line[5:] for line in lines)


def test_columns_stand_below_each_other() -> None:
    assert columns([["a", "本", "x"], ["bbb", "1", ""]], frozenset({0})) == ["  a  本  x", "bbb  1"]
