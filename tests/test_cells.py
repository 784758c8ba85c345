"""Columns: what is counted is what Textual draws, and what is cut, padded or broken fits."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ocitui.cells import cells, cut, cut_middle, cut_start, fit, pad, pad_left, prefix, wrap
from ocitui.display import printable

TEXTS = st.text(st.sampled_from("ab日本e\u0301 …"), max_size=30)


@pytest.mark.slow
def test_each_character_is_counted_as_it_is_drawn() -> None:
    characters = (chr(code) for code in range(sys.maxunicode + 1))
    shown = [character for character in characters if printable(character) == character]
    assert len(shown) > 100_000
    assert [character for character in shown if cells(character) != cell_len(character)] == []


@given(st.text() | TEXTS)
def test_a_text_is_counted_as_it_is_drawn(text: str) -> None:
    assert cells(printable(text)) == cell_len(printable(text))


@given(TEXTS, st.integers(0, 20))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width
    assert cells(cut_start(text, width)) <= width
    assert cells(cut_middle(text, width)) <= width
    assert cells(fit(text, width)) == width
    if cells(text) <= width:
        assert cut_start(text, width) == text
        assert cut(text, width) == text or width == 0
        assert pad(text, width).rstrip(" ") == text.rstrip(" ")
        assert cells(pad(text, width)) == cells(pad_left(text, width)) == width
    else:
        assert cut(text, width) == "" or text.startswith(cut(text, width)[:-1])
        assert cut_start(text, width) == "" or text.endswith(cut_start(text, width)[1:])


def test_the_middle_is_cut_first() -> None:
    assert cut_middle("/home/user/images/app", 10) == "/hom…s/app"
    assert cut_middle("short", 10) == "short"


@given(TEXTS, st.integers(0, 20))
def test_a_prefix_is_the_longest_that_fits(text: str, width: int) -> None:
    head = prefix(text, width)
    assert text.startswith(head)
    assert cells(head) <= width
    if width > 0 and len(head) < len(text):
        assert cells(text[: len(head) + 1]) > width


@given(TEXTS, st.integers(1, 20))
def test_wrapped_lines_hold_the_whole_text(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cells(line) <= width or width == 1 for line in lines)
