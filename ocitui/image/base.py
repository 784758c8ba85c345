"""The layers of an image that are those of its base image."""

from ocitui.errors import UsageError
from ocitui.image.documents.dockerfile import ANNOTATION_BASE_DIGEST
from ocitui.image.image import Image, Layer
from ocitui.image.node import Node, NodeKind
from ocitui.image.selection import select_image
from ocitui.spec.digest import Digest


def count_base_layers(image: Image, base: Image) -> int:
    """Return the number of layers an image has of its base: all of the base's, which must be its first ones.

    Layers are compared by their diff IDs, since a registry may hold them in another compression.

    Raises:
        UsageError: they are not its first ones.
    """
    if len(base.layers) > len(image.layers):
        raise UsageError(
            f"base image: it has {len(base.layers)} layers, more than the {len(image.layers)} of the image"
        )
    for own, other in zip(image.layers, base.layers, strict=False):
        if _identity(own) != _identity(other):
            raise UsageError(
                f"base image: its layers are not the first ones of the image: layer {own.number} is "
                f"{_identity(other)} instead of {_identity(own)}"
            )
    return len(base.layers)


def _identity(layer: Layer) -> Digest | None:
    return layer.diff_id or layer.descriptor.digest


def annotated_base(image: Image, top: Node) -> Image | None:
    """The image that the annotation of an image names as its base, where the same place holds it and it fits.

    image-spec, Annotations: ``org.opencontainers.image.base.digest`` is that of the base's index or manifest.

    Args:
        image: the image.
        top: the top of the place's tree of documents.
    """
    said = image.manifest.annotations.get(ANNOTATION_BASE_DIGEST)
    if not said:
        return None
    for node in top.walk():
        if str(node.digest) != said or node.kind not in (NodeKind.IMAGE, NodeKind.INDEX):
            continue
        try:
            base = select_image(node, image.platform)
            count_base_layers(image, base)
        except UsageError:
            continue
        return base
    return None
