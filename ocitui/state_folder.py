"""The user's state folder: small files that keep what was done last, for their owner alone.

They are a convenience: what cannot be read is not there, and what cannot be written is forgotten.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from ocitui.cache_folder import make_private_folder

ENVIRONMENT = "OCITUI_STATE_DIR"
"""Names the state folder when it is set."""

_LIMIT = 1_000_000
"""Bytes of a file that are read."""


def state_folder() -> Path:
    """Return the folder: ``OCITUI_STATE_DIR``, else the system's folder for a user's state."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_state_dir("ocitui", appauthor=False))


def read_state(name: str) -> bytes:
    """Return what a file holds; empty where there is none that can be read."""
    path = state_folder() / name
    if not os.path.isfile(path):
        return b""
    with suppress(OSError), path.open("rb") as file:
        return file.read(_LIMIT)
    return b""


def write_state(name: str, text: str) -> None:
    """Replace a file by one that is readable for its owner alone; the text must be ASCII."""
    folder = state_folder()
    with suppress(OSError):
        make_private_folder(folder)
        number, made = tempfile.mkstemp(prefix=f"{name}.", dir=folder)  # mode 0600
        try:
            with open(number, "w", encoding="ascii") as file:
                file.write(text)
            os.replace(made, folder / name)
        except OSError:
            os.unlink(made)
            raise
