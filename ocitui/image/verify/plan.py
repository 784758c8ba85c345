"""The blobs to read in order to verify a part of the tree, and the problems known from the documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ocitui.errors import BLOB_MISSING, BlobError, BlobMissingError, EncryptedLayerError, LayerError
from ocitui.image.attestations.find import is_statement, read_attestation, subject_node
from ocitui.image.documents.absence import is_content
from ocitui.image.image import Image, Layer, encrypted_text
from ocitui.image.node import Node, NodeKind
from ocitui.image.signatures.find import is_signature, read_signature, signature_files
from ocitui.image.verify.blob_report import BlobReport, ReportKey, sort_problems
from ocitui.image.verify.depth import depth_problem
from ocitui.image.verify.titles import title_problems
from ocitui.spec import clause
from ocitui.spec.clause import Clause
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import is_nondistributable
from ocitui.spec.problem import Problem, Severity
from ocitui.transports.blob import Blob
from ocitui.transports.transport import Transport

_CLAUSES: dict[NodeKind, Clause] = {
    NodeKind.INDEX: clause.INDEX,
    NodeKind.CONFIG: clause.CONFIG,
    NodeKind.LAYER: clause.DESCRIPTOR,
    NodeKind.BLOB: clause.DESCRIPTOR,
}


_MISSING = Problem(BLOB_MISSING, clause.LAYOUT_BLOBS)

EMPTY_FINDINGS: Mapping[Digest, Sequence[Problem]] = MappingProxyType({})
"""Nothing was found before."""


@dataclass(slots=True)
class BlobTask:
    """A blob whose bytes must be read."""

    title: str
    digest: Digest
    blob: Blob
    size: int | None
    """Bytes, as its descriptor or the place says."""
    problems: list[Problem] = field(default_factory=list)
    """Its problems that are known from the documents."""
    layers: list[tuple[Image, Layer]] = field(default_factory=list)
    """The layers that it is, of one image or of several; none where it is not to be unpacked."""
    said: tuple[int, ...] = ()
    """The sizes that descriptors say."""
    missing: Problem = _MISSING
    """The finding where it is missing, which shows only when it is read: in a registry."""


class VerificationPlan:
    """Sorts the nodes by their blobs: some are read already, some must be read, some are missing."""

    def __init__(
        self,
        transport: Transport,
        top: Node,
        start: Node,
        *,
        is_sparse: bool = False,
        findings: Mapping[Digest, Sequence[Problem]] = EMPTY_FINDINGS,
    ) -> None:
        """
        Args:
            transport: where the blobs are.
            top: the whole tree.
            start: the part of it that is verified, with the documents that lead to it. Where it is
                the top, blobs that nothing names are looked for too.
            is_sparse: whether manifests that an index names may be absent, with all below them, and layers.
            findings: what was found of documents before, by their digests.
        """
        self._transport = transport
        self._is_sparse = is_sparse
        self._findings = findings
        self.reports: list[BlobReport] = []
        """The reports that are known without reading more."""
        self.tasks: list[BlobTask] = []
        """The blobs to read, the largest first."""
        self.order: list[ReportKey] = []
        """The titles and digests of all reports in the order of the tree, then of the blobs that nothing names."""
        groups: dict[object, list[Node]] = {}
        for node in [*reversed([*start.above()][1:]), *start.walk()]:
            groups.setdefault(node.digest or node, []).append(node)
        for nodes in groups.values():
            self._plan(nodes)
        if start is top:
            self._plan_unnamed(named_digests(top), may_be_named=any(map(_names_what_is_unknown, top.walk())))
        self.tasks.sort(key=lambda task: -(task.size or 0))

    def _plan(self, nodes: list[Node]) -> None:
        first = nodes[0]
        title, digest = title_of(first), first.digest
        self.order.append((title, digest))
        problems = [each.without(title).without(node.title) for node in nodes for each in self._problems_of(node)]
        problems += self._findings.get(digest, ()) if digest is not None else ()
        read = next((node.raw for node in nodes if node.raw is not None), None)
        is_stored = any(_is_stored(node) for node in nodes)
        layers = [found for node in nodes if (found := _layer_of(node)) is not None]
        if digest is None or (read is not None and is_stored and not layers):
            is_checked = read is not None and (digest is None or digest.is_known)
            self._report(title, digest, len(read or b""), is_checked, problems)
            return
        if any(problem.severity is Severity.UNREAD for problem in problems):
            self._report(title, digest, 0, False, problems)
            return
        try:
            blob = self._transport.locate(digest)
        except BlobMissingError:
            # What is embedded in its descriptor, or was made of something else, need not be stored.
            self._report(title, digest, len(read or b""), read is not None, problems)
            return
        except BlobError as error:
            problems.append(Problem.of(error, clause.LAYOUT_BLOBS).without(title))
            self._report(title, digest, len(read or b""), False, problems)
            return
        said = tuple({node.size: None for node in nodes if node.size is not None})
        size = next((size for size in (*said, blob.size) if size is not None), None)
        missing = self._missing_problem(first).without(title).without(first.title)
        task = BlobTask(title, digest, blob, size, problems, layers, said, missing)
        for _, layer in layers:
            try:
                layer.locate(self._transport)
            except EncryptedLayerError:  # which is said of the image: it is only hashed
                task.layers = []
                break
            except LayerError as error:  # something that no layer is: it is only hashed as well
                task.layers = []
                refused = f"{error}: umoci refuses the layer, buildah makes no container of the image"
                problems.append(Problem(refused, clause.MANIFEST, Severity.WARNING).without(layer.title))
                break
            except BlobError:
                break
        self.tasks.append(task)

    def _plan_unnamed(self, named: set[Digest], may_be_named: bool) -> None:
        """Plan the blobs that no document names, or none that was read."""
        for digest in dict.fromkeys(self._transport.digests()):
            if digest in named:
                continue
            title = f"blob {digest}"
            self.order.append((title, digest))
            text = "expected a document that names it, found none"
            problems = [] if may_be_named else [Problem(text, clause.LAYOUT_BLOBS, Severity.WARNING)]
            try:
                blob = self._transport.locate(digest)
            except BlobError as error:
                problems.append(Problem.of(error, clause.LAYOUT_BLOBS).without(title))
                self._report(title, digest, 0, False, problems)
                continue
            self.tasks.append(BlobTask(title, digest, blob, blob.size, problems))

    def _problems_of(self, node: Node) -> Iterator[Problem]:
        """Yield the problems that the tree has of a node, and those of its history."""
        for problem in (*node.problems, *node.notes):
            known = problem if isinstance(problem, Problem) else Problem(problem, _clause_of(node))
            if node.is_missing and known.clause is clause.LAYOUT_BLOBS:
                known = Problem(known, known.clause, self._absence(node))
            yield known
        if node.is_unread:
            unread = f"{node.title}: the registry was not asked for what it names, which is not checked"
            yield Problem(unread, clause.INDEX, Severity.NOTE)
        if node.is_missing and not node.problems:
            yield self._missing_problem(node)
        yield from title_problems(node)
        yield from self._statement_problems(node)
        yield from self._signature_problems(node)
        own = Image.of(node)
        if own is not None and (found := encrypted_text(own.layers)):
            yield Problem(found, clause.MANIFEST, Severity.WARNING)
        if own is not None and node.kind is NodeKind.IMAGE and (too_deep := depth_problem(len(own.layers))) is not None:
            yield too_deep
        image = _image_told_of(node)
        if image is None:
            return
        yield from image.history.problems

    def _statement_problems(self, node: Node) -> Iterator[Problem]:
        """Yield what is wrong with a statement: it is none, or about something else than what it stands under."""
        about = subject_node(node) if is_statement(node) and not node.is_missing else None
        if about is None:
            return
        attestation = read_attestation(node, about, self._transport)
        if attestation.statement is None:  # bytes that are damaged are said where they are read
            problems = [each for each in attestation.problems if not isinstance(each, Problem)]
            yield from (Problem(each, clause.STATEMENT, Severity.WARNING) for each in problems)
        elif attestation.mismatch:
            yield Problem(f"{node.title}: {attestation.mismatch}", clause.STATEMENT)

    def _signature_problems(self, node: Node) -> Iterator[Problem]:
        """Yield what is wrong with a signature, or with those in files beside a document.

        Such a one is none, or of something else than what it stands under. That of a statement is said of that.
        """
        about = subject_node(node) if is_signature(node) and not node.is_missing else None
        if about is not None and not is_statement(node):
            found = [read_signature(node, about, self._transport)]
        elif node.is_entry or node.parent is None:
            found = [*signature_files(node, self._transport)]
        else:
            return
        for each in found:
            problems = [problem for problem in each.problems if not isinstance(problem, Problem)]
            yield from (Problem(problem, each.clause, Severity.WARNING) for problem in problems)
            if each.mismatch:
                yield Problem(f"{each.title}: {each.mismatch}", each.clause)

    def _missing_problem(self, node: Node) -> Problem:
        media_type = node.descriptor.media_type if node.descriptor is not None else ""
        broken = clause.NOT_DISTRIBUTABLE if is_nondistributable(media_type) else clause.LAYOUT_BLOBS
        return Problem(f"{node.title}: {BLOB_MISSING}", broken, self._absence(node))

    def _absence(self, node: Node) -> Severity:
        media_type = node.descriptor.media_type if node.descriptor is not None else ""
        is_allowed = (self._is_sparse and (node.is_entry or is_content(node))) or is_nondistributable(media_type)
        return Severity.NOTE if is_allowed else Severity.ERROR

    def _report(self, title: str, digest: Digest | None, size: int, is_checked: bool, problems: list[Problem]) -> None:
        self.reports.append(BlobReport(title, digest, size, is_checked, sort_problems(problems)))


def _names_what_is_unknown(node: Node) -> bool:
    """True if a document names blobs that the tree has not: one that is not read, or that another was made of.

    A place where manifests are made of other ones (a storage) names those in a way of its own.
    """
    return node.is_made or any(_is_unread(problem) for problem in node.problems)


def _is_unread(problem: str) -> bool:
    return isinstance(problem, Problem) and problem.severity is Severity.UNREAD


def _is_stored(node: Node) -> bool:
    """True if the bytes of a node are those of the stored blob, neither embedded in its descriptor nor made here."""
    return not node.is_made and (node.descriptor is None or node.descriptor.data is None)


def title_of(node: Node) -> str:
    """Return the name of a node in a report: a layer with its number."""
    found = _layer_of(node)
    return found[1].title if found is not None else node.title


def named_digests(top: Node) -> set[Digest]:
    """Every digest that a document of the tree names, whether it has a node of its own or not."""
    named: set[Digest] = set()
    for node in top.walk():
        pointers: tuple[Descriptor | None, ...] = (node.descriptor,)
        if isinstance(node.document, Index):
            pointers += node.document.manifests
        elif isinstance(node.document, Manifest):
            pointers += (node.document.config, *node.document.layers)
        named |= {pointer.digest for pointer in pointers if pointer is not None and pointer.digest is not None}
    return named


def _layer_of(node: Node) -> tuple[Image, Layer] | None:
    """The layer that a node is; None for a blob of an artifact, which need not be what its media type says."""
    is_layer = node.parent is not None and node.parent.kind is NodeKind.IMAGE and node.number is not None
    image = Image.of(node.parent) if is_layer and node.parent is not None else None
    return (image, image.layers[(node.number or 1) - 1]) if image is not None else None


def _image_told_of(node: Node) -> Image | None:
    """The image whose history and number of layers are told of at a node: its config, or where there is none itself."""
    if node.kind is NodeKind.CONFIG and node.parent is not None:
        return Image.of(node.parent)
    return None if any(child.kind is NodeKind.CONFIG for child in node.children) else Image.of(node)


def _clause_of(node: Node) -> Clause:
    return clause.LAYOUT_INDEX if node.descriptor is None else _CLAUSES.get(node.kind, clause.MANIFEST)
