"""A tar, and what each of four readers says of it."""

from dataclasses import dataclass

from ocitui.layers.entry import EntryKind
from tests.layers.readers.go import Program
from tests.layers.readers.row import Row


@dataclass(frozen=True)
class Says:
    """What one of the others says, where that is not what ocitui says."""

    rows: tuple[Row, ...] | None = None
    """None where it lists the same."""
    complaint: str = ""
    """Words of its complaint; where there are none it is content. A refusal by Go has no rows to compare."""


SAME = Says()


@dataclass(frozen=True)
class Case:
    """A tar, and what each of four readers says of it."""

    name: str
    tar: bytes
    rows: tuple[Row, ...]
    """What ocitui lists."""
    complaint: str = ""
    """Words of ocitui's damage or note; where there are none it has neither."""
    gnu: Says = SAME
    bsd: Says = SAME
    go: Says = SAME
    go_program: Program = "umoci"
    why: str = ""
    """Whom ocitui follows, and why, where the others do not agree."""
    unpacks: bool = True
    """Whether what the rows make can be compared with what is unpacked."""

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def refused(complaint: str = "invalid tar header") -> Says:
    """Go does not unpack it."""
    return Says((), complaint)


def directory(path: bytes, mode: int = 0o755) -> Row:
    """A row of a directory."""
    return Row(path, EntryKind.DIRECTORY, mode=mode)


def symlink(path: bytes, target: bytes) -> Row:
    """A row of a symbolic link, which on Linux has all permissions."""
    return Row(path, EntryKind.SYMLINK, mode=0o777, link=target)


def hard_link(path: bytes, target: bytes) -> Row:
    """A row of a hard link."""
    return Row(path, EntryKind.HARDLINK, link=target)
