"""The words for the differences of two images: the same on the screen and in text, all safe to draw."""

from ocitui.display import format_count, format_exact_size, format_size, printable
from ocitui.image.diff.config import ConfigDifference, value_text
from ocitui.image.diff.history import HistoryPair
from ocitui.image.diff.images import DocumentsDiff, Sums
from ocitui.image.diff.layers import Sharing
from ocitui.image.diff.paths import PathDiff, is_file
from ocitui.image.diff.texts import Texts
from ocitui.image.history.words import NO_HISTORY, entry_text
from ocitui.image.merged.changes import Mark
from ocitui.layers.entry import EntryKind

ALL_SHARED = "the same: all layers are"
"""Of the paths of two images whose layers are the same."""

SHARINGS = {
    Sharing.DIGEST: "shared",
    Sharing.DIFF_ID: "same content, different compression",
    Sharing.BEFORE: "only in A",
    Sharing.AFTER: "only in B",
}
"""The words for the ways in which layers are shared."""
_ENTRIES = {
    Mark.UNCHANGED: "the same",
    Mark.MODIFIED: "modified",
    Mark.DELETED: "only in A",
    Mark.ADDED: "only in B",
}


def layers_text(found: DocumentsDiff) -> str:
    """Return the number of layers that are shared, and of those that are not: ``6 shared, 2 only in A``."""
    counts = found.layer_counts
    return (
        ", ".join(f"{format_count(counts[each])} {text}" for each, text in SHARINGS.items() if counts[each]) or "none"
    )


def config_text(found: DocumentsDiff) -> str:
    """Return the number of fields of the config that differ, in words."""
    count = len(found.config)
    return f"{format_count(count)} {'field differs' if count == 1 else 'fields differ'}" if count else "the same"


def history_text(found: DocumentsDiff) -> str:
    """Return the number of entries of the history that are the same, and of those that are not, in words."""
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


def encodings_text(texts: Texts) -> str:
    """Return in which encodings two files have the same text."""
    names = list(dict.fromkeys(text.encoding.name for text in texts))
    said = " and ".join(names) if len(names) > 1 else f"{names[0]} with and without BOM"
    return f"same text in different encodings: {said}"


def link_text(path: PathDiff, arrow: str) -> str:
    """Return what follows the name of a symbolic link: where it leads, and where it led; empty for anything else.

    Args:
        path: the path.
        arrow: what stands between a link and where it leads, and between before and after.
    """
    links = [found.inode.link for found in (path.before, path.after) if found and found.inode.kind == EntryKind.SYMLINK]
    if not links or (path.mark is Mark.MODIFIED and len(links) == 1):
        return ""
    targets = list(dict.fromkeys(printable(link or b"") for link in links))
    return f"  ({f' {arrow} '.join(targets)})" if len(targets) > 1 else f" {arrow} {targets[0]}"


def field_value(each: ConfigDifference, arrow: str) -> str:
    """Return the value of a field, or before and after; empty for a port or a volume, which is nothing but its name.

    Args:
        each: the field.
        arrow: what stands between before and after.
    """
    old, new = printable(value_text(each.before)), printable(value_text(each.after))
    if each.mark is Mark.MODIFIED:
        return f"{old} {arrow} {new}"
    is_name = "" in (each.before, each.after) and each.key
    return "" if is_name else old if each.mark is Mark.DELETED else new


def pair_text(pair: HistoryPair, limit: int | None = None) -> str:
    """Return the instruction of an entry of the history, the later one where both images have it.

    Args:
        pair: the entry in both.
        limit: characters that are looked at; None for all.
    """
    row = pair.after or pair.before
    return NO_HISTORY if row is None or row.entry is None else entry_text(row.entry, limit)


def sums_text(sums: Sums) -> str:
    """Return what was added up: ``3 added (1.2 MB), 1 modified (+3 B)``; empty where nothing was."""
    texts = []
    for each, what in ((sums.added, "added"), (sums.removed, "removed"), (sums.modified, "modified")):
        sign = "+" if each is sums.modified and each.bytes > 0 else ""
        if each.paths:
            texts.append(f"{format_count(each.paths)} {what} ({sign}{format_size(each.bytes)})")
    return ", ".join(texts)
