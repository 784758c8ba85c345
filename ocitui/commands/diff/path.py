"""``ocitui diff … PATH``: one path as two layers or two images have it."""

import os
from dataclasses import replace

from ocitui.commands.diff.images import compare_below
from ocitui.commands.diff.in_archives import Places, compare_in_archives, find_in_archives
from ocitui.commands.diff.sides import End, Ends, Wanted, open_ends, workarounds
from ocitui.commands.diff.text import write_diff, write_paths, write_unified
from ocitui.commands.opened.place import report
from ocitui.display import printable
from ocitui.errors import UsageError
from ocitui.image.diff.texts import Content
from ocitui.image.diff.version import VersionDiff, compare_versions, version_at
from ocitui.image.merged.changes import Aspect, Mark
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
        places = find_in_archives(both, name)
        if places is not None:
            return _compare_in_archives(both, name, places, wanted)
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


def _compare_in_archives(both: tuple[End, End], name: bytes, places: Places, wanted: Wanted) -> int:
    """Print how a path that goes into an archive differs, and what is below it; return the exit code."""
    above = (
        end.problems(above=place.layer if place is not None else 0) for end, place in zip(both, places, strict=True)
    )
    doubtful = dict.fromkeys(problem for problems in above for problem in problems)
    if doubtful:
        return report(doubtful)
    before, after = both
    paths = compare_in_archives(both, name, places, wanted)
    own = next((each for each in paths.paths if each.path == name), None)
    below = tuple(each for each in paths.with_members() if each is not own)
    if own is not None:
        versions = own.versions(before.side, after.side)
        found = compare_versions(before.side.reader, *versions, after.side.reader)
        write_diff(_that_counts(found, wanted.ignored), name, (before.title, after.title))
    problems = [*workarounds(both), *paths.not_inside]
    if own is None or own.mark is Mark.MODIFIED:
        write_paths(replace(paths, paths=below, inside={}), is_part=True)
        if wanted.is_unified:
            problems += write_unified(before, after, replace(paths, paths=below, inside={}))
    return report(dict.fromkeys(problems)) or int(paths.differs)


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
