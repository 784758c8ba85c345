"""A root filesystem on disk, with everything that a tar says of it."""

import os
import stat
from pathlib import Path
from typing import Any

Facts = dict[bytes, dict[str, Any]]
"""Of each path what it is; the root's is empty."""


def facts_of(root: Path) -> Facts:
    """Read a folder: types, permissions, owners, times, targets, contents, devices, attributes, and shared inodes."""
    top = os.fsencode(root)
    found: Facts = {b"": _facts(top)}
    inodes: dict[tuple[int, int], list[bytes]] = {}
    for folder, folders, names in os.walk(top):
        for name in sorted(folders + names):
            path = os.path.join(folder, name)
            status, short = os.lstat(path), os.path.relpath(path, top)
            found[short] = _facts(path)
            if not stat.S_ISDIR(status.st_mode):
                inodes.setdefault((status.st_dev, status.st_ino), []).append(short)
    for paths in inodes.values():
        for path in paths:
            found[path]["names"] = sorted(paths)
    return found


def _facts(path: bytes) -> dict[str, Any]:
    status = os.lstat(path)
    mode = status.st_mode
    facts: dict[str, Any] = {
        "type": stat.S_IFMT(mode),
        "owner": (status.st_uid, status.st_gid),
        "mtime": status.st_mtime_ns,
        "xattrs": {name: os.getxattr(path, name, follow_symlinks=False) for name in _xattrs(path)},
    }
    if stat.S_ISLNK(mode):
        facts["target"] = os.readlink(path)
    else:
        facts["mode"] = stat.S_IMODE(mode)
    if stat.S_ISREG(mode):
        facts["content"] = Path(os.fsdecode(path)).read_bytes()
    if stat.S_ISBLK(mode) or stat.S_ISCHR(mode):
        facts["device"] = status.st_rdev
    return facts


def _xattrs(path: bytes) -> list[str]:
    return sorted(os.listxattr(path, follow_symlinks=False))
