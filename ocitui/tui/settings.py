"""The user's settings of the screen, as values: see `ocitui.tui.settings_file` for the file they are from."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ocitui.image.merged.changes import Mark
from ocitui.tui.files.columns import CHOOSABLE
from ocitui.tui.files.merged_source import CHANGED, PRESENT
from ocitui.tui.files.source import Order

ENVIRONMENT = "OCITUI_CONFIG_DIR"
"""Names the folder of the settings when it is set."""
FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class FileSettings:
    """The Files pane as it is at first."""

    merged: frozenset[Mark] = PRESENT
    """The marks of what the merged tree shows."""
    changes: frozenset[Mark] = CHANGED
    """The same of what a layer changed."""
    order: Order = "name"
    reverse: bool = False
    """True for the largest, or latest, first."""
    columns: frozenset[str] = frozenset(CHOOSABLE)
    """The columns that are shown where there is room for them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set."""

    theme: str = ""
    """The theme to start with; empty for the one that was chosen last."""
    exact: bool = False
    """True if sizes and times are exact at first."""
    files: FileSettings = FileSettings()
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The keys of names that have others than by default, as Textual spells them."""


DEFAULTS = Settings()
"""The settings of who has set nothing."""


def settings_path() -> Path:
    """Return the place of the file: in ``OCITUI_CONFIG_DIR``, else where the system keeps a user's configuration."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named) / FILE
    import platformdirs

    return Path(platformdirs.user_config_dir("ocitui", appauthor=False)) / FILE
