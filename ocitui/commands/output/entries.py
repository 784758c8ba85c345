"""Entries of a filesystem that commands list, and their JSON."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from ocitui.commands.output.json import JsonObject, path_fields, text_fields
from ocitui.display import printable
from ocitui.image.attributes import attribute_text
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem
from ocitui.layers.entry import LAST_TIME, Entry, EntryKind
from ocitui.spec.moment import format_moment

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


def entry_object(listed: Listed) -> JsonObject:
    """An entry of a list.

    ::

        {"path": from the root, with a slash before it, "name", "kind", "mode": "0755", "uid", "gid", "size",
         "mtime": "2024-05-14T10:00:00Z", or null beyond 1677 to 2262, "mtimeNs"}
        and, where there is one: "layer": number where layers are merged, "link": of a symbolic
        link as written, of a hard link a path from the root, "device": [major, minor],
        "xattrs": {name: Base 64}, "xattrTexts": {name: what it means}, "deletes": the path that a whiteout
        hides, "implied": true for what no entry describes, so that its mode, owner and time say nothing (a directory
        without an entry of its own, a file that is a whole blob of an artifact), "belowEntries" and
        "belowBytes" of a directory

    Of ``path``, ``name``, ``link`` and ``deletes`` that are not UTF-8 the text is escaped, and the exact
    bytes are beside it in Base 64: ``pathBytes``, ``nameBytes``, ``linkBytes``, ``deletesBytes``.
    """
    entry = listed.entry
    found: JsonObject = {
        **path_fields("path", listed.path),
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
        found |= text_fields("link", entry.leads_to)
    if entry.device is not None:
        found["device"] = list(entry.device)
    if entry.xattrs:
        texts = {printable(name): attribute_text(name, value) for name, value in entry.xattrs.items()}
        found["xattrTexts"] = texts
        found["xattrs"] = {printable(name): base64.b64encode(value).decode() for name, value in entry.xattrs.items()}
    if entry.kind is EntryKind.WHITEOUT:
        found |= path_fields("deletes", listed.path[: len(listed.path) - len(entry.raw_name)] + entry.name)
    if not entry.is_described:
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
    if abs(nanoseconds) >= LAST_TIME:
        return None
    try:
        return format_moment(datetime.fromtimestamp(nanoseconds // _BILLION, UTC))
    except (OverflowError, OSError, ValueError):
        return None
