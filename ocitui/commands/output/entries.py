"""Entries as ``ocitui ls`` prints them: names, long lines, JSON."""

import base64
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from ocitui.commands.output.json import JsonObject, dump, text_fields
from ocitui.display import printable
from ocitui.image.attributes import attribute_text, notable_texts
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem
from ocitui.image.words import mode_text, owner_text, time_text
from ocitui.layers.entry import Entry, EntryKind

_BATCH = 1000
"""Lines that are aligned with each other, and written at once."""
_BATCH_SIZE = 1 << 22
"""Bytes of their paths, about."""
_BILLION = 1_000_000_000


class Listed(NamedTuple):
    """An entry and its path from the root, without a slash before it."""

    path: bytes
    entry: Entry
    layer: int | None = None
    """Number of the layer it comes from, where layers are merged."""


def list_below(
    files: Filesystem,
    found: FileEntry,
    is_recursive: bool,
    *,
    is_itself: bool = False,
    with_layers: bool = False,
    with_totals: bool = False,
) -> Iterator[Listed]:
    """Yield the entries of a directory, or everything below it; of anything else, itself.

    The paths are those of the tar: a whiteout's has its ``.wh.``.

    Args:
        files: the filesystem.
        found: where to begin.
        is_recursive: everything below it.
        is_itself: not what is in a directory, but itself.
        with_layers: whether to say which layer each entry comes from.
        with_totals: whether what is below directories is wanted, though it has to be added up.
    """
    if found.directory is None or is_itself:
        entries = iter((found,))
    else:
        entries = files.walk(found) if is_recursive else files.children(found)
    for each in entries:
        described = files.described(each, with_totals=with_totals)
        yield Listed(each.raw_path, described, (each.layer or None) if with_layers else None)


def write_list(
    entries: Iterable[Listed], *, is_long: bool, is_recursive: bool, end: bytes, with_xattrs: bool = False
) -> None:
    """Write names or long lines: escaped to a terminal, as raw bytes to anything else.

    Args:
        entries: what to write.
        is_long: with mode, owner, size and time.
        is_recursive: whole paths instead of names, directories with ``/``.
        end: what ends each line.
        with_xattrs: with the bytes of each extended attribute in a line of its own.
    """
    is_terminal = sys.stdout.isatty()
    sys.stdout.flush()
    rest, widths = iter(entries), [0, 0, 0, 0]
    while batch := list(_some(rest)):
        names = [_name(listed, is_recursive) + (_remark(listed.entry) if is_long else b"") for listed in batch]
        if is_long:
            details = [_details(listed) for listed in batch]
            widths = [max(width, *(len(cells[n]) for cells in details)) for n, width in enumerate(widths)]
            owner, size, time, layer = widths
            heads = [
                f"{_mode(listed.entry)}  {cells[0]:<{owner}}  {cells[1]:>{size}}  {cells[2]:<{time}}  "
                f"{f'{cells[3]:>{layer}}  ' if layer else ''}".encode()
                for listed, cells in zip(batch, details, strict=True)
            ]
            names = [head + name for head, name in zip(heads, names, strict=True)]
        if with_xattrs:
            names = [end.join((name, *_xattrs(listed.entry))) for listed, name in zip(batch, names, strict=True)]
        if is_terminal:
            sys.stdout.write("".join(printable(name) + end.decode() for name in names))
        else:
            sys.stdout.buffer.write(b"".join(name + end for name in names))
    sys.stdout.flush()


def _some(entries: Iterator[Listed]) -> Iterator[Listed]:
    """The next lines that are written at once: fewer of paths that are very long."""
    left = _BATCH_SIZE
    for listed in islice(entries, _BATCH):
        yield listed
        left -= len(listed.path) + len(listed.entry.link or b"")
        if left < 0:
            return


def _name(listed: Listed, is_recursive: bool) -> bytes:
    if not is_recursive:
        return listed.path.rpartition(b"/")[2] or b"/"
    return listed.path + b"/" if listed.entry.directory is not None else listed.path


def _xattrs(entry: Entry) -> Iterator[bytes]:
    """Yield the extended attributes: name, bytes in hex, and what they mean."""
    for name, value in sorted(entry.xattrs.items()):
        yield f"    {printable(name)}  0x{value.hex()}  {attribute_text(name, value)}".encode()


