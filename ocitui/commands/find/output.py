"""The output of ``ocitui find``: columns, paths alone, JSON."""

import sys
from collections.abc import Callable, Iterable, Sequence

from ocitui.cells import cells, cut
from ocitui.commands.opened.image import OpenImage
from ocitui.commands.output import terminal
from ocitui.commands.output.entries import Listed, entry_object
from ocitui.commands.output.entry_lines import style_of
from ocitui.commands.output.json import (
    SCHEMA_VERSION,
    JsonObject,
    path_fields,
    text_fields,
    text_or_null,
    write_array,
    write_closed,
    write_opened,
)
from ocitui.commands.output.styled import has_colour, join, style_named, styled
from ocitui.display import format_size, printable
from ocitui.image.image import Image
from ocitui.image.search.hit import Hit, TextMatch
from ocitui.image.search.query import Query
from ocitui.layers.entry import EntryKind

_STATUS_WIDTH = len("+ replaced by layer 99")
_ROOM_FOR_TEXT = 8
_SIZE_WIDTH = len("999.9 MB")


def write_hits(hits: Iterable[Hit]) -> None:
    """Write a line for each hit as soon as it is there: aligned for people, tabs and exact values for programs."""
    if sys.stdout.isatty():
        width = terminal.terminal_width() or 0
        for hit in hits:
            terminal.write_line(_line_for_people(hit, width))
            sys.stdout.flush()
        return
    if has_colour():
        for hit in hits:
            terminal.write_line(_line_for_a_pager(hit))
        return
    for hit in hits:
        sys.stdout.buffer.write(_line_for_programs(hit))
    sys.stdout.buffer.flush()


def write_paths(hits: Iterable[Hit]) -> None:
    """Write paths, each with a zero byte after it: escaped to a terminal, as raw bytes to anything else."""
    if terminal.is_read_by_people():
        for hit in hits:
            sys.stdout.write(terminal.drawn(_path(hit)) + "\0")
        sys.stdout.flush()
        return
    for hit in hits:
        sys.stdout.buffer.write(b"/" + hit.path + b"\0")
    sys.stdout.buffer.flush()


def _status(hit: Hit) -> str:
    return hit.short_remark or hit.status.word


def _line_for_people(hit: Hit, width: int) -> str:
    of_archive = "archive " if hit.archive and not hit.short_remark else ""
    status = f"{hit.mark.value} {of_archive}{_status(hit)}"
    size = format_size(hit.size) if hit.entry.kind is EntryKind.FILE or hit.entry.directory is not None else ""
    line = join(
        terminal.dim(f"{hit.noun} {hit.layer:<3} "),
        styled(f"{status:<{_STATUS_WIDTH}}", style_named(hit.mark.name)),
        f"  {size:>{_SIZE_WIDTH}}  ",
        _path(hit),
    )
    room = width - cells(line) - 2
    if hit.match is not None and room >= _ROOM_FOR_TEXT and (where := _where(hit.match)):
        return join(line, "  ", terminal.dim(cut(where, room)))  # a path stays whole, so that it can be copied
    return line


def _path(hit: Hit) -> str:
    """The path of a hit: its folder as it is, its name in the style of its type."""
    folder, slash, name = printable(hit.path).rpartition("/")
    return join("/", folder, slash, styled(name, style_of(hit.entry)))


def _line_for_a_pager(hit: Hit) -> str:
    """The columns for programs, in colours and safe to draw."""
    cells = [str(hit.layer), styled(_status(hit), style_named(hit.mark.name)), str(hit.size), _path(hit)]
    match = hit.match
    if match is not None and match.length:
        cells += [str(match.offset), ""] if match.is_binary else [str(match.line_number), printable(match.line)]
    return terminal.tabbed(cells)


def _where(match: TextMatch) -> str:
    if not match.length:
        return ""
    return f"at offset {match.offset:,}" if match.is_binary else f"{match.line_number}: {printable(match.line.strip())}"


def _line_for_programs(hit: Hit) -> bytes:
    line = f"{hit.layer}\t{_status(hit)}\t{hit.size}\t/".encode() + hit.path
    if hit.match is not None and hit.match.length:
        text = b"" if hit.match.is_binary else hit.match.line.rstrip(b"\r")
        line += b"\t%d\t%b" % (hit.match.offset if hit.match.is_binary else hit.match.line_number, text)
    return line + b"\n"


def write_json_hits(
    opened: OpenImage, query: Query, hits: Iterable[Hit], problems: Callable[[], Sequence[str]]
) -> None:
    """Write one JSON object, each hit as soon as it is known.

    ::

        {"schemaVersion": 1, "place", "image": digest, "query": as it was typed,
         "hits": [HIT, …], "problems": ["…"]}

        HIT  {"path", "layer": number, "digest",
              "status": "added|modified|unchanged|whiteout|deleted|replaced", what counts most of it,
              "change": "added|modified|unchanged|whiteout", what its layer did,
              "modified": ["type", "content", "link", "mode", "owner", "xattrs", "time"],
              "goneIn": the layer that deleted or replaced it, or null,
              "entry": as `ocitui ls --json` has it,
              "match": {"offset", "line": number, "text", "binary"} where contents were searched}

    Of what is not UTF-8 the exact bytes are beside it in Base 64: ``pathBytes``, ``textBytes``.
    """
    head = {
        "schemaVersion": SCHEMA_VERSION,
        "place": opened.place.transport.place,
        "image": text_or_null(opened.image.node.digest),
        "query": printable(query.text),
    }
    write_opened(head, "hits")
    write_array(_hit_object(opened.image, hit) for hit in hits)
    write_closed({"problems": problems()})
    sys.stdout.flush()


def _hit_object(image: Image, hit: Hit) -> JsonObject:
    entry, status = hit.entry, hit.status
    found: JsonObject = {
        **path_fields("path", hit.path),
        "layer": hit.layer,
        "digest": text_or_null(image.layers[hit.layer - 1].descriptor.digest),
        "status": status.word,
        "change": status.change_word,
        "modified": [aspect.value for aspect in status.change.aspects],
        "goneIn": status.removal.layer if status.removal is not None else None,
        "entry": entry_object(Listed(hit.path[: len(hit.path) - len(entry.name)] + entry.raw_name, entry)),
    }
    if hit.match is not None and hit.match.length:
        match = hit.match
        found["match"] = {"offset": match.offset, "line": match.line_number, "binary": match.is_binary}
        if not match.is_binary:
            found["match"] |= text_fields("text", match.line)
    return found
