"""Paths in a tar, brought to the components that they mean inside the root of the layer."""

from collections.abc import Callable

LINKS_FOLLOWED = 255
"""Symbolic links on the way to one path, before it is taken for a circle."""

WHITEOUT_PREFIX = b".wh."
OPAQUE_NAME = b".wh..wh..opq"
METADATA_PREFIX = b".wh..wh."
"""The prefix of AUFS's own files: ``.wh..wh.plnk``, ``.wh..wh.aufs``; only the opaque whiteout means anything."""


def components(path: bytes) -> tuple[list[bytes], bool]:
    """Split a path into components, with ``//`` and ``.`` gone and ``..`` resolved by name.

    Absolute and relative paths are the same here: both start at the layer's root, and
    ``..`` cannot climb over it.

    Returns:
        The components, and whether ``..`` tried to leave the root.
    """
    found: list[bytes] = []
    escapes = False
    for component in path.split(b"/"):
        if component == b"..":
            if found:
                found.pop()
            else:
                escapes = True
        elif component not in (b"", b"."):
            found.append(component)
    return found, escapes


def hidden_name(name: bytes) -> bytes | None:
    """The name that a whiteout of this name hides; None when the name is no whiteout.

    image-spec, Image Layer Filesystem Changeset: Whiteouts. ``.wh.`` alone, and those that
    would hide ``.`` or ``..``, hide nothing; names in ``.wh..wh.`` are AUFS's own.
    """
    if not name.startswith(WHITEOUT_PREFIX) or name.startswith(METADATA_PREFIX):
        return None
    hidden = name[len(WHITEOUT_PREFIX) :]
    return None if hidden in (b"", b".", b"..") else hidden


def follow_links(
    path: bytes, target_at: Callable[[bytes], bytes | None], *, with_last: bool = False
) -> list[bytes] | None:
    """Follow the symbolic links on the way to a path, as a process does whose root is the layer's.

    Args:
        path: any path, which may lead to nothing.
        target_at: gives the target of the symbolic link at a path without links on the way; None if there is none.
        with_last: true to follow a link that the path itself is, too.

    Returns:
        The components of the path without links on the way; None if links lead in a circle.
    """
    done: list[bytes] = []
    pending, followed = path.split(b"/")[::-1], 0
    while pending:
        name = pending.pop()
        if name == b"..":
            del done[-1:]
        if name in (b"", b".", b".."):
            continue
        done.append(name)
        target = target_at(b"/".join(done)) if pending or with_last else None
        if target is None:
            continue
        if followed == LINKS_FOLLOWED:
            return None
        followed += 1
        del done[0 if target.startswith(b"/") else -1 :]
        pending += target.split(b"/")[::-1]
    return done
