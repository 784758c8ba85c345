"""The tree of documents: index, manifests by platform and tag, config, layers, artifacts.

Everything is told from the JSON documents alone; no layer is opened.
"""

from collections.abc import Callable, Iterable, Sequence

from ocitui.display import printable
from ocitui.errors import BlobError, BlobMissingError, DocumentError
from ocitui.image.documents.absence import absences
from ocitui.image.documents.recognition import (
    Parsed,
    compare_config,
    kind_said,
    manifest_kind,
    may_be_manifest,
    media_type_problem,
    parse_entry,
    told,
)
from ocitui.image.documents.referrers import place_referrers
from ocitui.image.node import DEPTH_LIMIT, NODE_LIMIT, Node, NodeKind
from ocitui.spec import clause
from ocitui.spec.config import Config
from ocitui.spec.descriptor import ANNOTATION_PREDICATE_TYPE, Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.document import VALUES_LIMIT as DOCUMENT_VALUES
from ocitui.spec.document import Measures, load_object
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import OCI_EMPTY, DocumentKind, base_type, is_layer, is_tar, kind_of_object
from ocitui.spec.problem import Problem, Severity, severity_of
from ocitui.transports.transport import (
    CONFIG_LIMIT,
    MANIFEST_LIMIT,
    StoredDocument,
    Transport,
    claim_problems,
    read_content,
    read_document,
)

Choose = Callable[[Sequence[Descriptor]], Iterable[Descriptor]]
"""Says which entries of an index are read."""

TOTAL_LIMIT = 64 * 1024 * 1024
"""Bytes of all documents of one tree, which stay in memory."""

VALUES_LIMIT = 600_000
"""Values of all documents of one tree, which take more memory than the bytes."""


def build_tree(transport: Transport, choose: Choose | None = None) -> Node:
    """Read all documents of a place and arrange them; damaged parts say what is wrong with them.

    Attestation manifests stand under the image they attest, and manifests with a
    ``subject`` under that subject (image-spec, Image Manifest; distribution-spec,
    Referrers Tag Schema).

    Args:
        transport: the place.
        choose: says which entries of an index are read; by default all are. The others are left unread.
    """
    return TreeBuilder(transport, choose).build()


