"""Paths in a root filesystem: raw bytes without a slash at the beginning; the root's is empty."""

from collections.abc import Callable
from hashlib import blake2b


def join(folder: bytes, name: bytes) -> bytes:
    """The path of a name in a folder; the root's is empty, and none begins with a slash."""
    return folder + b"/" + name if folder else name


_LONG = 256


def path_key(path: bytes) -> bytes:
    """Return the key for a path where many are kept: paths of deeply nested folders are long."""
    return path if len(path) < _LONG else b"/" + blake2b(path, digest_size=24).digest()


def ends_of_unknown(path: bytes, is_known: Callable[[bytes], bool]) -> tuple[bytes, list[int]]:
    """Return the folders on the way to a path that are not known.

    Args:
        path: from the root.
        is_known: says it of a path.

    Returns:
        The last folder on the way that is known, or the root, and where in the path those after it end, the
        last one first.
    """
    ends: list[int] = []
    end = len(path)
    while end > 0 and not is_known(path[:end]):
        ends.append(end)
        end = path.rfind(b"/", 0, end)
    return path[: max(end, 0)], ends


def split(path: bytes) -> tuple[bytes, bytes]:
    """The folder that a path is in, and its name there."""
    folder, _, name = path.rpartition(b"/")
    return folder, name
