"""The images that an opened one is built on."""

from ocitui.commands.opened.place import Place
from ocitui.image.image import Image
from ocitui.image.known_bases import KnownBase, find_bases
from ocitui.image.remembered import remember_image


def bases_of(place: Place, image: Image) -> list[KnownBase]:
    """Return the bases of an image, and remember it for those that are built on it.

    Args:
        place: where it is.
        image: the image.
    """
    found = find_bases(image, place.top, place.transport)
    remember_image(image, place.reference.text)
    return found