class TreeBuilder:
    """Reads and parses each document once, however often it is named."""

    def __init__(self, transport: Transport, choose: Choose | None = None) -> None:
        """See `build_tree`."""
        self._transport = transport
        self._choose = choose
        self._stored: dict[Digest, StoredDocument] = {}
        self._parsed: dict[tuple[Digest, DocumentKind], Parsed] = {}
        self._configs: dict[Digest, tuple[Config | None, tuple[str, ...]]] = {}
        self._made: frozenset[Digest] = frozenset()
        self._made_of = ""
        self._count = 0
        self._bytes = 0
        self._values = 0

    def build(self) -> Node:
        """The whole tree, from the top index down."""
        name = self._transport.top_name
        top = Node(NodeKind.INDEX, name, None, problems=self._transport.problems)
        try:
            found = self._transport.read_top()
            top.raw, index = found.raw, found.index
            top.document = Index.parse(index, name)
            top.problems += told(name, top.document.problems, clause.INDEX)
            self._made, self._made_of = found.made, found.made_of or name
            top.problems += found.workaround
            top.is_rescued = bool(found.workaround)
        except DocumentError as error:
            top.problems += (Problem.of(error, clause.LAYOUT_INDEX),)
        if isinstance(top.document, Index) and top.document.has_list:
            self._add_manifests(top, top.document, ())
        else:
            top.is_rescued = True
            self._rescue(top)
        _tell_notes_apart(top)
        for node in absences(top):  # which is no problem of a document
            node.problems = tuple(each for each in node.problems if not _is_of_blobs(each))
        place_referrers(top)
        return top

    def _rescue(self, top: Node) -> None:
        """Find the images of a layout whose index cannot be used, among the blobs themselves."""
        pointed_to: set[Digest] = set()
        found: list[Descriptor] = []
        for digest in self._transport.digests():
            descriptor = Descriptor("", digest, None, {})
            stored = read_document(self._transport, descriptor, f"blob {digest}", MANIFEST_LIMIT)
            if stored.raw is None or not stored.raw.lstrip().startswith(b"{"):
                continue
            try:
                kind = kind_of_object(load_object(stored.raw, ""))
                if kind is DocumentKind.INDEX:
                    pointed_to.update(d.digest for d in Index.parse(stored.raw, "").manifests if d.digest)
                elif kind is not DocumentKind.MANIFEST:
                    continue
            except DocumentError:
                continue
            found.append(Descriptor("", digest, len(stored.raw), {}))
        self._add_entries(top, tuple(entry for entry in found if entry.digest not in pointed_to), ())

    def _add_manifests(self, parent: Node, index: Index, ancestors: tuple[Digest, ...]) -> None:
        if len(ancestors) > DEPTH_LIMIT:
            deep = f"{parent.title}: nested more than {DEPTH_LIMIT} deep; what it lists is not shown"
            parent.problems += (Problem(deep, clause.LIMITS),)
            return
        self._add_entries(parent, index.manifests, ancestors)

    def _add_entries(self, parent: Node, entries: tuple[Descriptor, ...], ancestors: tuple[Digest, ...]) -> None:
        chosen = {id(each) for each in (self._choose(entries) if self._choose is not None else entries)}
        for descriptor in entries:
            if not self._has_room(parent):
                return
            # Counted before what is below it.
            self._count += 1
            node = self._entry_node(parent, descriptor)
            node.parent = parent
            parent.children.append(node)
            if id(descriptor) in chosen:
                self._read_entry(node, descriptor, ancestors)
            elif may_be_manifest(descriptor) and descriptor.digest is not None:
                node.reading = self._read_later

    def _has_room(self, parent: Node) -> bool:
        if self._count < NODE_LIMIT:
            return True
        many = f"{parent.title}: expected at most {NODE_LIMIT:,} nodes, found more; the rest is not shown"
        parent.problems += (Problem(many, clause.LIMITS),)
        return False

    def _read_later(self, node: Node) -> None:
        """Read an entry that was left unread, and all that is below it."""
        assert node.descriptor is not None
        above = [each.digest for each in node.above() if each is not node and each.digest is not None]
        self._choose = None
        self._read_entry(node, node.descriptor, tuple(reversed(above)))
        _tell_notes_apart(node)

    def _entry_node(self, parent: Node, descriptor: Descriptor) -> Node:
        """The node of an entry of an index, as far as its descriptor says what it is."""
        node = Node(kind_said(descriptor), descriptor.name, descriptor, platform=descriptor.platform)
        node.problems = told(parent.title, descriptor.problems, clause.DESCRIPTOR)
        return node

    def _read_entry(self, node: Node, descriptor: Descriptor, ancestors: tuple[Digest, ...]) -> None:
        """Read an entry of an index: another index, an image, or an artifact."""
        said = descriptor.kind
        if descriptor.digest is None:
            return
        if descriptor.digest in ancestors:
            node.kind = NodeKind.INDEX
            itself = f"index {descriptor.digest}: names itself, and is not followed"
            node.problems += (Problem(itself, clause.INDEX),)
            return
        if not may_be_manifest(descriptor):
            self._check_location(node)
            return
        stored = self._read(descriptor, f"{said.value} {descriptor.digest}", MANIFEST_LIMIT)
        node.raw, node.is_missing = stored.raw, stored.is_missing
        node.problems += stored.problems
        if node.raw is None:
            return
        parsed = self._parse(descriptor.digest, node.raw, said)
        node.made_of = self._made_of if descriptor.digest in self._made else ""
        node.problems += () if node.is_made else parsed.problems  # what it was made of has them
        node.document = parsed.document
        if isinstance(parsed.document, Index):
            node.kind = NodeKind.INDEX
            node.problems += media_type_problem(descriptor, parsed.document)
            self._add_manifests(node, parsed.document, (*ancestors, descriptor.digest))
        elif isinstance(parsed.document, Manifest):
            node.kind = manifest_kind(descriptor, parsed.document)
            node.problems += media_type_problem(descriptor, parsed.document)
            self._add_manifest_parts(node, parsed.document)
        elif parsed.kind is DocumentKind.CONFIG:
            node.kind = NodeKind.CONFIG

    def _parse(self, digest: Digest, raw: bytes, said: DocumentKind) -> Parsed:
        """Read a document as what it is, whatever its descriptor says."""
        parsed = self._parsed.get((digest, said))
        if parsed is None:
            what = f"{said.value} {digest}"
            over = self._values_problem(raw, what)
            parsed = Parsed(said, None, (over,)) if over is not None else parse_entry(what, raw, said)
            self._parsed[digest, said] = parsed
        return parsed

    def _values_problem(self, raw: bytes, what: str) -> Problem | None:
        """Count the values of a document, and say so where all of them together would be too many to hold."""
        count = Measures.of(raw).values
        if count > DOCUMENT_VALUES:  # which is said when it is read
            return None
        if self._values + count > VALUES_LIMIT:
            over = (
                f"{what}: expected at most {VALUES_LIMIT:,} values in all documents, found more; it is not looked into"
            )
            return Problem(over, clause.LIMITS)
        self._values += count
        return None

    def _add_manifest_parts(self, node: Node, manifest: Manifest) -> None:
        if manifest.config is not None and self._has_room(node):
            self._count += 1
            node.children.append(self._config_node(node, manifest.config))
        is_image = node.kind is NodeKind.IMAGE
        contents = 0
        for number, descriptor in enumerate(manifest.layers, 1):
            if not self._has_room(node):
                return
            self._count += 1
            problems = () if node.is_made else told(node.title, descriptor.problems, clause.DESCRIPTOR)
            kind = NodeKind.LAYER if is_image or is_tar(descriptor.media_type) else NodeKind.BLOB
            is_file = node.kind is NodeKind.ARTIFACT and base_type(descriptor.media_type) != OCI_EMPTY
            is_content = kind is NodeKind.LAYER or is_file
            contents += is_content
            own = contents if is_content else None
            layer = Node(kind, str(number), descriptor, number=own, problems=problems, parent=node)
            if not is_image:
                predicate = descriptor.annotations.get(ANNOTATION_PREDICATE_TYPE, "")
                media_type = descriptor.media_type if kind is NodeKind.BLOB else ""
                layer.name = predicate or descriptor.title or media_type or str(number)
            if descriptor.digest is not None and descriptor.digest == node.digest:
                layer.problems += (Problem(f"{node.title}: names itself as its layer {number}", clause.MANIFEST),)
            self._check_location(layer)
            node.children.append(layer)

    def _config_node(self, node: Node, descriptor: Descriptor) -> Node:
        problems: tuple[str, ...] = () if node.is_made else told(node.title, descriptor.problems, clause.DESCRIPTOR)
        child = Node(NodeKind.CONFIG, "config", descriptor, problems=problems, parent=node)
        if descriptor.digest is None:
            return child
        if descriptor.digest == node.digest:
            child.problems += (Problem(f"{node.title}: names itself as its config", clause.MANIFEST),)
            return child
        stored = self._read(descriptor, child.title, CONFIG_LIMIT)
        child.raw, child.is_missing = stored.raw, stored.is_missing
        child.problems += stored.problems
        if stored.raw is None or node.kind is not NodeKind.IMAGE:
            return child
        if descriptor.kind not in {DocumentKind.CONFIG, DocumentKind.OTHER}:
            found = printable(descriptor.media_type[:120])
            other = f"{child.title}: expected the media type of a config, found {found}"
            child.problems += (Problem(other, clause.MANIFEST),)
        config, problems = self._parse_config(descriptor.digest, stored.raw, child.title)
        child.document = config
        child.problems += problems
        if config is not None:
            manifest = node.document
            layer_count = len(manifest.layers) if isinstance(manifest, Manifest) else 0
            child.problems += compare_config(node, layer_count, config, child.title)
            if node.platform is None and (config.platform.os or config.platform.architecture):
                node.platform = config.platform
        return child

    def _parse_config(self, digest: Digest, raw: bytes, what: str) -> tuple[Config | None, tuple[str, ...]]:
        parsed = self._configs.get(digest)
        if parsed is None:
            over = self._values_problem(raw, what)
            parsed = (None, (over,)) if over is not None else _read_config(raw, what)
            self._configs[digest] = parsed
        return parsed

    def _check_location(self, node: Node) -> None:
        """Say whether a blob that is not read now is here, and of the size its descriptor says."""
        descriptor = node.descriptor
        assert descriptor is not None
        digest, size = descriptor.digest, descriptor.size
        if digest is None:
            return
        is_embedded = descriptor.data is not None and digest.matches(descriptor.data)
        if is_embedded and not is_layer(descriptor.media_type):
            return
        try:
            blob = self._transport.locate(digest)
        except BlobMissingError:
            node.is_missing = True
        except BlobError as error:
            node.blob_problem = Problem.of(error, clause.LAYOUT_BLOBS)
        else:
            node.variant, node.blob = blob.variant, blob
            if size is not None and blob.size not in (None, size):
                other = f"{node.title}: expected {size:,} bytes, found {blob.size:,}"
                node.blob_problem = Problem(other, clause.DESCRIPTOR)
        node.problems += (node.blob_problem,) if node.blob_problem else ()

    def _read(self, descriptor: Descriptor, what: str, limit: int) -> StoredDocument:
        """The bytes of a document, read once, with what is wrong with them and with this descriptor of them."""
        digest = descriptor.digest
        assert digest is not None
        stored = self._stored.get(digest)
        if stored is None or (stored.raw is None and descriptor.data is not None):
            if self._bytes >= TOTAL_LIMIT:
                limit_text = f"{TOTAL_LIMIT // 1024**2} MiB"
                unread = f"{what}: not read, the documents before it are {limit_text}"
                return StoredDocument(None, (Problem(unread, clause.LIMITS),))
            stored = self._stored[digest] = read_content(self._transport, descriptor, what, limit)
            self._bytes += len(stored.raw or b"")
        claims = claim_problems(descriptor, stored.raw, what)
        return StoredDocument(stored.raw, (*stored.problems, *claims), stored.is_missing)


def _tell_notes_apart(top: Node) -> None:
    """Sort what is said of a node and of all below it into problems and notes."""
    for node in top.walk():
        node.notes += tuple(each for each in node.problems if _is_note(each))
        node.problems = tuple(each for each in node.problems if not _is_note(each))


def _is_of_blobs(problem: str) -> bool:
    return isinstance(problem, Problem) and problem.clause == clause.LAYOUT_BLOBS


def _is_note(problem: str) -> bool:
    return severity_of(problem) is Severity.NOTE


def _read_config(raw: bytes, what: str) -> tuple[Config | None, tuple[str, ...]]:
    """A config, and what is wrong with it; None where it cannot be read."""
    try:
        config = Config.parse(raw, what)
    except DocumentError as error:
        return None, (Problem.of(error, clause.CONFIG),)
    return config, told(what, config.problems, clause.CONFIG)
