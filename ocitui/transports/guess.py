"""Suggestions for a name that is not a file: other things it may have been meant for."""

import difflib
import os
import re
from collections.abc import Iterator
from contextlib import suppress

from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.spec.reference import KNOWN_TRANSPORTS, REGISTRY, TRANSPORTS, Reference
from ocitui.transports.files import unreadable

_CLOSE = 0.7
_NAMES_LOOKED_AT = 5_000


def not_there(reading: Reference) -> UsageError:
    """The error for a place that is not there, with the nearest guess.

    Args:
        reading: the reading with the longest place.
    """
    try:
        os.lstat(reading.place)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        return unreadable(reading.place, error)
    said = f"{printable(reading.place)}: no such file or folder"
    found = next(_guesses(reading), "")
    return UsageError(f"{said}; {found}" if found else said)


def _guesses(reading: Reference) -> Iterator[str]:
    """Yield possible meanings, the likeliest first."""
    near = _near_transport(reading)
    if near:
        yield f"did you mean {printable(near)}?"
    if not reading.transport:
        yield from _engines(reading.text)
    near = _near_file(reading.place)
    if near:
        yield f"did you mean {printable(near)}?"
    if not reading.transport and not _is_path(reading.place):
        yield from _registry(reading.text)


def _is_path(place: str) -> bool:
    """True if a name reads as that of a file: it has the suffix of an archive, or begins with a folder that exists."""
    first, slash, _ = place.partition("/")
    return place.endswith((".tar", ".tgz", ".gz", ".zst", ".xz", ".bz2")) or bool(slash and os.path.isdir(first or "/"))


def _near_transport(reading: Reference) -> str:
    """The same with a transport spelled right."""
    typed, colon, rest = reading.place.partition(":")
    if reading.transport or not colon or "/" in typed or "." in typed:
        return ""
    near = difflib.get_close_matches(typed.lower(), [*TRANSPORTS, *KNOWN_TRANSPORTS], 1, _CLOSE)
    if not near:
        return ""
    return f"docker://{rest.lstrip('/')}" if near[0] == REGISTRY else f"{near[0]}:{rest}"


def _registry(name: str) -> Iterator[str]:
    """Yield the command for a name that a registry may know. None is asked."""
    from ocitui.transports.registry.name import ImageName

    name = re.sub(r"\Ahttps?://", "", name).rstrip("/")
    with suppress(UsageError):
        found = ImageName.parse(name)
        yield f"to ask {printable(found.host)} for an image of that name: ocitui docker://{printable(name)}"


def _near_file(place: str) -> str:
    """A name like this one in the same folder; of the tag that may follow it nothing is known."""
    folder, name = os.path.split(place)
    try:
        names = [entry for entry, _ in zip(os.listdir(folder or "."), range(_NAMES_LOOKED_AT), strict=False)]
    except OSError:
        return ""
    for wanted in dict.fromkeys((name, name.partition(":")[0])):
        near = difflib.get_close_matches(wanted, names, 1, _CLOSE)
        if near:
            return os.path.join(folder, near[0])
    return ""


def _engines(name: str) -> Iterator[str]:
    """Yield the engines of this machine that have an image of that name. No network is used."""
    from ocitui.transports.engines.engine import ENGINES, has_image

    for transport, engine in ENGINES.items():
        if has_image(engine, name):
            yield f"{engine} has an image of that name: {transport}:{printable(name)}"
