"""The options of an extraction, and its report: what it wrote, and what it could not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """The properties to keep beside contents, times, and those permissions that the user's umask allows."""

    overwrite: bool = False
    """Replace files that are there already."""
    owners: bool = False
    """Keep owners, and with them all permissions, set-user-ID and set-group-ID too; mostly needs the superuser."""
    devices: bool = False
    """Write devices and pipes; devices need the superuser."""
    xattrs: bool = False
    """Keep extended attributes."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A path that was not written, or not with all that belongs to it."""

    path: bytes
    reason: str
    """Safe to draw."""
    is_written: bool = False
    """True if it was written, and only something that belongs to it could not be set."""


@dataclass(slots=True)
class ExtractionReport:
    """The report of an extraction: what was written, and what was not."""

    files: int = 0
    """Hard links included."""
    folders: int = 0
    links: int = 0
    """Symbolic links."""
    nodes: int = 0
    """Devices and pipes."""
    size: int = 0
    """Bytes of contents, holes not counted."""
    failures: list[Unwritten] = field(default_factory=list)
    """The paths that could not be written, the first ten thousand."""
    failure_count: int = 0
    left_out: list[Unwritten] = field(default_factory=list)
    """The paths that are not meant to be written: whiteouts, and devices unless asked for; the first ten thousand."""
    left_out_count: int = 0
    is_cancelled: bool = False

    @property
    def has_written(self) -> bool:
        """True if anything was written."""
        return bool(self.files or self.folders or self.links or self.nodes)

    def fail(self, path: bytes, reason: str, *, is_written: bool = False) -> None:
        """Note what could not be written, or not with all that belongs to it."""
        self.failure_count += 1
        if len(self.failures) < _LISTED:
            self.failures.append(Unwritten(path, reason, is_written))

    def leave_out(self, path: bytes, reason: str) -> None:
        """Note what is not meant to be written."""
        self.left_out_count += 1
        if len(self.left_out) < _LISTED:
            self.left_out.append(Unwritten(path, reason))

    @contextmanager
    def failing(self, path: bytes, what: str) -> Iterator[None]:
        """Note what goes wrong inside with something that belongs to a path, and go on."""
        try:
            yield
        except OSError as error:
            self.fail(path, f"{what}: {reason_of(error)}", is_written=True)
        except (OverflowError, ValueError):
            self.fail(path, f"{what}: the system has no such number", is_written=True)


def reason_of(error: OSError) -> str:
    """Return the system's message, without the name of the file."""
    return os.strerror(error.errno) if error.errno else str(error)
