"""One step of how an image was built.

Implements image-spec, Image Configuration: the ``history`` property.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ocitui.spec.fields import Fields


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry of ``history``, as the config holds it."""

    created: datetime | None
    created_by: str
    author: str
    comment: str
    empty_layer: bool
    """True if this step made no layer."""
    unknown: Mapping[str, object]
    problems: tuple[str, ...]

    @classmethod
    def read(cls, value: object, where: str) -> Self:
        """Read an entry at ``where`` in its config; never raises."""
        fields = Fields(value, where)
        return cls(
            created=fields.moment("created"),
            created_by=fields.text("created_by"),
            author=fields.text("author"),
            comment=fields.text("comment"),
            empty_layer=fields.boolean("empty_layer"),
            unknown=fields.unknown(),
            problems=tuple(fields.problems),
        )
