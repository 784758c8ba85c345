"""The colours: one calm dark theme, one light, and the terminal's own sixteen."""

import os
from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

from ocitui.state_folder import read_state, write_state

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
ANSI_DARK = replace(
    BUILTIN_THEMES["ansi-dark"], primary="ansi_bright_cyan", error="ansi_bright_red", warning="ansi_bright_yellow"
)
ANSI_LIGHT = replace(
    BUILTIN_THEMES["ansi-light"], secondary="ansi_blue", success="ansi_default", warning="ansi_magenta"
)
"""Textual's, but with those of the sixteen colours that can be read on black, or on white, as terminals have them."""
OWN = (DARK, LIGHT, ANSI_DARK, ANSI_LIGHT)
CYCLE = tuple(theme.name for theme in OWN)
"""The themes that the theme key goes through."""
OFFERED = tuple(sorted({*CYCLE, *BUILTIN_THEMES}))
"""All themes: these and Textual's."""

ENVIRONMENT = "OCITUI_THEME"
_FILE = "theme"
"""The name of the theme that was chosen last, in the state folder."""


def first_theme(setting: str = "") -> str:
    """The theme to start with: that of the environment, of the settings, the one chosen last, or ours.

    With ``NO_COLOR`` (no-color.org) and on terminals of sixteen colours or fewer only the
    environment's may be one that is not made of the terminal's own colours.

    Args:
        setting: that of the user's settings; empty where none is.

    Raises:
        UsageError: the environment names a theme that is unknown.
    """
    if wanted := os.environ.get(ENVIRONMENT, ""):
        from ocitui.image.gate.toml_table import check_known

        check_known(wanted, OFFERED, ENVIRONMENT)
        return wanted
    chosen = setting or _remembered()
    if os.environ.get("NO_COLOR") or os.environ.get("TERM", "") in {"linux", "vt100", "vt220", "xterm", "ansi"}:
        return chosen if chosen.startswith("ansi-") else ANSI_DARK.name
    return chosen or DARK.name


def remember_theme(name: str) -> None:
    """Note the theme that was chosen, to start with it the next time."""
    write_state(_FILE, f"{name}\n")


def _remembered() -> str:
    name = read_state(_FILE).decode("ascii", "replace").strip()
    return name if name in OFFERED else ""
