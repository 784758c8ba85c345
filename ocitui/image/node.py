"""One node of the tree of documents."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from ocitui.spec.config import Config
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.platform import Platform
from ocitui.transports.blob import Blob

NODE_LIMIT = 50_000
"""Nodes of one tree: an index of indexes of indexes can name itself into billions."""

DEPTH_LIMIT = 32
"""The deepest nesting of indexes, and of documents about documents: two or three in real images."""


class NodeKind(Enum):
    """The kind of a node of the tree."""

    INDEX = "index"
    IMAGE = "image"
    ATTESTATION = "attestation"
    ARTIFACT = "artifact"
    CONFIG = "config"
    LAYER = "layer"
    BLOB = "blob"


_MANIFESTS = frozenset({NodeKind.IMAGE, NodeKind.ATTESTATION, NodeKind.ARTIFACT})


@dataclass(eq=False, slots=True)
class Node:
    """One descriptor of the image and the document behind it."""

    kind: NodeKind
    name: str
    """The name of it here, unsafe as the image has it: a tag, ``config``, a layer's number; may be empty."""
    descriptor: Descriptor | None
    """None for the top index, which nothing points to."""
    document: Index | Manifest | Config | None = None
    """The parsed document; None where there is none or it cannot be parsed."""
    raw: bytes | None = None
    """The document's bytes as stored, where it is a document that was read."""
    made_of: str = ""
    """The name of the document that this one was made of, since this place holds none of its kind; else empty."""
    platform: Platform | None = None
    is_rescued: bool = False
    """Of the top: whether what is below was found in another way, since the place's own list cannot be used."""
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Oddities that are allowed, and no problems."""
    is_missing: bool = False
    """True if the blob is missing."""
    blob_problem: str = ""
    """One of the problems: what shows without reading that the blob is not as its descriptor says; else empty."""
    reading: "Callable[[Node], None] | None" = field(default=None, repr=False)
    """Reads it, where it is left unread, since a registry counts what it is asked for; see `read`."""
    number: int | None = None
    """Of a layer, counted from 1."""
    variant: str = ""
    """Of a layer, which of the blobs of its digest it is: see `ocitui.transports.blob.Blob.variant`."""
    blob: Blob | None = None
    """The bytes of a layer; None if they are missing."""
    parent: "Node | None" = field(default=None, repr=False)
    children: "list[Node]" = field(default_factory=list, repr=False)
    image: object = field(default=None, repr=False)
    """Kept for `ocitui.image.image.Image.of`, which takes long where there are very many layers."""

    @property
    def digest(self) -> Digest | None:
        """The digest its descriptor names."""
        return self.descriptor.digest if self.descriptor else None

    @property
    def title(self) -> str:
        """The name in messages: ``index.json``, ``manifest sha256:…``."""
        if self.descriptor is None:
            return self.name
        kind = "manifest" if self.kind in _MANIFESTS else self.kind.value
        return f"{kind} {self.digest or 'without a digest'}"

    @property
    def is_made(self) -> bool:
        """True if its document was made here from another."""
        return bool(self.made_of)

    @property
    def is_entry(self) -> bool:
        """True if it stands for something an index may list: an index or a manifest of any kind."""
        return self.descriptor is not None and (self.kind in _MANIFESTS or self.kind is NodeKind.INDEX)

    @property
    def size(self) -> int | None:
        """Bytes as stored: of the document itself, whatever it points to."""
        if self.descriptor is not None:
            return self.descriptor.size
        return len(self.raw) if self.raw is not None else None

    @property
    def tag(self) -> str:
        """The nearest tag, its own or that of the index it is in; empty where there is none."""
        return next((node.descriptor.tag for node in self.above() if node.descriptor and node.descriptor.tag), "")

    @property
    def image_name(self) -> str:
        """The same by its whole name where that is known, as `ocitui.spec.descriptor.Descriptor.name` has it."""
        return next((node.descriptor.name for node in self.above() if node.descriptor and node.descriptor.name), "")

    @property
    def is_unread(self) -> bool:
        """True if it is known from what names it alone, though it may be had."""
        return self.reading is not None

    def read(self) -> None:
        """Read what was left unread, with what is below it."""
        reading, self.reading = self.reading, None
        if reading is not None:
            reading(self)

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in the order of the tree."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def above(self) -> Iterator["Node"]:
        """This node and those it is in, up to the top."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def all_problems(self) -> Iterator[str]:
        """Yield the problems of this node and of all below it, each once."""
        seen: set[str] = set()
        for node in self.walk():
            for problem in node.problems:
                if problem not in seen:
                    seen.add(problem)
                    yield problem
