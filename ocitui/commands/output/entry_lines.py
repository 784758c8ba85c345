"""Entries as ``ocitui ls`` prints them: names and long lines."""

import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ocitui.commands.output.entries import Listed
from ocitui.commands.output.styled import Style, join, styled
from ocitui.commands.output.terminal import dim, drawn, is_read_by_people
from ocitui.display import format_size, printable
from ocitui.image.attributes import attribute_text, notable_texts
from ocitui.image.words import mode_text, owner_text, time_text
from ocitui.layers.entry import DEVICE_KINDS, Entry, EntryKind

_HEADINGS = ("owner", "size", "modified (UTC)", "layer")
"""The names of the columns between the mode and the name."""
_BATCH = 1000
"""Lines that are aligned with each other, and written at once."""
_MODE = len("drwxr-xr-x")
_BATCH_SIZE = 1 << 22
"""Bytes of their paths, about."""

_STYLES = {
    EntryKind.DIRECTORY: Style.DIRECTORY,
    EntryKind.SYMLINK: Style.LINK,
    EntryKind.CHARACTER_DEVICE: Style.NODE,
    EntryKind.BLOCK_DEVICE: Style.NODE,
    EntryKind.FIFO: Style.FIFO,
    EntryKind.WHITEOUT: Style.WHITEOUT,
    EntryKind.OPAQUE: Style.WHITEOUT,
}
_ANY_EXECUTE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


def style_of(entry: Entry) -> Style | None:
    """Return the style of a name, as ``ls`` colours it: by its type, then by what it may do."""
    if entry.kind is EntryKind.DIRECTORY and entry.mode & stat.S_IWOTH:
        return Style.FOR_ALL
    if entry.directory is not None:
        return Style.DIRECTORY
    if entry.kind not in (EntryKind.FILE, EntryKind.HARDLINK):
        return _STYLES.get(entry.kind)
    for bit, style in ((stat.S_ISUID, Style.SETUID), (stat.S_ISGID, Style.SETGID), (_ANY_EXECUTE, Style.EXECUTABLE)):
        if entry.mode & bit:
            return style
    return None


def write_list(
    entries: Iterable[Listed],
    *,
    is_long: bool,
    is_whole: bool,
    end: bytes,
    marks_folders: bool = False,
    with_xattrs: bool = False,
    is_human: bool = False,
) -> None:
    """Write names or long lines: escaped and coloured for people, as raw bytes to anything else.

    On a terminal the names of the columns stand above long lines.

    Args:
        entries: what to write.
        is_long: with mode, owner, size and time.
        is_whole: whole paths instead of names.
        end: what ends each line.
        marks_folders: directories with a ``/`` behind their paths.
        with_xattrs: with the bytes of each extended attribute in a line of its own.
        is_human: sizes as people say them, not in bytes.
    """
    is_for_people = is_read_by_people()
    sys.stdout.flush()
    rest, widths = iter(entries), [0, 0, 0, 0]
    has_headings = is_long and sys.stdout.isatty()  # a program that reads lines gets entries alone
    while batch := list(_some(rest)):
        if has_headings:
            widths = [*map(len, _HEADINGS[:3]), 0 if batch[0].layer is None else len(_HEADINGS[3])]
        heads = _heads(batch, widths, is_human) if is_long else [""] * len(batch)
        if has_headings:
            has_headings = False
            sys.stdout.write(drawn(dim(_heading(widths))) + end.decode())
        names = [_name(listed, is_whole, marks_folders) for listed in batch]
        if is_for_people:
            for head, name, listed in zip(heads, names, batch, strict=True):
                sys.stdout.write(drawn(_line(head, name, listed.entry, is_long)) + end.decode())
                for text in _xattrs(listed.entry) if with_xattrs else ():
                    sys.stdout.write(drawn(dim(text)) + end.decode())
            continue
        if is_long:
            names = [
                head.encode() + name + remark_of(listed.entry)
                for head, name, listed in zip(heads, names, batch, strict=True)
            ]
        if with_xattrs:
            more = [[text.encode() for text in _xattrs(listed.entry)] for listed in batch]
            names = [end.join((name, *texts)) for name, texts in zip(names, more, strict=True)]
        sys.stdout.buffer.write(b"".join(name + end for name in names))
    sys.stdout.flush()


