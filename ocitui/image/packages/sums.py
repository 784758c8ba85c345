"""Bytes by package: what the final filesystem has of each, and what of it is waste."""

from collections.abc import Iterable
from dataclasses import dataclass

from ocitui.image.packages.owners import Owners, Package
from ocitui.image.squash.sizes import ShownFile
from ocitui.image.waste.waste import Waste


@dataclass(frozen=True, slots=True)
class PackageSum:
    """The totals of one package."""

    package: Package | None
    """None for all that no package owns."""
    shown: int
    """Bytes of its files in the final filesystem."""
    wasted: int
    """Bytes of waste at paths that it owns. What was deleted together with its package is nobody's."""
    files: int
    """The number of files with contents it has in the final filesystem."""

    @property
    def title(self) -> str:
        """The name, as raw as the image's."""
        return f"{self.package.name} {self.package.version}" if self.package is not None else "(no package)"


def sum_by_package(owners: Owners, files: Iterable[ShownFile], waste: Waste) -> tuple[PackageSum, ...]:
    """All packages that own anything with bytes, and what nobody owns; the most waste first, then the most bytes."""
    sums: dict[Package | None, list[int]] = {}
    for file in files:
        each = sums.setdefault(owners.of(file.path), [0, 0, 0])
        each[0] += file.size
        each[2] += 1
    for copy in waste.copies:
        sums.setdefault(owners.of(copy.path), [0, 0, 0])[1] += copy.size
    found = [PackageSum(package, *each) for package, each in sums.items()]
    return tuple(sorted(found, key=lambda each: (-each.wasted, -each.shown, each.title)))
