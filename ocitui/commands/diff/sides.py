"""The two images, platforms or layers that ``ocitui diff`` compares, opened."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from ocitui.commands.opened.choice import remark_choice
from ocitui.commands.opened.document import config_problems
from ocitui.commands.opened.image import OpenImage
from ocitui.commands.opened.layer import choose_layer
from ocitui.commands.opened.place import Place, problems_of
from ocitui.commands.opened.registry import is_remote
from ocitui.display import printable
from ocitui.errors import OcituiError, UsageError
from ocitui.image.diff.images import Section, Upto
from ocitui.image.diff.side import Side
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.filesystem.nested import NestedFilesystem
from ocitui.image.merged.changes import Aspect
from ocitui.image.merged.tree import MergedTree
from ocitui.image.selection import select_content, select_node
from ocitui.image.words import artifact_text, gap_text, gap_words
from ocitui.spec.platform import Platform


@dataclass(frozen=True, slots=True)
class Wanted:
    """The choice of what to print."""

    sections: frozenset[Section]
    ignored: frozenset[Aspect]
    is_quick: bool
    is_unified: bool
    is_nested: bool


@dataclass(frozen=True, slots=True)
class Ends:
    """The two things to compare, as they were typed."""

    before: str
    after: str
    """The same as before where layers or platforms of one image are compared."""
    layers: tuple[str, ...]
    """Up to which layers of one image; none for whole images."""
    before_platform: Platform | None
    after_platform: Platform | None


@dataclass(frozen=True)
class End:
    """One of the two images; its layers are read when its side is asked for."""

    opened: OpenImage
    upto: Upto
    title: str
    """The name in headings, safe to draw: ``layer 3``, or the reference with its platform."""

    @property
    def config_problems(self) -> list[str]:
        """The problems of its config, or the reasons why it is unknown."""
        if self.upto.image.config is not None or self.upto.image.is_artifact:
            return config_problems(self.upto.image)
        node = self.upto.image.config_node
        found = list(problems_of(node)) if node is not None else []
        return found or [f"{self.title}: no config that can be read"]

    @cached_property
    def side(self) -> Side:
        """Its filesystem."""
        digests = [layer.descriptor.digest for layer in self.upto.image.layers]
        return Side(self.opened.stack, self.upto.top, digests, self.opened.contents)

    @cached_property
    def files(self) -> NestedFilesystem[MergedFilesystem]:
        """The files of it, and what is in archives among them."""
        tree = MergedTree(self.opened.stack, self.upto.top)
        return NestedFilesystem(MergedFilesystem(tree), self.opened.contents.archive)

    @property
    def is_unknown(self) -> bool:
        """True if it has layers, and nothing is known of any of them."""
        return self.upto.top > 0 and all(self.opened.stack.index_of(n) is None for n in range(1, self.upto.top + 1))

    @property
    def gap(self) -> str:
        """The layers that are missing or damaged, in words; empty where all are known."""
        numbers = [number for number in sorted(self.opened.problems) if number <= self.upto.top]
        if not numbers:
            return ""
        return gap_text(numbers, self.upto.top, gap_words(numbers, self.upto.image.unopened))

    def problems(self, above: int = 0) -> list[str]:
        """Return the problems of the layers that count, or of those of them above a layer."""
        numbers = tuple(number for number in self.opened.problems if above < number <= self.upto.top)
        return [*self.opened.layer_problems(numbers)]


def workarounds(both: tuple[End, End]) -> dict[str, None]:
    """Return the reasons why the images may be others than their places mean, each once."""
    return dict.fromkeys(problem for each in both for problem in each.opened.place.workaround)


@contextmanager
def open_ends(ends: Ends) -> Iterator[tuple[End, End]]:
    """Open both images; one that is both is opened once.

    Raises:
        UsageError: one cannot be opened, or has no such platform or layer.
    """
    before = Place.open(ends.before, ends.before_platform)
    after = _other_place(before, ends)
    images = select_content(before.start, ends.before_platform), select_content(after.start, ends.after_platform)
    if images[0].is_artifact is not images[1].is_artifact:
        names = zip(("A", "B"), images, strict=True)
        words = (f"{name} is {artifact_text(each.node) if each.is_artifact else 'an image'}" for name, each in names)
        raise UsageError(f"diff: {', and '.join(words)}: they cannot be compared")
    remark_choice(before, images[0], ends.before_platform)
    if after.transport is not before.transport:
        remark_choice(after, images[1], ends.after_platform)
    with ExitStack() as closing:
        first = second = closing.enter_context(OpenImage(before, images[0]))
        if after.transport is not before.transport or images[1] is not images[0]:
            second = closing.enter_context(OpenImage(after, images[1]))
        if not ends.layers:
            yield _whole(first), _whole(second)
            return
        numbers = [_number(first, ends.before_platform, layer) for layer in ends.layers]
        if len(numbers) == 1:
            numbers.insert(0, numbers[0] - 1)
        lower, upper = (End(first, Upto(first.image, number), f"layer {number}") for number in numbers)
        yield lower, upper


def _other_place(before: Place, ends: Ends) -> Place:
    try:
        is_read_in_part = is_remote(ends.after) and ends.before_platform != ends.after_platform
        if ends.before != ends.after or is_read_in_part:
            return Place.open(ends.after, ends.after_platform)
        # A tag may stand for another image where another platform is asked for.
        return replace(before, start=select_node(before.top, before.reference, ends.after_platform))
    except OcituiError as error:
        if is_remote(ends.after):
            raise
        raise UsageError(f"{error}; a path alone is compared with --layer, or two --platform") from None


def _whole(opened: OpenImage) -> End:
    image = opened.image
    title = " ".join(filter(None, (printable(opened.place.reference.text), printable(str(image.platform or "")))))
    return End(opened, Upto.whole(image), title)


def _number(opened: OpenImage, platform: Platform | None, text: str) -> int:
    layer = choose_layer(opened.place, platform, text)
    if layer not in opened.image.layers:
        raise UsageError(f"--layer {printable(text)}: is a layer of another image")
    return layer.number
