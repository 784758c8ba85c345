"""Which layer ``--layer`` means."""

import re

from ocitui.commands.opened.place import Place
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.image import Layer
from ocitui.image.selection import images_below, select_image
from ocitui.spec.digest import Digest
from ocitui.spec.platform import Platform

SHORTEST_PREFIX = 6
"""Hexadecimal digits that the beginning of a digest must have."""

_PREFIX = re.compile(rf"(?:(\w+):)?([0-9a-f]{{{SHORTEST_PREFIX},}})")


def choose_layer(place: Place, platform: Platform | None, text: str) -> Layer:
    """The layer of a number or of the beginning of a digest (or of a diff ID).

    A number counts in the image for the platform, else for this machine, else in the
    first. A digest may be that of any image of the place, unless a platform was asked for.

    Raises:
        UsageError: there is no such layer, or there are several.
    """
    image = select_image(place.start, platform)
    count = len(image.layers)
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= count:
        return image.layers[int(text) - 1]
    found = _PREFIX.fullmatch(text)
    if found is None:
        raise UsageError(
            f"--layer {printable(text)}: expected a number from 1 to {count}, or at least {SHORTEST_PREFIX} "
            "hexadecimal digits of a digest"
        )
    others = [] if platform is not None else images_below(place.start)
    layers = [layer for each in (image, *others) for layer in each.layers]
    for name in ("digest", "diff ID"):
        matches: dict[Digest | None, Layer] = {}
        for layer in layers:
            digest = layer.descriptor.digest if name == "digest" else layer.diff_id
            if digest is not None and digest.encoded.startswith(found[2]) and found[1] in (None, digest.algorithm):
                matches.setdefault(layer.descriptor.digest, layer)
        if len(matches) > 1:
            names = ", ".join(str(digest) for digest in matches)
            raise UsageError(f"--layer {text}: expected the {name} of one layer, found several: {names}")
        if matches:
            return next(iter(matches.values()))
    raise UsageError(f"--layer {text}: expected a layer with this digest, found none")
