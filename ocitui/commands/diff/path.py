"""``ocitui diff … PATH``: one path as two layers or two images have it."""

import os
from dataclasses import replace

from ocitui.commands.diff.images import compare_below
from ocitui.commands.diff.sides import End, Ends, Wanted, open_ends, workarounds
from ocitui.commands.diff.text import write_diff
from ocitui.commands.opened.place import report
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.diff.texts import Content
from ocitui.image.diff.version import VersionDiff, compare_versions, version_at
from ocitui.image.merged.changes import Aspect
from ocitui.image.merged.timeline import Version
from ocitui.layers.pathnames import components

_ASPECTS = {
    "size": Aspect.CONTENT,
    "device": Aspect.CONTENT,
    "link": Aspect.LINK,
    "mode": Aspect.MODE,
    "owner": Aspect.OWNER,
    "time": Aspect.TIME,
    "xattr": Aspect.XATTRS,
}
"""The aspect that each property of `ocitui.image.diff.version` is a part of."""


def compare_path(ends: Ends, path: str, wanted: Wanted) -> int:
    """Print how a path differs; return the exit code.

    Raises:
        UsageError: it is in neither.
        OcituiError: an image cannot be opened, or a file cannot be read.
    """
    name = b"/".join(components(os.fsencode(path))[0])
    with open_ends(ends) as both:
        before, after = (version_at(each.side.stack, each.side.top, name) for each in both)
        doubtful = dict.fromkeys([*_doubtful(both[0], before), *_doubtful(both[1], after)])
        if doubtful:
            return report(doubtful)
        if before is None and after is None:
            raise UsageError(_found_in_neither(both, path))
        found = _that_counts(compare_versions(both[0].side.reader, before, after, both[1].side.reader), wanted.ignored)
        write_diff(found, name, (both[0].title, both[1].title))
        code = 0 if found.is_same else 1
        if not ends.layers and before is not None and after is not None and after.entry.directory is not None:
            code = max(code, compare_below(*both, name, wanted))
        return report(workarounds(both)) or code


def _that_counts(found: VersionDiff, ignored: frozenset[Aspect]) -> VersionDiff:
    """The differences without those that are ignored."""
    properties = tuple(each for each in found.properties if _ASPECTS.get(each.name.split(" ")[0]) not in ignored)
    if Aspect.CONTENT in ignored and found.content is not Content.NONE:
        return replace(found, properties=properties, content=Content.SAME, texts=None)
    return replace(found, properties=properties)


def _found_in_neither(both: tuple[End, End], path: str) -> str:
    first, second = (each.title for each in both)
    if first.startswith("layer "):
        second = second.removeprefix("layer ")
        return f"diff: {printable(path)}: neither there after {first} nor after {second}"
    return f"diff: {printable(path)}: neither in {first} nor in {second}"


def _doubtful(end: End, version: Version | None) -> list[str]:
    """Return the problems of the layers that may have changed what is compared."""
    return end.problems(above=version.layer if version is not None else 0)
