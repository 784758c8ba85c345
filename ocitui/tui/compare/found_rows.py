"""The section of files once both images are compared: what is said of all that was found, and its rows."""

from collections.abc import Iterable, Mapping, Sequence

from ocitui.display import format_count, printable
from ocitui.image.diff.images import PathsDiff, sums_of
from ocitui.image.diff.paths import PathDiff, matters_without
from ocitui.image.diff.words import ALL_SHARED, sums_text
from ocitui.image.merged.changes import Aspect
from ocitui.image.words import UNKNOWN
from ocitui.tui.compare.image_rows import DiffNode
from ocitui.tui.compare.images import ComparedImage
from ocitui.tui.compare.path_rows import path_nodes

_TIME = frozenset({Aspect.TIME})


def found_nodes(
    found: PathsDiff,
    images: Sequence[ComparedImage],
    inside: Mapping[bytes, Sequence[PathDiff]],
    not_inside: Iterable[str],
    *,
    hides_times: bool,
) -> list[DiffNode]:
    """The section of files.

    Args:
        found: the paths that differ.
        images: both images.
        inside: the differences inside the archives that were opened, by their paths.
        not_inside: the reasons why some of what is in them is not compared.
        hides_times: whether paths that differ in their times only are hidden.
    """
    if found.is_shared:
        return path_nodes((), ALL_SHARED)
    paths = _shown_paths(found.paths, hides_times=hides_times)
    hidden = len(found.paths) - len(paths)
    what = sums_text(sums_of(paths)) or "the same"
    what += f" · {format_count(hidden)} in time only hidden" if hidden else ""
    remarks = [problem for image in images for problem in image.problems]
    if any(image.is_unknown for image in images):
        paths, what = [], UNKNOWN
    elif remarks:
        what += ", as far as is known"
    if found.unread:
        remarks.append(f"{format_count(found.unread)} not compared: {found.problems[0]}")
    remarks += not_inside
    shown_inside = {path: _shown_paths(members, hides_times=hides_times) for path, members in inside.items()}
    return path_nodes(paths, what, list(dict.fromkeys(map(printable, remarks))), shown_inside)


def _shown_paths(paths: Sequence[PathDiff], *, hides_times: bool) -> list[PathDiff]:
    return [path for path in paths if matters_without(path, _TIME)] if hides_times else list(paths)
