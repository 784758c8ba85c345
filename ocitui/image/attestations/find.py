"""The attestations of an image, found in its tree and read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from ocitui.display import printable
from ocitui.errors import BLOB_MISSING, DocumentError
from ocitui.image.attestations.statement import NoStatementError, Statement, read_statement
from ocitui.image.node import Node, NodeKind
from ocitui.image.squash.collector import without_collector
from ocitui.spec.digest import Digest
from ocitui.transports.transport import DOCUMENT_LIMIT, Transport, read_document

_MEDIA_TYPES = (
    "application/vnd.in-toto",
    "application/vnd.dsse.envelope",
    "application/vnd.dev.sigstore.bundle",
    "application/spdx+json",
    "text/spdx+json",
    "application/vnd.cyclonedx+json",
)
"""The beginnings of the media types of statements and SBOMs: in-toto, DSSE, Sigstore, IANA, and cosign's SBOMs."""

_MANIFESTS = frozenset({NodeKind.ATTESTATION, NodeKind.ARTIFACT})


@dataclass(frozen=True, slots=True)
class Attestation:
    """One document that attests something of an image."""

    node: Node
    """The blob that it is; its manifest where that cannot be read."""
    about: Node
    """The image or index under which it stands."""
    statement: Statement | None
    """None where it cannot be read."""
    problems: tuple[str, ...]

    @property
    def is_about_this(self) -> bool | None:
        """True if one of its subjects is what it stands under, or part of that; None where it names none."""
        if self.statement is None or not self.statement.subjects:
            return None
        digests = digests_meant(self.about)
        return any(subject.is_one_of(digests) for subject in self.statement.subjects)

    @property
    def mismatch(self) -> str:
        """The difference between what it is about and what it stands under; empty where there is none."""
        if self.is_about_this is not False or self.statement is None:
            return ""
        said = [f"{name}:{value}" for each in self.statement.subjects for name, value in each.digests.items()]
        more = f" and {len(said) - 1:,} more" if len(said) > 1 else ""
        found = f"{printable(said[0][:200])}{more}" if said else "nothing with a digest"
        return f"expected a statement about {self.about.digest}, found one about {found}"


def is_statement(node: Node) -> bool:
    """True if a blob is a statement or an SBOM, as far as its media type tells."""
    is_blob = node.kind in {NodeKind.BLOB, NodeKind.LAYER} and node.parent is not None
    if not is_blob or node.descriptor is None or node.parent is None or node.parent.kind not in _MANIFESTS:
        return False
    return node.descriptor.media_type.startswith(_MEDIA_TYPES)


def subject_node(node: Node) -> Node | None:
    """Return the image or index that a blob's manifest stands under; None where it stands under none."""
    manifest = node.parent
    above = manifest.parent if manifest is not None else None
    return above if above is not None and above.is_entry else None


def digests_meant(about: Node) -> frozenset[Digest]:
    """The digests that a statement under a node may name: its own, and those of the images in it."""
    nodes = chain([about], (each for each in about.walk() if each.kind is NodeKind.IMAGE))
    return frozenset(each.digest for each in nodes if each.digest is not None)


def attestations_of(
    image: Node, transport: Transport, wanted: Callable[[Node], bool] = is_statement
) -> Iterator[Attestation]:
    """Read what is attested of an image, and of the indexes it is in, the nearest first.

    Args:
        image: its node in the tree, where referrers have their place.
        transport: where the blobs are.
        wanted: tells which blobs are read; those that hold no statement are not read anyway.
    """
    for about in image.above():
        if not about.is_entry:
            continue
        for manifest in about.children:
            if manifest.kind not in _MANIFESTS:
                continue
            if manifest.is_unread:
                manifest.read()
            if manifest.document is None:  # it may attest anything
                missing = (f"{manifest.title}: {BLOB_MISSING}",) if manifest.is_missing else ()
                yield Attestation(manifest, about, None, manifest.problems or missing)
            for node in manifest.children:
                found = read_attestation(node, about, transport) if is_statement(node) and wanted(node) else None
                if found is not None and (found.statement is not None or found.problems):
                    yield found


def read_attestation(node: Node, about: Node, transport: Transport) -> Attestation:
    """Read one document; what is wrong is in it, and nothing is raised."""
    what = f"{node.kind.value} {node.digest or 'without a digest'}"
    assert node.descriptor is not None  # it is a blob that a manifest names
    stored = read_document(transport, node.descriptor, what, DOCUMENT_LIMIT)
    if stored.raw is None:
        return Attestation(node, about, None, stored.problems)
    try:
        with without_collector():
            statement = read_statement(stored.raw, what)
    except NoStatementError:
        return Attestation(node, about, None, stored.problems)
    except DocumentError as error:
        return Attestation(node, about, None, (*stored.problems, str(error)))
    return Attestation(node, about, statement, (*stored.problems, *statement.problems))
