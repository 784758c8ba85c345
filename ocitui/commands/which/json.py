"""The output of ``ocitui which --json``.

::

    {"schemaVersion": 1, "place", "image": digest,
     "unverified": [numbers of layers whose digests were not known yet; the command ends with 2 where one turns out
                    to be another],
     "paths": [PATH, …], "problems": ["…"]}

    PATH   {"path": as asked for, "resolved": without links on the way,
            "links": [{"path", "target", "layer"}, …],
            "answer": "present|deleted|never|unknown",
            "layer": the one that has it now, or null,
            "deletedBy": the layer that deleted it, or null,
            "doubtfulLayers": [] those missing, damaged or encrypted that could change the answer,
            "harmlessLayers": [] those that could not,
            "inside": of a path in an archive, which "path" is then: {"path", "entry": as `ocitui ls --json` has
            it, or null where it is not in the final filesystem}; else null,
            "touches": [TOUCH, …], "earlierTouches": [] of the path as asked for, before links led elsewhere}
    TOUCH  {"layer": number, "digest", "diffID", "instruction": or what may have made the layer,
            "createdBy": of the entry that certainly made it, or null,
            "candidates": [{"position": in the config's history, from 0, "createdBy"}, …] that made it or
            may have, one that names the path first, "reason": why it is not just the entry in its place, or "",
            "action": "added|re-added|modified|rewritten|deleted",
            "modified": ["type", "content", "link", "mode", "owner", "xattrs", "time"],
            "contentCompared": false where contents that may be the same could not be read,
            "empties": true where a directory lost what it held,
            "cause": {"reason", "path"} of a deletion or null,
            "before", "after": VERSION or null,
            "goneIn": the layer that deleted or replaced what this one left, or null}
    VERSION {"layer", "entry": as `ocitui ls --json` has it,
             "content": {"layer", "entry"} of what a hard link names, else null}

Paths that are not UTF-8 have their exact bytes beside them in Base 64: ``pathBytes`` and so on.
Fields are added without a new ``schemaVersion``.
"""

from collections.abc import Sequence

from ocitui.commands.opened.image import OpenImage
from ocitui.commands.output.entries import Listed, entry_object, version_object
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, path_fields, text_fields, text_or_null, write_json
from ocitui.commands.output.layer_fields import layer_fields
from ocitui.image.image import Image
from ocitui.image.merged.provenance import Answer, Inside, Provenance
from ocitui.image.merged.timeline import PathChange, Timeline, Version
from ocitui.layers.entry import EntryKind


def write_answers_json(opened: OpenImage, answers: Sequence[Provenance], problems: Sequence[str]) -> None:
    """Write all answers as one object."""
    write_json(
        {
            "schemaVersion": SCHEMA_VERSION,
            "place": opened.place.transport.place,
            "image": text_or_null(opened.image.node.digest),
            "unverified": list(opened.unverified),
            "paths": [_path_object(opened.image, answer) for answer in answers],
            "problems": list(problems),
        }
    )


def _path_object(image: Image, answer: Provenance) -> JsonObject:
    touches = answer.timeline.changes
    is_deleted = answer.answer is Answer.DELETED
    return {
        **path_fields("path", answer.asked),
        **path_fields("resolved", answer.path),
        "links": [
            {**path_fields("path", link.path), **text_fields("target", link.target), "layer": link.layer}
            for link in answer.links
        ],
        "answer": answer.answer.value,
        "layer": answer.now.layer if answer.now is not None and answer.answer is Answer.PRESENT else None,
        "deletedBy": touches[-1].layer if is_deleted else None,
        "doubtfulLayers": list(answer.doubtful),
        "harmlessLayers": list(answer.harmless),
        "inside": _inside_object(answer.inside) if answer.inside is not None else None,
        "touches": _touch_objects(image, answer.timeline),
        "earlierTouches": _touch_objects(image, answer.earlier) if answer.earlier is not None else [],
    }


def _inside_object(inside: Inside) -> JsonObject:
    entry = inside.entry
    return {
        **path_fields("path", inside.path),
        "entry": entry_object(Listed(inside.path, entry)) if entry is not None else None,
    }


def _touch_objects(image: Image, timeline: Timeline) -> list[JsonObject]:
    return [_touch_object(image, timeline.path, touch) for touch in timeline.changes]


def _touch_object(image: Image, path: bytes, touch: PathChange) -> JsonObject:
    cause = None
    if touch.cause is not None:
        cause = {"reason": touch.cause.reason.value, **path_fields("path", touch.cause.path)}
    return {
        **layer_fields(image, touch.layer, path),
        "action": touch.action.value,
        "modified": [aspect.value for aspect in touch.change.aspects],
        "contentCompared": not (touch.change.content_is_open or touch.change.content_is_assumed),
        "empties": touch.empties,
        "cause": cause,
        "before": _version_object(path, touch.before),
        "after": _version_object(path, touch.after),
        "goneIn": touch.gone_in,
    }


def _version_object(path: bytes, version: Version | None) -> JsonObject | None:
    if version is None:
        return None
    content = version.content if version.entry.kind is EntryKind.HARDLINK else None
    return version_object(path, version.layer, version.entry, content)
