"""The two images, platforms or layers that ``ocitui diff`` compares, opened."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace

from ocitui.commands.opened.layer_choice import choose_layer
from ocitui.commands.opened.place import Place, problems_of
from ocitui.commands.opened.stack import OpenStack, open_stack
from ocitui.display import printable
from ocitui.errors import OcituiError, UsageError
from ocitui.image.contents import ImageContents
from ocitui.image.diff.images import Section, Upto
from ocitui.image.diff.side import Side
from ocitui.image.image import Image
from ocitui.image.merged.changes import Aspect
from ocitui.image.node import NodeKind
from ocitui.image.selection import select_image, select_node
from ocitui.spec.platform import Platform


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be said."""

    sections: frozenset[Section]
    ignored: frozenset[Aspect]
    is_quick: bool
    is_unified: bool


@dataclass(frozen=True, slots=True)
class Ends:
    """What is compared, as it was typed."""

    before: str
    after: str
    """The same as before where layers or platforms of one image are compared."""
    layers: tuple[str, ...]
    """Up to which layers of one image; none for whole images."""
    before_platform: Platform | None
    after_platform: Platform | None


@dataclass(frozen=True, slots=True)
class End:
    """One of the two images, its documents read."""

    place: Place
    upto: Upto
    title: str
    """How headings call it, safe to draw: ``layer 3``, or the reference with its platform."""

    @property
    def config_problems(self) -> list[str]:
        """Why its config is not known."""
        if self.upto.image.config is not None:
            return []
        nodes = [node for node in self.upto.image.node.children if node.kind is NodeKind.CONFIG]
        found = [problem for node in nodes for problem in problems_of(node)]
        return found or [f"{self.title}: expected a config, found none that can be read"]


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """One of the two, its layers opened too."""

    end: End
    opened: OpenStack
    side: Side

    @property
    def problems(self) -> list[str]:
        """What is wrong with the layers that count."""
        return [*self.opened.all_problems(tuple(number for number in self.opened.problems if number <= self.side.top))]


def open_ends(ends: Ends) -> tuple[End, End]:
    """Open both images.

    Raises:
        UsageError: one cannot be opened, or has no such platform or layer.
    """
    before = Place.open(ends.before, ends.before_platform)
    try:
        if ends.before == ends.after:  # a tag may stand for another image where another platform is asked for
            start = select_node(before.top, before.reference, ends.after_platform)
            after = replace(before, start=start)
        else:
            after = Place.open(ends.after, ends.after_platform)
    except OcituiError as error:
        raise UsageError(f"{error}; a path alone is compared with --layer, or two --platform") from None
    images = select_image(before.start, ends.before_platform), select_image(after.start, ends.after_platform)
    if not ends.layers:
        return _whole(before, images[0]), _whole(after, images[1])
    numbers = [_number(before, ends.before_platform, images[0].layers, layer) for layer in ends.layers]
    if len(numbers) == 1:
        numbers.insert(0, numbers[0] - 1)
    first, second = (End(before, Upto(images[0], number), f"layer {number}") for number in numbers)
    return first, second


def _whole(place: Place, image: Image) -> End:
    title = " ".join(filter(None, (printable(place.reference.text), printable(str(image.platform or "")))))
    return End(place, Upto.whole(image), title)


def _number(place: Place, platform: Platform | None, layers: "tuple[object, ...]", text: str) -> int:
    layer = choose_layer(place, platform, text)
    if layer not in layers:
        raise UsageError(f"--layer {printable(text)}: expected a layer of one image, found one of another")
    return layer.number


@contextmanager
def open_layers(before: End, after: End) -> Iterator[tuple[OpenEnd, OpenEnd]]:
    """Open the layers of both; an image that is both is opened once."""
    with ExitStack() as stack:
        first = _open(stack, before)
        if before.place.transport is after.place.transport and before.upto.image is after.upto.image:
            yield first, OpenEnd(after, first.opened, replace(first.side, top=after.upto.top))
        else:
            yield first, _open(stack, after)


def _open(stack: ExitStack, end: End) -> OpenEnd:
    image = end.upto.image
    opened = stack.enter_context(open_stack(end.place.transport, image))
    contents = stack.enter_context(closing(ImageContents(end.place.transport, image, opened.index_of)))
    digests = [layer.descriptor.digest for layer in image.layers]
    return OpenEnd(end, opened, Side(opened.stack, end.upto.top, digests, contents))
