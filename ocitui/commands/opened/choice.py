"""The remark that one of several images was taken, where none was named."""

from ocitui.commands.opened.place import Place, remark
from ocitui.display import count_noun, printable
from ocitui.image.image import Image
from ocitui.image.node import Node
from ocitui.image.selection import fits_here, image_nodes, select_image
from ocitui.spec.digest import Digest
from ocitui.spec.platform import Platform

_OTHERS = 3
"""Images that are named beside the one that was taken."""
_LONGEST = 255 + 1 + 128
"""Characters of a name that are said: distribution-spec allows no more, a tag with it."""


def take_image(place: Place, platform: Platform | None) -> Image:
    """Return the image that `select_image` chooses, and say so where others are there; see `remark_choice`.

    Raises:
        UsageError: there is none, or none of that platform.
    """
    image = select_image(place.start, platform)
    remark_choice(place, image, platform)
    return image


def remark_choice(place: Place, image: Image, platform: Platform | None) -> None:
    """Say on standard error which image was taken, and how another is named.

    Nothing is said where it is the only one for the platform that was asked for, nor where the
    image was named, or there is one, for several platforms with this machine's among them.

    Args:
        place: where it is.
        image: the one that was taken.
        platform: the platform that was asked for, if any.
    """
    reference = place.reference
    is_named = reference.tag or reference.digest is not None or reference.number is not None
    if is_named and (platform is not None or fits_here(image)):
        return
    nodes = {each.digest: each for each in image_nodes(place.start) if platform is None or _fits(each, platform)}
    names = {each.image_name or _entry(each) for each in nodes.values()}
    if len(nodes) < 2 or (len(names) < 2 and (platform is not None or fits_here(image))):
        return
    is_one = len(names) < 2
    others = [_name(place, each, image.node, is_one) for each in nodes.values() if each.digest != image.node.digest]
    more = f" and {len(others) - _OTHERS:,} more" if len(others) > _OTHERS else ""
    remark(
        f"{printable(reference.text)}: took {_words(image.node)} of {count_noun(len(nodes), 'image')}; "
        f"name another: {', '.join(others[:_OTHERS])}{more}"
    )


def _entry(image: Node) -> Digest | None:
    """The digest of the entry of the place that an image is in, which may be an index of several platforms."""
    return [node.digest for node in image.above() if node.is_entry][-1]


def _fits(image: Node, platform: Platform) -> bool:
    return image.platform is not None and image.platform.fits(platform)


def _words(image: Node) -> str:
    """The name and the platform of an image, or its digest where it has no name."""
    name, platform = _said(image) or str(image.digest), printable(str(image.platform or ""))
    return f"{name} ({platform})" if platform else name


def _said(image: Node) -> str:
    return printable(image.image_name[:_LONGEST])


def _name(place: Place, other: Node, taken: Node, is_one: bool) -> str:
    """The name to type for another image.

    Args:
        place: where it is.
        other: the image.
        taken: the one that was taken.
        is_one: true where they differ in their platforms only.
    """
    text, name = printable(place.reference.text), _said(other)
    is_by_platform = (is_one or (name and other.image_name == taken.image_name)) and other.platform is not None
    option = f"--platform {printable(str(other.platform))}" if is_by_platform else ""
    end = "" if is_one and option else f":{name}" if name else f"@{other.digest}"
    if text.startswith("-"):  # standard input, which is no option
        return f"{option} -- {text}{end}".lstrip()
    return f"{text}{end} {option}".rstrip()