def _remark(entry: Entry) -> bytes:
    """Return the text after the name in a long line, as ``ls -l`` and ``tar tv`` write it."""
    notable = "".join(f"  {text}" for text in notable_texts(entry.xattrs)) if entry.extras is not None else ""
    return _kind_remark(entry) + notable.encode()


def _kind_remark(entry: Entry) -> bytes:
    match entry.kind:
        case EntryKind.SYMLINK:
            return b" -> " + (entry.link or b"")
        case EntryKind.HARDLINK:
            return b" link to " + (entry.link or b"")
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


def _details(listed: Listed) -> tuple[str, str, str, str]:
    """Owner, size, time, and the layer where layers are merged."""
    entry = listed.entry
    layer = "" if listed.layer is None else str(listed.layer)
    size = f"{entry.device[0]}, {entry.device[1]}" if entry.device is not None else str(entry.total_size)
    return owner_text(entry), size, time_text(entry), layer


def write_json_entries(head: JsonObject, entries: Iterable[Listed], tail: JsonObject) -> None:
    """Write a JSON object of the fields of ``head``, ``"entries"`` and the fields of ``tail``."""
    sys.stdout.write(dump(head)[:-1] + ', "entries": ')
    write_json_array(entries)
    sys.stdout.write(", " + dump(tail)[1:] + "\n")


def write_json_array(entries: Iterable[Listed]) -> None:
    """Write entries as a JSON array, each on a line of its own as soon as it is known."""
    separator = "[\n"
    for listed in entries:
        sys.stdout.write(separator + dump(entry_object(listed)))
        separator = ",\n"
    sys.stdout.write("[]" if separator.startswith("[") else "\n]")


def entry_object(listed: Listed) -> JsonObject:
    """An entry of a list.

    ::

        {"path": from the root, "name", "kind", "mode": "0755", "uid", "gid", "size",
         "mtime": "2024-05-14T10:00:00Z" or null, "mtimeNs"}
        and, where there is one: "layer": number where layers are merged, "link", "device": [major, minor],
        "xattrs": {name: Base 64}, "xattrTexts": {name: what it means}, "deletes": the path that a whiteout
        hides, "implied": true for a directory without an entry of its own, "belowEntries" and "belowBytes" of
        a directory

    Of ``path``, ``name``, ``link`` and ``deletes`` that are not UTF-8 the text is escaped, and the exact
    bytes are beside it in Base 64: ``pathBytes``, ``nameBytes``, ``linkBytes``, ``deletesBytes``.
    """
    entry = listed.entry
    found: JsonObject = {
        **text_fields("path", listed.path),
        **text_fields("name", entry.raw_name),
        "kind": entry.kind.word,
        "mode": f"{entry.mode:04o}",
        "uid": entry.uid,
        "gid": entry.gid,
        "size": entry.size,
        "mtime": _iso(entry.mtime_ns),
        "mtimeNs": entry.mtime_ns,
    }
    if listed.layer is not None:
        found["layer"] = listed.layer
    if entry.link is not None:
        found |= text_fields("link", entry.link)
    if entry.device is not None:
        found["device"] = list(entry.device)
    if entry.xattrs:
        texts = {printable(name): attribute_text(name, value) for name, value in entry.xattrs.items()}
        found["xattrTexts"] = texts
        found["xattrs"] = {printable(name): base64.b64encode(value).decode() for name, value in entry.xattrs.items()}
    if entry.kind is EntryKind.WHITEOUT:
        found |= text_fields("deletes", listed.path[: len(listed.path) - len(entry.raw_name)] + entry.name)
    if entry.is_implied:
        found["implied"] = True
    if entry.directory is not None:
        found |= {"belowEntries": entry.below_entries, "belowBytes": entry.below_bytes}
    return found


def version_object(path: bytes, layer: int, entry: Entry, content: tuple[int, Entry] | None) -> JsonObject:
    """A version of a path: the layer it is of, its entry, and for a hard link the layer and entry it names.

    Args:
        path: from the root.
        layer: the number of the layer.
        entry: the entry there.
        content: the layer and the entry that hold the contents; None if that is the entry itself, or unknown.
    """
    found: JsonObject = {"layer": layer, "entry": entry_object(Listed(path, entry)), "content": None}
    if content is not None:
        number, other = content
        found["content"] = {"layer": number, "entry": entry_object(Listed(other.name, other))}
    return found


def _iso(nanoseconds: int) -> str | None:
    try:
        moment = datetime.fromtimestamp(nanoseconds // _BILLION, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return moment.isoformat().replace("+00:00", "Z")
