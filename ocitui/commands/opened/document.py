"""The one document that a user means by an image: what `skopeo inspect --raw` and `crane digest` speak of."""

from ocitui.commands.opened.place import Place
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.image import Image
from ocitui.image.node import Node
from ocitui.image.selection import images_below, select_image
from ocitui.spec.platform import Platform
from ocitui.spec.problem import Severity, severity_of

_NAMED = 20
"""Tags of a place that a message names."""


def named_node(place: Place, platform: Platform | None) -> Node:
    """The manifest or index that a reference names; with a platform the image's manifest.

    Unlike an image to look at, it is never chosen among several: a program takes the answer for the only one.

    Raises:
        UsageError: the reference names the place, which has several images, or none; or no image is of that platform.
    """
    node = place.start if place.start is not place.top else _only_entry(place)
    return select_image(node, platform).node if platform is not None else node


def stored_node(place: Place, platform: Platform | None) -> Node:
    """The same, where it is stored as it is.

    Raises:
        UsageError: see `named_node`; or this place has no manifest, and one was made of what it has instead.
    """
    node = named_node(place, platform)
    if node.is_made:
        made = "no manifest is stored here, ocitui made one of other documents; the config is stored: --config"
        raise UsageError(f"{printable(place.reference.text)}: {made}")
    return node


def config_node(image: Image) -> Node:
    """The config of an image, read or not.

    Raises:
        UsageError: its manifest names none.
    """
    if image.config_node is None:
        raise UsageError(f"{image.node.title}: its manifest names no config")
    return image.config_node


def config_problems(image: Image) -> list[str]:
    """Return what is wrong with the config that an answer takes instructions or settings from.

    A warning or a note is none. Where no config can be read, nothing is taken from it.
    """
    if image.config is None or image.config_node is None:
        return []
    return [each for each in image.config_node.problems if severity_of(each) in {Severity.ERROR, Severity.UNREAD}]


def _only_entry(place: Place) -> Node:
    found = {node.digest: node for node in reversed(place.top.children) if node.is_entry}
    if len(found) == 1:
        return next(iter(found.values()))
    text = printable(place.reference.text)
    if not found:
        problem = next(place.top.all_problems(), "")
        raise UsageError(f"{text}: no image found{': ' if problem else ''}{problem}")
    names = [printable(node.name[:120]) for node in reversed(found.values()) if node.name]
    some = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
    tags = f"its tag ({some})" if names else "its tag"
    images = {image.node.digest for image in images_below(place.top)}
    count = f"{len(images):,} images" if len(images) > 1 else f"{len(found):,} entries"
    raise UsageError(f"{text}: has {count}; choose one by {tags} or @DIGEST")
