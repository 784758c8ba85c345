"""Text with colours, and whether standard output gets them.

Styles stay beside the text until `ocitui.commands.output.terminal` writes it, after what is from
an image was made safe to draw: no escape sequence is ever in a text itself. They are the sixteen
colours of every terminal, bold and dim, so that the user's own palette counts.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

import click

from ocitui import cells


class Style(Enum):
    """The meaning of a part of a line; the value is its look, as parameters of SGR (ECMA-48, 8.3.117)."""

    HEADING = "1"
    QUIET = "2"
    ADDED = "32"
    MODIFIED = "33"
    DELETED = "31"
    GOOD = "1;32"
    WARNING = "1;33"
    ERROR = "1;31"
    PLACE = "36"
    """The head of a part of a unified diff."""
    DIRECTORY = "1;34"
    LINK = "1;36"
    EXECUTABLE = "32;1"
    SETUID = "37;41"
    SETGID = "30;43"
    FOR_ALL = "30;42"
    """A directory that everybody may write to."""
    NODE = "33;1"
    """A device."""
    FIFO = "33;2"
    WHITEOUT = "31;2"


def style_named(name: str) -> Style | None:
    """Return the style of what is called so, as marks and severities are; None where it has none."""
    return Style.__members__.get(name)


class Styled(str):
    """A text whose parts have styles. Whatever else `str` gives of it is plain text."""

    __slots__ = ("parts",)

    parts: tuple[tuple[str, Style | None], ...]

    def __new__(cls, parts: Iterable[tuple[str, Style | None]]) -> "Styled":
        """Make a text of its parts, each with its style."""
        kept = tuple(part for part in parts if part[0])
        self = super().__new__(cls, "".join(text for text, _ in kept))
        self.parts = kept
        return self


def styled(text: str, style: Style | None) -> str:
    """Return a text with a style, in place of any that it had; None is for none."""
    return Styled([(str(text), style)]) if style is not None and text else str(text)


def parts_of(text: str) -> tuple[tuple[str, Style | None], ...]:
    """Return the parts of a text, each with its style."""
    return text.parts if isinstance(text, Styled) else ((text, None),)


def join(*texts: str) -> str:
    """Return texts one after the other, with the styles that they have."""
    if Styled not in map(type, texts):
        return "".join(texts)
    return Styled(part for text in texts for part in parts_of(text))


def cut(text: str, width: int | None) -> str:
    """A text, or as much of it as fits into a number of columns and ``…``, with the styles that it has."""
    if width is None:
        return text
    short = cells.cut(text, width)
    if not isinstance(text, Styled):
        return short
    return text if short == text else Styled(_with_styles(short, text.parts))


def _with_styles(text: str, parts: Sequence[tuple[str, Style | None]]) -> Iterator[tuple[str, Style | None]]:
    at = 0
    for part, style in parts:
        yield text[at : at + len(part)], style
        at += len(part)


def end_trimmed(text: str) -> str:
    """A text without the blanks at its end, with the styles that it has."""
    trimmed = text.rstrip()
    return Styled(_with_styles(trimmed, text.parts)) if isinstance(text, Styled) else trimmed


def has_colour() -> bool:
    """True if standard output gets colours: as ``--color`` says, else as the surroundings say.

    https://no-color.org and https://bixense.com/clicolors: ``NO_COLOR`` takes them away, ``CLICOLOR_FORCE``
    gives them to a pipe, too; else a terminal has them that is not ``dumb``.
    """
    context = click.get_current_context(silent=True)
    if context is not None and context.color is not None:
        return context.color
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    if environment.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    if not sys.stdout.isatty() or environment.get("CLICOLOR") == "0":
        return False
    return environment.get("TERM", "") not in {"", "dumb"}


def escaped(text: str, style: Style | None) -> str:
    """Return the bytes for a terminal of one part of a text, which is safe to draw."""
    return text if style is None or not text else f"\x1b[{style.value}m{text}\x1b[0m"
