"""What ``ocitui which`` prints for people."""

from collections.abc import Iterator, Sequence

from ocitui.cells import cut
from ocitui.commands.entry_mode import show_entry_mode
from ocitui.commands.opened.image import OpenImage
from ocitui.commands.output import terminal
from ocitui.display import format_size, printable
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.image.merged.effect import Cause, Reason
from ocitui.image.merged.provenance import Answer, Provenance
from ocitui.image.merged.timeline import Action, PathChange, Timeline, Version
from ocitui.layers.entry import EntryKind

_MARKS = {
    Action.ADDED: "+",
    Action.READDED: "+",
    Action.MODIFIED: "~",
    Action.REWRITTEN: "~",
    Action.DELETED: "−",
}


def write_answers(opened: OpenImage, answers: Sequence[Provenance]) -> None:
    """Write the lines of every path, one below the other."""
    width = terminal.terminal_width()
    for number, answer in enumerate(answers):
        if number:
            terminal.write_line()
        for line in describe(opened.image, answer, width):
            terminal.write_line(line)


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
        yield f"{named(link.path)} -> {printable(link.target)} (layer {link.layer})"
    if answer.links:
        yield f"{named(answer.asked)} is {named(answer.path)}"
    yield from _touch_lines(image, answer.timeline, width)
    yield conclusion(answer)


def _touch_lines(image: Image, timeline: Timeline, width: int | None) -> list[str]:
    rows = [_cells(image, timeline.path, touch) for touch in timeline.changes]
    lines = terminal.columns(rows, frozenset({3}))
    return lines if width is None else [cut(line, width) for line in lines]


def _cells(image: Image, path: bytes, touch: PathChange) -> list[str]:
    layer = image.layers[touch.layer - 1]
    size, mode = ("", "") if touch.after is None else (size_of(touch.after), mode_of(touch.after))
    algorithm = layer.descriptor.digest.algorithm if layer.descriptor.digest else "sha256"
    return [
        f"layer {touch.layer}",
        f"{algorithm}:{layer.descriptor.short}",
        f"{_MARKS[touch.action]} {what_happened(touch)}",
        size,
        mode,
        instruction_of(image, touch.layer, path),
    ]


def what_happened(touch: PathChange) -> str:
    """What a layer did, in words: ``modified (content, mode)``."""
    details = []
    if touch.action is Action.DELETED and touch.cause is not None:
        return f"deleted{_because(touch.cause)}"
    if touch.action is Action.MODIFIED:
        details += [touch.change.words] if touch.change.words else []
        details += ["emptied"] if touch.empties else []
    elif touch.action is Action.REWRITTEN and touch.change.content_is_open:
        details.append("content?")
    if touch.after is not None and touch.after.entry.kind is EntryKind.HARDLINK:
        details.append(f"hard link to {printable(touch.after.entry.link or b'')}")
    elif ships_twice(touch):
        details.append("same content again")
    return f"{touch.action.value} ({', '.join(details)})" if details else touch.action.value


def ships_twice(touch: PathChange) -> bool:
    """Whether the layer brings contents that were there already."""
    if (
        touch.action not in (Action.MODIFIED, Action.REWRITTEN)
        or touch.change.content_is_open
        or touch.change.content_is_assumed
    ):
        return False
    if touch.before is None or touch.after is None or not touch.after.shipped_bytes:
        return False
    return not {"content", "type"} & {aspect.value for aspect in touch.change.aspects}


def _because(cause: Cause) -> str:
    match cause.reason:
        case Reason.OPAQUE:
            return f" (opaque whiteout in {named(cause.path)})"
        case Reason.PARENT_DELETED:
            return f" (with {named(cause.path)})"
        case Reason.PARENT_REPLACED:
            return f" (by another {named(cause.path)})"
        case _:
            return ""


def conclusion(answer: Provenance) -> str:
    """The last line: who has it now."""
    name, now = named(answer.path), answer.now
    touches = answer.timeline.changes
    match answer.answer:
        case Answer.PRESENT if now is not None:
            said = f"{name}: from layer {now.layer}, {_description(now)}"
        case Answer.PRESENT:
            said = f"{name}: the root, which no layer describes"
        case Answer.DELETED:
            said = f"{name}: deleted by layer {touches[-1].layer}"
        case Answer.NEVER:
            said = f"{name}: not in this image"
        case Answer.UNKNOWN:
            return f"{name}: cannot be told, {_layers(answer.doubtful)} may have changed it"
    shipped = [touch for touch in touches if touch.gone_in is not None and touch.after and touch.after.shipped_bytes]
    if shipped:
        sizes = (f"{format_size(touch.after.shipped_bytes)} in layer {touch.layer}" for touch in shipped if touch.after)
        said += f"; still shipped: {', '.join(sizes)}"
    if answer.harmless:
        said += f" (whatever {_layers(answer.harmless)} did)"
    return said


def _description(version: Version) -> str:
    entry = version.entry
    if entry.kind is EntryKind.SYMLINK:
        return f"symbolic link to {printable(entry.link or b'')}"
    if entry.kind is EntryKind.HARDLINK and version.content is None:
        return f"hard link to {printable(entry.link or b'')}, which is not there"
    return f"{size_of(version)} {mode_of(version)}".strip()


def size_of(version: Version) -> str:
    """The size of a file as people say it; empty for what has none."""
    return format_size(version.inode.size) if version.inode.kind is EntryKind.FILE else ""


def mode_of(version: Version) -> str:
    """Type and permissions; ``?`` where no entry describes a directory."""
    return show_entry_mode(version.inode)


def instruction_of(image: Image, number: int, path: bytes | None = None) -> str:
    """What made a layer, on one line; of several instructions one that names a path of it first."""
    return origin_text(image.history, number, path=path)


def named(path: bytes) -> str:
    """A path as it is said."""
    return "/" + printable(path)


def _layers(numbers: Sequence[int]) -> str:
    return f"layer {numbers[0]}" if len(numbers) == 1 else f"layers {', '.join(map(str, numbers))}"
