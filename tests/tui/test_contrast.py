"""Text is legible: every style of text on every page, in every theme, against what it is drawn on.

What is looked at is what goes to the terminal, after all transparency and dimming. The themes of the
terminal's own sixteen colours are measured with the palettes of two terminals.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color as Color16
from rich.color import ColorType
from rich.color_triplet import ColorTriplet
from rich.style import Style
from textual.color import Color

from ocitui.tui.terminal.contrast import DRAWN, LEAST, contrast, legible, luminance
from ocitui.tui.terminal.themes import OFFERED
from tests.tui.explorer import Explorer, explore, open_layer

PAGES = {
    "panes": ("m",),
    "changes": ("m", "m"),
    "history": ("3", "slash", "R", "u", "enter"),
    "json": ("m", "2", "v", "j"),
    "find": ("f", *"secret size>0", "down"),
    "a query that is none": ("f", *"size>"),
    "waste": ("W",),
    "sizes": ("B", "tab", "tab"),
    "which": ("4", "e", "slash", *"secret", "enter", "w"),
    "jump": ("ctrl+o", *"et"),
    "palette": ("colon", "f"),
    "help": ("question_mark",),
    "findings": ("1", "g", "V", "V"),
    "save": ("x",),
    "compare": ("D",),
    "dockerfile": ("d",),
    "text": ("4", "slash", *"notes", "enter", "enter"),
}
"""Keys that lead from layer 5 to each page."""
THOROUGHLY = {"panes", "waste"}
"""The pages that are looked at in every theme; the rest in some."""
XTERM = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
LINUX = (
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
PALETTES = [[ColorTriplet(*bytes.fromhex(each)) for each in palette.split()] for palette in (XTERM, LINUX)]
"""The sixteen colours of xterm (XTerm-col.ad), and of the console of Linux (drivers/tty/vt/vt.c)."""
SOME = ("ocitui-dark", "ocitui-light", "nord", "ansi-dark", "ansi-light")
RGB = st.builds(Color, *[st.integers(0, 255)] * 3)


@asynccontextmanager
async def page(demo: Path, keys: tuple[str, ...]) -> AsyncIterator[Explorer]:
    async with explore(demo, (118, 32), is_read=True) as screen:
        await open_layer(screen, 5)
        await screen.press(*keys)
        yield screen


def texts(screen: Explorer) -> dict[Style, str]:
    """The styles of all text on the screen, each with some of it."""
    found: dict[Style, str] = {}
    for strip in screen.app.screen._compositor.render_strips():
        for text, style, _ in strip:
            if style is not None and text.strip(DRAWN):
                found.setdefault(style, text)
    return found


def ratio(style: Style) -> float:
    """The contrast of a style as a terminal draws it; one that dims draws half of the colour."""
    assert style.color is not None, style
    assert style.bgcolor is not None, style
    color, ground = style.color.triplet, style.bgcolor.triplet
    assert color is not None, style
    assert ground is not None, style
    drawn = Color(*ground).blend(Color(*color), 0.5) if style.dim else Color(*color)
    return contrast(drawn, Color(*ground))


def as_drawn(style: Style, palette: list[ColorTriplet], *, on_white: bool) -> Style:
    """A style of the terminal's own colours with those that the terminal has, on black or on white."""
    defaults = (palette[0], palette[15]) if on_white else (palette[7], palette[0])

    def drawn(color: Color16 | None, default: ColorTriplet) -> Color16:
        if color is None or color.type is ColorType.DEFAULT:
            return Color16.from_triplet(default)
        assert color.type is ColorType.STANDARD, "a colour that not every terminal has"
        assert color.number is not None
        return Color16.from_triplet(palette[color.number])

    color, ground = drawn(style.color, defaults[0]), drawn(style.bgcolor, defaults[1])
    return Style(color=ground, bgcolor=color) if style.reverse else Style(color=color, bgcolor=ground)


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
async def test_all_text_of_every_theme_is_legible(demo_layout: Path, name: str) -> None:
    async with page(demo_layout, PAGES[name]) as screen:
        for theme in OFFERED if name in THOROUGHLY else SOME:
            screen.app.theme = theme
            await screen.pilot.pause()
            found = texts(screen)
            assert len(found) > 1, "there is something on the screen"
            for style, text in found.items():
                if not theme.startswith("ansi"):
                    assert ratio(style) >= LEAST, (theme, text, str(style))
                elif not style.dim:  # which each terminal does in its own way
                    for palette in PALETTES:
                        drawn = as_drawn(style, palette, on_white=theme == "ansi-light")
                        assert ratio(drawn) >= LEAST, (theme, text, str(style))


@pytest.mark.slow
async def test_without_colours_there_is_still_a_hierarchy(demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three voices and the row of the cursor, of nothing but attributes: no-color.org."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with page(demo_layout, ("m",)) as screen:
        styles = texts(screen)
        assert all(color is None or color.is_default for style in styles for color in (style.color, style.bgcolor))
        voices = {(bool(style.bold), bool(style.dim), bool(style.reverse)) for style in styles}
        assert {(True, False, False), (False, False, False), (False, True, False), (False, False, True)} <= voices


@pytest.mark.slow
async def test_a_page_and_the_cursor_in_our_own_themes(demo_layout: Path) -> None:
    async with page(demo_layout, ()) as screen:
        for theme in ("ocitui-dark", "ocitui-light"):
            screen.app.theme = theme
            await screen.pilot.pause()
            assert len(texts(screen)) > 10
            assert min(map(ratio, texts(screen))) >= LEAST


@given(RGB, RGB)
def test_a_colour_is_changed_no_further_than_it_must_be(color: Color, ground: Color) -> None:
    found = legible(color, ground)
    assert contrast(found, ground) >= LEAST
    if contrast(color, ground) >= LEAST:
        assert found == color


def test_the_measure_is_that_of_the_recommendation() -> None:
    """The figures of WCAG 2.2 itself, and of two greys that are known for being just beyond and just below."""
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    assert (luminance(black), luminance(white)) == (0.0, 1.0)
    assert contrast(black, white) == contrast(white, black) == 21.0
    assert round(contrast(Color.parse("#767676"), white), 2) == 4.54
    assert round(contrast(Color.parse("#777777"), white), 2) == 4.48
