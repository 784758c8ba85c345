"""How the differences of two images are said, on the screen and in text; all of it is safe to draw."""

from ocitui.display import format_count, format_exact_size, format_size
from ocitui.image.diff.images import DocumentsDiff
from ocitui.image.diff.layers import Sharing
from ocitui.image.diff.paths import PathDiff, is_file
from ocitui.image.merged.changes import Mark
from ocitui.layers.entry import EntryKind

_SHARINGS = {
    Sharing.DIGEST: "shared",
    Sharing.DIFF_ID: "compressed otherwise",
    Sharing.BEFORE: "only in A",
    Sharing.AFTER: "only in B",
}
_ENTRIES = {
    Mark.UNCHANGED: "the same",
    Mark.MODIFIED: "modified",
    Mark.DELETED: "only in A",
    Mark.ADDED: "only in B",
}


def layers_text(found: DocumentsDiff) -> str:
    """How many layers are shared, and how many are not: ``6 shared, 2 only in A``."""
    counts = found.layer_counts
    return (
        ", ".join(f"{format_count(counts[each])} {text}" for each, text in _SHARINGS.items() if counts[each]) or "none"
    )


def config_text(found: DocumentsDiff) -> str:
    """How many fields of the config differ."""
    count = len(found.config)
    return f"{format_count(count)} {'field differs' if count == 1 else 'fields differ'}" if count else "the same"


def history_text(found: DocumentsDiff) -> str:
    """How many entries of the history are the same, and how many are not."""
    counts = {mark: sum(pair.mark is mark for pair in found.history) for mark in _ENTRIES}
    return (
        ", ".join(f"{format_count(counts[mark])} {text}" for mark, text in _ENTRIES.items() if counts[mark]) or "none"
    )


def what_differs(path: PathDiff) -> str:
    """In what a path was modified; of one that was added or removed, what it is: ``symlink``."""
    if path.mark is Mark.MODIFIED:
        return path.change.words.replace("content?", "content not compared")
    found = path.before or path.after
    return EntryKind(found.inode.kind).word if found is not None else ""


def sizes_text(path: PathDiff, arrow: str) -> str:
    """The size of a file; of one that was modified before and after, exactly where that is needed to see it."""
    sizes = [found.size if found is not None and is_file(found) else None for found in (path.before, path.after)]
    old, new = map(format_size, sizes)
    if path.mark is not Mark.MODIFIED or sizes[0] == sizes[1]:
        return new or old
    if old == new:
        old, new = map(format_exact_size, sizes)
    return f"{old or '(none)'} {arrow} {new or '(none)'}"
