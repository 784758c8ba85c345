"""The packages of an image for ``ocitui waste --by package``."""

from collections.abc import Sequence
from contextlib import closing

from ocitui.commands.place import Place
from ocitui.commands.stack import OpenStack
from ocitui.image.contents import ImageContents
from ocitui.image.merged import MergedTree
from ocitui.image.package_sums import PackageSum, sum_by_package
from ocitui.image.packages import read_owners
from ocitui.image.shown_files import shown_files
from ocitui.image.stack_names import StackNames
from ocitui.image.waste import Waste


def sum_packages(
    place: Place, opened: OpenStack, names: StackNames, waste: Waste
) -> tuple[Sequence[PackageSum], list[str]]:
    """The sums, and what could not be read."""
    with closing(ImageContents(place.transport, opened.image, opened.index_of)) as contents:
        owners = read_owners(MergedTree(opened.stack), contents)
    return sum_by_package(owners, shown_files(names), waste), owners.problems
