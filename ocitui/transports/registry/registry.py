"""An image in a registry, answered for as any other place with images is."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from ocitui.cache_folder import CacheFolder
from ocitui.display import printable
from ocitui.errors import DocumentError
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_object
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import OCI_MANIFEST, DocumentKind, kind_of_object
from ocitui.spec.soci import ANNOTATION_INDEX, digest_in
from ocitui.transports.blob import Blob
from ocitui.transports.made import StoredEntry, make_index
from ocitui.transports.registry.blobs.http_blob import HttpBlob, Role
from ocitui.transports.registry.client import Client
from ocitui.transports.registry.documents import StoredManifest
from ocitui.transports.registry.errors import RegistryCancelledError, RegistryError
from ocitui.transports.registry.lookaside import lookaside_files
from ocitui.transports.registry.name import DEFAULT_TAG, ImageName, is_tag
from ocitui.transports.registry.patience import Watch
from ocitui.transports.registry.referrers import list_referrers, look_for_tagged
from ocitui.transports.registry.registries_conf import endpoints_of
from ocitui.transports.registry.repository import Repository
from ocitui.transports.registry.settings import RegistrySettings
from ocitui.transports.transport import Top

TABLES = "-esgztoc"
"""The end of the tag of the image that has the tables of contents of an image's layers (stargz-snapshotter,
docs/estargz.md: eStargz image with an external TOC)."""

TABLE_OF = "containerd.io/snapshot/stargz/layer.digest"
"""The annotation of a layer of such an image: the digest of the layer that it is the table of."""


class RegistryImage:
    """One image of a repository, or an index of some; see `Transport`.

    Documents are asked for when they are read, and blobs when they are. That a blob is
    there is believed until then.
    """

    problems: tuple[str, ...] = ()

    def __init__(self, name: ImageName, repository: Repository, found: StoredManifest) -> None:
        """
        Args:
            name: as it was typed.
            repository: where it was found: at the registry itself, or at a mirror of it.
            found: what the name means there.
        """
        self.name = name
        self.place = f"docker://{name}"
        self.top_name = str(name)
        self.repository = repository
        self._entries = [StoredEntry(found.media_type, str(found.digest), len(found.raw), _entry_name(name))]
        self._known: dict[Digest, tuple[Role, int | None]] = {found.digest: (Role.MANIFEST, len(found.raw))}
        self._raw = {found.digest: found.raw}
        self._referrers: dict[Digest, tuple[Descriptor, ...]] = {}
        self.unlisted: list[str] = []
        """See `ocitui.transports.transport.ListsReferrers`."""
        self._tables: dict[Digest, HttpBlob] | None = None
        self._asking = threading.Lock()
        self._learn(found.raw)

    @property
    def digest(self) -> Digest:
        """Of the manifest or index that the name means."""
        return next(iter(self._raw))

    @property
    def notes(self) -> list[str]:
        """Notes for the user that are no errors."""
        return self.repository.client.watch.notes

    @property
    def asked(self) -> Mapping[str, str]:
        """See `ocitui.transports.transport.Speaks`. What other processes ask, which read layers, is not among them."""
        return {**self.repository.client.watch.asked}

    def hear(self, say: Callable[[str], object]) -> None:
        """See `ocitui.transports.transport.Speaks`."""
        self.repository.client.watch.hear(say)

    def interrupt(self) -> None:
        """See `ocitui.transports.transport.Speaks`."""
        self.repository.client.watch.interrupt()

    def stop(self) -> None:
        """See `ocitui.transports.transport.Speaks`."""
        self.repository.client.watch.cancel()

    def count(self, on_fetch: Callable[[int], object], on_expect: Callable[[int], object]) -> None:
        """See `ocitui.transports.transport.Speaks`."""
        watch = self.repository.client.watch
        watch.on_fetch, watch.on_expect = on_fetch, on_expect

    def read_top(self) -> Top:
        """An index with the image in it, and with those referrers that were looked for."""
        return Top.of_index(make_index(self._entries))

    def locate(self, digest: Digest) -> HttpBlob:
        """Return the location of a blob; whether the registry has it shows when it is read."""
        role, size = self._known.get(digest, (Role.BLOB, None))
        return HttpBlob(digest, size, role, self.repository, self._learn)

    def digests(self) -> Iterator[Digest]:
        """Every blob that a document names which was read so far: registries list no others."""
        return iter([*self._known])

    def find_referrers(self, subject: Digest) -> tuple[Descriptor, ...]:
        """Return what is about a manifest or index of this image. From then on it is in `read_top` too.

        Raises:
            RegistryError: the registry does not answer, or not with a list.
        """
        found = list_referrers(self.repository, subject)
        for entry in found:
            self._add_entry(entry)
        return found

    def _add_entry(self, found: Descriptor, name: str = "") -> None:
        """Have a document in `read_top`, unless it is there."""
        self._know(found)
        if str(found.digest) not in {entry.digest for entry in self._entries}:
            self._entries.append(
                StoredEntry(found.media_type, str(found.digest), found.size, name, annotations=found.annotations)
            )

    def add_referrers(self, subjects: Iterable[Digest]) -> bool:
        """See `ocitui.transports.transport.ListsReferrers`."""
        return any([bool(self.referrers_of(subject)) | self._add_tagged(subject) for subject in subjects])

    def referrers_of(self, subject: Digest) -> tuple[Descriptor, ...]:
        """See `ocitui.transports.transport.ListsReferrers`. A registry that does not answer is noted, and no error."""
        with self._asking:
            if subject not in self._referrers:
                with self._noting():
                    self._referrers[subject] = self.find_referrers(subject)
        return self._referrers.setdefault(subject, ())

    def _add_tagged(self, subject: Digest) -> bool:
        """Look for what cosign has put beside a document; what is found is in `read_top` from then on."""
        found: list[tuple[str, Descriptor]] = []
        with self._asking, self._noting():
            found += look_for_tagged(self.repository, subject)
        for tag, entry in found:
            self._add_entry(entry, tag)
        return bool(found)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note that the registry does not say what refers to a document; that is no error."""
        try:
            yield
        except RegistryCancelledError:
            raise
        except RegistryError as error:
            self.repository.client.watch.note(str(error))
            self.unlisted.append(str(error))

    def signature_files(self, digest: Digest | None) -> Iterator[tuple[str, Blob]]:
        """See `ocitui.transports.transport.KeepsSignatures`: those in a folder of this machine."""
        if digest is None:
            return
        try:
            yield from lookaside_files(self.name, digest)
        except RegistryError as error:
            self.repository.client.watch.note(str(error))

    def is_own_name(self, name: str) -> bool:
        """See `ocitui.transports.transport.KeepsSignatures`."""
        return self.name.is_meant_by(name)

    def find_table(self, layer: Digest) -> HttpBlob | None:
        """See `ocitui.transports.transport.HasTables`. A registry that does not answer is noted, and no error."""
        with self._asking:
            if self._tables is None:
                self._tables = self._read_tables()
        return self._tables.get(layer)

    def close(self) -> None:
        """Close all connections that nobody reads from."""
        self.repository.client.close()

    def _read_tables(self) -> dict[Digest, HttpBlob]:
        """The tables of contents that are layers of an image of their own, by the layers that they are of."""
        tag = f"{self.name.tag or ('' if self.name.digest is not None else DEFAULT_TAG)}{TABLES}"
        found: dict[Digest, HttpBlob] = {}
        if not is_tag(tag):
            return found
        try:
            image = self.repository.documents.tagged(tag)
            listed = Manifest.parse(image.raw, tag).layers if image is not None else ()
        except RegistryCancelledError:
            raise
        except (RegistryError, DocumentError) as error:
            self.repository.client.watch.note(str(error))
            return found
        for table in listed:
            with suppress(DocumentError):  # an annotation that is no digest
                layer = Digest.parse(table.annotations.get(TABLE_OF, ""))
                if table.digest is not None:
                    found[layer] = HttpBlob(table.digest, table.size, Role.BLOB, self.repository)
        return found

    def _learn(self, raw: bytes) -> None:
        """Note what a document names, and as what, since manifests are asked for in a way of their own."""
        with suppress(DocumentError):  # said by who reads it
            document = load_object(raw, "")
            if kind_of_object(document) is DocumentKind.INDEX:
                for entry in Index.parse(raw, "").manifests:
                    self._know(entry)
            elif kind_of_object(document) is DocumentKind.MANIFEST:
                manifest = Manifest.parse(raw, "")
                if manifest.config is not None:
                    self._know(manifest.config, Role.CONFIG)
                for layer in manifest.layers:
                    self._know(layer, Role.BLOB)
                named = digest_in(manifest.annotations, ANNOTATION_INDEX)
                if named is not None:  # which no index need list
                    self._know(Descriptor(OCI_MANIFEST, named, None, {}))

    def _know(self, descriptor: Descriptor, role: Role | None = None) -> None:
        """Note what a descriptor says. An index may list what is neither, if its media type says so."""
        if descriptor.digest is None:
            return
        is_other = descriptor.kind in {DocumentKind.CONFIG, DocumentKind.LAYER}
        self._known.setdefault(descriptor.digest, (role or (Role.BLOB if is_other else Role.MANIFEST), descriptor.size))


