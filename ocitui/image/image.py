"""One image: a manifest, its config, and its layers in order."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ocitui.display import printable, quote
from ocitui.errors import BLOB_MISSING, BlobError, BlobMissingError, EncryptedLayerError, LayerError
from ocitui.image.layer_numbers import BLOB_NOUN, LAYER_NOUN, layers_text
from ocitui.image.node import Node, NodeKind
from ocitui.image.soci import ztocs_in_tree
from ocitui.layers.basis import ZTOCS
from ocitui.layers.cache import LayerCache
from ocitui.layers.pathnames import WHITEOUT_PREFIX, components
from ocitui.layers.scan.request import LayerRequest
from ocitui.layers.scan.unchanged import find_seen
from ocitui.layers.toc.find import find_table
from ocitui.layers.toc.table import TableOfContents
from ocitui.spec.config import Config
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import is_encrypted, is_tar
from ocitui.spec.platform import Platform
from ocitui.transports.blob import Blob
from ocitui.transports.transport import Transport

if TYPE_CHECKING:  # a command that says nothing of instructions, or of files, does not load what reads them
    from ocitui.image.history.pairing import HistoryRow, Pairing
    from ocitui.layers.index.index import LayerIndex


_TYPES_NAMED = 3
"""Media types of encrypted layers that a sentence names."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of an image: what the documents say of it."""

    number: int
    """Counted from 1, the lowest first."""
    descriptor: Descriptor
    diff_id: Digest | None
    """Digest of the unpacked bytes, as the config says; None where it does not."""
    variant: str = ""
    """The variant of the blobs of this digest: see `ocitui.transports.blob.Blob.variant`."""
    file_path: bytes = b""
    """The path of the file that a blob of an artifact is unless it is a tar; empty where only tars are expected."""
    blob: Blob | None = field(default=None, compare=False)
    """Its bytes; None if they are missing."""
    ztoc: TableOfContents | None = field(default=None, compare=False, repr=False)
    """The ztoc that SOCI has of it, where the tree of documents has one."""
    image_node: Node | None = field(default=None, compare=False, repr=False)
    """The node of its image."""

    @property
    def is_encrypted(self) -> bool:
        """True if its media type is that of an encrypted layer."""
        return is_encrypted(self.descriptor.media_type)

    @property
    def is_of_unknown_type(self) -> bool:
        """True if its media type is none of a layer, nor of another tar."""
        return bool(self.descriptor.media_type) and not is_tar(self.descriptor.media_type) and not self.file_path

    @property
    def unopened_text(self) -> str:
        """The reason why no unpacker opens it, nor does this program; empty where it can be opened if whole."""
        return "encrypted" if self.is_encrypted else "of an unknown media type" if self.is_of_unknown_type else ""

    @property
    def noun(self) -> str:
        """The word for it; see `Image.layer_noun`."""
        return BLOB_NOUN if self.file_path else LAYER_NOUN

    @property
    def name(self) -> str:
        """The short name: ``layer 2``, or ``blob 2`` of an artifact."""
        return f"{self.noun} {self.number}"

    @property
    def title(self) -> str:
        """The name in messages: ``layer 2 (sha256:…)``, or ``blob 2 (sha256:…)`` of an artifact."""
        return f"{self.name} ({self.descriptor.digest or 'no digest'})"

    def locate(self, transport: Transport) -> Blob:
        """Return the location of its bytes.

        Raises:
            BlobMissingError: they are missing.
            LayerError: it is encrypted, or of a media type that is no layer's.
            BlobError: its descriptor or its blob cannot be used.
        """
        if self.is_encrypted:
            raise EncryptedLayerError(encrypted_text([self]))
        if self.is_of_unknown_type:
            found = quote(self.descriptor.media_type, 120)
            raise LayerError(f"{self.title}: expected a layer's media type, found {found}")
        if self.descriptor.digest is None:
            raise BlobError(f"{self.title}: {'; '.join(self.descriptor.problems) or 'its descriptor holds no digest'}")
        try:
            return transport.locate(self.descriptor.digest)
        except BlobMissingError:
            raise BlobMissingError(f"{self.title}: {self.missing_text}") from None

    @property
    def missing_text(self) -> str:
        """The message where its blob is missing: in a registry, that shows only when it is read."""
        where = f"; it may be had from {printable(self.descriptor.urls[0][:200])}" if self.descriptor.urls else ""
        return f"{BLOB_MISSING}{where}"

    def request(self, transport: Transport) -> LayerRequest:
        """Return the blob to read in order to index it, or raise as `locate` does."""
        blob = self.locate(transport)
        assert self.descriptor.digest is not None  # else it could not be located
        table = self.table_at(blob)
        request = LayerRequest(blob, self.descriptor.digest, self.descriptor.size, self.diff_id, table=table)
        if not self.file_path:
            return request
        if not is_tar(self.descriptor.media_type):
            return replace(request, title=self.file_path)
        from ocitui.layers.compression.unpacked import UnpackedBlob  # only for artifacts

        with closing(UnpackedBlob(blob, lambda _: None)) as unpacked:
            return request if unpacked.is_tar else replace(request, title=self.file_path)

    @property
    def table(self) -> TableOfContents | None:
        """The table of contents that the documents have for it, if any."""
        return find_table(self.descriptor) or self.ztoc

    def table_at(self, blob: Blob) -> TableOfContents | None:
        """The table of contents to index it from, where reading its bytes costs more: in a registry."""
        table = self.table if blob.is_remote and not self.file_path else None
        is_less = table is None or table.source not in ZTOCS or table.size < (self.descriptor.size or 0)
        return table if is_less else None

    def find_index(self, cache: LayerCache) -> "LayerIndex | None":
        """Return its index in the cache, if its blob was read before and is that file still; reads nothing of it."""
        digest, blob = self.descriptor.digest, self.blob
        if digest is None or blob is None:
            return None
        table = self.table_at(blob)
        request = LayerRequest(blob, digest, self.descriptor.size, self.diff_id, table=table)
        requests = [replace(request, title=self.file_path, table=None)] if self.file_path else []
        if is_tar(self.descriptor.media_type) or not self.file_path:
            requests.append(request)
        for each in requests:
            found = find_seen(each, cache)
            if found is None:
                continue
            if not self.file_path or each.title or found.summary.damage is None:  # else as a tar, which it is not
                return found
            found.close()
        return None


