"""The replacements for characters that the encoding of the terminal lacks: ``LANG=C``, Latin-1."""

import sys

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from ocitui.cells import cells

_SIGNS = {
    **dict.fromkeys("╭╮╰╯", "+"),
    **dict.fromkeys("│▕▏▎▍▐", "|"),
    **dict.fromkeys("▌▋▊▉█", "#"),
    **dict.fromkeys("─▔▁━╸╺–−", "-"),
    **dict(zip("…·●◆⏎→←↑↓▸▾✓✗≤", ".-**<><^v>vvx<", strict=True)),
}
"""The replacements for the signs of the program; ``?`` for any other character."""


class Spelling(LineFilter):
    """Draws a character that the encoding lacks as one that it has, as wide: columns stay where they are."""

    def __init__(self, encoding: str) -> None:
        """
        Args:
            encoding: the encoding, by Python's name for it.
        """
        super().__init__()
        self._encoding = encoding
        self._known: dict[str, str] = {}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, spelled."""
        return [
            segment if segment.text.isascii() else Segment(self.spell(segment.text), segment.style, segment.control)
            for segment in segments
        ]

    def spell(self, text: str) -> str:
        """A text in characters that the encoding holds, of the same width."""
        return "".join(self._known.get(character) or self._learn(character) for character in text)

    def _learn(self, character: str) -> str:
        try:
            character.encode(self._encoding)
        except UnicodeEncodeError:
            found = _SIGNS.get(character, "?" * cells(character))
        else:
            found = character
        if len(self._known) < 4096:
            self._known[character] = found
        return found


def spelling() -> Spelling | None:
    """The filter that the terminal behind standard error needs; None where that takes anything."""
    encoding = getattr(sys.__stderr__, "encoding", None) or "ascii"
    try:
        "…╭\U00020000".encode(encoding)
    except UnicodeEncodeError:
        return Spelling(encoding)
    return None
