"""The kinds of an index's entries, as far as their descriptors and their bytes tell."""

from dataclasses import dataclass

from ocitui.display import count_noun, printable
from ocitui.errors import DocumentError
from ocitui.image.node import Node, NodeKind
from ocitui.spec import clause
from ocitui.spec.clause import Clause
from ocitui.spec.config import Config
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.document import load_object
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import (
    DOCKER_ATTESTATION,
    IN_TOTO_PREFIX,
    DocumentKind,
    is_ambiguous,
    is_json,
    is_schema_1,
    kind_of_object,
)
from ocitui.spec.problem import Problem, Severity
from ocitui.spec.properties import Properties

_CLAUSES = {
    DocumentKind.INDEX: clause.INDEX,
    DocumentKind.MANIFEST: clause.MANIFEST,
    DocumentKind.CONFIG: clause.CONFIG,
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """The parsed bytes of a manifest or an index."""

    kind: DocumentKind
    document: Index | Manifest | None
    problems: tuple[str, ...]


def parse_entry(what: str, raw: bytes, said: DocumentKind) -> Parsed:
    """Read an index or a manifest as what it is, whatever its descriptor says; never raises."""
    problems: tuple[str, ...] = ()
    try:
        held_object = load_object(raw, what)
        kind = kind_of_object(held_object)
        if kind is DocumentKind.OTHER and "fsLayers" in Properties(held_object):
            expected = "expected a manifest of OCI or of Docker's schema 2"
            found = f"{what}: {expected}, found Docker's schema 1, which ocitui does not read"
            return Parsed(kind, None, (Problem(found, clause.MANIFEST, Severity.UNREAD),))
        if is_ambiguous(held_object):
            both = f"{what}: expected an index or a manifest, found the properties of both"
            problems += (Problem(both, clause.MANIFEST),)
        if kind is DocumentKind.OTHER:
            kind = said
        elif kind is not said and said is not DocumentKind.OTHER:
            other = f"{what}: expected an image {said.value}, found an image {kind.value}"
            problems += (Problem(other, clause.DESCRIPTOR),)
        if kind is DocumentKind.INDEX:
            index = Index.parse(raw, what)
            return Parsed(kind, index, problems + told(what, index.problems, clause.INDEX))
        if kind is DocumentKind.MANIFEST:
            manifest = Manifest.parse(raw, what)
            return Parsed(kind, manifest, problems + told(what, manifest.problems, clause.MANIFEST))
        return Parsed(kind, None, problems)
    except DocumentError as error:
        return Parsed(said, None, (Problem.of(error, _CLAUSES.get(said, clause.DESCRIPTOR)),))


def kind_said(descriptor: Descriptor) -> NodeKind:
    """Return the kind of an index's entry, as far as its descriptor tells."""
    if descriptor.is_attestation:
        return NodeKind.ATTESTATION
    match descriptor.kind:
        case DocumentKind.INDEX:
            return NodeKind.INDEX
        case DocumentKind.MANIFEST:
            return NodeKind.ARTIFACT if descriptor.artifact_type else NodeKind.IMAGE
        case DocumentKind.CONFIG:
            return NodeKind.CONFIG
        case DocumentKind.LAYER:
            return NodeKind.LAYER
    return NodeKind.BLOB


def may_be_manifest(descriptor: Descriptor) -> bool:
    """True if an entry of an index should be read: those of other types may be of any size."""
    media_type = descriptor.media_type
    return descriptor.kind in {DocumentKind.INDEX, DocumentKind.MANIFEST} or (
        descriptor.kind is DocumentKind.OTHER and (not media_type or is_json(media_type) or is_schema_1(media_type))
    )


def manifest_kind(descriptor: Descriptor, manifest: Manifest) -> NodeKind:
    """Call attestations and artifacts what they are."""
    is_in_toto = bool(manifest.layers) and all(d.media_type.startswith(IN_TOTO_PREFIX) for d in manifest.layers)
    is_unknown = descriptor.platform is not None and descriptor.platform.is_unknown
    if descriptor.is_attestation or manifest.artifact_type == DOCKER_ATTESTATION or (is_in_toto and is_unknown):
        return NodeKind.ATTESTATION
    return NodeKind.ARTIFACT if manifest.is_artifact else NodeKind.IMAGE


def media_type_problem(descriptor: Descriptor, document: Index | Manifest) -> tuple[str, ...]:
    """image-spec, Image Manifest: ``mediaType`` must match the descriptor's."""
    said, held = descriptor.media_type, document.media_type
    if not held or not said or held == said:
        return ()
    name = "index" if isinstance(document, Index) else "manifest"
    found = f"{name} {descriptor.digest}: expected mediaType {printable(said[:120])}, found {printable(held[:120])}"
    return (Problem(found, clause.DESCRIPTOR),)


def compare_config(node: Node, layer_count: int, config: Config, what: str) -> tuple[str, ...]:
    """Return the differences between a config and its manifest or the index that names it."""
    problems = []
    if len(config.diff_ids) != layer_count:
        expected = count_noun(layer_count, "diff ID")
        found = len(config.diff_ids)
        text = f"{what}: expected {expected}, one for each layer of the manifest, found {found}"
        problems.append(Problem(text, clause.CONFIG))
    elif config.has_no_diff_ids:
        text = f"{what}: rootfs.diff_ids: expected a list, found none; there are no layers"
        problems.append(Problem(text, clause.CONFIG, Severity.NOTE))
    said = node.platform
    if said is not None and not said.is_unknown and config.platform.os and not config.platform.fits(said):
        found_platform = printable(str(config.platform)[:120])
        text = f"{what}: expected platform {printable(str(said)[:120])}, as its index says, found {found_platform}"
        problems.append(Problem(text, clause.INDEX))
    return tuple(problems)


def told(what: str, problems: tuple[str, ...], broken: Clause) -> tuple[Problem, ...]:
    """Problems of a document, with its name before each, and the clause that says how it should be."""
    return tuple(Problem.told(problem, broken, what) for problem in problems)
