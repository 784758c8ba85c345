"""What stands under an image because it is about that image: attestations, signatures, SBOMs.

Implements image-spec, Image Manifest: ``subject``; distribution-spec, Referrers Tag
Schema; and the annotations of BuildKit's attestation manifests.
"""

from ocitui.errors import DocumentError
from ocitui.image.node import Node, NodeKind
from ocitui.spec.descriptor import ANNOTATION_REFERENCE_DIGEST
from ocitui.spec.digest import Digest
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest

_FALLBACK_SUFFIXES = {"": "", ".sig": "signature", ".att": "attestation", ".sbom": "SBOM"}
"""distribution-spec, Referrers Tag Schema; the suffixes are cosign's, with what they mean."""


def place_referrers(top: Node) -> None:
    """Move attestations, referrers and fallback tags under what they are about."""
    subjects = {
        node.digest: node
        for node in reversed(list(top.walk()))
        if node.digest is not None and node.kind in {NodeKind.INDEX, NodeKind.IMAGE, NodeKind.ARTIFACT}
    }
    for node in list(top.walk()):
        if node.parent is None or node.descriptor is None:
            continue
        about = _subject_of(node)
        subject = subjects.get(about) if about is not None else None
        if subject is None or subject is node or any(above is node for above in subject.above()):
            continue
        node.parent.children.remove(node)
        fallback = _fallback_of(node.descriptor.tag)
        if node.kind is NodeKind.INDEX and fallback:
            for referrer in node.children:
                _adopt(subject, referrer)
        else:
            if fallback and fallback[1]:
                node.name = fallback[1]
            _adopt(subject, node)


def _subject_of(node: Node) -> Digest | None:
    """The digest of what a node is about; None where it stands for itself."""
    descriptor = node.descriptor
    assert descriptor is not None
    if node.kind is NodeKind.ATTESTATION:
        return _parse_digest(descriptor.annotations.get(ANNOTATION_REFERENCE_DIGEST))
    if isinstance(node.document, Manifest | Index) and node.document.subject is not None:
        return node.document.subject.digest
    fallback = _fallback_of(descriptor.tag)
    return fallback[0] if fallback else None


def _fallback_of(tag: str) -> tuple[Digest, str] | None:
    """The subject that a tag like ``sha256-<hex>[.sig]`` stands for, and what its suffix says."""
    algorithm, dash, rest = tag.partition("-")
    if not dash:
        return None
    encoded, dot, suffix = rest.partition(".")
    meaning = _FALLBACK_SUFFIXES.get(dot + suffix)
    digest = _parse_digest(f"{algorithm}:{encoded}")
    return (digest, meaning) if meaning is not None and digest is not None else None


def _parse_digest(text: object) -> Digest | None:
    try:
        return Digest.parse(text)
    except DocumentError:
        return None


def _adopt(subject: Node, node: Node) -> None:
    if any(child.digest == node.digest for child in subject.children):
        return
    node.parent = subject
    subject.children.append(node)
