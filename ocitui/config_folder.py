"""The user's own settings: the file that they are in."""

import os
from pathlib import Path

ENVIRONMENT = "OCITUI_CONFIG_DIR"
"""Names the folder of the settings when it is set."""
FILE = "settings.toml"


def settings_path() -> Path:
    """Return the place of the file: in ``OCITUI_CONFIG_DIR``, else where the system keeps a user's configuration."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named) / FILE
    import platformdirs

    return Path(platformdirs.user_config_dir("ocitui", appauthor=False)) / FILE
