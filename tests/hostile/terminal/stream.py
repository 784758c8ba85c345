"""What a terminal was sent, taken apart: text, control characters, and sequences by their kind.

The grammar is that of ECMA-48 (ISO/IEC 6429), with the strings of xterm: OSC, DCS, APC, PM, SOS.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"""
      \x1b\[ (?P<csi>[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e])
    | \x1b\] (?P<osc>[^\x07\x1b]*(?:\x1b(?!\\)[^\x07\x1b]*)*) (?:\x07|\x1b\\)
    | \x1b (?P<string>[PX^_] .*? (?:\x1b\\|\x07))
    | \x1b (?P<esc>[\x20-\x2f]*[\x30-\x7e])
    | (?P<control>[\x00-\x1f\x7f])
    | (?P<text>[^\x00-\x1f\x7f]+)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of the stream."""

    kind: str
    """``text``, ``control``, ``esc``, ``csi``, ``osc``, ``string``."""
    data: bytes
    """Without what begins and ends it."""

    @property
    def shape(self) -> str:
        """The kind, with what tells sequences of a kind apart, and without numbers that vary."""
        match self.kind:
            case "csi":
                private = re.match(rb"[<=>?]*", self.data)
                modes = self.data if self.data[-1:] in b"hl" else (private[0] if private else b"") + self.data[-1:]
                return f"csi {modes.decode()}"
            case "osc":
                return f"osc {self.data.partition(b';')[0].decode('latin-1')}"
            case "control" | "esc" | "string":
                return f"{self.kind} {self.data[:4]!r}"
            case _:
                return self.kind


def tokens(stream: bytes) -> Iterator[Token]:
    """All of a stream; what fits nowhere is a ``broken`` token."""
    at = 0
    while at < len(stream):
        found = _TOKEN.match(stream, at)
        if found is None:
            yield Token("broken", stream[at : at + 40])
            at += 1
            continue
        assert found.lastgroup is not None
        yield Token(found.lastgroup, found[found.lastgroup])
        at = found.end()


def shapes(stream: bytes) -> set[str]:
    """The kinds of sequences and control characters in a stream."""
    return {token.shape for token in tokens(stream) if token.kind != "text"}


def texts(stream: bytes) -> str:
    """All the text of a stream; bytes that are not UTF-8 raise."""
    return b"".join(token.data for token in tokens(stream) if token.kind == "text").decode()
