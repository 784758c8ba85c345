"""Layers over each other, done the plain way: a dictionary of paths, entry by entry."""

from collections.abc import Iterable

from ocitui.demo.tar import Entry

State = dict[str, tuple[int, bytes]]
"""For each path the layer it comes from, and the type flag; ``i`` for a directory that is only implied."""


def overlay(layers: Iterable[Iterable[Entry]]) -> list[State]:
    """The state after each layer; there are no links in these layers.

    image-spec, Layer Filesystem Changeset: what whiteouts hide goes first, then everything
    the layer has comes in the order of its tar.
    """
    states: list[State] = []
    state: State = {}
    for number, entries in enumerate(layers, 1):
        state = dict(state)
        entries = list(entries)
        for entry in entries:
            folder, _, name = entry.name.decode().rpartition("/")
            before = f"{folder}/" if folder else ""
            if name == ".wh..wh..opq":
                _delete_below(state, before)
            elif name.startswith(".wh."):
                _delete(state, before + name.removeprefix(".wh."))
        for entry in entries:
            path = entry.name.decode().rstrip("/")
            if path.rpartition("/")[2].startswith(".wh."):
                continue
            _imply(state, path.rpartition("/")[0], number)
            if entry.kind != b"5" or state.get(path, (0, b"5"))[1] not in b"5i":
                _delete(state, path)
            state[path] = number, entry.kind
        states.append(state)
    return states


def _imply(state: State, path: str, number: int) -> None:
    if not path:
        return
    _imply(state, path.rpartition("/")[0], number)
    if path not in state or state[path][1] not in b"5i":
        _delete(state, path)
        state[path] = number, b"i"


def _delete(state: State, path: str) -> None:
    state.pop(path, None)
    _delete_below(state, f"{path}/")


def _delete_below(state: State, before: str) -> None:
    for path in [path for path in state if path.startswith(before)]:
        del state[path]
