"""A timeline as rows: what each layer did to a path, and what it left."""

from collections.abc import Sequence

from ocitui.display import format_mode, format_size, format_time, printable
from ocitui.image.history.instruction import LINE_LIMIT
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.image.merged.timeline import Action, PathChange, Timeline, Version
from ocitui.layers.entry import EntryKind
from ocitui.tui.files.columns import TYPE_BITS
from ocitui.tui.rows.row import Part

_MARKS = {
    Action.ADDED: ("+", "lines--good"),
    Action.READDED: ("+", "lines--good"),
    Action.MODIFIED: ("~", "lines--warn"),
    Action.REWRITTEN: ("=", "lines--muted"),
    Action.DELETED: ("−", "lines--bad"),
}


def now_text(timeline: Timeline) -> str:
    """Who has the path now, in a line."""
    now = timeline.now
    unsure = ""
    if timeline.unsure:
        unsure = f"  (layers {', '.join(map(str, timeline.unsure))} are not known)"
    if not timeline.changes:
        return f"no layer has it{unsure}"
    if now is None:
        return f"now: deleted by layer {timeline.changes[-1].layer}{unsure}"
    return f"now: from layer {now.layer} · {version_text(now)}{unsure}"


def version_text(version: Version) -> str:
    """Size and mode of what a layer left."""
    entry = version.inode
    kind = version.entry.kind
    mode = format_mode(TYPE_BITS.get(kind, 0) | entry.mode)
    size = "" if kind is not EntryKind.FILE and kind is not EntryKind.HARDLINK else format_size(entry.size)
    link = f" → {printable(entry.link)}" if kind is EntryKind.SYMLINK and entry.link is not None else ""
    return "  ".join(filter(None, (size, mode + link)))


def touch_header(width: int) -> str:
    """The names of the columns."""
    return f"{'layer':>5} {'what':<22}{'size':>10}  {'mode':<10}  instruction"


def touch_parts(touch: PathChange, image: Image, width: int) -> list[Part]:
    """One layer's row: number, mark, what it did, size and mode, remark, instruction."""
    mark, style = _MARKS[touch.action]
    version = touch.after or touch.before
    size = mode = ""
    if version is not None and touch.after is not None:
        entry = version.inode
        mode = format_mode(TYPE_BITS.get(version.entry.kind, 0) | entry.mode)
        size = format_size(entry.size) if version.entry.kind in {EntryKind.FILE, EntryKind.HARDLINK} else ""
    parts: list[Part] = [(f"{touch.layer:>4}  ", ""), (f"{mark} {what_text(touch):<20} ", style)]
    parts.append((f"{size:>9}  {mode:<10}  ", ""))
    remark = remark_text(touch)
    if remark and width >= 100:
        parts.append((f"{remark}  ", "lines--warn"))
    parts.append((instruction_text(image, touch.layer), "lines--muted"))
    return parts


def what_text(touch: PathChange) -> str:
    """What the layer did, and in what it modified."""
    if touch.action is Action.MODIFIED:
        return touch.change.words or ("emptied" if touch.empties else "modified")
    return str(touch.action.value)


def remark_text(touch: PathChange) -> str:
    """What is paid for and not used."""
    left = touch.after
    if left is None or left.entry.directory is not None:
        return ""
    shipped = left.shipped_bytes
    if touch.action is Action.REWRITTEN and shipped:
        return f"the same again, {format_size(shipped)} paid twice"
    same = touch.action is Action.MODIFIED and touch.change.aspects and not touch.change.content_is_open
    if same and shipped and all(aspect.value not in {"content", "type"} for aspect in touch.change.aspects):
        return f"same content, {format_size(shipped)} paid twice"
    if touch.gone_in is not None and shipped:
        return f"gone in {touch.gone_in}, still shipped"
    return ""


def instruction_text(image: Image, number: int) -> str:
    """What made a layer."""
    return origin_text(image.history, number, LINE_LIMIT)


def detail_rows(touch: PathChange, image: Image) -> list[Sequence[Part]]:
    """All that is known of one row: before and after, and why."""
    rows: list[Sequence[Part]] = []

    def fact(label: str, before: str, after: str) -> None:
        if before == after or not before:
            rows.append([(f"  {label:<12}", "lines--muted"), (after, "")])
        elif not after:
            rows.append([(f"  {label:<12}", "lines--muted"), (before, "lines--bad")])
        else:
            rows.append([(f"  {label:<12}", "lines--muted"), (before, "lines--bad"), ("  →  ", ""), (after, "")])

    before, after = touch.before, touch.after
    for label, old, new in version_facts(before, after):
        fact(label, old, new)
    if touch.cause is not None:
        fact("why", "", f"{touch.cause.reason.value} of /{printable(touch.cause.path)}")
    if touch.empties:
        fact("also", "", "hides everything that the layers below have in it")
    if remark_text(touch):
        fact("paid for", "", remark_text(touch))
    fact("instruction", "", instruction_text(image, touch.layer))
    fact("digest", "", str(image.layers[touch.layer - 1].descriptor.digest))
    return rows


def version_facts(before: Version | None, after: Version | None) -> list[tuple[str, str, str]]:
    """What is told of two versions of a path: the label, before, after; empty where there is none."""
    facts = []
    for label, text in _FACTS:
        old, new = (text(version) if version is not None else "" for version in (before, after))
        if old or new:
            facts.append((label, old, new))
    return facts


def _link(version: Version) -> str:
    if version.entry.link is None:
        return ""
    return f"{'same file as' if version.entry.kind is EntryKind.HARDLINK else '→'} {printable(version.entry.link)}"


def _xattrs(version: Version) -> str:
    return ", ".join(f"{printable(name)}={printable(value)}" for name, value in sorted(version.inode.xattrs.items()))


_FACTS = (
    ("type", lambda v: v.entry.kind.word),
    ("size", lambda v: f"{v.inode.size:,} B" if v.inode.kind is EntryKind.FILE else ""),
    ("mode", lambda v: format_mode(TYPE_BITS.get(v.entry.kind, 0) | v.inode.mode)),
    ("owner", lambda v: f"{v.inode.uid}:{v.inode.gid}"),
    ("time", lambda v: f"{format_time(v.inode.mtime_ns / 1e9)} UTC"),
    ("link", _link),
    ("xattrs", _xattrs),
)
