"""The storage of podman, buildah and CRI-O, read in place: ``containers-storage:`` (containers-transports(5)).

Layers are kept unpacked there, and their tars can be put together again, byte for byte.
What a registry had of them, compressed, is gone; so where a manifest names its layers by
the digests of that, one is made that names them by their diff IDs.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ocitui.display import printable
from ocitui.errors import BlobError, BlobMissingError, DocumentError, UsageError
from ocitui.spec import clause
from ocitui.spec.config import Config
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_object
from ocitui.spec.image_name import short_name
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import (
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    DocumentKind,
    kind_of_object,
)
from ocitui.spec.problem import Problem
from ocitui.spec.properties import Properties
from ocitui.spec.reference import Reference
from ocitui.transports.blob import Blob
from ocitui.transports.containers_storage.records import StoredImage, StoredLayer
from ocitui.transports.containers_storage.settings import read_settings, read_spec
from ocitui.transports.containers_storage.store import TABLE, Store, choose_store, drivers_in, open_root
from ocitui.transports.files import unreadable
from ocitui.transports.folder import Folder
from ocitui.transports.made import (
    Entry,
    JsonObject,
    descriptor,
    embed,
    made_of,
    make_index,
    replace_layers,
    replace_manifests,
)
from ocitui.transports.transport import CONFIG_LIMIT, Top, read_blob

_SHORT_ID = re.compile(r"[0-9a-f]{4,64}")


def is_storage(names: Collection[str]) -> bool:
    """True if a folder with these names in it is the root of a storage."""
    return bool(drivers_in(names))


@dataclass(frozen=True, slots=True)
class _Shown:
    """An image of the storage, as it is listed in the index."""

    image: StoredImage
    media_type: str
    raw: bytes
    """Its manifest."""
    is_made: bool

    def entries(self) -> Iterator[Entry]:
        for name in self.image.names or ("",):
            yield Entry(self.media_type, self.raw, name, self.is_made)


class ContainersStorage:
    """A storage, and those that its configuration names besides."""

    top_name = TABLE

    def __init__(self, spec: str = "", *, folder: Folder | None = None) -> None:
        """
        Args:
            spec: which one, as it stands in the brackets of a reference: ``[driver@root+runroot:options]``.
                What is left out is looked up in the configuration of podman.
            folder: its root, if that is known already.

        Raises:
            UsageError: there is none, or it may not be read.
        """
        driver, root = read_spec(spec)
        is_named = bool(driver)
        more_roots: tuple[Path, ...] = ()
        place = folder.place if folder is not None else None
        if folder is None:
            if root is None:
                settings = read_settings()
                root, more_roots, driver = settings.root, settings.more_roots, driver or settings.driver
                _check_root(root)
            folder = open_root(root)
        chosen = choose_store(folder, driver, is_driver_named=is_named)
        stores = [chosen]
        self.place = place if place is not None else f"containers-storage:[{chosen.driver}@{root}]"
        self._problems: list[str] = []
        for more in more_roots:
            try:
                stores.append(choose_store(open_root(more), chosen.driver))
            except UsageError as error:
                self._problems.append(str(error))
        self._raw = stores[0].raw
        self._documents: dict[Digest, list[tuple[Store, str, str]]] = {}
        self._layers: dict[str, tuple[Store, StoredLayer]] = {}
        self._by_diff_id: dict[Digest, list[tuple[Store, StoredLayer]]] = {}
        for store in stores:
            self._take(store)
        images: dict[str, tuple[Store, StoredImage]] = {}
        for store in stores:
            for image in store.images:
                images.setdefault(image.id, (store, image))
        self._shown = self._show(images.values())
        self.problems = tuple(self._problems)

    def read_top(self) -> Top:
        """``images.json`` and the index that is made of it, the images with names first."""
        if not self._raw and not self._shown:
            raise DocumentError(f"{TABLE}: missing in {printable(self.place)}")
        shown = sorted(self._shown, key=lambda each: not each.image.names)
        entries = [entry for each in shown for entry in each.entries()]
        return Top(self._raw, make_index(entries), made=made_of(entries) | self._made)

    def locate(self, digest: Digest) -> Blob:
        """Return the location of a document, or of a layer by its diff ID."""
        what = f"blob {digest}"
        missing: BlobError = BlobMissingError(f"{what}: missing")
        for store, image_id, file in self._documents.get(digest, ()):
            try:
                return store.find(image_id, file, what)
            except BlobError as error:
                missing = error
        for store, layer in self._by_diff_id.get(digest, ()):
            try:
                return store.find_layer(layer, what)
            except BlobError as error:
                missing = error
        raise missing

    def digests(self) -> Iterator[Digest]:
        """Every document and every layer that is here."""
        for digest in (*self._documents, *self._by_diff_id):
            try:
                self.locate(digest)
            except BlobError:
                continue
            yield digest

    def resolve(self, reading: Reference) -> Reference:
        """Return the image that is meant where it is not called by one of its full names.

        That is an ID (``3fe5604bec76``, ``@3fe5604bec76``, which may be cut short), or the digest of a manifest
        (``nginx@sha256:…``).

        Returns:
            The reference as it is where it is a name, or nothing here.
        """
        _, at, after = reading.tag.rpartition("@")
        names = {short_name(name) for each in self._shown for name in each.image.names}
        if not at and short_name(after) in names:
            return reading
        matches = [each for each in self._shown if _SHORT_ID.fullmatch(after) and each.image.id.startswith(after)]
        if at and not matches:
            matches = [each for each in self._shown if after in {str(digest) for digest, _ in each.image.documents}]
        if len(matches) != 1:
            return reading
        return replace(reading, tag="", digest=Digest.of(matches[0].raw))

    def _take(self, store: Store) -> None:
        """Note what a storage has."""
        self._problems += store.problems
        for image in store.images:
            for digest, file in image.documents:
                self._documents.setdefault(digest, []).append((store, image.id, file))
        for layer in store.layers:
            self._layers.setdefault(layer.id, (store, layer))
            if layer.diff_id is not None:
                self._by_diff_id.setdefault(layer.diff_id, []).append((store, layer))

    def _show(self, images: Iterable[tuple[Store, StoredImage]]) -> list[_Shown]:
        """Return the images as they are listed; those whose manifest cannot be read become problems."""
        shown: list[_Shown] = []
        lists: list[tuple[StoredImage, bytes, JsonObject]] = []
        made: dict[str, bytes] = {}
        for store, image in images:
            what = f"image {image.id[:12]}"
            try:
                raw = store.read_manifest(image)
                document = load_object(raw, f"the manifest of {what}")
            except DocumentError as error:
                self._problems.append(f"{what}: {error}")
                continue
            digest = Digest.of(raw)
            self._documents.setdefault(digest, []).append((store, image.id, "manifest"))
            if kind_of_object(document) is DocumentKind.INDEX:
                lists.append((image, raw, document))
                continue
            layers = self._readable_layers(image, document)
            if layers is not None:
                self._problems += _problems_of(Manifest.parse(raw, what), digest)
                raw = made[str(digest)] = replace_layers(document, layers)
            said = Properties(document).get("mediaType")
            shown.append(_Shown(image, said if isinstance(said, str) else OCI_MANIFEST, raw, layers is not None))
        for image, raw, document in lists:
            replaced = _replace_entries(document, made)
            said = Properties(document).get("mediaType")
            media_type = said if isinstance(said, str) else OCI_INDEX
            shown.append(_Shown(image, media_type, replaced or raw, replaced is not None))
        self._made = frozenset(map(Digest.of, made.values()))
        return shown

    def _readable_layers(self, image: StoredImage, document: JsonObject) -> list[JsonObject] | None:
        """The layers of an image by their diff IDs; None where its manifest has them, or nothing of them is here."""
        chain = self._chain(image)
        diff_ids = self._diff_ids(document) or [layer.diff_id for _, layer in chain]
        for diff_id, (store, layer) in zip(diff_ids, chain, strict=False):
            if layer.diff_id is None and diff_id is not None and len(diff_ids) == len(chain):
                self._by_diff_id.setdefault(diff_id, []).append((store, layer))
        stored = Properties(document).get("layers")
        stored = stored if isinstance(stored, list) else []
        named = [Properties(each).get("digest") if isinstance(each, dict) else None for each in stored]
        if named == list(map(str, diff_ids)) or self._by_diff_id.keys().isdisjoint(diff_ids):
            return None
        media_type = DOCKER_LAYER if Properties(document).get("mediaType") == DOCKER_MANIFEST else OCI_LAYER
        return [descriptor(media_type, diff_id, self._size(diff_id)) for diff_id in diff_ids]

    def _chain(self, image: StoredImage) -> list[tuple[Store, StoredLayer]]:
        """The layers of an image, the lowest first, as far as they are here."""
        chain: list[tuple[Store, StoredLayer]] = []
        number = image.layer
        while number in self._layers and len(chain) <= len(self._layers):
            chain.append(self._layers[number])
            number = self._layers[number][1].parent
        return chain[::-1]

    def _diff_ids(self, document: JsonObject) -> list[Digest | None]:
        """The diff IDs that the config of a manifest tells; none where it cannot be read, which is said elsewhere."""
        pointer = Properties(document).get("config")
        try:
            digest = Digest.parse(Properties(pointer).get("digest") if isinstance(pointer, dict) else None)
            return list(Config.parse(read_blob(self.locate(digest), "config", CONFIG_LIMIT), "config").diff_ids)
        except (BlobError, DocumentError):
            return []

    def _size(self, diff_id: Digest | None) -> int | None:
        """Bytes of a layer's tar, where a storage says it."""
        found = self._by_diff_id.get(diff_id, ()) if diff_id is not None else ()
        return next((layer.size for _, layer in found if layer.size is not None), None)


def _problems_of(manifest: Manifest, digest: Digest) -> Iterator[Problem]:
    """Yield the problems of a manifest in whose place another one is shown."""
    pointers = (manifest.config, *manifest.layers)
    for problem in (*manifest.problems, *(each for pointer in pointers if pointer for each in pointer.problems)):
        yield Problem.told(problem, clause.MANIFEST, f"manifest {digest}")


def _check_root(root: Path) -> None:
    """Say of a storage that nobody has named that there is none."""
    try:
        os.stat(root)
    except FileNotFoundError:
        raise UsageError(f"{printable(str(root))}: no storage of podman, buildah or CRI-O: no such folder") from None
    except OSError as error:
        raise unreadable(str(root), error) from None


def _replace_entries(document: JsonObject, made: Mapping[str, bytes]) -> bytes | None:
    """An index with the manifests that were made in the place of those they were made of; None where there are none."""
    manifests = Properties(document).get("manifests")
    if not isinstance(manifests, list):
        return None
    found = [made.get(str(Properties(each).get("digest"))) if isinstance(each, dict) else None for each in manifests]
    if not any(found):
        return None
    pairs = zip(manifests, found, strict=True)
    return replace_manifests(document, [each if raw is None else embed(each, raw) for each, raw in pairs])
