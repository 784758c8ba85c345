"""Images that are remembered by their layers: see `ocitui.image.known_bases`."""

from ocitui.image.image import Image, Layer
from ocitui.transports.seen import note_seen


def layer_identity(layer: Layer) -> str:
    """Return what tells a layer from all others: its diff ID, since a registry may hold it in another compression."""
    return str(layer.diff_id or layer.descriptor.digest or "")


def remember_image(image: Image, reference: str) -> None:
    """Remember the layers of an image, so that others that are built on it can be told.

    Args:
        image: the image. An artifact is not remembered.
        reference: as typed.
    """
    layers = tuple(map(layer_identity, image.layers))
    if image.is_artifact or not all(layers):
        return
    digests = tuple(str(node.digest) for node in image.node.above() if node.is_entry and node.digest is not None)
    note_seen(reference, image.node.image_name or image.node.tag, digests, layers)
