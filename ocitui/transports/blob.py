"""Where the bytes of one blob are."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BlobLocation:
    """A run of bytes in a file: a blob of a layout, or a member stored plain in an archive.

    It is a plain value, so that it can be handed to a worker process.
    """

    path: Path
    offset: int = 0
    """Bytes before the blob's first."""
    size: int | None = None
    """Bytes of the blob; None for "to the end of the file"."""
