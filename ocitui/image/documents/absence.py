"""Blobs that a place need not hold, though its documents name them.

image-spec, Image Layout: Blobs: the folder "MAY be missing referenced blobs". Layers may be
elsewhere, and so may all that an index lists for platforms that were not copied, as in a
containerd store. What leads to the image that is asked for may not.
"""

from collections import Counter
from collections.abc import Iterable

from ocitui.display import count_noun
from ocitui.image.node import Node, NodeKind

_CONTENTS = frozenset({NodeKind.LAYER, NodeKind.BLOB})


def is_content(node: Node) -> bool:
    """True for a layer or another blob that is no document: everything else is known without it."""
    return node.kind in _CONTENTS


def absences(start: Node) -> list[Node]:
    """Return what is missing and may be, at and below a node, in the order of the tree.

    Those are layers and other contents, and entries of an index that say a platform, where an
    image that the same index lists is here.
    """
    has_image: dict[Node, bool] = {}
    found = []
    for node in start.walk():
        if not node.is_missing:
            continue
        if is_content(node):
            found.append(node)
        elif node.is_entry and node is not start and node.descriptor is not None and node.descriptor.platform:
            index = next((above for above in node.above() if above.kind is NodeKind.INDEX), start)
            if index not in has_image:
                has_image[index] = any(each.kind is NodeKind.IMAGE and each.document for each in index.walk())
            if has_image[index]:
                found.append(node)
    return found


def absence_text(nodes: Iterable[Node]) -> str:
    """Return how much is missing: ``6 layers missing``."""
    counts = Counter({node.digest: _counted_as(node) for node in nodes}.values())  # several may share one blob
    names = {
        NodeKind.LAYER: ("layer", "layers"),
        NodeKind.BLOB: ("blob of an artifact", "blobs of artifacts"),
        NodeKind.IMAGE: ("manifest of another platform", "manifests of other platforms"),
        NodeKind.ATTESTATION: ("attestation", "attestations"),
    }
    words = [count_noun(counts[kind], *name) for kind, name in names.items() if counts[kind]]
    return f"{', '.join(words)} missing"


def _counted_as(node: Node) -> NodeKind:
    return node.kind if is_content(node) or node.kind is NodeKind.ATTESTATION else NodeKind.IMAGE
