"""The cache of finished indexes, so that no layer is scanned twice.

The one invariant: an index enters only after the bytes it was built from matched their
digest. Its name is that digest, which never changes its meaning, so that nothing is ever
out of date. One that rests on a table of contents has the table's digest in its name, too;
a scan of the layer takes its place. What cannot be written costs speed, never the answer.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ocitui.cache_folder import DEFAULT_LIMIT, SEEN, CacheFolder
from ocitui.errors import LayerError, OcituiError
from ocitui.layers import sightings
from ocitui.layers.index import schema
from ocitui.spec.digest import Digest
from ocitui.transports.blob import Blob

if TYPE_CHECKING:
    from ocitui.layers.index.index import LayerIndex


class LayerCache(CacheFolder):
    """The cache folder as one of finished indexes."""

    def __init__(self, root: Path | None = None, limit: int = DEFAULT_LIMIT) -> None:
        """See `CacheFolder`."""
        super().__init__(root, limit)
        self._folder = self.root / "layers" / f"v{schema.VERSION}"

    def path_of(self, digest: Digest, variant: str = "") -> Path:
        """Return the path of this blob's index, existing or not; see `ocitui.transports.blob.Blob.variant`."""
        return self._folder / digest.algorithm / f"{digest.encoded}{'.' if variant else ''}{variant}.sqlite"

    def _remove_tables_of(self, scanned: Path) -> None:
        """Remove indexes that rest on tables of contents, now that the layer was scanned."""
        for path in scanned.parent.glob(f"{scanned.stem}.toc-*"):
            with suppress(OSError):
                path.unlink()

    def find(self, digest: Digest, variant: str = "") -> "LayerIndex | None":
        """The index of a blob if it is here, marked as just used. One that cannot be read is removed."""
        path = self.path_of(digest, variant)
        if not os.path.isfile(path):  # which raises nothing, unlike the path's own
            return None
        from ocitui.layers.index.checksum import is_intact  # what has never seen a layer needs neither
        from ocitui.layers.index.index import LayerIndex

        try:
            if not is_intact(path):
                raise LayerError("the index is not what was written")
            index = LayerIndex(path)
            if index.summary.digest != digest or not index.summary.verified:
                index.close()
                raise LayerError("the index is of another layer")
        except (OcituiError, OSError, ValueError, TypeError):
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return index

    def has_index(self, digest: Digest, variant: str = "") -> bool:
        """True if there is an index of a blob, whatever its state."""
        return os.path.isfile(self.path_of(digest, variant))

    def has_seen(self, digest: Digest, variant: str, blob: Blob) -> bool:
        """True if these very bytes matched the digest before (`ocitui.layers.sightings`), or are named by it alone."""
        return blob.is_remote or sightings.is_in(self._seen(digest, variant), sightings.stamp_of(blob))

    def note_seen(self, digest: Digest, variant: str, blob: Blob, stamp: str) -> None:
        """Remember that bytes matched a digest, which had a stamp before they were read."""
        sightings.add_to(self._seen(digest, variant), blob, stamp)

    def _seen(self, digest: Digest, variant: str) -> Path:
        return self.path_of(digest, variant).with_suffix(SEEN)

    def temporary_paths(self, digest: Digest) -> Iterator[Path]:
        """Places for an index that is being made, best first; see `CacheFolder.temporary_places`."""
        return self.temporary_places(self.path_of(digest).parent, digest.encoded[:64])

    def promote(self, temporary: Path, digest: Digest, variant: str = "") -> "LayerIndex | None":
        """Take a finished index in, if the bytes it was built from were verified.

        Returns:
            The index at its new place; None when it was not taken, and the file is still where it was.
        """
        from ocitui.layers.index.index import LayerIndex

        target = self.path_of(digest, variant)
        if temporary.parent != target.parent:
            return None
        try:
            if temporary.exists():  # else the worker took it in, and only then ended
                with LayerIndex(temporary) as index:
                    if not index.summary.verified or index.summary.digest != digest:
                        return None
                os.replace(temporary, target)
        except (LayerError, OSError):
            return None
        try:
            kept = LayerIndex(target)  # at once: another layer that is taken in may make room by removing this one
        except LayerError:
            return None
        if not variant:
            self._remove_tables_of(target)
        self.prune(self.limit, keep=target)
        return kept
