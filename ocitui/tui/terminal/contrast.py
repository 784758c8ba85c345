"""The contrast of text: at least 4.5 to 1 in every theme, on whatever ground it is drawn.

WCAG 2.2, 1.4.3 Contrast (Minimum). What is drawn rather than written, frames, bars and guide lines,
stays as quiet as the theme has it. The terminal's own sixteen colours are the terminal's.
"""

from functools import lru_cache

from rich.color import Color as TerminalColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

LEAST = 4.5
"""The ratio that text has at least."""
DRAWN = "─│╭╮╰╯├┤┬┴┼━╸╺▔▁▏▎▍▌▋▊▉█▐▕ "
"""The characters that are drawn."""
_STEPS = 32
_SHADES = (Color(0, 0, 0), Color(255, 255, 255))


def luminance(color: Color) -> float:
    """Relative luminance, from 0 for black to 1 for white (WCAG 2.2, relative luminance)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def legible(color: Color, ground: Color) -> Color:
    """The colour itself, or the nearest on the way to black or white whose contrast to the ground suffices."""
    if contrast(color, ground) >= LEAST:
        return color
    end = max(_SHADES, key=lambda shade: contrast(shade, ground))
    blends = (color.blend(end, step / _STEPS) for step in range(1, _STEPS))
    return next((found for found in blends if contrast(found, ground) >= LEAST), end)


class Contrast(LineFilter):
    """Draws text that is too much like its ground in a colour that is not."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, legible."""
        return [
            Segment(text, _legible_style(style, background), control)
            if style is not None and text.strip(DRAWN)
            else Segment(text, style, control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def _legible_style(style: Style, background: Color) -> Style:
    color = _truecolor(style.color)
    ground = _truecolor(style.bgcolor) or background
    if color is None or (style.bgcolor is not None and _truecolor(style.bgcolor) is None) or ground.ansi is not None:
        return style
    if style.reverse:
        return style + Style(bgcolor=legible(ground, color).rich_color)
    found = legible(color, ground)
    return style if found == color else style + Style(color=found.rich_color)


def _truecolor(color: TerminalColor | None) -> Color | None:
    """A colour that does not depend on the terminal; None for one that does."""
    return None if color is None or color.triplet is None else Color(*color.triplet)
