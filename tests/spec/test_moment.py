"""Dates and times of RFC 3339, against the standard library's."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.spec.moment import parse_moment

OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=OFFSETS))
def test_what_the_standard_library_writes_reads_back(moment: datetime) -> None:
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        assert parse_moment(moment.isoformat()) is None
        return
    assert parse_moment(moment.isoformat()) == expected


ALMOST = st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]{8,20}([Zz]|[+-][0-9]{2}:[0-9]{2})")


@pytest.mark.slow
@given(st.text(max_size=40) | ALMOST)
def test_it_reads_nothing_that_the_standard_library_does_not(text: str) -> None:
    moment = parse_moment(text)
    if moment is not None and ":60" not in text:
        expected = datetime.fromisoformat(text.upper())
        assert abs(moment - expected) < timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-11-17T10:38:14.652464384Z", datetime(2021, 11, 17, 10, 38, 14, 652464, UTC)),
        ("2021-11-17T10:38:14.6Z", datetime(2021, 11, 17, 10, 38, 14, 600000, UTC)),
        ("2021-11-17t10:38:14z", datetime(2021, 11, 17, 10, 38, 14, 0, UTC)),
        ("2021-11-17 12:38:14+02:00", datetime(2021, 11, 17, 10, 38, 14, 0, UTC)),
        ("2021-11-17T05:08:14-05:30", datetime(2021, 11, 17, 10, 38, 14, 0, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:60Z", None),
        ("2021-11-17T10:38:14", None),
        ("2021-11-17T24:00:00Z", None),
        ("2021-02-30T00:00:00Z", None),
        ("2021-11-17T10:38:14+24:00", None),
        ("2021-11-17T10:38:14.Z", None),
        ("2021-11-17 10:38:14 +0000 UTC", None),
        ("1637145494", None),
        ("٢٠٢١-11-17T10:38:14Z", None),
        ("2021-11-17T10:38:14Z\n", None),
        ("", None),
    ],
)
def test_moments(text: str, moment: datetime | None) -> None:
    assert parse_moment(text) == moment
