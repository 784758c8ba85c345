"""The output of ``ocitui diff --json``.

::

    {"schemaVersion": 1, "before": END, "after": END, "differs": whether anything is known to,
     "layers": [LAYERS, …], "config": [FIELD, …], "history": [ENTRIES, …],
     "totals": {"added": SUM, "removed": SUM, "modified": SUM, "contentNotCompared": paths}, or null where
               nothing is known of the files of one,
     "paths": [PATH, …], "problems": ["…"]}

    END      {"place", "reference", "image": digest, "platform", "layers": how many count}
    LAYERS   {"sharing": "digest|diff ID|only A|only B", "before": LAYER or null, "after": LAYER or null}
             with LAYER as `ocitui inspect --json` has it
    FIELD    {"field", "key": of the variable, the label, the port, or "", "change",
              "before": text, list of words, or null where it is not set, "after"}
    ENTRIES  {"change": also "unchanged", "changed": ["created", "created by", "author", "comment"],
              "before": ROW or null, "after": ROW or null} with ROW as `ocitui inspect --json` has it
    SUM      {"paths", "bytes"}; of what was modified, the bytes by which files grew
    PATH     {"path", "change", "modified": ["type", "content", "link", "mode", "owner", "xattrs", "time"],
              "contentCompared": false where contents may differ and could not be read,
              "before": SIDE or null, "after": SIDE or null}
             and with ``--nested``, or at a path in an archive, of an archive that differs inside, "inside": [PATH, …],
             which have no "inside"; and with ``--unified``, of a text file,
             "diff": [{"title", "lines": ["+…", "-…", " …"]}, …]
    SIDE     {"layer", "entry": as `ocitui ls --json` has it, "content": {"layer", "entry"} of what
              a hard link names, else null}

    "change" is "added", "removed" or "modified". Sections that were not asked for are null.

Of what is not UTF-8 the exact bytes are beside it in Base 64: ``pathBytes`` and so on.
Fields are added without a new ``schemaVersion``.
"""

import sys
from collections.abc import Sequence

from ocitui.commands.diff.sides import End, Wanted
from ocitui.commands.diff.text import has_lines
from ocitui.commands.output.entries import version_object
from ocitui.commands.output.json import (
    SCHEMA_VERSION,
    JsonObject,
    path_fields,
    text_or_null,
    write_array,
    write_closed,
    write_opened,
)
from ocitui.commands.output.layer_fields import layer_object, row_object
from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.image.diff.config import Value
from ocitui.image.diff.images import DocumentsDiff, PathsDiff, Section, Sum, sums_of
from ocitui.image.diff.paths import PathDiff
from ocitui.image.diff.version import compare_versions
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.timeline import Version
from ocitui.layers.entry import EntryKind

CHANGES = {Mark.ADDED: "added", Mark.DELETED: "removed", Mark.MODIFIED: "modified", Mark.UNCHANGED: "unchanged"}
"""The words for marks."""


def write_json_diff(
    ends: tuple[End, End],
    documents: DocumentsDiff,
    paths: PathsDiff,
    wanted: Wanted,
    problems: list[str],
) -> None:
    """Write one JSON object, each path as soon as it is compared."""
    sections = wanted.sections
    head: JsonObject = {
        "schemaVersion": SCHEMA_VERSION,
        "before": _end_object(ends[0]),
        "after": _end_object(ends[1]),
        "differs": documents.differs(sections) or paths.differs,
        "layers": _layer_objects(ends, documents) if Section.LAYERS in sections else None,
        "config": _field_objects(documents) if Section.CONFIG in sections else None,
        "history": _entry_objects(documents) if Section.HISTORY in sections else None,
        "totals": _totals(paths) if Section.PATHS in sections and not paths.is_unknown else None,
    }
    write_opened(head, "paths")
    if Section.PATHS in sections:
        write_array(_path_object(path, ends, wanted, problems, paths.inside.get(path.path)) for path in paths.paths)
    else:
        sys.stdout.write("null")
    write_closed({"problems": list(dict.fromkeys(problems))})


def _end_object(end: End) -> JsonObject:
    image = end.upto.image
    return {
        "place": end.opened.place.transport.place,
        "reference": end.opened.place.reference.text,
        "image": text_or_null(image.node.digest),
        "platform": text_or_null(image.platform),
        "layers": end.upto.top,
    }


def _layer_objects(ends: tuple[End, End], documents: DocumentsDiff) -> list[JsonObject]:
    images = ends[0].upto.image, ends[1].upto.image
    return [
        {
            "sharing": pair.sharing.value,
            "before": layer_object(images[0], pair.before) if pair.before is not None else None,
            "after": layer_object(images[1], pair.after) if pair.after is not None else None,
        }
        for pair in documents.layers
    ]


def _field_objects(documents: DocumentsDiff) -> list[JsonObject]:
    return [
        {
            "field": each.field,
            "key": each.key,
            "change": CHANGES[each.mark],
            "before": _value(each.before),
            "after": _value(each.after),
        }
        for each in documents.config
    ]


def _value(value: Value | None) -> str | list[str] | None:
    return list(value) if isinstance(value, tuple) else value


def _entry_objects(documents: DocumentsDiff) -> list[JsonObject]:
    return [
        {
            "change": CHANGES[pair.mark],
            "changed": list(pair.changed),
            "before": row_object(pair.before) if pair.before is not None else None,
            "after": row_object(pair.after) if pair.after is not None else None,
        }
        for pair in documents.history
    ]


def _totals(paths: PathsDiff) -> JsonObject:
    sums = sums_of(paths.paths)

    def of(each: Sum) -> JsonObject:
        return {"paths": each.paths, "bytes": each.bytes}

    found: JsonObject = {"added": of(sums.added), "removed": of(sums.removed), "modified": of(sums.modified)}
    return found | {"contentNotCompared": paths.unread}


def _path_object(
    path: PathDiff,
    both: tuple[End, End],
    wanted: Wanted,
    problems: list[str],
    members: Sequence[PathDiff] | None,
) -> JsonObject:
    versions = path.versions(both[0].side, both[1].side)
    found: JsonObject = {
        **path_fields("path", path.path),
        "change": CHANGES[path.mark],
        "modified": [aspect.value for aspect in path.change.aspects],
        "contentCompared": not path.change.content_is_open,
        "before": _side_object(path.path, versions[0]),
        "after": _side_object(path.path, versions[1]),
    }
    if members is not None:
        found["inside"] = [_path_object(each, both, wanted, problems, None) for each in members]
    if wanted.is_unified and has_lines(path):
        try:
            found["diff"] = _hunks(both, *versions)
        except OcituiError as error:
            problems.append(str(error))
    return found


def _side_object(path: bytes, version: Version | None) -> JsonObject | None:
    if version is None:
        return None
    is_link = version.entry.kind is EntryKind.HARDLINK
    return version_object(path, version.layer, version.entry, version.content if is_link else None)


def _hunks(both: tuple[End, End], old: Version | None, new: Version | None) -> list[JsonObject]:
    found = compare_versions(both[0].side.reader, old, new, both[1].side.reader)
    return [
        {"title": title, "lines": [sign + printable(line.removesuffix(b"\n")) for sign, line in lines]}
        for title, lines in found.unified()
    ]
