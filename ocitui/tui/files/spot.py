"""The spot in a tree that outlives its source: what is open, and where the cursor is, by paths."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from ocitui.tui.files.rows import EntryRows

SWAPPED = 200
"""Open folders that stay open when the source changes."""


class Spot(NamedTuple):
    """The folders that are open in a tree and the place of the cursor in it, by paths."""

    opened: tuple[bytes, ...]
    """The folders that are open, `SWAPPED` of them at most."""
    cursor: bytes | None
    """The path under the cursor, once somebody has moved it."""
    top: bytes | None
    """The first path in sight, where the wheel has left the cursor out of sight."""

    @classmethod
    def of(cls, rows: EntryRows, cursor: bytes | None, top: int | None) -> Spot:
        """Return the spot in some rows.

        Args:
            rows: the rows.
            cursor: see `cursor`.
            top: the row of `top`; None where the cursor is in sight.
        """
        folders = (folder for folder in rows.open_folders if folder.parent is not None)
        return cls(
            tuple(rows.path((f.parent, f.nth)) for f in islice(folders, SWAPPED) if f.parent is not None),
            cursor,
            None if top is None else rows.path(rows.place(top)),
        )

    def open_in(self, rows: EntryRows) -> None:
        """Open the same folders in other rows, as far as they are there."""
        for path in sorted(self.opened, key=len):
            place = rows.open_way_to(path)
            if place is not None:
                rows.open(place)
