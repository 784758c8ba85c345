"""An entry of an archive in a layer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Protocol

from ocitui.layers.entry import Entry
from ocitui.layers.extras import Extras, StoredExtras

MARK = b"!"
"""The sign behind the name of an archive in a path that goes into it: ``/app.war!/WEB-INF/web.xml``."""


class Holder(Protocol):
    """The archive that an entry is in; see `ocitui.layers.nested.archive.Archive`."""

    def path_of(self, entry: Entry) -> bytes:
        """Return the path of an entry, that of the archive before it."""

    def hard_link_target(self, entry: Entry) -> "MemberEntry | None":
        """Return the file that a hard link is another name of; None where it is missing."""

    def read_stored(self, entry: Entry, offset: int, size: int) -> bytes:
        """Return bytes of the data of a file, as it is stored: without the holes of a sparse one."""

    def data_runs(self, entry: Entry, offset: int) -> Iterator[tuple[int, int]]:
        """Yield the offsets and lengths of what is no hole in a file without a sparse map, from an offset on."""


@dataclass(frozen=True, slots=True)
class MemberEntry(Entry):
    """An entry of an archive. Its numbers are negative, and those of no other entry of any archive.

    What an archive does not say is as unpacking makes it; the owner is -1 then.
    """

    archive: Holder = field(compare=False, repr=False)
    """The archive."""

    def detached(self) -> Entry:
        """Return the same without the archive, of which nothing is kept for it then."""
        values = {each.name: getattr(self, each.name) for each in fields(Entry)}
        if self.extras is not None:
            values["extras"] = StoredExtras(_KeptExtras(self.extras.read()), self.id)
        return Entry(**values)


class _KeptExtras:
    """The extras of one entry, in memory; see `ocitui.layers.extras.ExtrasSource`."""

    def __init__(self, extras: Extras) -> None:
        self._extras = extras

    def extras_of(self, id_: int) -> Extras:
        """Return them."""
        return self._extras
