"""Image indexes and manifests made here, for places that hold documents of other kinds."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ocitui.spec.descriptor import ANNOTATION_REF_NAME
from ocitui.spec.digest import Digest
from ocitui.spec.media_type import DOCKER_CONFIG, DOCKER_MANIFEST, OCI_INDEX
from ocitui.spec.properties import Properties

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One image of an index that is made."""

    media_type: str
    raw: bytes
    """Its manifest."""
    name: str = ""
    is_made: bool = False
    """True if the manifest was made here as well: then it is embedded in the index, since it is stored nowhere."""
    annotations: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One image of an index that is made, of which no more is read than what points to it."""

    media_type: str
    digest: str
    """As the place says it, whether it is one or not."""
    size: int | None
    """Bytes of its manifest or index, where that is known."""
    name: str = ""
    annotations: Mapping[str, str] | None = None


def made_of(entries: Iterable[Entry]) -> frozenset[Digest]:
    """Return the digests of the manifests that were made here."""
    return frozenset(Digest.of(entry.raw) for entry in entries if entry.is_made)


def make_index(entries: Sequence[Entry | StoredEntry]) -> bytes:
    """An image index of these images."""
    manifests: list[JsonObject] = []
    for entry in entries:
        if isinstance(entry, StoredEntry):
            found = {**descriptor(entry.media_type, None, entry.size), "digest": entry.digest}
        else:
            found = descriptor(entry.media_type, Digest.of(entry.raw), len(entry.raw))
        notes = {**(entry.annotations or {}), **({ANNOTATION_REF_NAME: entry.name} if entry.name else {})}
        if notes:
            found["annotations"] = notes
        if isinstance(entry, Entry) and entry.is_made:
            found["data"] = base64.b64encode(entry.raw).decode()
        manifests.append(found)
    return _json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})


def make_manifest(config: JsonObject, layers: Sequence[JsonObject]) -> bytes:
    """A manifest in Docker's format, as `docker push` would write it."""
    return _json({"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config, "layers": list(layers)})


def replace_layers(document: Mapping[str, object], layers: Sequence[JsonObject]) -> bytes:
    """A manifest with other layers than it has."""
    return _json({**Properties(document).without({"layers"}), "layers": list(layers)})


def replace_manifests(document: Mapping[str, object], manifests: Sequence[object]) -> bytes:
    """An image index with other manifests than it has."""
    return _json({**Properties(document).without({"manifests"}), "manifests": list(manifests)})


def embed(found: Mapping[str, object], raw: bytes) -> JsonObject:
    """A descriptor that holds its document itself (image-spec, Content Descriptors: Embedded Content)."""
    held = {"digest": str(Digest.of(raw)), "size": len(raw), "data": base64.b64encode(raw).decode()}
    return {**Properties(found).without(held), **held}


def config_descriptor(digest: Digest | None, size: int | None) -> JsonObject:
    """A pointer to a config in Docker's format."""
    return descriptor(DOCKER_CONFIG, digest, size)


def descriptor(media_type: str, digest: Digest | None, size: int | None) -> JsonObject:
    """A pointer to a blob; what is not known of it is left out, and said by who reads it."""
    found: JsonObject = {"mediaType": media_type}
    if size is not None:
        found["size"] = size
    if digest is not None:
        found["digest"] = str(digest)
    return found


def _json(document: JsonObject) -> bytes:
    return json.dumps(document, indent=2).encode()
