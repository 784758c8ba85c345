"""The images that were opened, by their layers, so that others that are built on them can be told.

A small file in the user's state folder, as that of `ocitui.transports.recent` is: where it cannot
be read no image is known, and where it cannot be written none is remembered.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ocitui.display import current_moment
from ocitui.state_folder import read_state, write_state
from ocitui.transports.recent import absolute_reference

KEPT = 200
"""Images that are remembered."""
_LAYERS = 127
"""Layers of an image that is remembered; one that has more is not."""
_TEXT = 500
"""Characters of a name, and of a reference."""
_LIMIT = 900_000
"""Bytes of the file."""
_FILE = "seen.json"


@dataclass(frozen=True, slots=True)
class SeenImage:
    """An image that was opened."""

    name: str
    """Its name there: a tag; may be empty. Unsafe, as the place has it."""
    reference: str
    """The reference by which it was opened; the path in it is absolute."""
    at: str
    """The day on which it was opened last, in UTC: ``2027-05-12``."""
    digests: tuple[str, ...]
    """Of its manifest, and of the indexes that list it."""
    layers: tuple[str, ...]
    """Its diff IDs, the lowest first; of a layer without one the digest of its blob."""

    @property
    def moment(self) -> datetime | None:
        """The day, as a moment."""
        with suppress(ValueError):
            return datetime.fromisoformat(self.at).replace(tzinfo=UTC)
        return None


def note_seen(reference: str, name: str, digests: tuple[str, ...], layers: tuple[str, ...]) -> None:
    """Note that an image was opened. One without layers or with very many, and standard input, are not remembered.

    Args:
        reference: as typed in the current folder.
        name: its name there.
        digests: of its manifest and of the indexes that list it.
        layers: its diff IDs.
    """
    with suppress(OSError):  # the current folder may be gone
        absolute = absolute_reference(reference, Path.cwd())
        if absolute is None or not layers or len(layers) > _LAYERS:
            return
        day = f"{current_moment().astimezone(UTC):%Y-%m-%d}"
        own = SeenImage(name[:_TEXT], absolute[:_TEXT], day, digests, layers)
        if _line(own).encode() in read_state(_FILE):  # as most often: nothing else need be parsed
            return
        others = [each for each in seen_images() if (each.reference, each.layers) != (own.reference, own.layers)]
        _write([own, *others][:KEPT])


def seen_images() -> list[SeenImage]:
    """The images that were opened, the last one first."""
    try:
        listed = json.loads(read_state(_FILE))["seen"]
        return list(_read(listed))[:KEPT]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _read(listed: object) -> Iterator[SeenImage]:
    for value in listed if isinstance(listed, list) else ():
        name, reference, at = value["name"], value["reference"], value["at"]
        digests, layers = tuple(value["digests"]), tuple(value["layers"])
        if all(isinstance(each, str) for each in (name, reference, at, *digests, *layers)):
            yield SeenImage(name, reference, at, digests, layers)


def _write(images: list[SeenImage]) -> None:
    size, lines = 0, []
    for each in images:
        line = _line(each)
        size += len(line) + 2
        if size > _LIMIT:
            break
        lines.append(line)
    write_state(_FILE, '{"seen": [' + ",\n".join(lines) + "]}\n")


def _line(image: SeenImage) -> str:
    fields = {"name": image.name, "reference": image.reference, "at": image.at}
    return json.dumps({**fields, "digests": image.digests, "layers": image.layers})
