"""From what a user typed to a place with images."""

import os
from pathlib import Path

from ocitui.spec.reference import Reference, readings
from ocitui.transports.layout import Layout
from ocitui.transports.transport import Transport


def open_reference(text: str) -> tuple[Transport, Reference]:
    """Open the place that a reference names, with the reading of it that fits.

    Raises:
        UsageError: there is nothing of that name, or nothing that can be opened.
    """
    whole: Reference | None = None
    for reading in readings(text):
        if os.path.lexists(reading.place):
            return Layout(Path(reading.place), reading.place), reading
        whole = whole or reading
    assert whole is not None
    return Layout(Path(whole.place), whole.place), whole