def encrypted_text(layers: Sequence[Layer]) -> str:
    """Return one sentence about all encrypted ones among some layers; empty if there are none."""
    found = [layer for layer in layers if layer.is_encrypted]
    if not found:
        return ""
    media_types = list(dict.fromkeys(printable(layer.descriptor.media_type[:120]) for layer in found))
    others = f" and {len(media_types) - _TYPES_NAMED:,} more" if len(media_types) > _TYPES_NAMED else ""
    said = f"({', '.join(media_types[:_TYPES_NAMED])}{others})"
    if len(found) == 1:
        return f"{found[0].title}: expected a tar, found one that is encrypted {said}"
    return f"{layers_text([layer.number for layer in found])}: expected tars, found encrypted ones {said}"


@dataclass(eq=False)
class Image:
    """An image manifest of the tree, with everything that hangs on it."""

    node: Node
    manifest: Manifest
    config: Config | None
    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, node: Node) -> "Image | None":
        """The image of a manifest's node; None where the node is none, or cannot be read.

        The tars of an artifact are opened as an image's layers are: it is one without a config. All
        else that it holds is a file each, under the title of its descriptor, whatever its media type is.
        """
        if node.kind not in {NodeKind.IMAGE, NodeKind.ARTIFACT} or not isinstance(node.document, Manifest):
            return None
        if isinstance(node.image, cls):
            return node.image
        manifest = node.document
        config = next((c.document for c in node.children if isinstance(c.document, Config)), None)
        diff_ids = config.diff_ids if config else ()
        # Of the nodes and not of the manifest: a tree that is cut off has fewer.
        found = [child for child in node.children if child.number is not None]
        ztocs = ztocs_in_tree(node) if node.kind is NodeKind.IMAGE else {}
        layers = tuple(
            Layer(
                number,
                descriptor,
                diff_ids[number - 1] if number <= len(diff_ids) else None,
                child.variant,
                file_path(descriptor) if node.kind is NodeKind.ARTIFACT else b"",
                child.blob,
                ztocs.get(descriptor.digest) if descriptor.digest is not None else None,
                node,
            )
            for number, child in enumerate(found, 1)
            if (descriptor := child.descriptor) is not None
        )
        if node.kind is NodeKind.ARTIFACT and not layers:
            return None
        node.image = image = cls(node, manifest, config, layers)
        return image

    @classmethod
    def containing(cls, node: Node) -> "Image | None":
        """The image that a node is a part of, or is about."""
        return next((image for image in map(cls.of, node.above()) if image is not None), None)

    @cached_property
    def history(self) -> "Pairing":
        """History against layers; an artifact has none, and need not."""
        from ocitui.image.history.origin import Reason
        from ocitui.image.history.pairing import pair_history

        pairing = pair_history(self.config, len(self.layers))
        if not self.is_artifact:
            return pairing
        origins = tuple(replace(origin, reason=Reason.ARTIFACT) for origin in pairing.origins)
        return replace(pairing, problems=(), origins=origins)

    def row_of(self, layer: Layer) -> "HistoryRow | None":
        """The history row of a layer."""
        return self.history.row_of_layer(layer.number)

    @property
    def is_artifact(self) -> bool:
        """True if it is an artifact, which has neither a config nor a history that this program reads."""
        return self.node.kind is NodeKind.ARTIFACT

    @property
    def layer_noun(self) -> str:
        """The word for one of its layers: those of an artifact are blobs, which lie over nothing."""
        return BLOB_NOUN if self.is_artifact else LAYER_NOUN

    @property
    def platform(self) -> Platform | None:
        """The platform, as the index says it, else as the config does."""
        return self.node.platform

    @property
    def label(self) -> str:
        """Its tag and platform, safe to draw; empty where it has neither."""
        platform = printable(str(self.platform)) if self.platform else ""
        return "  ".join(filter(None, (printable(self.node.tag), platform)))

    @property
    def unopened(self) -> dict[int, str]:
        """By the number of each layer that is never opened, whole as it may be, what it is: ``encrypted``."""
        texts = ((layer.number, layer.unopened_text) for layer in self.layers)
        return {number: text for number, text in texts if text}

    @property
    def size(self) -> int:
        """Bytes of all layers as stored."""
        return self.manifest.layers_size

    @property
    def config_node(self) -> Node | None:
        """The node of its config, read or not; None where the manifest names none."""
        return next((node for node in self.node.children if node.kind is NodeKind.CONFIG), None)

    def layer_node(self, number: int) -> Node:
        """The node of a layer, counted from 1."""
        return self._layer_nodes[number]

    @cached_property
    def _layer_nodes(self) -> dict[int, Node]:
        return {node.number: node for node in self.node.children if node.number is not None}


def file_path(descriptor: Descriptor) -> bytes:
    """Return the path of the file that a blob of an artifact is, if it is no tar: its title, else its digest.

    A title that would be a whiteout in a layer is none here.
    """
    parts, _ = components(descriptor.title.encode("utf-8", "surrogatepass"))
    if not parts or any(part.startswith(WHITEOUT_PREFIX) for part in parts):
        return str(descriptor.digest or "").encode()
    return b"/".join(parts)
