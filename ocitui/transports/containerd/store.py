"""containerd's store, read in place: ``/var/lib/containerd``, or the folder of contents in it.

The blobs are files that are called by their digests, those of all images and namespaces
together. Which of them are images, and what these are called, is in a database beside
them; an index is made of it.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from ocitui.display import printable
from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation
from ocitui.transports.containerd.bolt import BoltError
from ocitui.transports.containerd.names import DATABASE, DEFAULT_NAMESPACE, NamedImage, Names, read_names
from ocitui.transports.files import unreadable
from ocitui.transports.folder import Folder
from ocitui.transports.made import StoredEntry, make_index
from ocitui.transports.transport import Top

CONTENT = "io.containerd.content.v1.content"
"""The folder of the blobs."""

_DATABASE_FOLDER = "io.containerd.metadata.v1.bolt"

ANNOTATION_NAMESPACE = "io.containerd.namespace"
"""The namespaces that know an image by this name, unless that is ``default`` alone."""

_UNKNOWN = "the names of the images are not known"


def is_containerd(names: Iterable[str]) -> bool:
    """True if a folder with these names is a store of containerd, or its folder of contents."""
    found = set(names)
    return CONTENT in found or found >= {"blobs", "ingest"} or found == {"ingest"}


class ContainerdStore:
    """A store."""

    top_name = DATABASE

    def __init__(self, folder: Folder) -> None:
        """
        Args:
            folder: the folder of the store, or that of the contents in it.

        Raises:
            UsageError: it is no store, or may not be read.
        """
        self._folder = folder
        self.place = folder.place
        if not is_containerd(self._folder.tops):
            neither = f"neither {CONTENT} nor blobs and ingest are in it"
            raise UsageError(f"{printable(self.place)}: not a store of containerd: {neither}")
        is_whole = CONTENT in self._folder.tops
        self._blobs = f"{CONTENT}/blobs" if is_whole else "blobs"
        self._check_access()
        self._top: Top | None = None
        self._broken = ""
        self.problems: tuple[str, ...] = ()
        try:
            self._read_database(self._folder if is_whole else Folder(Path(os.path.abspath(folder.path)).parent))
        except UsageError as error:
            self._broken = f"{error}; {_UNKNOWN}"

    @classmethod
    def open(cls, path: Path, place: str | None = None) -> Self:
        """Open the store in a folder.

        Args:
            path: the folder of the store, or that of the contents in it.
            place: how the user named it.

        Raises:
            UsageError: there is no such folder, it may not be read, or it is no store.
        """
        return cls(Folder(path, place, what="images of containerd"))

    def read_top(self) -> Top:
        """The index that is made of the database, or raise `DocumentError`: then images are looked for in the blobs."""
        if self._top is None:
            raise DocumentError(self._broken)
        return self._top

    def locate(self, digest: Digest) -> BlobLocation:
        """Return the location of a blob's bytes: ``blobs/<algorithm>/<encoded>``."""
        return self._folder.find(f"{self._blobs}/{digest.algorithm}/{digest.encoded}", f"blob {digest}")

    def digests(self) -> Iterator[Digest]:
        """Every blob of the store, in the order of their names."""
        return self._folder.blob_digests(self._blobs)

    def _check_access(self) -> None:
        """Say at once where only root may read the contents, and not of each blob."""
        try:
            os.listdir(self._folder.root / self._blobs)
        except PermissionError as error:
            raise unreadable(self.place, error) from None
        except OSError:
            pass  # there is none before the first image

    def _read_database(self, folder: Folder) -> None:
        """Read the names into an index; where that is not possible, keep why."""
        try:
            names = read_names(folder.find(f"{_DATABASE_FOLDER}/{DATABASE}", DATABASE))
        except BlobMissingError:
            self._broken = f"{DATABASE}: missing in {_DATABASE_FOLDER}; {_UNKNOWN}"
        except BlobError as error:
            self._broken = f"{error}; {_UNKNOWN}"
        except BoltError as error:
            self._broken = f"{DATABASE}: {error}; {_UNKNOWN}"
        else:
            problems = [f"{DATABASE}: {problem}" for problem in names.problems]
            if problems and not names.images:
                self._broken = f"{problems[0]}; {_UNKNOWN}"
                problems = problems[1:]
            else:
                self._top = Top.of_index(make_index(_entries(names)))
            self.problems = tuple(problems)


def _entries(names: Names) -> list[StoredEntry]:
    """Return the entries of the index: names before their digests, the default namespace before the others.

    Where two namespaces call different images by one name, that of the second is put behind it.
    """
    found: dict[tuple[str, str], list[NamedImage]] = {}
    for image in sorted(names.images, key=_order):
        found.setdefault((image.name, image.digest), []).append(image)
    taken: set[str] = set()
    entries: list[StoredEntry] = []
    for (name, digest), images in found.items():
        namespaces = [image.namespace for image in images]
        shown = f"{name} ({namespaces[0]})" if name in taken else name
        taken.add(name)
        notes = {ANNOTATION_NAMESPACE: ",".join(namespaces)} if namespaces != [DEFAULT_NAMESPACE] else None
        entries.append(StoredEntry(images[0].media_type, digest, images[0].size, shown, notes))
    return entries


def _order(image: NamedImage) -> tuple[int, bool, str, str]:
    """Kubernetes has each image three times: as a name, as a name with a digest, and as the digest of its config."""
    rank = 2 if image.name.startswith("sha256:") else 1 if "@" in image.name else 0
    return rank, image.namespace != DEFAULT_NAMESPACE, image.namespace, image.name
