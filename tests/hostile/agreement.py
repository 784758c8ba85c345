"""Every view of an image says the same."""

from ocitui.image.diff.paths import walk_differences
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.matching import matching_paths
from ocitui.image.merged.provenance import Answer, find_provenance
from ocitui.image.merged.removal import Removal, Removals
from ocitui.image.merged.timeline import trace
from ocitui.image.merged.tree import MergedTree
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import find_waste
from tests.hostile.extract.stacked import Image


def assert_views_agree(image: Image) -> None:
    """Merged trees, timelines, differences, removals, what patterns mean, and waste say the same."""
    stack = image.stack
    count = len(stack)
    trees = [{row.path: (row.layer, row.entry) for row in MergedTree(stack, top).walk()} for top in range(count + 1)]
    final = trees[-1]
    for path in {path for tree in trees for path in tree}:
        touches = {touch.layer: touch for touch in trace(stack, path).changes}
        now = None
        for top in range(1, count + 1):
            if (touch := touches.get(top)) is not None:
                now = (touch.after.layer, touch.after.entry.id) if touch.after is not None else None
            found = trees[top].get(path)
            assert (None if found is None else (found[0], found[1].id)) == now, path
        answer = Answer.PRESENT if path in final else Answer.DELETED
        if stack.resolve(count, path) is not None:
            assert find_provenance(stack, path).path != path or find_provenance(stack, path).answer is answer
    for name in ("**", "d/**", "**/*"):
        found_by_glob = set(matching_paths(stack, name.encode()))
        assert {path for path in found_by_glob if b".wh." in path} <= {path for tree in trees for path in tree}
    assert final.keys() <= set(matching_paths(stack, b"**"))
    for top in range(1, count + 1):
        lower, upper = trees[top - 1].keys(), trees[top].keys()
        differences = list(walk_differences(image.side(top - 1), image.side(top)))
        assert {each.path for each in differences if each.mark is Mark.ADDED} == upper - lower
        assert {each.path for each in differences if each.mark is Mark.DELETED} == lower - upper
    removals = Removals(stack)
    for number in range(1, count + 1):
        for path, (layer, entry) in trees[number].items():
            if layer == number and entry.directory is None:
                later = range(number + 1, count + 1)
                gone = next((top for top in later if trees[top].get(path) != (layer, entry)), None)
                removal = None if gone is None else Removal(gone, path in trees[gone])
                assert removals.of(number, entry.parent, entry.id) == removal
    waste = find_waste(StackNames(stack))
    tree = MergedTree(stack)
    inodes = {}
    for layer, entry in final.values():
        if entry.directory is None and (inode := tree.link_target(layer, entry)) is not None:
            inodes[inode[0], inode[1].id] = inode[1].size
    known = [layer.index for layer in stack.layers if layer is not None]
    shipped = sum(entry.size for index in known for _, entry in index.walk())
    superseded = sum(row.size for index in known for row in index.table.superseded_rows())
    assert waste.total == shipped + superseded - sum(inodes.values())