def _line(head: str, name: bytes, entry: Entry, is_long: bool) -> str:
    """A line for people: what is read first is the name."""
    shown = styled(printable(name), style_of(entry))
    return join(dim(head), shown, printable(remark_of(entry))) if is_long else shown


def _heads(batch: list[Listed], widths: list[int], is_human: bool) -> list[str]:
    """The columns before the names, as wide as those of the lines before; widths grow with them."""
    details = [_details(listed, is_human) for listed in batch]
    widths[:] = [max(width, *(len(cells[n]) for cells in details)) for n, width in enumerate(widths)]
    owner, size, time, layer = widths
    return [
        f"{_mode(listed.entry)}  {cells[0]:<{owner}}  {cells[1]:>{size}}  {cells[2]:<{time}}  "
        f"{f'{cells[3]:>{layer}}  ' if layer else ''}"
        for listed, cells in zip(batch, details, strict=True)
    ]


def _heading(widths: Sequence[int]) -> str:
    """The names of the columns, as wide as these."""
    owner, size, time, layer = widths
    names = _HEADINGS
    layers = f"{names[3]:>{layer}}  " if layer else ""
    return f"{'mode':<{_MODE}}  {names[0]:<{owner}}  {names[1]:>{size}}  {names[2]:<{time}}  {layers}name"


def _some(entries: Iterator[Listed]) -> Iterator[Listed]:
    """The next lines that are written at once: fewer of paths that are very long."""
    left = _BATCH_SIZE
    for listed in islice(entries, _BATCH):
        yield listed
        left -= len(listed.path) + len(listed.entry.link or b"")
        if left < 0:
            return


def _name(listed: Listed, is_whole: bool, marks_folders: bool) -> bytes:
    if not is_whole:
        return listed.path.rpartition(b"/")[2] or b"/"
    return listed.path + b"/" if marks_folders and listed.entry.directory is not None else listed.path


def _xattrs(entry: Entry) -> Iterator[str]:
    """Yield the extended attributes: name, bytes in hex, and what they mean."""
    for name, value in sorted(entry.xattrs.items()):
        raw, text = f"0x{value.hex()}", attribute_text(name, value)
        yield f"    {printable(name)}  {raw}{f'  {text}' if text != raw else ''}"


def remark_of(entry: Entry) -> bytes:
    """Return the text after the name in a long line, as ``ls -l`` and ``tar tv`` write it."""
    notable = "".join(f"  {text}" for text in notable_texts(entry.xattrs)) if entry.extras is not None else ""
    return _kind_remark(entry) + notable.encode()


def _kind_remark(entry: Entry) -> bytes:
    match entry.kind:
        case EntryKind.SYMLINK:
            return b" -> " + (entry.link or b"")
        case EntryKind.HARDLINK:
            return b" link to " + entry.leads_to
        case EntryKind.WHITEOUT:
            return b"  (deletes " + entry.name + b")"
        case EntryKind.OPAQUE:
            return b"  (hides what lower layers have here)"
        case EntryKind.UNKNOWN:
            return b"  (of an unknown type)"
        case _:
            return b""


def _mode(entry: Entry) -> str:
    text = mode_text(entry)
    return "h" + text[1:] if entry.kind is EntryKind.HARDLINK else text


def _details(listed: Listed, is_human: bool) -> tuple[str, str, str, str]:
    """Owner, size, time, and the layer where layers are merged."""
    entry = listed.entry
    layer = "" if listed.layer is None else str(listed.layer)
    size = format_size(entry.total_size) if is_human else str(entry.total_size)
    if entry.kind in DEVICE_KINDS:
        size = f"{entry.device[0]}, {entry.device[1]}" if entry.device is not None else "?, ?"
    return owner_text(entry), size, time_text(entry), layer
