"""That nothing from an image reaches a terminal as anything but text to read."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.display import (
    format_age,
    format_count,
    format_exact_size,
    format_mode,
    format_size,
    format_time,
    printable,
    quote,
)

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=60)  # surrogates included


@given(ANY_TEXT | st.binary(max_size=60))
def test_what_is_shown_is_printable_and_can_be_written(value: str | bytes) -> None:
    shown = printable(value)
    assert shown.isprintable()
    shown.encode("utf-8")
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_stays_as_it_is(value: str) -> None:
    assert printable(value) == value
    assert printable(value.encode()) == value


@given(ANY_TEXT)
def test_what_was_made_safe_stays_so(value: str) -> None:
    assert printable(printable(value)) == printable(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("a\\b", "a\\b"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x00\x7f\x85\x9b", "\\x00\\x7f\\x85\\x9b"),
        ("photo\u202egpj.exe", "photo\\u202egpj.exe"),
        ("zero\u200bwidth\u2060\ufeff", "zero\\u200bwidth\\u2060\\ufeff"),
        ("no\u00a0break\u3000", "no\\xa0break\\u3000"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\ue000\U000f0000\u0378", "\\ue000\\U000f0000\\u0378"),
        ("\u3164\u115f\ufe0f\U000e0100\u2800", "\\u3164\\u115f\\ufe0f\\U000e0100\\u2800"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        (b"caf\xe9", "caf\\xe9"),
        (b"caf\xc3\xa9", "café"),
        ("日本語 é ñ 🙂", "日本語 é ñ 🙂"),
        ("[red]x[/]", "[red]x[/]"),
    ],
)
def test_printable(value: str | bytes, shown: str) -> None:
    assert printable(value) == shown


def test_quote_cuts_and_says_so() -> None:
    assert quote("a\x1b") == "'a\\x1b'"
    assert quote("x" * 81) == f"'{'x' * 80}…'"


@pytest.mark.parametrize(
    ("size", "shown", "exact"),
    [(None, "", ""), (0, "0 B", "0 B"), (999, "999 B", "999 B"), (63_312_345, "63.3 MB", "63,312,345 B")],
)
def test_sizes(size: int | None, shown: str, exact: str) -> None:
    assert (format_size(size), format_exact_size(size)) == (shown, exact)


def test_a_size_of_any_length_is_shown() -> None:
    assert format_size(10**400) == format_exact_size(10**400)


def test_counts() -> None:
    assert (format_count(None), format_count(6412)) == ("", "6,412")


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (None, ""),
        (0, "1970-01-01 00:00:00"),
        (-1, "1969-12-31 23:59:59"),
        (0.9, "1970-01-01 00:00:00"),
        (2**88, f"@{2**88}"),
        (10**400, f"@{'1'.ljust(40, '0')}"),
        (float("nan"), "@nan"),
        (float("inf"), "@inf"),
        (datetime(2021, 11, 17, 10, 38, 14, 652464, UTC), "2021-11-17 10:38:14"),
        (datetime(2021, 11, 17, 12, 0, tzinfo=timezone(timedelta(hours=2))), "2021-11-17 10:00:00"),
        (datetime(2021, 11, 17, 12, 0), "2021-11-17 12:00:00"),
        (datetime.min, "0001-01-01 00:00:00"),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), "9999-12-31 23:59:59"),
    ],
)
def test_times(moment: float | datetime | None, shown: str) -> None:
    assert format_time(moment) == shown


@given(st.integers() | st.floats() | st.datetimes(timezones=st.none() | st.timezones()))
def test_every_time_can_be_shown(moment: float | datetime) -> None:
    assert format_time(moment)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_age_can_be_shown(moment: datetime) -> None:
    assert format_age(moment)


def test_ages() -> None:
    now = datetime(2024, 1, 1, 12, tzinfo=UTC)
    assert format_age(None) == ""
    assert format_age(datetime(2024, 1, 1, 10), now) == "2 h"
    assert format_age(now, now) == "0 s"


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(seconds=119), "1 min"),
        (timedelta(minutes=91), "1 h"),
        (timedelta(hours=47), "1 d"),
        (timedelta(days=29, hours=23), "29 d"),
        (timedelta(days=59), "1 mo"),
        (timedelta(days=364), "11 mo"),
        (timedelta(days=365), "1 y"),
        (timedelta(days=913), "2 y"),
        (timedelta(hours=-71), "in 2 d"),
    ],
)
def test_ages_are_rounded_down(age: timedelta, shown: str) -> None:
    now = datetime(2024, 1, 1, 12, tzinfo=UTC)
    assert format_age(now - age, now) == shown


@pytest.mark.parametrize(
    ("mode", "shown"), [(0o100644, "-rw-r--r--"), (0o104755, "-rwsr-xr-x"), (0o41777, "drwxrwxrwt")]
)
def test_modes(mode: int, shown: str) -> None:
    assert format_mode(mode) == shown


def test_marks_stand_on_something_and_are_few() -> None:
    assert printable("e\u0301") == "e\u0301"
    assert printable("\u0301e") == "\\u0301e"
    assert printable("a" + "\u0301" * 6) == "a" + "\u0301" * 4 + "\\u0301" * 2
    assert printable("\u1000\u103a\u05d0\u05bc") == "\u1000\u103a\u05d0\u05bc"


def test_what_terminals_draw_in_different_widths_is_escaped() -> None:
    assert printable("\U0001f1e9\U0001f1ea \U0001f469\U0001f3fd") == "\\U0001f1e9\\U0001f1ea \U0001f469\\U0001f3fd"


@pytest.mark.slow
@pytest.mark.parametrize("plane", range(0x80, 0x30000, 0x1000))
def test_every_character_that_is_drawn_has_one_width(plane: int) -> None:
    """What draws the screen and what terminals use agree."""
    cells = pytest.importorskip("rich.cells")
    width = pytest.importorskip("wcwidth")
    shown = [chr(code) for code in range(plane, plane + 0x1000) if printable("a" + chr(code)) == "a" + chr(code)]
    assert [hex(ord(each)) for each in shown if cells.cell_len(each) != width.wcwidth(each)] == []
