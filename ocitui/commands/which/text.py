"""The text output of ``ocitui which``."""

from collections.abc import Iterator, Sequence

from ocitui.cells import cut
from ocitui.commands.opened.image import OpenImage
from ocitui.commands.opened.place import remark
from ocitui.commands.output import terminal
from ocitui.display import format_size, printable
from ocitui.image.filesystem.nearest import nearest_path
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.image.merged.folding import FoldedChanges, fold
from ocitui.image.merged.provenance import Answer, Provenance
from ocitui.image.merged.timeline import PathChange, Timeline
from ocitui.image.merged.words import (
    SIGNS,
    action_text,
    conclusion_text,
    folded_sign,
    folded_text,
    permissions_text,
    size_text,
)
from ocitui.image.words import path_text


def write_answers(opened: OpenImage, answers: Sequence[Provenance], *, is_whole: bool = False) -> None:
    """Write the lines of every path, one below the other.

    Args:
        opened: the image.
        answers: what is known of each path.
        is_whole: whether every layer is shown, however many did the same.
    """
    width = terminal.terminal_width()
    for number, answer in enumerate(answers):
        if number:
            terminal.write_line()
        for line in describe(opened.image, answer, width, is_whole=is_whole):
            terminal.write_line(line)
        if answer.answer is Answer.NEVER and (near := nearest_path(opened.files, answer.asked)) is not None:
            remark(f"did you mean {path_text(near)}?")


def describe(image: Image, answer: Provenance, width: int | None = None, *, is_whole: bool = False) -> Iterator[str]:
    """The lines of one path.

    Args:
        image: where it is looked for.
        answer: what is known of it.
        width: columns in which each layer's line has to fit; None where nothing is cut.
        is_whole: whether every layer is shown, however many did the same.
    """
    if answer.earlier is not None:
        yield from _touch_lines(image, answer.earlier, width, is_whole)
    for link in answer.links:
        yield f"{path_text(link.path)} -> {printable(link.target)} (layer {link.layer})"
    if answer.links:
        yield f"{path_text(answer.asked)} is {path_text(answer.path)}"
    yield from _touch_lines(image, answer.timeline, width, is_whole)
    yield conclusion_text(answer, image.encrypted, is_whole=is_whole)


def _touch_lines(image: Image, timeline: Timeline, width: int | None, is_whole: bool) -> list[str]:
    rows = [
        _folded_cells(touch) if isinstance(touch, FoldedChanges) else _cells(image, timeline.path, touch)
        for touch in (timeline.changes if is_whole else fold(timeline.changes))
    ]
    lines = terminal.columns(rows, frozenset({3}))
    return lines if width is None else [cut(line, width) for line in lines]


def _folded_cells(folded: FoldedChanges) -> list[str]:
    size = format_size(folded.shipped_bytes) if folded.shipped_bytes else ""
    return ["…", "", f"{folded_sign(folded)} {folded_text(folded)}", size, "", ""]


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
