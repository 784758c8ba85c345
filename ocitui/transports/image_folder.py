"""One image as the files of a folder: ``dir:`` of skopeo and its kin.

Beside ``version`` and ``manifest.json`` every blob is a file that is called by the hex
digits of its digest; the manifests of an index end in ``.manifest.json``.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from ocitui.display import printable
from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_object
from ocitui.spec.media_type import OCI_MANIFEST, DocumentKind, kind_of_object
from ocitui.spec.properties import Properties
from ocitui.transports.blob import BlobLocation
from ocitui.transports.folder import Folder
from ocitui.transports.made import Entry, make_index
from ocitui.transports.transport import Top

MANIFEST = "manifest.json"
MARKS = frozenset({"version", MANIFEST})
"""The names by which such a folder is recognised."""

_VERSION = "Directory Transport Version: "


class ImageFolder:
    """A folder with one image, or with an index and its images."""

    top_name = MANIFEST

    def __init__(self, folder: Folder) -> None:
        """
        Args:
            folder: the folder.

        Raises:
            UsageError: there is no image in it.
        """
        self._folder = folder
        self.place = folder.place
        if self._folder.tops.isdisjoint(MARKS):
            missing = f"{MANIFEST} and version are missing"
            raise UsageError(f"{printable(self.place)}: not an image as `skopeo copy … dir:` writes it: {missing}")
        self.problems = self._version_problems()
        self._manifest: Digest | None = None

    @classmethod
    def open(cls, path: Path, place: str | None = None) -> Self:
        """Open the image in a folder.

        Args:
            path: the folder.
            place: how the user named it.

        Raises:
            UsageError: there is no such folder, or no image in it.
        """
        return cls(Folder(path, place, what="an image"))

    def read_top(self) -> Top:
        """``manifest.json``, as it is where it is an index, or raise `DocumentError`."""
        raw = self._folder.read(MANIFEST)
        document = load_object(raw, MANIFEST)
        said = Properties(document).get("mediaType")
        if kind_of_object(document) is DocumentKind.INDEX:
            return Top.of_index(raw)
        self._manifest = Digest.of(raw)
        return Top(raw, make_index([Entry(said if isinstance(said, str) else OCI_MANIFEST, raw)]))

    def locate(self, digest: Digest) -> BlobLocation:
        """Return the location of a blob's bytes: a file named by its hex digits, or the manifest."""
        what = f"blob {digest}"
        if digest == self._manifest:
            return self._folder.find(MANIFEST, what)
        for name in (digest.encoded, f"{digest.encoded}.manifest.json", f"{digest.algorithm}-{digest.encoded}"):
            try:
                return self._folder.find(name, what)
            except BlobMissingError as error:
                missing = error
        raise missing

    def digests(self) -> Iterator[Digest]:
        """Every blob of the folder, in the order of their names."""
        for name in sorted(self._folder.tops):
            algorithm, dash, encoded = name.removesuffix(".manifest.json").rpartition("-")
            try:
                digest = Digest.parse(f"{algorithm if dash else 'sha256'}:{encoded}")
                if digest.is_known:
                    yield digest
            except DocumentError:
                continue  # a signature, or no blob

    def signature_files(self, digest: Digest | None) -> Iterator[tuple[str, BlobLocation]]:
        """See `ocitui.transports.transport.KeepsSignatures`: ``signature-1``, ``signature-2``, …"""
        begin = "signature-" if digest is None or digest == self._manifest else f"{digest.encoded}.signature-"
        if digest is None and self._manifest is not None:
            return
        numbers = (name.removeprefix(begin) for name in self._folder.tops if name.startswith(begin))
        for number in sorted(int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) < 6):
            name = f"{begin}{number}"
            with suppress(BlobError):  # a link out of the folder, or no file
                yield name, self._folder.find(name, name)

    def is_own_name(self, name: str) -> None:
        """See `ocitui.transports.transport.KeepsSignatures`: a folder knows no name."""

    def _version_problems(self) -> tuple[str, ...]:
        try:
            version = self._folder.read("version")
        except DocumentError as error:
            return (str(error),)
        if not version.startswith(_VERSION.encode()):
            return (f"version: expected {_VERSION}1.1, found {printable(version[:60].rstrip())}",)
        return ()