def open_image(
    name: ImageName,
    settings: RegistrySettings | None = None,
    cache: CacheFolder | None = None,
    watch: Watch | None = None,
) -> RegistryImage:
    """Ask for an image: at the mirrors that the user's settings name, and then at the registry itself.

    Args:
        name: which.
        settings: of the user; by default what the environment says.
        cache: where documents are kept.
        watch: is told why it takes longer, and may end it.

    Raises:
        UsageError: the settings contradict each other.
        RegistryError: no registry answers with an image of that name.
    """
    settings, watch = settings or RegistrySettings.from_environment(), watch or Watch()
    *mirrors, last = endpoints_of(name, settings)
    for endpoint in mirrors:
        repository = Repository(Client(endpoint, settings, watch), cache or CacheFolder())
        try:
            return RegistryImage(name, repository, repository.documents.resolve(name))
        except RegistryCancelledError:
            raise
        except RegistryError as error:
            watch.note(f"the mirror {printable(endpoint.host)} does not give it: {error}")
            repository.client.close()
    repository = Repository(Client(last, settings, watch), cache or CacheFolder())
    return RegistryImage(name, repository, repository.documents.resolve(name))


def open_repository(
    name: ImageName,
    settings: RegistrySettings | None = None,
    cache: CacheFolder | None = None,
    watch: Watch | None = None,
) -> Repository:
    """The repository of a name at the registry itself, as lists of tags are of no mirror. Nothing is asked yet."""
    settings = settings or RegistrySettings.from_environment()
    endpoint = endpoints_of(name, settings)[-1]
    return Repository(Client(endpoint, settings, watch or Watch()), cache or CacheFolder())


def _entry_name(name: ImageName) -> str:
    """The name of the one entry: as the tag that was asked for."""
    return "" if name.digest is not None else name.wanted
