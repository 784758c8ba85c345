"""Entries of a layer that would be refused when it is unpacked, as problems."""

from collections.abc import Callable, Iterator

from ocitui.display import quote
from ocitui.layers.refused import Entries, NamedEntry, Refused
from ocitui.spec import clause
from ocitui.spec.clause import Clause
from ocitui.spec.problem import Problem, Severity


def entry_problems(refused: Refused, is_below: Callable[[bytes], bool | None]) -> Iterator[Problem]:
    """Yield the entries of one layer that would be refused, up to a limit, and the number of further ones.

    A symbolic link may lead anywhere and an absolute name is taken from the root by every
    runtime. One that climbs out of the root is kept inside it by most, and refused by some.

    Args:
        refused: what is found in its index.
        is_below: whether the layers below have a file at a path; None where that cannot be told.
    """
    yield from _each(refused.outside_links, _outside, clause.HARDLINKS, Severity.ERROR)
    yield from _each(refused.climbing_links, _climbing, clause.APPLYING, Severity.WARNING)
    for entry in refused.absent_links.first:
        yield _absent(entry, is_below(entry.target))
    if refused.absent_links.more:
        yield _more(refused.absent_links, clause.HARDLINKS, Severity.WARNING)
    if refused.devices.count:
        example = quote(refused.devices.first[0].path, 120)
        count = "a device node" if refused.devices.count == 1 else f"{refused.devices.count:,} device nodes"
        text = f"contains {count} (root needed to extract): {example}"
        yield Problem(text, clause.FILE_TYPES, Severity.NOTE)


def _each(entries: Entries, say: Callable[[NamedEntry], str], broken: Clause, severity: Severity) -> Iterator[Problem]:
    for entry in entries.first:
        yield Problem(say(entry), broken, severity)
    if entries.more:
        yield _more(entries, broken, severity)


def _more(entries: Entries, broken: Clause, severity: Severity) -> Problem:
    return Problem(f"and {entries.more:,} more of that sort", broken, severity)


def _outside(entry: NamedEntry) -> str:
    return f"hard link {quote(entry.path, 200)}: expected a target inside the layer, found {quote(entry.target, 200)}"


def _climbing(entry: NamedEntry) -> str:
    what = f"symbolic link {quote(entry.path, 200)}"
    return f"{what}: expected a target inside the root, found {quote(entry.target, 200)}, which climbs over it"


def _absent(entry: NamedEntry, is_below: bool | None) -> Problem:
    text = f"hard link {quote(entry.path, 200)}: expected its target {quote(entry.target, 200)} before it in the layer"
    if is_below:
        found = "found it in a layer below, which storages that unpack a layer alone do not see"
        return Problem(f"{text}, {found}", clause.HARDLINKS, Severity.WARNING)
    if is_below is None:
        found = "found none; the layers below are not all known"
        return Problem(f"{text}, {found}", clause.HARDLINKS, Severity.WARNING)
    return Problem(f"{text}, found none, in the layers below neither", clause.HARDLINKS)
