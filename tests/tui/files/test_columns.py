"""The columns beside the names of files are as wide as what they show."""

from datetime import UTC, datetime, timedelta

from ocitui.display import format_age, format_size
from ocitui.tui.files.columns import AGE, SIZE


def test_every_age_and_every_size_fits() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    spans = [
        timedelta(seconds=59),
        timedelta(minutes=59),
        timedelta(hours=23),
        timedelta(days=364),
        timedelta(days=9999),
    ]
    assert max(len(format_age(now - span, now)) for span in spans) <= AGE
    assert max(len(format_size(size)) for power in range(64) for size in (2**power - 1, 2**power, 999_949)) <= SIZE
