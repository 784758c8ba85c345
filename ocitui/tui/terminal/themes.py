"""The colours: one calm dark theme, one light, and the terminal's own sixteen."""

import os

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="ocitui-dark",
    primary="#5aa9e6",
    secondary="#7f9db9",
    accent="#5aa9e6",
    warning="#e5b567",
    error="#e87d7d",
    success="#8fc98f",
    foreground="#d4d9e0",
    background="#15181d",
    surface="#1a1e24",
    panel="#20252d",
    dark=True,
)
LIGHT = Theme(
    name="ocitui-light",
    primary="#1f6fb2",
    secondary="#54708c",
    accent="#1f6fb2",
    warning="#9a6700",
    error="#b3261e",
    success="#2a7a36",
    foreground="#22272e",
    background="#fbfbfa",
    surface="#f4f4f2",
    panel="#e9eaea",
    dark=False,
)
CYCLE = (DARK.name, LIGHT.name, "ansi-dark", "ansi-light")
"""The themes that the theme key goes through; the command palette offers all of Textual's."""

ENVIRONMENT = "OCITUI_THEME"


def first_theme() -> str:
    """The theme to start with: the one asked for, else one that the terminal can show.

    With ``NO_COLOR`` (no-color.org) and on terminals of sixteen colours or fewer, the
    terminal's own colours.
    """
    wanted = os.environ.get(ENVIRONMENT, "")
    if wanted in BUILTIN_THEMES or wanted in CYCLE:
        return wanted
    if os.environ.get("NO_COLOR") or os.environ.get("TERM", "") in {"linux", "vt100", "vt220", "xterm", "ansi"}:
        return "ansi-dark"
    return DARK.name
