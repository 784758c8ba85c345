"""The logins that a server asks for when it says 401.

Implements RFC 9110, section 11.6.1 (``WWW-Authenticate``) and section 5.6.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LIMIT = 1 << 14
"""Characters of all challenges together."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PIECE = re.compile(
    rf"""[ \t]*(?:
        (?P<comma>,)
      | (?P<name>{_TOKEN})[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>{_TOKEN}))(?=[ \t]*(?:,|$))
      | (?P<scheme>{_TOKEN})(?=[ \t]|,|$)
      | (?P<other>[^ \t,]+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to say who one is."""

    scheme: str
    """In lower case: ``basic``, ``bearer``."""
    parameters: Mapping[str, str]
    """By their names in lower case."""


def parse_challenges(values: Iterable[str]) -> list[Challenge]:
    """The challenges of all headers, in their order; what cannot be read is passed over."""
    found: list[tuple[str, dict[str, str]]] = []
    for value in values:
        text = value[:_LIMIT]
        while text:
            piece = _PIECE.match(text)
            if piece is None:
                break
            text = text[piece.end() :]
            if piece["scheme"]:
                found.append((piece["scheme"].lower(), {}))
            elif piece["name"] and found:
                said = re.sub(r"\\(.)", r"\1", piece["quoted"]) if piece["quoted"] is not None else piece["plain"]
                found[-1][1].setdefault(piece["name"].lower(), said)
    return [Challenge(scheme, parameters) for scheme, parameters in found]
