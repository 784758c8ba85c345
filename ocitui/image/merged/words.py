"""The words for the history of a path: the same on the screen and in text, all safe to draw."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ocitui.display import format_size, printable
from ocitui.image.attributes import attribute_text, notable_texts
from ocitui.image.layer_numbers import BLOB_NOUN, LAYER_NOUN, layers_text
from ocitui.image.merged.effect import Cause, Reason
from ocitui.image.merged.folding import UNFOLDED, FoldedChanges
from ocitui.image.merged.provenance import Answer, Provenance
from ocitui.image.merged.timeline import Action, PathChange, Timeline, Version
from ocitui.image.words import gap_words, mode_text, owner_text, path_text, utc_text
from ocitui.layers.entry import Entry, EntryKind

STILL_IN_IMAGE = "still in the image"
"""Of bytes that a layer ships and a later one deleted or replaced."""

SIGNS = {
    Action.ADDED: "+",
    Action.READDED: "+",
    Action.MODIFIED: "~",
    Action.REWRITTEN: "=",
    Action.DELETED: "-",
}
"""The sign before what a layer did."""


def action_text(touch: PathChange) -> str:
    """Return what a layer did, with all that is known of it: ``modified (content, mode)``."""
    details = []
    if touch.action is Action.DELETED and touch.cause is not None:
        details += [cause_text(touch.cause)] if touch.cause.reason is not Reason.WHITEOUT else []
    elif touch.action is Action.MODIFIED:
        details += [touch.change.words] if touch.change.words else []
        details += ["emptied"] if touch.empties else []
    elif touch.action is Action.REWRITTEN and touch.change.content_is_open:
        details.append("content?")
    if touch.after is not None and touch.after.entry.kind is EntryKind.HARDLINK:
        details.append(f"hard link to {printable(touch.after.entry.leads_to)}")
    elif stores_twice(touch):
        details.append("same content stored again")
    return f"{touch.action.value} ({', '.join(details)})" if details else touch.action.value


def folded_text(folded: FoldedChanges, noun: str = LAYER_NOUN) -> str:
    """Return what several layers did, one after the other: ``modified (content) by layers 4–299``."""
    by = f"by {layers_text(folded.layers, noun)}"
    said = {action_text(change) for change in folded.changes}
    actions = Counter(change.action.value for change in folded.changes)
    if len(said) == 1 or len(actions) == 1:
        return f"{said.pop() if len(said) == 1 else next(iter(actions))} {by}"
    times = [f"{action} {count} {'time' if count == 1 else 'times'}" for action, count in actions.items()]
    return f"{', '.join(times)} {by}"


def folded_sign(folded: FoldedChanges) -> str:
    """Return the sign of what several layers did, where all did the same; else a blank."""
    signs = {SIGNS[change.action] for change in folded.changes}
    return signs.pop() if len(signs) == 1 else " "


def short_action_text(touch: PathChange) -> str:
    """Return what a layer did in one column: ``added``, ``content, mode``."""
    if touch.action is Action.MODIFIED:
        return touch.change.words or ("emptied" if touch.empties else "modified")
    return str(touch.action.value)


def cause_text(cause: Cause) -> str:
    """Return why a path was deleted, as it follows ``deleted``: ``with /usr``."""
    match cause.reason:
        case Reason.OPAQUE:
            return f"opaque whiteout in {path_text(cause.path)}"
        case Reason.PARENT_DELETED:
            return f"with {path_text(cause.path)}"
        case Reason.PARENT_REPLACED:
            return f"by another {path_text(cause.path)}"
        case Reason.WHITEOUT:
            return "by a whiteout"


def stores_twice(touch: PathChange) -> bool:
    """Tell whether a layer ships contents that the path had before."""
    if (
        touch.action not in (Action.MODIFIED, Action.REWRITTEN)
        or touch.change.content_is_open
        or touch.change.content_is_assumed
    ):
        return False
    if touch.before is None or touch.after is None or not touch.after.shipped_bytes:
        return False
    return not {"content", "type"} & {aspect.value for aspect in touch.change.aspects}


def cost_text(touch: PathChange) -> str:
    """Return what a layer ships that the final filesystem has no use for; empty where there is nothing."""
    left = touch.after
    if left is None or left.entry.directory is not None or not left.shipped_bytes:
        return ""
    if stores_twice(touch):
        return f"same content, {format_size(left.shipped_bytes)} stored twice"
    if touch.gone_in is not None:
        return f"{'replaced' if touch.is_replaced else 'deleted'} in {touch.gone_in}, {STILL_IN_IMAGE}"
    return ""


def conclusion_text(
    answer: Provenance, unopened: Mapping[int, str] | None = None, *, is_whole: bool = False, is_artifact: bool = False
) -> str:
    """Return which layer a path is from in the end, and what else ships of it.

    The blobs of an artifact do not lie over each other: each that has the path has it still.

    Args:
        answer: what is known of the path.
        unopened: as `ocitui.image.image.Image.unopened` has it.
        is_whole: whether each layer is named that ships it, however many do.
        is_artifact: whether it is an artifact whose blobs were looked through.
    """
    noun, whole = (BLOB_NOUN, "artifact") if is_artifact else (LAYER_NOUN, "image")
    name, now = path_text(answer.path), answer.now
    touches = answer.timeline.changes
    match answer.answer:
        case Answer.PRESENT if now is not None:
            said = f"{name}: from {noun} {now.layer}, {version_text(now)}"
        case Answer.PRESENT:
            said = f"{name}: the root, which no {noun} describes"
        case Answer.DELETED:
            said = f"{name}: deleted by {noun} {touches[-1].layer}"
        case Answer.NEVER:
            said = f"{name}: not in this {whole}"
        case Answer.UNKNOWN:
            verb = "is" if len(answer.doubtful) == 1 else "are"
            what = gap_words(answer.doubtful, unopened or {})
            return f"{name}: unknown: {layers_text(answer.doubtful, noun)} {verb} {what}"
    shipped = [touch for touch in touches if touch.gone_in is not None and touch.after and touch.after.shipped_bytes]
    if shipped:
        sizes = [(touch.layer, touch.after.shipped_bytes) for touch in shipped if touch.after]
        each = ", ".join(f"{format_size(size)} in {noun} {layer}" for layer, size in sizes)
        if not is_whole and len(sizes) > UNFOLDED:
            each = (
                f"{format_size(sum(size for _, size in sizes))} in {layers_text([layer for layer, _ in sizes], noun)}"
            )
        said += f"; {'in the artifact as well' if is_artifact else STILL_IN_IMAGE}: {each}"
    if answer.harmless:
        said += f" (whatever {layers_text(answer.harmless, noun)} did)"
    return said


def now_text(timeline: Timeline, damaged: Sequence[int] = (), noun: str = LAYER_NOUN) -> str:
    """Return which layer a path is from as far as layers are known, where it is shown that more may be.

    Args:
        timeline: what is known of the path.
        damaged: the numbers of the layers that are known in part.
        noun: the word for a layer.
    """
    last = timeline.changes[-1].layer if timeline.changes else 0
    in_part = [number for number in damaged if number >= last]  # what is lost of it may change the path once more
    said = [f"{layers_text(timeline.unsure, noun)} not known"] if timeline.unsure else []
    said += [f"{layers_text(in_part, noun)} damaged"] if in_part else []
    unsure = f"  ({', '.join(said)})" if said else ""
    now = timeline.now
    if not timeline.changes:
        return f"no {noun} has it{unsure}"
    if now is None:
        return f"now: deleted by {noun} {timeline.changes[-1].layer}{unsure}"
    return f"now: from {noun} {now.layer}, {version_text(now)}{unsure}"


def version_text(version: Version) -> str:
    """Return what a layer left at a path: size, mode and capabilities, or where a link leads."""
    entry = version.entry
    if entry.kind is EntryKind.SYMLINK:
        return f"symbolic link to {printable(entry.link or b'')}"
    if entry.kind is EntryKind.HARDLINK and version.content is None:
        return f"hard link to {printable(entry.leads_to)}, which is missing"
    return f"{size_text(version)} {permissions_text(version.inode)}".strip()


def permissions_text(entry: Entry) -> str:
    """Return who may do what: the mode, and capabilities and access control lists where there are any."""
    return " ".join((mode_text(entry), *notable_texts(entry.xattrs)))


def size_text(version: Version) -> str:
    """Return the size of a file; empty for what has none."""
    return format_size(version.inode.size) if version.inode.kind is EntryKind.FILE else ""


def version_facts(before: Version | None, after: Version | None) -> list[tuple[str, str, str]]:
    """Return what is known of two versions of a path: a label, before, after; empty texts where there is none."""
    facts = []
    for label, text in _FACTS:
        old, new = (text(version) if version is not None else "" for version in (before, after))
        if old or new:
            facts.append((label, old, new))
    return facts


def _link(version: Version) -> str:
    if version.entry.link is None:
        return ""
    return f"{'same file as' if version.entry.kind is EntryKind.HARDLINK else '→'} {printable(version.entry.leads_to)}"


def _xattrs(version: Version) -> str:
    xattrs = sorted(version.inode.xattrs.items())
    return ", ".join(f"{printable(name)}={attribute_text(name, value)}" for name, value in xattrs)


_FACTS = (
    ("type", lambda version: version.entry.kind.word),
    ("size", lambda version: f"{version.inode.size:,} B" if version.inode.kind is EntryKind.FILE else ""),
    ("mode", lambda version: mode_text(version.inode)),
    ("owner", lambda version: owner_text(version.inode)),
    ("time", lambda version: utc_text(version.inode)),
    ("link", _link),
    ("xattrs", _xattrs),
)
