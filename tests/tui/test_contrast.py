"""Text is legible: every style of text on every page, in every theme, against what it is drawn on.

What is looked at is what goes to the terminal, after all transparency and dimming. The themes of the
terminal's own sixteen colours are made of these alone, and of bold, dim and reverse.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorType
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
THOROUGHLY = {"panes", "find", "waste", "text"}
"""The pages that are looked at in every theme; between them they have all styles."""
SOME = ("ocitui-dark", "ocitui-light", "textual-dark", "nord", "solarized-light", "ansi-dark")
RGB = st.builds(Color, *[st.integers(0, 255)] * 3)


@asynccontextmanager
async def page(demo: Path, keys: tuple[str, ...]) -> AsyncIterator[Explorer]:
    async with explore(demo, (118, 32)) as screen:
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
                if theme.startswith("ansi"):
                    for color in (style.color, style.bgcolor):
                        assert color is None or color.type in (ColorType.DEFAULT, ColorType.STANDARD), (theme, text)
                else:
                    assert ratio(style) >= LEAST, (theme, text, str(style))


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
