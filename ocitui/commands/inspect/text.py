"""The text output of ``ocitui inspect``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocitui.cells import cells, pad
from ocitui.commands.opened.layer_index import known_root
from ocitui.commands.opened.place import Place
from ocitui.commands.output import terminal
from ocitui.commands.output.bases import base_sections
from ocitui.commands.output.branches import branches
from ocitui.commands.output.facts import section_lines
from ocitui.commands.output.history_table import history_table
from ocitui.commands.output.styled import Style, end_trimmed, join, styled
from ocitui.display import count_noun, format_count, format_size, printable
from ocitui.image.documents.asked import asked_section
from ocitui.image.documents.summary import Fact, Section, describe
from ocitui.image.image import Image
from ocitui.image.known_bases import KnownBase
from ocitui.image.node import Node, NodeKind
from ocitui.image.selection import artifacts_below
from ocitui.image.words import mode_text, node_label, owner_text
from ocitui.spec.digest import Digest

_FULL_DIGEST = 71
"""Characters of ``sha256:…``."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the tree."""

    name: str
    size: str
    digest: Digest | None
    remark: str = ""
    """The words after the digest, or in its place."""
    problems: tuple[str, ...] = ()
    below: str = ""
    """The lines of the tree that go on below it, before its problems."""
    is_chosen: bool = False
    """True for the image of which everything is said."""


def describe_place(place: Place, chosen: Image | None) -> Iterator[str]:
    """The tree of documents, with what is wrong below each."""
    yield styled(printable(place.reference.text or place.transport.place), Style.HEADING)
    yield ""
    rows = list(_tree_rows(place, chosen))
    width = terminal.terminal_width()
    names = max(cells(row.name) for row in rows)
    sizes = max(len(row.size) for row in rows)
    is_short = width is not None and names + sizes + 4 + _FULL_DIGEST > width
    for row in rows:
        digest = "" if row.digest is None else row.digest.short if is_short else str(row.digest)
        name = styled(pad(row.name, names), Style.HEADING if row.is_chosen else None)
        words = [each for each in (terminal.dim(digest), styled(row.remark, Style.WARNING)) if each]
        yield end_trimmed(join(name, f"  {row.size:>{sizes}}", *(part for word in words for part in ("  ", word))))
        for problem in row.problems:
            before = join(row.below, styled("!", Style.ERROR), " ")
            yield from terminal.wrap(before, printable(problem), width, f"{row.below}  ")
    if (asked := asked_section(place.transport)) is not None:
        yield from section_lines(asked, width)
    if chosen is None:
        count = len(artifacts_below(place.start))
        yield ""
        if count > 1:
            yield f"No image here, and {format_count(count)} artifacts: a tag or @DIGEST chooses one."
        else:
            yield "No image to show: nothing here has a config and layers."


def _tree_rows(place: Place, chosen: Image | None) -> Iterator[_Row]:
    branch, last_branch, through, blank = branches()
    waiting: list[tuple[Node, str, str]] = [(place.start, "", "")]
    while waiting:
        node, before, below = waiting.pop()
        is_chosen = chosen is not None and node is chosen.node
        mark = " *" if is_chosen else ""
        layers = [child for child in node.children if child.kind is NodeKind.LAYER and node.kind is NodeKind.IMAGE]
        children = [child for child in node.children if child.kind is not NodeKind.LAYER] if layers else node.children
        name, problems = before + node_label(node) + mark, tuple(place.problems_at(node))
        remark = "missing" if node in place.absent else "not asked for" if node.is_unread else ""
        trunk = below + (through if node.children else blank)
        yield _Row(name, format_size(node.size), node.digest, remark, problems, trunk, is_chosen)
        if layers:
            yield _layers_row(below, branch if children else last_branch, through if children else blank, layers)
        for number, child in reversed(list(enumerate(children, 1))):
            is_last = number == len(children)
            waiting.append(
                (child, below + (last_branch if is_last else branch), below + (blank if is_last else through))
            )


def _layers_row(before: str, branch: str, through: str, layers: list[Node]) -> _Row:
    """The layers of an image as one line; those that are merely missing are counted."""
    missing = sum(layer.is_missing and not layer.problems for layer in layers)
    return _Row(
        before + branch + count_noun(len(layers), "layer"),
        format_size(sum(layer.size or 0 for layer in layers)),
        None,
        f"{missing} of {len(layers)} blobs missing" if missing else "",
        tuple(problem for layer in layers for problem in layer.problems),
        before + through + " " * len(branch),
    )


def _root_section(image: Image) -> Iterator[Section]:
    """Yield the mode and the owner of the root, where a layer that was read says them, and they are odd."""
    found = known_root(image)
    if found is not None and (found[1].mode, found[1].uid, found[1].gid) != (0o755, 0, 0):
        number, root = found
        yield Section("root", (Fact("/", f"{mode_text(root)} {owner_text(root)}, as layer {number} says"),))


def describe_image(
    image: Image, others: int, bases: Sequence[KnownBase] = (), contents: Sequence[Section] = ()
) -> Iterator[str]:
    """One image: its config and descriptor, then its history against its layers.

    Args:
        image: the image.
        others: how many images there are beside it, among which it was chosen.
        bases: what it is known, or said, to be built on.
        contents: its main documents, where it is more than an image.
    """
    width = terminal.terminal_width()
    yield ""
    words = [
        printable(image.node.tag),
        printable(str(image.platform)) if image.platform else "",
        f"{format_size(image.size)} stored",
    ]
    yield styled(f"* {'  '.join(word for word in words if word)}", Style.HEADING)
    if others:
        yield from terminal.wrap("  ", f"one of {others + 1} images; a tag or --platform chooses another", width)
    for section in [*contents, *describe(image.node, image), *_root_section(image), *base_sections(bases)]:
        yield from section_lines(section, width)
    yield ""
    yield styled("history", Style.HEADING)
    for problem in image.history.problems:
        yield from terminal.wrap(styled("    ! ", Style.ERROR), printable(problem), width)
    yield from history_table(image, width)
