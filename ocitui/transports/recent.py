"""The images that were opened on the screen before, the last one first.

A small file in the user's state folder. It is a convenience: where it cannot be read there
are none, and where it cannot be written nothing is remembered.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.display import current_moment
from ocitui.errors import OcituiError
from ocitui.spec.reference import REGISTRY, Reference, readings
from ocitui.state_folder import read_state, write_state

if TYPE_CHECKING:
    from ocitui.transports.nearby import Nearby

KEPT = 50
"""Images that are remembered."""

_FILE = "recent.json"
_KINDS = {"docker-daemon": "docker", REGISTRY: "registry"}
"""The kinds of images, where they are not called as their transport."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the file."""

    text: str
    opened: str

    @property
    def moment(self) -> datetime | None:
        """The time it was opened, in UTC."""
        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(self.opened)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return None


def remember(text: str, cwd: Path) -> None:
    """Note that an image was opened.

    Args:
        text: the reference as typed. Standard input is not remembered.
        cwd: the folder that the paths in it begin at.
    """
    absolute = absolute_reference(text, cwd)
    if absolute is None:
        return
    others = [entry for entry in _read() if entry.text != absolute]
    entries = [_Entry(absolute, current_moment().isoformat(timespec="seconds")), *others][:KEPT]
    _write(entries)


def recents() -> "list[Nearby]":
    """The images that were opened, the last one first, without those whose path is gone."""
    return list(_existing(_read()))


def shown_reference(text: str) -> str:
    """Return a reference as people would write it here: its path from the current folder or from home."""
    reading = _reading(text, Path("/"))
    if reading is None or not reading.is_file:
        return text
    cwd = os.getcwd() if _has_cwd() else ""
    return _shorter(without_dots(reading.place), cwd, os.path.expanduser("~")) + _after_place(reading)


def _existing(entries: list[_Entry]) -> "Iterator[Nearby]":
    from ocitui.transports.nearby import Nearby  # which reads archives: what remembers an image needs none of it
    from ocitui.transports.place_kind import kind_of_path

    cwd, home = os.getcwd() if _has_cwd() else "", os.path.expanduser("~")
    for entry in entries:
        reading = _reading(entry.text, Path("/"))
        if reading is None:
            continue
        if not reading.is_file:
            kind = _KINDS.get(reading.transport, reading.transport)
            name = entry.text.partition(":")[2].removeprefix("//")
            yield Nearby(entry.text, name, kind, None, entry.moment)
            continue
        found = kind_of_path(reading.place)
        name = _shorter(without_dots(reading.place), cwd, home) + _after_place(reading)
        kind, size = (found.kind, found.size) if found is not None else ("", None)
        yield Nearby(entry.text, name, kind or reading.transport, size, entry.moment)


def absolute_reference(text: str, cwd: Path) -> str | None:
    """A reference that means the same from every folder; None for one that is not remembered."""
    reading = _reading(text, cwd)
    if reading is None or reading.is_standard_input:
        return None
    if not reading.is_file:
        return text
    path = without_dots(os.path.join(cwd, reading.place))
    prefix = f"{reading.transport}:" if reading.transport else ""
    return prefix + path + _after_place(reading)


def without_dots(path: str) -> str:
    """Return a path without ``.`` and ``..``; links before a ``..`` are followed where that leads elsewhere.

    Args:
        path: absolute; what is there is looked at only where it has a ``..``.
    """
    before, up, rest = f"{path}/".rpartition("/../")
    flat = os.path.normpath(path)
    if not up or os.path.realpath(flat) == os.path.realpath(path):
        return flat
    return os.path.normpath(os.path.join(os.path.realpath(before + up), rest))


def _reading(text: str, cwd: Path) -> Reference | None:
    """The reading whose place is there; None where there is none."""
    try:
        for reading in readings(text):
            if not reading.is_file or reading.is_standard_input:
                return reading
            if os.path.lexists(os.path.join(cwd, reading.place)):
                return reading
    except (OcituiError, OSError, ValueError):
        pass
    return None


def _after_place(reading: Reference) -> str:
    """The tag, digest or number as they were typed."""
    prefix = f"{reading.transport}:" if reading.transport else ""
    return reading.text[len(prefix) + len(reading.place) :]


def _shorter(path: str, cwd: str, home: str) -> str:
    """A path as people would write it here."""
    for folder, sign in ((cwd, ""), (home, "~/")):
        start = folder.rstrip(os.sep) + os.sep
        if len(start) > 1 and path.startswith(start):
            return sign + path[len(start) :]
    return path


def _has_cwd() -> bool:
    """True if the folder that the program runs in still exists."""
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def _read() -> list[_Entry]:
    try:
        listed = json.loads(read_state(_FILE))["opened"]
        entries = [_Entry(value["reference"], value["at"]) for value in listed]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [entry for entry in entries if isinstance(entry.text, str) and isinstance(entry.opened, str)][:KEPT]


def _write(entries: list[_Entry]) -> None:
    listed = [{"reference": entry.text, "at": entry.opened} for entry in entries]
    write_state(_FILE, json.dumps({"opened": listed}, indent=1))
