"""The tree of documents: index, manifests by platform and tag, config, layers, artifacts.

Everything is told from the JSON documents alone; no layer is opened.
"""

from ocitui.display import show
from ocitui.errors import BlobError, BlobMissingError, DocumentError
from ocitui.image.node import Node, NodeKind
from ocitui.image.referrers import place_referrers
from ocitui.spec.config import Config
from ocitui.spec.descriptor import (
    ANNOTATION_PREDICATE_TYPE,
    Descriptor,
)
from ocitui.spec.digest import Digest
from ocitui.spec.fields import load_object
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import DocumentKind, is_layer, kind_of_object
from ocitui.transports.transport import (
    DOCUMENT_LIMIT,
    MANIFEST_LIMIT,
    StoredDocument,
    Transport,
    read_document,
)

NODE_LIMIT = 50_000
"""Nodes of one tree: an index of indexes of indexes can name itself into billions."""


def build_tree(transport: Transport) -> Node:
    """Read all documents of a place and arrange them; damaged parts say what is wrong with them.

    Attestation manifests stand under the image they attest, and manifests with a
    ``subject`` under that subject (image-spec, Image Manifest; distribution-spec,
    Referrers Tag Schema).
    """
    return TreeBuilder(transport).build()


class TreeBuilder:
    """Reads each document once, however often it is named."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stored: dict[Digest, StoredDocument] = {}
        self._count = 0

    def build(self) -> Node:
        """The whole tree, from the top index down."""
        top = Node(NodeKind.INDEX, "index.json", None, problems=self._transport.problems)
        try:
            top.raw = self._transport.read_top()
            top.document = Index.parse(top.raw, "index.json")
            top.problems += tuple(f"index.json: {problem}" for problem in top.document.problems)
        except DocumentError as error:
            top.problems += (str(error),)
        if isinstance(top.document, Index) and isinstance(load_object(top.raw or b"", "").get("manifests"), list):
            self._add_manifests(top, top.document, ())
        else:
            self._rescue(top)
        place_referrers(top)
        return top

    def _rescue(self, top: Node) -> None:
        """Find the images of a layout whose index cannot be used, among the blobs themselves."""
        pointed_to: set[Digest] = set()
        found: list[Descriptor] = []
        for digest in self._transport.digests():
            descriptor = Descriptor.read({"digest": str(digest)}, "")
            stored = read_document(self._transport, descriptor, f"blob {digest}", MANIFEST_LIMIT)
            if stored.raw is None or not stored.raw.startswith(b"{"):
                continue
            try:
                kind = kind_of_object(load_object(stored.raw, ""))
            except DocumentError:
                continue
            if kind is DocumentKind.INDEX:
                index = Index.parse(stored.raw, "")
                pointed_to.update(d.digest for d in index.manifests if d.digest)
            elif kind is not DocumentKind.MANIFEST:
                continue
            found.append(Descriptor.read({"digest": str(digest), "size": len(stored.raw)}, ""))
        for descriptor in found:
            if descriptor.digest not in pointed_to:
                self._attach(top, self._manifest_node(descriptor, "found among the blobs", ()))

    def _add_manifests(self, parent: Node, index: Index, ancestors: tuple[Digest, ...]) -> None:
        for position, descriptor in enumerate(index.manifests):
            if self._count >= NODE_LIMIT:
                parent.problems += (
                    f"{_title(parent)}: expected at most {NODE_LIMIT:,} documents, found more; the rest is not shown",
                )
                return
            self._attach(parent, self._manifest_node(descriptor, f"manifests[{position}]", ancestors))

    def _attach(self, parent: Node, node: Node) -> None:
        node.parent = parent
        parent.children.append(node)
        self._count += 1

    def _manifest_node(self, descriptor: Descriptor, where: str, ancestors: tuple[Digest, ...]) -> Node:
        """The node of an entry of an index: another index, an image, or an artifact."""
        node = Node(NodeKind.BLOB, descriptor.tag, descriptor, platform=descriptor.platform)
        node.problems = descriptor.problems
        if descriptor.digest is None:
            return node
        if descriptor.digest in ancestors:
            node.kind = NodeKind.INDEX
            node.problems += (f"index {descriptor.digest}: names itself, and is not followed",)
            return node
        said = descriptor.kind
        if said in {DocumentKind.LAYER, DocumentKind.CONFIG}:
            node.kind = NodeKind.LAYER if said is DocumentKind.LAYER else NodeKind.CONFIG
            self._check_location(node)
            return node
        stored = self._read(descriptor, f"{said.value if said is not DocumentKind.OTHER else where}", MANIFEST_LIMIT)
        node.raw, node.is_missing = stored.raw, stored.is_missing
        node.problems += stored.problems
        node.kind = NodeKind.INDEX if said is DocumentKind.INDEX else NodeKind.IMAGE
        if node.raw is None:
            return self._name_kind(node)
        try:
            what = f"{said.value} {descriptor.digest}"
            held = kind_of_object(load_object(node.raw, what))
            if held is DocumentKind.OTHER:
                held = said
            if DocumentKind.OTHER not in (said, held) and held is not said:
                node.problems += (f"{what}: expected an image {said.value}, found an image {held.value}",)
            if held is DocumentKind.INDEX:
                node.kind = NodeKind.INDEX
                index = node.document = Index.parse(node.raw, what)
                node.problems += _told(what, index.problems)
                node.problems += self._media_type_problem(what, descriptor, index.media_type)
                self._add_manifests(node, index, (*ancestors, descriptor.digest))
            elif held is DocumentKind.MANIFEST:
                manifest = node.document = Manifest.parse(node.raw, what)
                node.problems += _told(what, manifest.problems)
                node.problems += self._media_type_problem(what, descriptor, manifest.media_type)
                self._add_manifest_parts(node, manifest)
            else:
                node.kind = NodeKind.BLOB
        except DocumentError as error:
            node.problems += (str(error),)
        return self._name_kind(node)

    def _media_type_problem(self, what: str, descriptor: Descriptor, held: str) -> tuple[str, ...]:
        """image-spec, Image Manifest: ``mediaType`` must match the descriptor's."""
        if not held or not descriptor.media_type or held == descriptor.media_type:
            return ()
        return (f"{what}: expected mediaType {show(descriptor.media_type)}, found {show(held)}",)

    def _name_kind(self, node: Node) -> Node:
        """Call attestations and artifacts what they are."""
        descriptor = node.descriptor
        assert descriptor is not None
        if descriptor.is_attestation:
            node.kind = NodeKind.ATTESTATION
        elif node.kind is NodeKind.IMAGE and isinstance(node.document, Manifest) and node.document.is_artifact:
            node.kind = NodeKind.ARTIFACT
        elif node.kind is NodeKind.IMAGE and node.document is None and descriptor.kind is not DocumentKind.MANIFEST:
            node.kind = NodeKind.BLOB
        return node

    def _add_manifest_parts(self, node: Node, manifest: Manifest) -> None:
        if manifest.config is not None and manifest.config.digest is not None:
            node.children.append(self._config_node(node, manifest.config))
        elif manifest.config is not None:
            problems = manifest.config.problems
            node.children.append(Node(NodeKind.CONFIG, "config", manifest.config, problems=problems, parent=node))
        is_image = not manifest.is_artifact
        for number, descriptor in enumerate(manifest.layers, 1):
            is_tar = is_layer(descriptor.media_type) or (is_image and not descriptor.media_type)
            kind = NodeKind.LAYER if is_image or is_tar else NodeKind.BLOB
            layer = Node(kind, str(number), descriptor, number=number, problems=descriptor.problems, parent=node)
            if kind is NodeKind.BLOB:
                predicate = descriptor.annotations.get(ANNOTATION_PREDICATE_TYPE, "")
                title = descriptor.annotations.get("org.opencontainers.image.title", "")
                layer.name = predicate or title or descriptor.media_type
            self._check_location(layer)
            node.children.append(layer)
        self._count += len(node.children)

    def _config_node(self, node: Node, descriptor: Descriptor) -> Node:
        child = Node(NodeKind.CONFIG, "config", descriptor, problems=descriptor.problems, parent=node)
        what = f"config {descriptor.digest}"
        stored = self._read(descriptor, "config", DOCUMENT_LIMIT)
        child.raw, child.is_missing = stored.raw, stored.is_missing
        child.problems += stored.problems
        if stored.raw is not None and descriptor.kind in {DocumentKind.CONFIG, DocumentKind.OTHER}:
            manifest = node.document
            assert isinstance(manifest, Manifest)
            if manifest.is_artifact:
                return child
            try:
                config = child.document = Config.parse(stored.raw, what)
            except DocumentError as error:
                child.problems += (str(error),)
            else:
                child.problems += _told(what, config.problems)
                child.problems += self._compare(node, manifest, config, what)
                if node.platform is None and (config.platform.os or config.platform.architecture):
                    node.platform = config.platform
        return child

    def _compare(self, node: Node, manifest: Manifest, config: Config, what: str) -> tuple[str, ...]:
        """Where a config disagrees with its manifest or with the index that names it."""
        problems = []
        if len(config.diff_ids) != len(manifest.layers):
            problems.append(
                f"{what}: expected {len(manifest.layers)} diff IDs, one for each layer of the manifest, "
                f"found {len(config.diff_ids)}"
            )
        said = node.platform
        if said is not None and not said.is_unknown and config.platform.os and not config.platform.fits(said):
            problems.append(
                f"{what}: expected platform {show(str(said))}, as its index says, found {show(str(config.platform))}"
            )
        return tuple(problems)

    def _check_location(self, node: Node) -> None:
        """Say whether a blob that is not read now is here, and of the size its descriptor says."""
        descriptor = node.descriptor
        assert descriptor is not None
        node.is_missing, problem = check_blob(self._transport, descriptor, f"{node.kind.value} {descriptor.digest}")
        node.problems += (problem,) if problem else ()

    def _read(self, descriptor: Descriptor, name: str, limit: int) -> StoredDocument:
        digest = descriptor.digest
        assert digest is not None
        stored = self._stored.get(digest)
        if stored is None:
            stored = self._stored[digest] = read_document(self._transport, descriptor, f"{name} {digest}", limit)
        return stored


def check_blob(transport: Transport, descriptor: Descriptor, what: str) -> tuple[bool, str]:
    """Whether a blob is missing, and what is wrong with it as far as its size tells."""
    if descriptor.digest is None or descriptor.data is not None:
        return False, ""
    try:
        location = transport.locate(descriptor.digest)
    except BlobMissingError:
        return True, ""
    except BlobError as error:
        return False, str(error)
    if descriptor.size is not None and location.size not in (None, descriptor.size):
        return False, f"{what}: expected {descriptor.size:,} bytes, found {location.size:,}"
    return False, ""


def _title(node: Node) -> str:
    return str(node.digest) if node.digest else node.name


def _told(what: str, problems: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{what}: {problem}" for problem in problems)
