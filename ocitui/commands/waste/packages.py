"""The packages of an image for ``ocitui waste --by package``."""

from collections.abc import Sequence
from contextlib import closing

from ocitui.commands.opened.place import Place
from ocitui.commands.opened.stack import OpenStack
from ocitui.image.contents import ImageContents
from ocitui.image.merged.tree import MergedTree
from ocitui.image.packages.owners import read_owners
from ocitui.image.packages.sums import PackageSum, sum_by_package
from ocitui.image.squash.shown_files import shown_files
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import Waste


def sum_packages(
    place: Place, opened: OpenStack, names: StackNames, waste: Waste
) -> tuple[Sequence[PackageSum], list[str]]:
    """The sums, and what could not be read."""
    with closing(ImageContents(place.transport, opened.image, opened.index_of)) as contents:
        owners = read_owners(MergedTree(opened.stack), contents)
    return sum_by_package(owners, shown_files(names), waste), owners.problems
