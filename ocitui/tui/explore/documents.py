"""The exact bytes of what is chosen, for the JSON view."""

import json

from ocitui.image.node import Node, NodeKind
from ocitui.spec.document import load_object
from ocitui.spec.properties import Properties
from ocitui.transports.transport import DOCUMENT_LIMIT, Transport, read_document


def json_of(node: Node, transport: Transport) -> tuple[bytes, str]:
    """The document behind a node and what it is called.

    A layer is no document: its descriptor is shown, as its manifest holds it. Other blobs
    (attestations, SBOMs, signatures) are read when they are asked for.
    """
    if node.raw is not None:
        return node.raw, f"{node.kind.value} {node.digest or node.name}"
    if node.descriptor is not None and node.kind in {NodeKind.BLOB, NodeKind.CONFIG} and not node.is_missing:
        what = f"{node.kind.value} {node.digest}"
        stored = read_document(transport, node.descriptor, what, DOCUMENT_LIMIT)
        if stored.raw is not None:
            return stored.raw, what
    return _descriptor_of(node), f"descriptor of {node.digest or node.name}"


def _descriptor_of(node: Node) -> bytes:
    """The descriptor that names a node, cut from the document that holds it."""
    parent = node.parent
    if parent is None or parent.raw is None or node.descriptor is None:
        return b"{}"
    document = Properties(load_object(parent.raw, ""))
    for name in ("layers", "manifests", "blobs"):
        items = document.get(name)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and Properties(item).get("digest") == str(node.digest):
                return json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")
    config = document.get("config")
    return json.dumps(config if isinstance(config, dict) else {}, ensure_ascii=False).encode("utf-8", "surrogatepass")
