"""The one of several instructions that plainly names a path, for example as the destination of a ``COPY``."""

import posixpath
import re
from collections.abc import Sequence

from ocitui.image.history.go_values import read_quoted_list, read_words
from ocitui.image.history.step import read_step
from ocitui.spec.history import HistoryEntry

_CONTEXT = re.compile(r"(?:file|dir|multi):[0-9a-f]{12,}\s+(.*)\Z", re.DOTALL)


_ELSEWHERE = -1


def by_destination(
    history: Sequence[HistoryEntry], positions: Sequence[int], path: bytes
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Sort the places of entries by how likely they made a path.

    Args:
        history: all entries.
        positions: places in it, ascending.
        path: a path of the image, from the root, without the slash before it.

    Returns:
        Those that may have: first those that name the path or what holds it, the nearest of them first. And those
        that name another place, which made it only if a link leads there.
    """
    wanted = "/" + path.decode("utf-8", "surrogateescape")
    nearness = {position: _nearness(history, position, wanted) for position in positions}
    # Of two that name it alike the later one wrote it last.
    named = sorted((p for p in positions if nearness[p] > 0), key=lambda position: (-nearness[position], -position))
    others = (position for position in positions if not nearness[position])
    return (*named, *others), tuple(position for position in positions if nearness[position] == _ELSEWHERE)


def _nearness(history: Sequence[HistoryEntry], position: int, wanted: str) -> int:
    """Characters of a path that an instruction names; 0 where that is unknown, -1 where it names other places."""
    step = read_step(history[position])
    copies = step.keyword in {"ADD", "COPY"}
    if copies:
        found = [_destination(step.arguments)]
    elif step.keyword == "WORKDIR":
        found = [step.arguments.strip()]
    elif step.keyword == "VOLUME":
        found = _volumes(step.arguments)
    else:
        return 0
    before = _folder_before(history, position)
    places = [posixpath.normpath(posixpath.join(before, place)) for place in found if place]
    if copies and any(wanted == place or wanted.startswith(place.rstrip("/") + "/") for place in places):
        return len(places[0])
    if any(wanted == place or place.startswith(wanted + "/") for place in places):  # the folders on the way, too
        return 0 if copies else len(wanted)
    is_known = places and not any("$" in place for place in places)  # buildah writes variables as the Dockerfile does
    return _ELSEWHERE if is_known else 0


def _volumes(arguments: str) -> list[str]:
    """The paths of a ``VOLUME``, which may be a list."""
    listed = read_quoted_list(arguments)
    if listed is None:
        listed = read_words(arguments)
    return arguments.split() if listed is None else listed


def _destination(arguments: str) -> str:
    """The destination of a ``COPY``, which may hold blanks; empty where it is not said."""
    words = arguments.strip()
    while words.startswith("--"):
        _, _, words = words.partition(" ")
    if found := _CONTEXT.match(words):
        return found[1].strip()
    listed = read_quoted_list(words)
    parts = words.split() if listed is None else listed
    return parts[-1] if len(parts) > 1 else ""


def _folder_before(history: Sequence[HistoryEntry], position: int) -> str:
    """The working directory of an instruction, as those before it say."""
    folders: list[str] = []
    for entry in reversed(history[:position]):
        step = read_step(entry)
        if step.keyword == "WORKDIR":
            folders.append(step.arguments.strip())
            if folders[-1].startswith("/"):
                break
    return posixpath.join("/", *reversed(folders))
