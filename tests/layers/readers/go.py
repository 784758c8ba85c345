"""What Go's ``archive/tar`` makes of a tar, as the programs show it that unpack images with it.

``umoci`` uses the package of Go's own library, and refuses every type that no file system
has. ``buildah`` uses a copy of it, and leaves global headers out as Docker and containerd do.
"""

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ocitui.layers.entry import EntryKind
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_root, require_tool
from tests.layers.readers.batch import run_for_each
from tests.layers.readers.row import Row

Program = Literal["umoci", "buildah"]

_KINDS = {
    stat.S_IFREG: EntryKind.FILE,
    stat.S_IFDIR: EntryKind.DIRECTORY,
    stat.S_IFLNK: EntryKind.SYMLINK,
    stat.S_IFCHR: EntryKind.CHARACTER_DEVICE,
    stat.S_IFBLK: EntryKind.BLOCK_DEVICE,
    stat.S_IFIFO: EntryKind.FIFO,
}


@dataclass(frozen=True)
class Unpacked:
    """A root filesystem, or why there is none."""

    root: Path
    complaint: str = ""

    def tree(self) -> dict[bytes, Row]:
        """What is in it; a hard link is what it is another name of."""
        top = os.fsencode(self.root)
        found: dict[bytes, Row] = {}
        for folder, folders, files in os.walk(top):
            for name in folders + files:
                path = os.path.join(folder, name)
                row = _row(path, os.path.relpath(path, top))
                found[row.path] = row
        return found


@contextmanager
def unpacked(tar: bytes, folder: Path, program: Program = "umoci") -> Iterator[Unpacked]:
    """Unpack a tar that is the only layer of an image, somewhere in an empty folder."""
    require_root()
    write_layout(folder / "image", [LayerSpec(tar, "none")], tag="it")
    image = "image:it"
    if program == "umoci":
        done = _run(folder, require_tool("umoci"), "raw", "unpack", "--image", image, "root")
        yield Unpacked(folder / "root", done.stderr if done.returncode else "")
        return
    storage = ("--root", str(folder / "root"), "--runroot", str(folder / "run"), "--storage-driver", "vfs")
    buildah = (folder, require_tool("buildah"), *storage)
    done = _run(*buildah, "from", "--name", "it", f"oci:{image}")
    if done.returncode:
        yield Unpacked(folder, done.stderr)
        return
    try:
        yield Unpacked(Path(_run(*buildah, "mount", "it").stdout.strip()))
    finally:
        _run(*buildah, "umount", "it")


def unpack_all(tars: Mapping[str, bytes], folder: Path) -> dict[str, Unpacked]:
    """Let umoci unpack each of several tars, each the only layer of an image, below an empty folder."""
    require_root()
    for name, tar in tars.items():
        write_layout(folder / name / "image", [LayerSpec(tar, "none")], tag="it")
    run_for_each(folder, f"{require_tool('umoci')} raw unpack --image image:it root", {**os.environ, "NO_COLOR": "1"})
    return {name: _result(folder / name) for name in tars}


def _result(folder: Path) -> Unpacked:
    failed = (folder / "code").read_text() != "0\n"
    return Unpacked(folder / "root", (folder / "err").read_text(errors="replace") if failed else "")


def _run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    surroundings = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, errors="replace", check=False
    )


def _row(path: bytes, name: bytes) -> Row:
    status = os.lstat(path)
    kind = _KINDS[stat.S_IFMT(status.st_mode)]
    is_device = kind in (EntryKind.CHARACTER_DEVICE, EntryKind.BLOCK_DEVICE)
    return Row(
        path=name,
        kind=kind,
        size=status.st_size if kind is EntryKind.FILE else 0,
        mode=stat.S_IMODE(status.st_mode),
        uid=status.st_uid,
        gid=status.st_gid,
        mtime_ns=status.st_mtime_ns,
        link=os.readlink(path) if kind is EntryKind.SYMLINK else None,
        device=(os.major(status.st_rdev), os.minor(status.st_rdev)) if is_device else None,
    )
