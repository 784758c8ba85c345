"""The SOCI indexes of images: which ztoc is the table of contents of which layer.

Implements soci-snapshotter's docs/soci-index-manifest-v2.md. An image names its index itself (v2), or
the index is one of its referrers (v1): that is looked at after the other, and told apart from it,
since whoever may push can add it.
"""

from collections.abc import Iterator

from ocitui.errors import DocumentError
from ocitui.image.node import Node
from ocitui.layers.basis import Source
from ocitui.layers.toc.soci.find import find_ztocs
from ocitui.layers.toc.table import TableOfContents
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import OCI_MANIFEST
from ocitui.spec.soci import ANNOTATION_INDEX, V1_TYPE, V2_TYPE, digest_in
from ocitui.transports.transport import MANIFEST_LIMIT, ListsReferrers, Transport, read_document

Ztocs = dict[Digest, TableOfContents]
"""By the digest of the layer."""

_READ = 4
"""SOCI indexes of one image that are read: several of v1 may refer to it."""


def ztocs_in_tree(node: Node) -> Ztocs:
    """The ztocs of an image's layers, as far as the tree of documents has them.

    Args:
        node: of the image.
    """
    found: Ztocs = {}
    for each, source in _nodes(node):
        if isinstance(each.document, Manifest):
            blobs = {child.digest: child.blob for child in each.children}
            found = find_ztocs(each.document, source, blobs.get) | found
    return found


def look_up_ztocs(transport: Transport, node: Node) -> Ztocs:
    """The same, where the place is asked for what is not in the tree, as referrers in a registry need not be.

    Args:
        transport: the place.
        node: of the image.
    """
    found: Ztocs = {}
    for descriptor, source in _descriptors(transport, node):
        read = read_document(transport, descriptor, f"SOCI index {descriptor.digest}", MANIFEST_LIMIT)
        if read.raw is None or read.problems:
            continue
        try:
            manifest = Manifest.parse(read.raw, "")
        except DocumentError:
            continue
        if manifest.kind_name == (V2_TYPE if source is Source.ZTOC else V1_TYPE):
            found = find_ztocs(manifest, source, transport.locate) | found
    return found


def _nodes(node: Node) -> Iterator[tuple[Node, Source]]:
    """The SOCI indexes in the tree, what the image names first."""
    named = _named(node)
    if named is not None:
        *_, top = node.above()
        index = next((each for each in top.walk() if each.digest == named and _is_of(each, V2_TYPE)), None)
        if index is not None:
            yield index, Source.ZTOC
    for child in [child for child in node.children if _is_of(child, V1_TYPE)][:_READ]:
        if child.document.subject is not None and child.document.subject.digest == node.digest:  # type: ignore[union-attr]
            yield child, Source.ZTOC_V1


def _is_of(node: Node, kind: str) -> bool:
    return isinstance(node.document, Manifest) and node.document.kind_name == kind


def _descriptors(transport: Transport, node: Node) -> Iterator[tuple[Descriptor, Source]]:
    named = _named(node)
    if named is not None:
        yield Descriptor(OCI_MANIFEST, named, None, {}), Source.ZTOC
    if node.digest is not None and isinstance(transport, ListsReferrers):
        referrers = transport.referrers_of(node.digest)
        for each in [each for each in referrers if each.artifact_type in {V1_TYPE, ""}][:_READ]:
            yield each, Source.ZTOC_V1


def _named(node: Node) -> Digest | None:
    """The digest of the SOCI index that an image names, itself or in the index that lists it."""
    manifest = node.document.annotations if isinstance(node.document, Manifest) else {}
    listed = node.descriptor.annotations if node.descriptor is not None else {}
    return digest_in(manifest, ANNOTATION_INDEX) or digest_in(listed, ANNOTATION_INDEX)
