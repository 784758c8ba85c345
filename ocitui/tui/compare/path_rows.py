"""The paths that differ between two images as a tree of rows: folders, and archives that were opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ocitui.display import printable
from ocitui.image.diff.images import Section, Sums
from ocitui.image.diff.paths import PathDiff, is_archive
from ocitui.image.diff.words import link_text, sizes_text, what_differs
from ocitui.image.merged.changes import Mark
from ocitui.layers.entry import EntryKind
from ocitui.layers.nested.entry import MARK
from ocitui.tui.compare.image_rows import DiffNode, NodeTree

FOLDED_FROM = 400
"""Paths from which folders are folded to begin with."""


@dataclass(slots=True)
class _Way:
    """A folder, or an archive, that the next paths may be in."""

    path: bytes
    """As it begins the paths of what is in it: of an archive with the mark behind it."""
    sums: Sums


def path_nodes(
    paths: Sequence[PathDiff],
    what: str,
    remarks: Sequence[str] = (),
    opened: Mapping[bytes, Sequence[PathDiff]] = MappingProxyType({}),
) -> list[DiffNode]:
    """The section of paths as a tree.

    Args:
        paths: what differs, folders before what is in them.
        what: what is said of all, safe to draw.
        remarks: further notes, safe to draw.
        opened: what differs inside the archives that were opened, by their paths.
    """
    tree = NodeTree()
    tree.put(DiffNode(0, "Files", what=what, item=Section.PATHS))
    for remark in remarks:
        tree.put(DiffNode(1, remark, what="✗", copy=remark))
    way: list[_Way] = []  # the folders, and the archives, that the last path is in
    is_folded = len(paths) >= FOLDED_FROM
    for path in paths:
        _put_path(tree, way, path, is_folded=is_folded)
        members = opened.get(path.path)
        tree.nodes[-1].is_unopened = members is None and is_archive(path)
        if members:
            _put_members(tree, way, path, members)
    return _joined(tree.close())


def _put_members(tree: NodeTree, way: list[_Way], archive: PathDiff, members: Sequence[PathDiff]) -> None:
    """Put what differs inside an archive below it; the sums of the folders that it is in do not count that."""
    outer = [*way]
    for each, after in zip((archive, *members), (*members, None), strict=True):
        if each is not archive:
            _put_path(tree, way, each, len(outer), is_folded=len(members) >= FOLDED_FROM)
        inside = each.path + MARK
        if after is not None and after.path.startswith(inside + b"/"):
            tree.nodes[-1].sums = sums = Sums()
            way.append(_Way(inside, sums))
    del way[len(outer) :]


def _put_path(tree: NodeTree, way: list[_Way], path: PathDiff, counted: int = 0, *, is_folded: bool) -> None:
    """Put a path, and the folders on the way to it that are not there yet.

    Args:
        tree: where.
        way: the folders, and the archives, that the path before it is in; those of this one then.
        path: the path.
        counted: how many of them do not count it.
        is_folded: whether folders are folded.
    """
    names = path.path.split(b"/")
    while way and way[-1].path != b"/".join(names[: len(way)]):
        way.pop()
    for depth in range(len(way), len(names) - 1):
        folder = b"/".join(names[: depth + 1])
        way.append(_Way(folder, Sums()))
        node = DiffNode(depth + 1, printable(names[depth]) + "/", sums=way[-1].sums, copy=_raw(folder))
        node.is_folded = is_folded
        tree.put(node)
    for each in way[counted:]:
        each.sums.add(path)
    node = _path_node(path, names)
    tree.put(node)
    if _has_folder(path):
        node.sums = Sums()
        node.is_folded = is_folded or path.mark is not Mark.MODIFIED
        way.append(_Way(path.path, node.sums))


def _joined(nodes: Sequence[DiffNode]) -> list[DiffNode]:
    """The same rows, folders that hold nothing but one folder in one row with it: ``usr/lib/``."""
    tree = NodeTree()
    shifts: list[tuple[int, int]] = []  # rows up to which depths are less, and by how much
    at = 0
    while at < len(nodes):
        while shifts and shifts[-1][0] <= at:
            shifts.pop()
        node, shift = nodes[at], shifts[-1][1] if shifts else 0
        depth = node.depth - shift
        while node.is_way and node.end > at + 1 and nodes[at + 1].is_way and nodes[at + 1].end == node.end:
            at, shift = at + 1, shift + 1
            nodes[at].name = node.name + nodes[at].name
            node = nodes[at]
        node.depth = depth
        shifts.append((node.end, shift))
        tree.put(node)
        at += 1
    return tree.close()


def _raw(path: bytes) -> str:
    return "/" + path.decode("utf-8", "surrogateescape")


def _has_folder(path: PathDiff) -> bool:
    return any(found is not None and found.is_directory for found in (path.before, path.after))


def _path_node(path: PathDiff, names: Sequence[bytes]) -> DiffNode:
    name = printable(names[-1]) + ("/" if path.is_directory else "") + link_text(path, "→")
    what = what_differs(path).removeprefix(EntryKind.FILE.word)
    return DiffNode(len(names), name, path.mark, what, sizes_text(path, "→"), item=path, copy=_raw(path.path))
