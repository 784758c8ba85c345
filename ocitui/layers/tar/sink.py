"""The receiver of the entries of a tar as they are found."""

from dataclasses import dataclass, field
from typing import Protocol

from ocitui.layers.entry import EntryKind
from ocitui.layers.extras import SparseMap


@dataclass(slots=True)
class Extra:
    """Properties that few entries have."""

    device: tuple[int, int] | None = None
    xattrs: dict[bytes, bytes] = field(default_factory=dict)
    sparse: SparseMap | None = None
    is_described: bool = True
    """False if no header says the mode, the owner and the time: of a blob that is one file."""

    def __bool__(self) -> bool:
        return self.device is not None or bool(self.xattrs) or self.sparse is not None


class FullIndexError(Exception):
    """No more entries are taken; the text says which limit was reached."""


class EntrySink(Protocol):
    """Takes what a scanner finds."""

    def add(
        self,
        path: bytes,
        kind: EntryKind,
        mode: int,
        uid: int,
        gid: int,
        size: int,
        mtime_ns: int,
        link: bytes | None,
        offset: int | None,
        extra: Extra | None,
    ) -> None:
        """Take one entry, in the order of the tar; values as `ocitui.layers.entry.Entry` has them.

        Raises:
            FullIndexError: no more are taken.
        """
