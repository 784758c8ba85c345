"""The records that a storage of podman, buildah and CRI-O has of its images and layers: ``images.json``,
``layers.json``.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ocitui.errors import DocumentError
from ocitui.spec.digest import Digest
from ocitui.spec.document import load_json, type_name

_ID = re.compile(r"[0-9a-f]{1,128}")
_PLAIN = re.compile(r"[.0-9a-z]+")
_MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image, or a list of images."""

    id: str
    """Hexadecimal digits, so that it is safe in a path."""
    names: tuple[str, ...] = ()
    layer: str = ""
    """The ID of its highest layer; empty where it has none."""
    documents: tuple[tuple[Digest, str], ...] = ()
    """Its manifests and its config: by their digests, the names of their files."""


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer as one storage has it; the same changes on top of other layers are another one."""

    id: str
    """Hexadecimal digits."""
    parent: str = ""
    """The ID of the layer below; empty for the lowest."""
    diff_id: Digest | None = None
    """None where it was pulled in parts: then it is known by its table of contents only."""
    size: int | None = None
    """Bytes of its tar."""


def read_images(raw: bytes, what: str) -> list[StoredImage]:
    """The images of an ``images.json``; what has no ID is left out. Or raise `DocumentError`."""
    images: list[StoredImage] = []
    for value in _records(raw, what):
        number, names = _id(value, "id"), tuple(_texts(value, "names"))
        if number:
            data = _texts(value, "big-data-names")
            images.append(StoredImage(number, names, _id(value, "layer"), documents(data)))
    return images


def read_layers(raw: bytes, what: str) -> list[StoredLayer]:
    """The layers of a ``layers.json``; what has no ID is left out. Or raise `DocumentError`."""
    layers: list[StoredLayer] = []
    for value in _records(raw, what):
        number = _id(value, "id")
        if not number:
            continue
        diff_id, size = _digest(value.get("diff-digest")), value.get("diff-size")
        if not isinstance(size, int) or size <= 0 or diff_id is None:
            size = None
        layers.append(StoredLayer(number, _id(value, "parent"), diff_id, size))
    return layers


def is_id(name: str) -> bool:
    """True if a file name is the ID of an image or of a layer."""
    return _ID.fullmatch(name) is not None


def documents(names: Iterable[str]) -> tuple[tuple[Digest, str], ...]:
    """Return those of an image's data that are documents named by a digest, and the files they are in."""
    found = ((_digest(name.removeprefix(f"{_MANIFEST}-")), file_name(name)) for name in names)
    return tuple((digest, file) for digest, file in found if digest is not None)


def file_name(name: str) -> str:
    """The file that data of an image are in: its name, or base64 of it where it is not plain."""
    return name if _PLAIN.fullmatch(name) else "=" + base64.b64encode(name.encode("utf-8", "surrogatepass")).decode()


def data_name(file: str) -> str:
    """The opposite of `file_name`; as it is where it is not of that form."""
    if not file.startswith("="):
        return file
    try:
        return base64.b64decode(file[1:], validate=True).decode()
    except ValueError:
        return file


def _records(raw: bytes, what: str) -> Iterator[dict[str, object]]:
    found = load_json(raw, what)
    if not isinstance(found, list):
        raise DocumentError(f"{what}: expected a list, found {type_name(found)}")
    return (value for value in found if isinstance(value, dict))


def _texts(value: dict[str, object], field: str) -> list[str]:
    found = value.get(field)
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


def _id(value: dict[str, object], field: str) -> str:
    found = value.get(field)
    return found if isinstance(found, str) and is_id(found) else ""


def _digest(value: object) -> Digest | None:
    try:
        return Digest.parse(value)
    except DocumentError:
        return None
