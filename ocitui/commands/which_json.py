"""What ``ocitui which --json`` prints for programs.

::

    {"schemaVersion": 1, "place", "image": digest,
     "paths": [PATH, …], "problems": ["…"]}

    PATH   {"path": as asked for, "resolved": without links on the way,
            "links": [{"path", "target", "layer"}, …],
            "answer": "present|deleted|never|unknown",
            "layer": the one that has it now, or null,
            "deletedBy": the layer that deleted it, or null,
            "doubtfulLayers": [] those missing or damaged that could change the answer,
            "harmlessLayers": [] those that could not,
            "touches": [TOUCH, …], "earlierTouches": [] of the path as asked for, before links led elsewhere}
    TOUCH  {"layer": number, "digest", "diffID", "instruction", "createdBy",
            "action": "added|re-added|modified|rewritten|deleted",
            "modified": ["type", "content", "link", "mode", "owner", "xattrs", "time"],
            "contentCompared": false where it could not be read and so is not known,
            "empties": true where a directory lost what it held,
            "cause": cause,
        "before": _version_object(path, touch.before),
        "after": _version_object(path, touch.after),
        "goneIn": touch.gone_in,
    }


def _version_object(path: bytes, version: Version | None) -> JsonObject | None:
    if version is None:
        return None
    content = None
    if version.entry.kind is EntryKind.HARDLINK and version.content is not None:
        number, entry = version.content
        content = {"layer": number, "entry": entry_object(Listed(entry.name, entry))}
    return {"layer": version.layer, "entry": entry_object(Listed(path, version.entry)), "content": content}
