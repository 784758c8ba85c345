"""The signatures of an image: in its tree, and in files beside it."""

import base64
import binascii
from collections.abc import Iterator

from ocitui.errors import BLOB_MISSING, BlobError, DocumentError
from ocitui.image.node import Node, NodeKind
from ocitui.image.signatures.notation import ARTIFACT, COSE, JWS, read_notation
from ocitui.image.signatures.openpgp import read_openpgp
from ocitui.image.signatures.signature import Signature
from ocitui.image.signatures.sigstore import BUNDLE, ENVELOPE, PAYLOAD, read_bundle, read_cosign, read_signed_statement
from ocitui.image.signatures.simple_signing import VALUES_LIMIT
from ocitui.spec.document import load_object
from ocitui.spec.fields import Fields
from ocitui.spec.manifest import Manifest
from ocitui.transports.transport import DOCUMENT_LIMIT, KeepsSignatures, Transport, read_blob, read_document

SIGNATURE_LIMIT = 4 << 20
"""Bytes of a signature that is no statement: real ones have some thousands."""

_MANIFESTS = frozenset({NodeKind.ATTESTATION, NodeKind.ARTIFACT})
_SIGSTORE = (PAYLOAD, ENVELOPE, BUNDLE)
_MARK = b"\x00sigstore-json\n"
"""The beginning of a file in which containers/image keeps a signature of cosign."""


def is_signature(node: Node) -> bool:
    """True if a blob is a signature, as far as its media type and that of its manifest tell."""
    manifest, descriptor = node.parent, node.descriptor
    is_blob = node.kind in {NodeKind.BLOB, NodeKind.LAYER} and manifest is not None
    if not is_blob or descriptor is None or manifest is None or manifest.kind not in _MANIFESTS:
        return False
    if descriptor.media_type in {JWS, COSE}:
        return isinstance(manifest.document, Manifest) and manifest.document.kind_name == ARTIFACT
    return descriptor.media_type.startswith(_SIGSTORE)


def signatures_of(image: Node, transport: Transport) -> Iterator[Signature]:
    """Yield the signatures of an image and of the indexes it is in, and read each. Entries left unread are read.

    Args:
        image: an image or an index.
        transport: where the blobs are.
    """
    for about in image.above():
        for manifest in about.children if about.is_entry else ():
            if manifest.kind not in _MANIFESTS:
                continue
            if manifest.is_unread:
                manifest.read()
            if manifest.document is None:  # it may be a signature
                missing = (f"{manifest.title}: {BLOB_MISSING}",) if manifest.is_missing else ()
                yield Signature("unknown", manifest.title, about, manifest, problems=manifest.problems or missing)
            for node in manifest.children:
                if is_signature(node):
                    yield read_signature(node, about, transport)
        yield from signature_files(about, transport)


def read_signature(node: Node, about: Node, transport: Transport) -> Signature:
    """Read one signature; what is wrong is in it, and nothing is raised."""
    title = f"{node.kind.value} {node.digest or 'without a digest'}"
    assert node.descriptor is not None  # it is a blob that a manifest names
    media_type, annotations = node.descriptor.media_type, node.descriptor.annotations
    is_statement = media_type.startswith((ENVELOPE, BUNDLE))
    limit = DOCUMENT_LIMIT if is_statement else SIGNATURE_LIMIT
    stored = read_document(transport, node.descriptor, title, limit)
    if stored.raw is None:
        return Signature("unknown", title, about, node, problems=stored.problems)
    if media_type in {JWS, COSE}:
        found = read_notation(stored.raw, media_type, title, about, node)
    elif media_type.startswith(BUNDLE):
        found = read_bundle(stored.raw, title, about, node)
    elif media_type.startswith(ENVELOPE):
        found = read_signed_statement(stored.raw, annotations, title, about, node)
    else:
        found = read_cosign(stored.raw, annotations, title, about, node)
    return found.with_problems(*stored.problems)


def signature_files(about: Node, transport: Transport) -> Iterator[Signature]:
    """Yield the signatures in files beside an image: those of simple signing, as skopeo and podman keep them."""
    if not isinstance(transport, KeepsSignatures):
        return
    digest = about.digest
    for name, blob in transport.signature_files(digest):
        try:
            raw = read_blob(blob, name, SIGNATURE_LIMIT)
        except BlobError as error:
            yield Signature("unknown", name, about, problems=(str(error),))
            continue
        yield read_file(raw, name, about)


def read_file(raw: bytes, name: str, about: Node) -> Signature:
    """Read one file of a signature; what is wrong is in it."""
    if not raw.startswith(_MARK):
        return read_openpgp(raw, name, about)
    try:
        fields = Fields(load_object(raw.removeprefix(_MARK), name, VALUES_LIMIT), "")
        payload = base64.b64decode(fields.text("payload"), validate=True)
    except DocumentError as error:
        return Signature("cosign", name, about, raw=raw, problems=(str(error),))
    except (binascii.Error, ValueError):
        return Signature("cosign", name, about, raw=raw, problems=(f"{name}: expected Base 64, found something else",))
    annotations = fields.mapping("annotations")
    if fields.text("mimeType").startswith(ENVELOPE):
        return read_signed_statement(payload, annotations, name, about, None)
    return read_cosign(payload, annotations, name, about, None)
