"""The differences between two versions of a path: their properties, and their contents."""

from collections.abc import Iterator
from dataclasses import dataclass

from ocitui.image.attributes import attribute_text
from ocitui.image.diff.lines import changed_runs, hunks
from ocitui.image.diff.texts import TEXT_LIMIT, Content, Texts, read_texts
from ocitui.image.merged.changes import same_content
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.timeline import Version, version_of
from ocitui.image.words import mode_text, owner_text, time_text
from ocitui.layers.entry import Entry, EntryKind

_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that is not the same; values as they are shown, but links and names as raw as the image's."""

    name: str
    before: bytes | str
    after: bytes | str


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """Two versions of a path, compared."""

    before: Version | None
    """None where it was not there."""
    after: Version | None
    properties: tuple[Difference, ...]
    content: Content
    texts: Texts | None = None
    """The contents where they are texts, and not too large."""

    def unified(self) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
        """Compare the texts, which may take seconds, and yield the hunks of a unified diff.

        Each has its title, and its lines with a blank, ``-`` or ``+``; a line has its line
        feed, but for the last of a text without one.
        """
        if self.texts is not None and self.content is Content.TEXT:
            old, new = (text.lines for text in self.texts)
            for hunk in hunks(changed_runs(old, new), len(old), len(new)):
                yield hunk.title, [(each.sign, each.of(old, new)) for each in hunk.lines]

    @property
    def is_same(self) -> bool:
        """True if nothing differs."""
        return not self.properties and self.content in (Content.NONE, Content.SAME)


def version_at(stack: LayerStack, top: int, path: bytes) -> Version | None:
    """Return the version of a path after a layer; links on the way are followed, the last component is not.

    Args:
        stack: the layers.
        top: the number of the layer.
        path: from the root, without a slash at its beginning.
    """
    _, merged = stack.located(top, path) or (b"", None)
    return version_of(stack, merged.layer, merged.row) if merged is not None else None


def compare_versions(
    reader: ContentReader,
    before: Version | None,
    after: Version | None,
    after_reader: ContentReader | None = None,
) -> VersionDiff:
    """Compare two versions; contents of both are read.

    Args:
        reader: reads them.
        before: the one; None where it is not there.
        after: the other.
        after_reader: reads the other, where that is of another image.

    Raises:
        OcituiError: one of them cannot be read.
    """
    other_reader = after_reader or reader
    properties = tuple(_properties(before, after))
    one, other = _file_of(before), _file_of(after)
    if one is None or other is None:
        return VersionDiff(before, after, properties, Content.NONE)
    if (one == other and reader is other_reader) or same_content(reader, one, other, other_reader):
        return VersionDiff(before, after, properties, Content.SAME)
    if max(one[1].size, other[1].size) > TEXT_LIMIT:
        return VersionDiff(before, after, properties, Content.LARGE)
    old, new = b"".join(reader.read(*one)), b"".join(other_reader.read(*other))
    return VersionDiff(before, after, properties, *read_texts(old, new))


def _file_of(version: Version | None) -> tuple[int, Entry] | None:
    found = version.content if version is not None else None
    return found if found is not None and found[1].kind is EntryKind.FILE else None


def _properties(before: Version | None, after: Version | None) -> Iterator[Difference]:
    if before is None or after is None:
        if before is not after:
            yield Difference(
                "", *("not there" if version is None else _kind(version.inode) for version in (before, after))
            )
        return
    old, new = before.inode, after.inode
    are_described = all(each.is_described or each.is_implied for each in (old, new))
    if old.kind is not new.kind:
        yield Difference("type", _kind(old), _kind(new))
    elif old.kind is EntryKind.FILE and old.size != new.size:
        yield Difference("size", str(old.size), str(new.size))
    if EntryKind.SYMLINK in (old.kind, new.kind):
        if old.kind is new.kind and old.link != new.link:
            yield Difference("link", old.link or b"", new.link or b"")
    elif old.mode != new.mode and are_described:
        yield Difference("mode", _mode(old), _mode(new))
    if are_described and (old.uid, old.gid) != (new.uid, new.gid):
        yield Difference("owner", owner_text(old), owner_text(new))
    if old.device != new.device:
        yield Difference("device", _device(old), _device(new))
    if old.mtime_ns != new.mtime_ns and are_described:
        yield Difference("time", _time(old, new), _time(new, old))
    for name in sorted(old.xattrs.keys() | new.xattrs.keys()):
        if old.xattrs.get(name) != new.xattrs.get(name):
            label = f"xattr {name.decode('utf-8', 'surrogateescape')}"
            yield Difference(label, *_xattrs(name, old.xattrs.get(name), new.xattrs.get(name)))


def _kind(entry: Entry) -> str:
    return entry.kind.word


def _mode(entry: Entry) -> str:
    return mode_text(entry)[1:]


def _device(entry: Entry) -> str:
    return "none" if entry.device is None else f"{entry.device[0]}, {entry.device[1]}"


def _time(entry: Entry, other: Entry) -> str:
    """To the second, and further where only that differs."""
    seconds, rest = divmod(entry.mtime_ns, _NANOSECONDS)
    is_close = entry.is_described and seconds == other.mtime_ns // _NANOSECONDS
    return f"{time_text(entry)}.{rest:09}" if is_close else time_text(entry)


def _xattrs(name: bytes, old: bytes | None, new: bytes | None) -> tuple[str, str]:
    """Return what both mean, or their bytes where only those differ."""
    one, other = ("none" if value is None else attribute_text(name, value) for value in (old, new))
    return (one, other) if one != other else (f"0x{(old or b'').hex()}", f"0x{(new or b'').hex()}")
