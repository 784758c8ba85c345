"""Stacks of layers for tests: from lists of entries, and what umoci unpacks of them."""

import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from ocitui.demo.tar import Entry, write_tar
from ocitui.image.merged_stack import LayerStack
from ocitui.layers.build import build_index
from ocitui.layers.index import LayerIndex
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation


def index_of(tar: bytes, folder: Path, name: str = "layer") -> LayerIndex:
    """The index of a layer that is not compressed."""
    blob = folder / f"{name}.tar"
    blob.write_bytes(tar)
    target = folder / f"{name}.sqlite"
    target.unlink(missing_ok=True)
    build_index(BlobLocation(blob), Digest.of(tar), target)
    return LayerIndex(target)


def stack_of(folder: Path, *layers: Iterable[Entry] | None) -> LayerStack:
    """Layers over each other, the lowest first; None is one that is not known."""
    return LayerStack(
        [
            index_of(write_tar(layer), folder, str(number)) if layer is not None else None
            for number, layer in enumerate(layers, 1)
        ]
    )


def close(stack: LayerStack) -> None:
    """Close every index."""
    for layer in stack.layers:
        if layer is not None:
            layer.index.close()


def contents_of(layers: Sequence[Iterable[Entry]], number: int, offset: int | None, size: int) -> bytes:
    """The bytes of a file by its place in the tar of its layer."""
    assert offset is not None
    return write_tar(layers[number - 1])[offset : offset + size]


Found = dict[str, tuple[object, ...]]
"""What is at each path: type, permissions, owner, link target, contents."""


def found_on_disk(root: Path) -> Found:
    """A root filesystem as it was unpacked."""
    found: Found = {}
    for folder, folders, names in os.walk(os.fsencode(root)):
        for name in folders + names:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            mode = status.st_mode
            link = os.readlink(path) if stat.S_ISLNK(mode) else None
            content = Path(os.fsdecode(path)).read_bytes() if stat.S_ISREG(mode) else None
            permissions = None if link is not None else stat.S_IMODE(mode)
            key = os.fsdecode(os.path.relpath(path, os.fsencode(root)))
            found[key] = (stat.S_IFMT(mode), permissions, status.st_uid, status.st_gid, link, content)
    return found


__all__ = ["Found", "close", "closing", "contents_of", "found_on_disk", "index_of", "stack_of"]
