"""The results about sizes that take time, kept for as long as no more layers become known. Run it in a thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocitui.errors import OcituiError
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.image.packages.owners import Owners, read_owners
from ocitui.image.packages.sums import sum_by_package
from ocitui.image.squash.sizes import TreeSizes
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import Waste
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.sizes.rows import LARGEST, FileList, PackageList

_NO_WASTE = Waste((), ())
NO_DATABASE = "no dpkg, apk or rpm database in this image"
"""The notice for an image that was not made of packages, or does not tell."""


@dataclass(frozen=True, slots=True)
class SizeSums:
    """The sums of the final filesystem, or of one layer."""

    tree: TreeSizes
    largest: FileList


@dataclass(frozen=True, slots=True)
class PackagesSeen:
    """The owners of the files of a tree."""

    sums: PackageList | None
    """None where no database tells."""
    owners: Owners

    @property
    def problem(self) -> str:
        """The reason why there are none, or not all; raw, empty where nothing is wrong."""
        if self.owners.problems:
            return self.owners.problems[0]
        return NO_DATABASE if self.sums is None else ""


def add_up(indexes: Sequence[LayerIndex | None], noun: str, is_cancelled: Callable[[], bool]) -> SizeSums | None:
    """Add up what layers come to.

    Args:
        indexes: from layer 1 on; of one layer alone, None for all the others.
        noun: see `ocitui.image.image.Image.layer_noun`.
        is_cancelled: asked now and then.

    Returns:
        The sums; None where it was cancelled.

    Raises:
        OcituiError: an index cannot be read.
    """
    tree = TreeSizes(StackNames(LayerStack(indexes, noun)), is_cancelled)
    if is_cancelled():
        return None
    return SizeSums(tree, FileList(tree, tree.largest(LARGEST), noun))


def read_packages(indexes: Sequence[LayerIndex | None], contents: ContentReader | None) -> Owners:
    """Read who owns what in the final filesystem; what went wrong is among the problems of the answer."""
    if contents is None:
        return Owners(problems=["packages: the files of the layers cannot be read"])
    try:
        return read_owners(MergedTree(LayerStack(indexes)), contents)
    except OcituiError as error:
        return Owners(problems=[f"packages: {error}"])


def sum_packages(owners: Owners, tree: TreeSizes) -> PackagesSeen:
    """Add up the files of a tree by who owns them."""
    if not owners.packages:
        return PackagesSeen(None, owners)
    return PackagesSeen(PackageList(tree, sum_by_package(owners, tree.files(), _NO_WASTE)), owners)
