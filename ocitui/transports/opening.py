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
            return _open(reading), reading
        whole = whole or reading
    assert whole is not None
    return _open(whole), whole


def _open(reading: Reference) -> Transport:
    path = Path(reading.place)
    if reading.transport == "oci-archive" or (not reading.transport and path.is_file()):
        from ocitui.transports.oci_archive import OciArchive

        return OciArchive(path, reading.place)
    return Layout(path, reading.place)
