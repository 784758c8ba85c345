"""Changes below folders, counted as one would by hand."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ocitui.demo.tar import Entry, directory, file, opaque, whiteout
from ocitui.image.merged.change_counts import ChangeCounts, count_changes, mark_of
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.tree import ROOT_FOLDER, MergedTree
from tests.examples import examples
from tests.image.merged.test_merged import LAYERS, stacked


def by_hand(tree: MergedTree, number: int) -> Counter[Mark]:
    """Every name below a folder by its mark, those of deleted folders among them."""
    found: Counter[Mark] = Counter()
    for listing in tree.listings(number):
        for name in listing.names:
            found[mark_of(tree, listing, name)] += 1
            folder = tree.subfolder(listing, name)
            found += by_hand(tree, folder) if folder is not None else Counter()
    return found


def test_the_numbers_and_how_they_are_said(tmp_path: Path) -> None:
    lower = [
        directory("d"),
        file("d/gone"),
        file("d/x", "1"),
        file("d/same"),
        file("old/a"),
        file("old/b"),
        file("s/s"),
    ]
    upper = [whiteout("d/gone"), file("d/x", "22"), file("new/a/b"), whiteout("old"), opaque("none")]
    with stacked(tmp_path, lower, upper) as stack:
        tree = MergedTree(stack)
        counts = count_changes(tree)
        assert counts is not None
        root, below = counts[ROOT_FOLDER], counts[tree.find_folder(b"d") or 0]
        assert below == ChangeCounts(0, 1, 1, has_unchanged=True)
        assert below.text == "~1 -1"
        assert (root.added, root.modified, root.deleted) == (3, 1, 4), "new, new/a, new/a/b; x; gone, old, two in it"
        assert tree.find_folder(b"s") not in counts
        assert ChangeCounts(1722, 0, 0).text == "+1,722"
        assert count_changes(tree, lambda: True) is None


@pytest.mark.slow
@given(layers=LAYERS)
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_layers_are_counted_as_by_hand(layers: list[list[Entry]], tmp_path: Path) -> None:
    with stacked(tmp_path, *layers) as stack:
        for top in range(1, len(layers) + 1):
            tree = MergedTree(stack, top)
            counts = count_changes(tree)
            assert counts is not None
            for number, found in counts.items():
                expected = by_hand(tree, number)
                assert [found.has(mark) for mark in Mark] == [mark in expected for mark in Mark]
                numbers = (found.added, found.modified, found.deleted)
                assert numbers == (expected[Mark.ADDED], expected[Mark.MODIFIED], expected[Mark.DELETED])
