"""Documents of registries that are kept in the cache folder: manifests and configs by digest, and what tags meant.

The one invariant is that of the layers' indexes: what enters has the digest that it goes
by. What a tag meant is no more than a hint of what to ask for.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from ocitui.cache_folder import CacheFolder, make_private_file, make_private_folder
from ocitui.errors import DocumentError
from ocitui.spec.digest import Digest

VERSION = 1

LIMIT = 8 << 20
"""Bytes of a document that is kept."""


class Kept:
    """The documents in a cache folder. What cannot be written costs a request, never the answer."""

    def __init__(self, cache: CacheFolder) -> None:
        self.cache = cache
        self._documents = cache.root / "documents" / f"v{VERSION}"

    def find(self, digest: Digest) -> bytes | None:
        """A document, marked as just used; one that is damaged is removed."""
        path = self._path_of(digest)
        raw = _read(path)
        if raw is None:
            return None
        with suppress(OSError):
            if not digest.matches(raw):
                path.unlink()
                return None
            os.utime(path)
        return raw

    def keep(self, digest: Digest, raw: bytes) -> None:
        """Take a document in, if it has its digest."""
        if len(raw) <= LIMIT and digest.matches(raw):
            self._write(self._path_of(digest), raw)

    def meaning(self, name: str) -> Digest | None:
        """The digest that a tag meant when it was last asked for.

        Args:
            name: registry, repository and tag.
        """
        try:
            return Digest.parse((_read(self._path_of_tag(name)) or b"").decode("ascii"))
        except (DocumentError, UnicodeDecodeError):
            return None

    def remember(self, name: str, digest: Digest) -> None:
        """Note what a tag means."""
        if self.meaning(name) != digest:
            self._write(self._path_of_tag(name), str(digest).encode())

    def copy_path(self, digest: Digest, *, is_passing: bool = False) -> Path:
        """The path of the copy of a blob, which need not exist.

        Args:
            digest: of the blob.
            is_passing: whether it is kept for one command only, which removes it.
        """
        suffix = ".passing.blob" if is_passing else ".blob"
        return self.cache.root / "blobs" / f"v{VERSION}" / digest.algorithm / f"{digest.encoded}{suffix}"

    def has_room(self, size: int) -> bool:
        """True if copies of so many bytes can be written, without anything else being removed for them."""
        import shutil  # which loads what reads archives

        folder = self.cache.root / "blobs"
        with suppress(OSError):
            make_private_folder(folder)
            if os.access(folder, os.W_OK | os.X_OK) and self.cache.usage().size + size <= self.cache.limit:
                return shutil.disk_usage(folder).free >= 2 * size
        return False

    def _path_of(self, digest: Digest) -> Path:
        return self._documents / digest.algorithm / f"{digest.encoded}.document"

    def _path_of_tag(self, name: str) -> Path:
        return self._documents / "tags" / f"{hashlib.sha256(name.encode()).hexdigest()}.tag"

    def _write(self, path: Path, raw: bytes) -> None:
        for temporary in self.cache.temporary_places(path.parent, path.name[:64]):
            if temporary.parent != path.parent:
                return
            with suppress(OSError):
                try:
                    make_private_file(temporary)
                    temporary.write_bytes(raw)
                    os.replace(temporary, path)
                except OSError:
                    temporary.unlink(missing_ok=True)
            return


def _read(path: Path) -> bytes | None:
    try:
        with open(path, "rb") as file:
            raw = file.read(LIMIT + 1)
    except OSError:
        return None
    return raw if len(raw) <= LIMIT else None
