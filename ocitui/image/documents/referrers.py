"""The documents about an image, which stand under it: attestations, signatures, SBOMs.

Implements image-spec, Image Manifest: ``subject``; distribution-spec, Referrers Tag
Schema; and the annotations of BuildKit's attestation manifests.
"""

from collections.abc import Iterator
from dataclasses import replace

from ocitui.errors import DocumentError
from ocitui.image.node import DEPTH_LIMIT, NODE_LIMIT, Node, NodeKind
from ocitui.spec import clause
from ocitui.spec.cosign import TAG_SUFFIXES
from ocitui.spec.descriptor import ANNOTATION_REFERENCE_DIGEST
from ocitui.spec.digest import Digest
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.problem import Problem

_FALLBACK_SUFFIXES = {"": "", **TAG_SUFFIXES}
"""distribution-spec, Referrers Tag Schema; and cosign's tags, with what they mean."""


def place_referrers(top: Node) -> None:
    """Move attestations, referrers and fallback tags under what they are about.

    A subject that stands in the tree several times has its referrers each time. What is
    about something that is missing, about itself, or about what it holds, stays.
    """
    about = _subjects(top)
    if not about:
        return
    _keep_within_reach(top, about)
    referrers = _by_subject(top, about)
    for parent in {node.parent for node in about if node.parent is not None}:
        parent.children = [child for child in parent.children if child not in about]
    count = sum(1 for _ in top.walk())
    placed: set[Node] = set()
    order = iter([node for found in referrers.values() for node in found.values()])
    stack = [top]
    while True:
        while stack:
            node = stack.pop()
            found = referrers.get(node.digest, {}).values() if node.is_entry and node.digest else ()
            above = {above.digest for above in node.above()} if found else set()
            for referrer in found:
                if referrer.digest in above or len(above) > DEPTH_LIMIT:
                    continue
                if count >= NODE_LIMIT and referrer in placed:
                    many = f"{node.title}: expected at most {NODE_LIMIT:,} nodes, found more; not all referrers shown"
                    node.problems = (*node.problems, Problem(many, clause.LIMITS))
                    break
                count += _attach_copy(node, referrer)
                placed.add(referrer)
            stack.extend(reversed(node.children))
        # What found no place under its subject, a chain too long or a circle, goes back to the top.
        lost = next((node for node in order if node not in placed), None)
        if lost is None:
            return
        count += _attach_copy(top, lost)
        placed.add(lost)
        stack.append(top.children[-1])


def fallback_subject(tag: str) -> Digest | None:
    """The digest that a tag like ``sha256-<hex>`` stands for (distribution-spec, Referrers Tag Schema)."""
    fallback = _fallback_of(tag)
    return fallback[0] if fallback else None


def _subjects(top: Node) -> dict[Node, Digest]:
    """Return the nodes that are about something present, and the digest of that."""
    entries = [node for node in top.walk() if node.is_entry]
    here = {node.digest for node in entries}
    about: dict[Node, Digest] = {}
    for node in entries:
        subject = next((digest for digest in _subjects_said(node) if digest in here and digest != node.digest), None)
        if subject is not None:
            about[node] = subject
    for node in entries:
        if node in about and _is_fallback_index(node):
            for child in node.children:
                if child.digest != about[node]:
                    about.setdefault(child, about[node])
    return about


def _keep_within_reach(top: Node, about: dict[Node, Digest]) -> None:
    """Take out of ``about`` whatever would be cut off, since it is above its own subject, or in a circle with it."""
    order = iter([node for node in top.walk() if node in about])
    reached: set[Digest] = set()
    waiting: dict[Digest, list[Node]] = {}
    held_back: set[Node] = set()
    stack = [top]
    while True:
        while stack:
            node = stack.pop()
            if node.is_entry and node.digest is not None and node.digest not in reached:
                reached.add(node.digest)
                freed = [other for other in waiting.pop(node.digest, ()) if other in held_back]
                held_back.difference_update(freed)
                stack += freed
            for child in node.children:
                if child in about and about[child] not in reached:
                    waiting.setdefault(about[child], []).append(child)
                    held_back.add(child)
                else:
                    stack.append(child)
        stays = next((node for node in order if node in held_back), None)
        if stays is None:
            return
        held_back.discard(stays)
        del about[stays]
        stack = [stays]


def _by_subject(top: Node, about: dict[Node, Digest]) -> dict[Digest, dict[tuple[Digest | None, str], Node]]:
    """The referrers of each subject in the order of the tree, each of them once for each of its tags."""
    referrers: dict[Digest, dict[tuple[Digest | None, str], Node]] = {}
    for node in top.walk():
        if node not in about or node.descriptor is None:
            continue
        if _is_fallback_index(node) and not node.problems and all(child in about for child in node.children):
            continue  # it says nothing but what it lists, and that has its own place
        fallback = _fallback_of(node.descriptor.tag)
        if fallback and fallback[1]:
            node.name = fallback[1]
        referrers.setdefault(about[node], {}).setdefault((node.digest, node.descriptor.tag), node)
    return referrers


def _is_fallback_index(node: Node) -> bool:
    tag = node.descriptor.tag if node.descriptor else ""
    return node.kind is NodeKind.INDEX and bool(node.children) and _fallback_of(tag) is not None


def _attach_copy(subject: Node, referrer: Node) -> int:
    """Put a copy of a referrer, with all below it, under its subject; give how many nodes that is."""
    copies = {referrer: replace(referrer, parent=subject, children=[])}
    subject.children.append(copies[referrer])
    for node in referrer.walk():
        for child in node.children:
            copy = copies[child] = replace(child, parent=copies[node], children=[])
            copies[node].children.append(copy)
    return len(copies)


def _subjects_said(node: Node) -> Iterator[Digest | None]:
    """The digests of what a node says it is about, the surest first."""
    descriptor = node.descriptor
    if descriptor is None:
        return
    if node.kind is NodeKind.ATTESTATION:
        yield _parse_digest(descriptor.annotations.get(ANNOTATION_REFERENCE_DIGEST))
    if isinstance(node.document, Manifest | Index) and node.document.subject is not None:
        yield node.document.subject.digest
    yield fallback_subject(descriptor.tag)


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
