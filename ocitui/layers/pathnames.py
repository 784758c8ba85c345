"""Paths in a tar, brought to the components that they mean inside the root of the layer."""

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
