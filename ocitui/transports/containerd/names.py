"""The names of the images that containerd holds, as its database has them.

Its buckets are called ``v1``, namespace, ``images``, name, ``target``; a target is a
descriptor: ``digest``, ``mediatype``, ``size`` (containerd, core/metadata: Schema).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ocitui.display import printable, quote
from ocitui.transports.blob import BlobLocation
from ocitui.transports.containerd.bolt import META_LIMIT, Bolt, BoltError, Bucket, last_transaction
from ocitui.transports.transport import read_blob

DATABASE = "meta.db"
"""The name of the database in messages."""

DATABASE_LIMIT = 256 * 1024 * 1024
"""Bytes of a database, which is read whole: in one moment, since others write to it."""

DEFAULT_NAMESPACE = "default"
"""That of ``ctr`` and ``nerdctl``; Kubernetes has ``k8s.io``, Docker ``moby``."""

IMAGE_LIMIT = 50_000
"""Names that are read: a machine has some hundred."""

_NAME_LIMIT = 4096
"""Bytes of a name, a media type or a digest."""

_TRIES = 10
"""The number of attempts to read the database while containerd writes to it: some milliseconds each."""


@dataclass(frozen=True, slots=True)
class NamedImage:
    """One name in one namespace, and what it points to."""

    namespace: str
    name: str
    digest: str
    """As the database says it; empty where it does not."""
    media_type: str
    size: int | None
    """Bytes of the manifest or the index; None where the database does not say it."""


@dataclass(frozen=True, slots=True)
class Names:
    """All names, and what is wrong with the database."""

    images: tuple[NamedImage, ...]
    problems: tuple[str, ...] = ()


def read_names(database: BlobLocation) -> Names:
    """Read all names; what is damaged costs what is behind it, and is a problem.

    The database is not locked, since containerd holds its lock as long as it runs. What a
    transaction replaced may be written over during the next one: where one ended while
    the file was read, it is read again.

    Raises:
        BoltError: it is no database.
        BlobError: it cannot be read, or is too large.
    """
    start = replace(database, size=META_LIMIT)
    for _ in range(_TRIES):
        data = read_blob(database, DATABASE, DATABASE_LIMIT)
        if last_transaction(read_blob(start, DATABASE, META_LIMIT)) == last_transaction(data):
            return _read(Bolt(data))
    names = _read(Bolt(data))
    return Names(names.images, ("is written to while it is read; not all that it lists may be here",))


def _read(bolt: Bolt) -> Names:
    images: list[NamedImage] = []
    problems: list[str] = []
    try:
        schema = bolt.root.bucket(b"v1")
        if schema is None:
            raise BoltError("expected the bucket v1 of containerd, found none")
        for namespace, bucket in _buckets(schema):
            try:
                for name, image in _buckets(bucket.bucket(b"images")):
                    if len(images) == IMAGE_LIMIT:
                        problems.append(f"expected at most {IMAGE_LIMIT:,} images, found more; the rest is not shown")
                        return Names(tuple(images), tuple(problems))
                    try:
                        images.append(_image(namespace, name, image))
                    except BoltError as error:
                        problems.append(f"image {quote(name, 200)}: {error}")
            except BoltError as error:
                problems.append(f"namespace {quote(namespace)}: {error}")
    except BoltError as error:
        problems.append(str(error))
    return Names(tuple(images), tuple(problems))


def _image(namespace: bytes, name: bytes, image: Bucket) -> NamedImage:
    target = image.bucket(b"target")
    found = dict(target.items()) if target is not None else {}
    size = found.get(b"size")
    if len(name) > _NAME_LIMIT:
        raise BoltError(f"expected a name of at most {_NAME_LIMIT:,} bytes, found {len(name):,}")
    return NamedImage(
        _text(namespace),
        _text(name),
        _text(found.get(b"digest")),
        _text(found.get(b"mediatype")),
        _varint(size) if isinstance(size, bytes) else None,
    )


def _buckets(bucket: Bucket | None) -> Iterator[tuple[bytes, Bucket]]:
    for key, value in bucket.items() if bucket is not None else ():
        if isinstance(value, Bucket):
            yield key, value


def _text(value: bytes | Bucket | None) -> str:
    return value[:_NAME_LIMIT].decode("utf-8", "surrogateescape") if isinstance(value, bytes) else ""


def _varint(data: bytes) -> int:
    """A number as Go's encoding/binary writes it with a sign: seven bits a byte, the lowest first, zigzag."""
    found = 0
    for number, byte in enumerate(data[:10]):
        found |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            return (found >> 1) ^ -(found & 1)
    raise BoltError(f"expected a number, found {printable(data[:10])}")
