"""The text output of ``ocitui which``."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocitui.commands.opened.image import OpenImage
from ocitui.commands.opened.place import remark
from ocitui.commands.output import terminal
from ocitui.commands.output.styled import Style, cut, join, styled
from ocitui.display import format_size, printable
from ocitui.image.filesystem.nearest import nearest_path
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.image.merged.folding import FoldedChanges, fold
from ocitui.image.merged.provenance import Answer, Inside, Provenance
from ocitui.image.merged.timeline import Action, PathChange, Timeline
from ocitui.image.merged.words import (
    SIGNS,
    action_text,
    conclusion_text,
    folded_sign,
    folded_text,
    permissions_text,
    size_text,
)
from ocitui.image.words import mode_text, path_text, utc_text

_STYLES = {
    Action.ADDED: Style.ADDED,
    Action.READDED: Style.ADDED,
    Action.MODIFIED: Style.MODIFIED,
    Action.REWRITTEN: Style.QUIET,
    Action.DELETED: Style.DELETED,
}
_ANSWERS = {Answer.DELETED: Style.DELETED, Answer.NEVER: Style.DELETED, Answer.UNKNOWN: Style.WARNING}
_INDENT = "  "


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
        _suggest(opened, answer)


def write_one_line_each(opened: OpenImage, answers: Sequence[Provenance]) -> None:
    """Write path, layer, status and instruction of every path: aligned on a terminal, else with tabs between them.

    A path is its exact bytes in a pipe.
    """
    rows = [_summary(opened.image, answer) for answer in answers]
    if terminal.is_read_by_people():
        styles = [_status_style(answer) for answer in answers]
        cells = [
            [styled(path_text(path), Style.HEADING), layer, styled(status, style), terminal.dim(instruction)]
            for (path, layer, status, instruction), style in zip(rows, styles, strict=True)
        ]
        width = terminal.terminal_width()
        for line in map(terminal.tabbed, cells) if width is None else terminal.columns(cells, frozenset({1}), width):
            terminal.write_line(line)
    else:
        sys.stdout.flush()
        for path, *others in rows:
            sys.stdout.buffer.write(b"/" + path + "".join(f"\t{text}" for text in others).encode() + b"\n")
        sys.stdout.buffer.flush()
    for answer in answers:
        _suggest(opened, answer)


def _summary(image: Image, answer: Provenance) -> tuple[bytes, str, str, str]:
    """The path as it was asked for, the layer that did the last thing to it, what that is, and its instruction."""
    touches = answer.timeline.changes
    if answer.inside is not None:
        answer = replace(answer, asked=answer.inside.path)
        if answer.answer is Answer.PRESENT and not answer.is_present:
            return answer.asked, "", "missing", ""
    if answer.answer not in (Answer.PRESENT, Answer.DELETED) or not touches:
        return answer.asked, "", answer.answer.value, ""
    last = touches[-1]
    return answer.asked, str(last.layer), last.action.value, origin_text(image.history, last.layer, path=answer.path)


def _inside_text(inside: Inside) -> str:
    """Say what is at a path in an archive."""
    name, entry = styled(path_text(inside.path), Style.HEADING), inside.entry
    if entry is None:
        return join(name, styled(": not in the archive", Style.DELETED))
    return join(name, f": {entry.kind.word}, {format_size(entry.total_size)}, {mode_text(entry)}, {utc_text(entry)}")


def _status_style(answer: Provenance) -> Style | None:
    if answer.answer is Answer.PRESENT:
        return _STYLES[answer.timeline.changes[-1].action] if answer.timeline.changes else None
    return _ANSWERS[answer.answer]


def _suggest(opened: OpenImage, answer: Provenance) -> None:
    if answer.answer is Answer.NEVER and (near := nearest_path(opened.files, answer.asked)) is not None:
        remark(f"did you mean {path_text(near)}?")


def describe(image: Image, answer: Provenance, width: int | None = None, *, is_whole: bool = False) -> Iterator[str]:
    """The lines of one path: what became of it, and below that how.

    Args:
        image: where it is looked for.
        answer: what is known of it.
        width: columns in which each layer's line has to fit; None where nothing is cut.
        is_whole: whether every layer is shown, however many did the same.
    """
    path = path_text(answer.path)
    said = conclusion_text(answer, image.unopened, is_whole=is_whole, is_artifact=image.is_artifact).removeprefix(path)
    asked = (styled(path_text(answer.asked), Style.HEADING), " is ") if answer.links else ()
    yield join(*asked, styled(path, Style.HEADING), styled(said, _ANSWERS.get(answer.answer)))
    if answer.inside is not None and answer.answer is Answer.PRESENT:
        yield join(_INDENT, _inside_text(answer.inside))
    for link in answer.links:
        target = printable(link.target)
        yield join(_INDENT, f"{path_text(link.path)} -> {target}", terminal.dim(f" ({image.layer_noun} {link.layer})"))
    if answer.earlier is not None:
        yield from _touch_lines(image, answer.earlier, width, is_whole)
    yield from _touch_lines(image, answer.timeline, width, is_whole)


def _touch_lines(image: Image, timeline: Timeline, width: int | None, is_whole: bool) -> Iterator[str]:
    rows = [
        _folded_cells(image, touch) if isinstance(touch, FoldedChanges) else _cells(image, timeline.path, touch)
        for touch in (timeline.changes if is_whole else fold(timeline.changes))
    ]
    for line in terminal.columns(rows, frozenset({3})):
        yield cut(join(_INDENT, line), width)


def _folded_cells(image: Image, folded: FoldedChanges) -> list[str]:
    size = format_size(folded.shipped_bytes) if folded.shipped_bytes else ""
    return ["…", "", terminal.dim(f"{folded_sign(folded)} {folded_text(folded, image.layer_noun)}"), size, "", ""]


def _cells(image: Image, path: bytes, touch: PathChange) -> list[str]:
    layer = image.layers[touch.layer - 1]
    size, mode = ("", "") if touch.after is None else (size_text(touch.after), permissions_text(touch.after.inode))
    algorithm = layer.descriptor.digest.algorithm if layer.descriptor.digest else "sha256"
    return [
        f"{image.layer_noun} {touch.layer}",
        terminal.dim(f"{algorithm}:{layer.descriptor.short}"),
        styled(f"{SIGNS[touch.action]} {action_text(touch)}", _STYLES[touch.action]),
        size,
        mode,
        terminal.dim(origin_text(image.history, touch.layer, path=path)),
    ]
