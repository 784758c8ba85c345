"""The lines of a tree that is printed as text."""

import sys
from typing import NamedTuple


class Branches(NamedTuple):
    """The lines before a name; all of the same width."""

    item: str
    last: str
    """The same before the last in its folder."""
    through: str
    """Beside what is below an item."""
    blank: str
    """Beside what is below the last."""


def branches() -> Branches:
    """The lines that standard output can draw."""
    drawn = Branches("├─ ", "└─ ", "│  ", "   ")
    try:
        "".join(drawn).encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return Branches("|- ", "`- ", "|  ", "   ")
    return drawn
