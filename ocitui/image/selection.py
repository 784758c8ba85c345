"""Which of the images in a place is meant."""

import platform as machine

from ocitui.display import show
from ocitui.errors import UsageError
from ocitui.image.image import Image
from ocitui.image.node import Node, NodeKind
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference


def host_platform() -> Platform:
    """The platform that images run on here: Linux, with this machine's architecture."""
    return Platform.parse(f"linux/{machine.machine() or 'amd64'}")


def select_node(top: Node, reference: Reference) -> Node:
    """The node that a reference's tag or digest names; the top where it names none.

    Raises:
        UsageError: nothing here has that tag or digest; the message lists the tags.
    """
    if reference.digest is not None:
        for node in top.walk():
            if node.digest == reference.digest and (not reference.tag or node.tag == reference.tag):
                return node
        raise UsageError(f"{show(reference.text)}: expected {reference.digest} in the index, found nothing of it")
    if not reference.tag:
        return top
    matches = [node for node in top.walk() if node.descriptor and node.descriptor.tag == reference.tag]
    if matches:
        return matches[0]
    tags = sorted({node.descriptor.tag for node in top.walk() if node.descriptor and node.descriptor.tag})
    found = ", ".join(show(tag) for tag in tags[:20]) or "none"
    raise UsageError(f"{show(reference.text)}: expected the tag {show(reference.tag)!r}, found these tags: {found}")


def images_below(node: Node) -> list[Image]:
    """The images at and below a node, in the order of the index."""
    return [image for image in map(Image.of, node.walk()) if image is not None]


def select_image(node: Node, platform: Platform | None) -> Image:
    """The image to start on: of the platform asked for, else of this machine's, else the first.

    Raises:
        UsageError: there is no image here, or none of that platform.
    """
    whole = Image.containing(node)
    images = [whole] if whole is not None and node.kind is not NodeKind.INDEX else images_below(node)
    if not images:
        broken = next(node.all_problems(), "")
        raise UsageError(f"expected an image, found none{': ' if broken else ''}{broken}")
    if platform is not None:
        for image in images:
            if image.platform is not None and image.platform.fits(platform):
                return image
        found = ", ".join(sorted({show(str(image.platform)) for image in images if image.platform})) or "none"
        raise UsageError(f"expected an image for {platform}, found these platforms: {found}")
    host = host_platform()
    fitting = (image for image in images if image.platform is not None and image.platform.fits(host))
    return next(fitting, images[0])
