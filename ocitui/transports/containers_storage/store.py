"""One storage on disk as podman, buildah and CRI-O write it: a root folder, and in it the folders of one driver."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from ocitui.display import printable, quote
from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.transports.blob import BlobLocation
from ocitui.transports.containers_storage.records import (
    StoredImage,
    StoredLayer,
    data_name,
    documents,
    is_id,
    read_images,
    read_layers,
)
from ocitui.transports.containers_storage.tar_split import TarSplitBlob
from ocitui.transports.folder import Folder
from ocitui.transports.transport import DOCUMENT_LIMIT

TABLE = "images.json"
DRIVERS = ("overlay", "vfs", "btrfs", "zfs", "aufs", "devmapper")
"""Those there are and were. They differ in where the files of a layer are."""

_LAYER_FOLDERS = {"overlay": "overlay/{}/diff", "vfs": "vfs/dir/{}"}
"""The folder of a layer's files, for the drivers that keep them in a folder that always exists."""


def drivers_in(names: Collection[str]) -> list[str]:
    """The drivers that have images in a root folder with these names in it; none where it is no storage."""
    return [driver for driver in DRIVERS if f"{driver}-images" in names]


class Store:
    """The images and layers of one driver. Nothing in it raises for what is damaged: it is in `problems`."""

    def __init__(self, folder: Folder, driver: str) -> None:
        """Read the tables.

        Args:
            folder: the root.
            driver: one of `drivers_in` it.
        """
        self.folder = folder
        self.driver = driver
        self.problems: list[str] = []
        """Problems of the tables."""
        self.raw = b""
        """``images.json`` as stored; empty where it cannot be read."""
        try:
            self.raw = folder.read(f"{driver}-images/{TABLE}", DOCUMENT_LIMIT)
            self.images = read_images(self.raw, TABLE)
        except DocumentError as error:
            self.problems.append(str(error))
            self.images = list(self._unlisted())
        self.layers = list(self._read_layers())

    def read_manifest(self, image: StoredImage) -> bytes:
        """The manifest of an image, or raise `DocumentError`."""
        return self.folder.read(f"{self.driver}-images/{image.id}/manifest")

    def find(self, image_id: str, file: str, what: str) -> BlobLocation:
        """Return the location of a document of an image; see `Folder.find`."""
        return self.folder.find(f"{self.driver}-images/{image_id}/{file}", what)

    def find_layer(self, layer: StoredLayer, what: str) -> TarSplitBlob:
        """Return the location of a layer.

        Raises:
            BlobError: what puts its tar together again is missing or cannot be read, or the driver keeps the
                files elsewhere.
        """
        form = _LAYER_FOLDERS.get(self.driver)
        if form is None:
            known = " and ".join(_LAYER_FOLDERS)
            raise BlobError(f"{what}: layers of the driver {self.driver} cannot be read, only those of {known}")
        name = f"{self.driver}-layers/{layer.id}.tar-split.gz"
        try:
            split = self.folder.find(name, what)
        except BlobMissingError:
            raise BlobError(f"{what}: {name} is missing, by which its files are put together") from None
        files = self.folder.root / form.format(layer.id)
        if os.path.realpath(files) != os.fspath(files):
            raise BlobError(f"{what}: expected a folder of the storage, found a link: {printable(os.fspath(files))}")
        return TarSplitBlob(split.path, files, layer.size)

    def _unlisted(self) -> Iterator[StoredImage]:
        """The images by their folders, for want of a list."""
        for name in self.folder.list(f"{self.driver}-images"):
            if is_id(name):
                files = self.folder.list(f"{self.driver}-images/{name}")
                yield StoredImage(name, documents=documents(map(data_name, files)))

    def _read_layers(self) -> Iterator[StoredLayer]:
        """The layers of the storage, and those that do not outlive a restart, where there are any."""
        for name, is_needed in (("layers.json", True), ("volatile-layers.json", False)):
            path = f"{self.driver}-layers/{name}"
            try:
                if is_needed or name in self.folder.list(f"{self.driver}-layers"):
                    yield from read_layers(self.folder.read(path, DOCUMENT_LIMIT), name)
            except DocumentError as error:
                self.problems.append(str(error))


def open_root(root: Path) -> Folder:
    """Open the root folder of a storage.

    Raises:
        UsageError: there is no such folder, or it may not be read.
    """
    return Folder(root, what=f"a storage ({quote('overlay-images')})")


def choose_store(folder: Folder, driver: str, *, is_driver_named: bool = False) -> Store:
    """Return the store of the driver that is asked for, or else of the one with the most images.

    Args:
        folder: the root of the storage.
        driver: the driver.
        is_driver_named: true if no other will do.

    Raises:
        UsageError: there is none.
    """
    stores = [Store(folder, each) for each in drivers_in(folder.tops)]
    wanted = [store for store in stores if store.driver == driver]
    if not stores or (is_driver_named and not wanted):
        asked = f" of the driver {quote(driver)}" if is_driver_named else ""
        found = f", only of {', '.join(store.driver for store in stores)}" if stores else ""
        raise UsageError(f"{printable(folder.place)}: no storage{asked} of podman, buildah or CRI-O{found}")
    return max(wanted or stores, key=lambda store: len(store.images))
