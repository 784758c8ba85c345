"""Dates and times as the documents write them.

Implements RFC 3339, section 5.6, as image-spec asks for it.
"""

import re
from datetime import UTC, datetime, timedelta

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(?:\.(\d+))?"
    r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)

GO_ZERO = datetime(1, 1, 1, tzinfo=UTC)
"""Go's value for a time that was never set."""


def format_moment(moment: datetime) -> str:
    """Return a moment in UTC as RFC 3339 writes it, with microseconds where it has any."""
    return moment.isoformat().replace("+00:00", "Z")


def parse_moment(text: str) -> datetime | None:
    """Read a date and time of RFC 3339 with any number of decimals; None when it is none."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    date, time, seconds, decimals, sign, hours, minutes = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{time}:00+00:00")
        moment += timedelta(seconds=int(seconds), microseconds=int((decimals or "0")[:6].ljust(6, "0")))
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            moment = moment - offset if sign == "+" else moment + offset
        return moment
    except (ValueError, OverflowError):
        return None
