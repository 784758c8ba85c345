"""The text output of ``ocitui which``."""

from collections.abc import Iterator, Sequence

from ocitui.cells import cut
from ocitui.commands.opened.image import OpenImage
from ocitui.commands.opened.place import remark
from ocitui.commands.output import terminal
from ocitui.display import printable
from ocitui.image.filesystem.nearest import nearest_path
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.image.merged.provenance import Answer, Provenance
from ocitui.image.merged.timeline import PathChange, Timeline
from ocitui.image.merged.words import SIGNS, action_text, conclusion_text, permissions_text, size_text
from ocitui.image.words import path_text


def write_answers(opened: OpenImage, answers: Sequence[Provenance]) -> None:
    """Write the lines of every path, one below the other."""
    width = terminal.terminal_width()
    for number, answer in enumerate(answers):
        if number:
            terminal.write_line()
        for line in describe(opened.image, answer, width):
            terminal.write_line(line)
        if answer.answer is Answer.NEVER and (near := nearest_path(opened.files, answer.asked)) is not None:
            remark(f"did you mean {path_text(near)}?")


def describe(image: Image, answer: Provenance, width: int | None = None) -> Iterator[str]:
    """The lines of one path.

    Args:
        image: where it is looked for.
        answer: what is known of it.
        width: columns in which each layer's line has to fit; None where nothing is cut.
    """
    if answer.earlier is not None:
        yield from _touch_lines(image, answer.earlier, width)
    for link in answer.links:
        yield f"{path_text(link.path)} -> {printable(link.target)} (layer {link.layer})"
    if answer.links:
        yield f"{path_text(answer.asked)} is {path_text(answer.path)}"
    yield from _touch_lines(image, answer.timeline, width)
    yield conclusion_text(answer)


def _touch_lines(image: Image, timeline: Timeline, width: int | None) -> list[str]:
    rows = [_cells(image, timeline.path, touch) for touch in timeline.changes]
    lines = terminal.columns(rows, frozenset({3}))
    return lines if width is None else [cut(line, width) for line in lines]


def _cells(image: Image, path: bytes, touch: PathChange) -> list[str]:
    layer = image.layers[touch.layer - 1]
    size, mode = ("", "") if touch.after is None else (size_text(touch.after), permissions_text(touch.after.inode))
    algorithm = layer.descriptor.digest.algorithm if layer.descriptor.digest else "sha256"
    return [
        f"layer {touch.layer}",
        f"{algorithm}:{layer.descriptor.short}",
        f"{SIGNS[touch.action]} {action_text(touch)}",
        size,
        mode,
        origin_text(image.history, touch.layer, path=path),
    ]
