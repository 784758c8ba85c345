"""Entries of a layer that would be refused when it is unpacked, as problems.

An error is what every unpacker refuses, a warning what some do. ``tests/image/verify/unpacker_cases.py``
has each with what umoci, buildah (vfs and overlay) and containerd were seen to do.
"""

from collections.abc import Callable, Iterator
from functools import partial

from ocitui.display import quote
from ocitui.layers.beside_whiteouts import Beside
from ocitui.layers.refused import LINKS_OF_LINUX, Entries, NamedEntry, Refused
from ocitui.spec import clause
from ocitui.spec.clause import Clause
from ocitui.spec.problem import Problem, Severity

CIRCLE = "leads in a circle"
"""Said of a link."""
_BESIDE = {
    Beside.FOLDER: "a folder before it, which overlay and vfs refuse, and umoci keeps",
    Beside.WHITEOUT: "another whiteout, which overlay refuses, vfs may, and umoci takes",
    Beside.ENTRY: "an entry before it, which overlay refuses, vfs deletes, and umoci keeps",
    Beside.BELOW: "entries below it, which overlay refuses, and vfs and umoci keep",
}


def entry_problems(refused: Refused) -> Iterator[Problem]:
    """Yield the entries of one layer that would be refused, up to a limit, and the number of further ones.

    Those that can only be told with the layers below are not among them: see `ocitui.image.verify.below`.

    A symbolic link may lead anywhere and an absolute name is taken from the root by every
    runtime. One that climbs out of the root is kept inside it by most, and refused by some.

    Args:
        refused: what is found in its index.
    """
    yield from each_problem(refused.blocked, blocked_text, clause.APPLYING, Severity.ERROR)
    yield from each_problem(refused.misled, _misled, clause.APPLYING, Severity.ERROR)
    yield from each_problem(refused.circles, _circle, clause.APPLYING, Severity.ERROR)
    yield from each_problem(refused.self_links, _to_itself, clause.HARDLINKS, Severity.ERROR)
    yield from each_problem(refused.empty_links, _to_nothing, clause.FILE_TYPES, Severity.ERROR)
    yield from each_problem(refused.outside_links, _outside, clause.HARDLINKS, Severity.ERROR)
    yield from each_problem(refused.climbing_links, _climbing, clause.APPLYING, Severity.WARNING)
    yield from each_problem(refused.unlike_links, _unlike, clause.HARDLINKS, Severity.WARNING)
    yield from each_problem(refused.blocked_whiteouts, blocked_whiteout_text, clause.WHITEOUTS, Severity.WARNING)
    yield from each_problem(refused.misled_whiteouts, _misled_whiteout, clause.WHITEOUTS, Severity.WARNING)
    yield from each_problem(refused.opaque_circles, _opaque_circle, clause.WHITEOUTS, Severity.WARNING)
    yield from each_problem(refused.long_ways, _long_way, clause.APPLYING, Severity.WARNING)
    for beside, entries in refused.beside_whiteouts.items():
        yield from each_problem(entries, partial(_beside_whiteout, beside), clause.WHITEOUTS, Severity.WARNING)
    yield from each_problem(refused.repeated, _repeated, clause.LAYER, Severity.WARNING)
    yield from each_problem(refused.zero_devices, _zero_device, clause.FILE_TYPES, Severity.WARNING)
    if refused.devices.count:
        example = quote(refused.devices.first[0].path, 120)
        count = "a device node" if refused.devices.count == 1 else f"{refused.devices.count:,} device nodes"
        text = f"contains {count} (root needed to extract): {example}"
        yield Problem(text, clause.FILE_TYPES, Severity.NOTE)


def each_problem(
    entries: Entries, say: Callable[[NamedEntry], str], broken: Clause, severity: Severity
) -> Iterator[Problem]:
    """Yield the entries of one sort as problems, and the number of those that are not named.

    Args:
        entries: of one sort.
        say: returns the sentence for one.
        broken: the clause.
        severity: the same for all.
    """
    for entry in entries.first:
        yield Problem(say(entry), broken, severity)
    if entries.more:
        yield _more(entries, broken, severity)


def _path(entry: NamedEntry) -> str:
    return quote(entry.path or b"/", 200)


def _more(entries: Entries, broken: Clause, severity: Severity) -> Problem:
    return Problem(f"and {entries.more:,} more of that sort", broken, severity)


def _outside(entry: NamedEntry) -> str:
    return f"hard link {_path(entry)}: expected a target inside the layer, found {quote(entry.target, 200)}"


def _climbing(entry: NamedEntry) -> str:
    what = f"symbolic link {_path(entry)}"
    return f"{what}: expected a target inside the root, found {quote(entry.target, 200)}, which climbs over it"


def blocked_text(entry: NamedEntry) -> str:
    """Return the sentence for what is no folder and has entries below it."""
    return f"{_path(entry)}: expected a folder, since later entries of the layer are in it, found a file"


def link_text(entry: NamedEntry, which: str) -> str:
    """Return the sentence for a link that has entries below it, and what is to be said of its target."""
    return (
        f"{_path(entry)}: expected a folder, since entries of the layer are in it, "
        f"found a link to {quote(entry.target, 200)}, which {which}"
    )


def _circle(entry: NamedEntry) -> str:
    return link_text(entry, CIRCLE)


def _misled(entry: NamedEntry) -> str:
    return link_text(entry, "leads to no folder")


def _misled_whiteout(entry: NamedEntry) -> str:
    return link_text(entry, "leads to a file: containerd refuses the layer, and vfs may")


def _opaque_circle(entry: NamedEntry) -> str:
    return link_text(entry, f"{CIRCLE}: all but vfs refuse the layer")


def _long_way(entry: NamedEntry) -> str:
    what = f"{_path(entry)}: expected at most {LINKS_OF_LINUX} symbolic links on the way to an entry, found more"
    return f"{what} by way of {quote(entry.target, 200)}, which containers/storage refuses, umoci and containerd follow"


def blocked_whiteout_text(entry: NamedEntry) -> str:
    """Return the same where nothing but whiteouts is below it."""
    found = "found a file, which vfs and containerd refuse"
    return f"{_path(entry)}: expected a folder, since whiteouts of the layer are in it, {found}"


def _beside_whiteout(beside: Beside, entry: NamedEntry) -> str:
    return f"whiteout of {_path(entry)}: expected nothing else of that name in the layer, found {_BESIDE[beside]}"


def _repeated(entry: NamedEntry) -> str:
    return f"{_path(entry)}: expected one entry in the layer, found several, which containers/storage refuses"


def _to_itself(entry: NamedEntry) -> str:
    return f"hard link {_path(entry)}: expected the path of another file as its target, found its own"


def _zero_device(entry: NamedEntry) -> str:
    what = f"character device {_path(entry)}: expected other numbers than 0 and 0, which are a whiteout to overlayfs"
    return f"{what}: umoci and vfs make the device, with overlay nothing is there"


def _unlike(entry: NamedEntry) -> str:
    what = f"hard link {_path(entry)}: expected the mode and owner of its file {quote(entry.target, 200)}, found others"
    return f"{what}, which containers/storage and containerd give to the file, and umoci does not"


def _to_nothing(entry: NamedEntry) -> str:
    return f"symbolic link {_path(entry)}: expected a target, found none"
