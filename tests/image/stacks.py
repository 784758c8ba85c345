"""Stacks of layers for tests: from lists of entries, and what umoci unpacks of them."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from ocitui.demo.tar import Entry, write_tar
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.layers.entry import Entry as IndexedEntry
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.scan.build import build_index
from ocitui.layers.scan.request import LayerRequest
from ocitui.spec.digest import Digest
from ocitui.transports.blob import BlobLocation


def index_of(tar: bytes, folder: Path, name: str = "layer") -> LayerIndex:
    """The index of a layer that is not compressed."""
    blob = folder / f"{name}.tar"
    blob.write_bytes(tar)
    target = folder / f"{name}.sqlite"
    target.unlink(missing_ok=True)
    build_index(LayerRequest(BlobLocation(blob), Digest.of(tar)), target)
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


Found = dict[bytes, tuple[object, ...]]
"""What is at each path: type, permissions, owner, link target, contents."""

_TYPES = {
    EntryKind.FILE: stat.S_IFREG,
    EntryKind.DIRECTORY: stat.S_IFDIR,
    EntryKind.SYMLINK: stat.S_IFLNK,
    EntryKind.CHARACTER_DEVICE: stat.S_IFCHR,
    EntryKind.BLOCK_DEVICE: stat.S_IFBLK,
    EntryKind.FIFO: stat.S_IFIFO,
}


def found_in(stack: LayerStack, reader: ContentReader, top: int | None = None) -> Found:
    """The merged root filesystem, hard links as what they are names of."""
    tree = MergedTree(stack, top)
    found: Found = {}
    for row in tree.walk():
        layer, entry = row.layer, row.entry
        if entry.directory is None:
            inode = tree.link_target(layer, entry)
            if inode is None:
                found[row.path] = ("a hard link to nothing",)
                continue
            layer, entry = inode
        content = b"".join(reader.read(layer, entry)) if entry.kind is EntryKind.FILE else None
        is_link = entry.kind is EntryKind.SYMLINK
        link = entry.link if is_link else None
        found[row.path] = (_TYPES[entry.kind], None if is_link else entry.mode, entry.uid, entry.gid, link, content)
    return found


def found_on_disk(root: Path) -> Found:
    """A root filesystem as it was unpacked."""
    found: Found = {}
    top = os.fsencode(root)
    for folder, folders, names in os.walk(top):
        for name in folders + names:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            mode = status.st_mode
            link = os.readlink(path) if stat.S_ISLNK(mode) else None
            content = Path(os.fsdecode(path)).read_bytes() if stat.S_ISREG(mode) else None
            permissions = None if link is not None else stat.S_IMODE(mode)
            found[os.path.relpath(path, top)] = (
                stat.S_IFMT(mode),
                permissions,
                status.st_uid,
                status.st_gid,
                link,
                content,
            )
    return found


class TarReader:
    """Reads the layers of `stack_of`, which are not compressed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, layer_number: int, entry: IndexedEntry) -> Iterator[bytes]:
        """The contents of a file in pieces of a length that differs from layer to layer."""
        with (self._folder / f"{layer_number}.tar").open("rb") as tar:
            tar.seek(entry.offset or 0)
            left = entry.size
            while left:
                piece = tar.read(min(left, 1000 + layer_number))
                left -= len(piece)
                yield piece
