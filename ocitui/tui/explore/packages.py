"""The packages that the SBOMs of an image list, as a page over the panes."""

from collections.abc import Callable, Sequence
from typing import overload

from textual.message import Message

from ocitui.cells import cells, pad
from ocitui.display import count_noun, printable
from ocitui.image.attestations.find import attestations_of
from ocitui.image.attestations.sbom import ListedPackage, numbers_by_diff_id, read_sbom
from ocitui.image.documents.attested import package_cells
from ocitui.image.image import Image
from ocitui.tui.explore.shown import Shown
from ocitui.tui.page.text import TextScreen
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.row import Part

_MOST = (32, 22, 24, 28)
"""Columns for name, version, license and the place it was found in, at most; what is longer moves the rest of a row."""


def _widest(column: Sequence[str]) -> int:
    """Return the columns that the widest text takes when it is drawn."""
    together = "".join(column)
    is_plain = (
        together.isascii() and together.isprintable()
    )  # as those of nearly all packages: a look at each takes long
    return max(map(len, column)) if is_plain else max(cells(printable(text)) for text in column)


class _Rows(Sequence[Sequence[Part]]):
    """A row for each package, made when it is drawn or searched: there may be very many."""

    def __init__(self, packages: Sequence[ListedPackage], image: Image) -> None:
        self._packages = packages
        self._numbers = numbers_by_diff_id(image)
        names, versions, terms, _, diff_ids, paths = zip(*packages, strict=True)
        longest = map(_widest, (names, versions, terms))
        has_place = any(paths) or any(diff_id in self._numbers for diff_id in dict.fromkeys(diff_ids))
        self._widths = [*map(min, longest, _MOST), _MOST[-1] if has_place else 0]

    def __len__(self) -> int:
        return len(self._packages)

    @overload
    def __getitem__(self, index: int) -> Sequence[Part]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Sequence[Part]]: ...

    def __getitem__(self, index: int | slice) -> Sequence[Part] | Sequence[Sequence[Part]]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        name, version, terms, purl, place = map(printable, package_cells(self._packages[index], self._numbers))
        fields = [pad(text, width) for text, width in zip((name, version, terms, place), self._widths, strict=True)]
        return [
            (f"{fields[0]} ", ""),
            (f"{fields[1]} ", "lines--accent"),
            (" ".join([*filter(None, fields[2:]), purl]), "lines--muted"),
        ]


class Packages:
    """Reads the SBOMs of the image that is shown, and shows their packages."""

    class Read(Message):
        """They were read."""

        def __init__(self, image: Image, packages: Sequence[ListedPackage], problems: Sequence[str]) -> None:
            super().__init__()
            self.image = image
            self.packages = packages
            self.problems = problems

    def __init__(self, shown: Shown, panes: Panes, refuse: Callable[[str], None]) -> None:
        """
        Args:
            shown: what is shown.
            panes: where it is shown.
            refuse: says why nothing is.
        """
        self._shown = shown
        self._panes = panes
        self._refuse = refuse

    def read(self) -> None:
        """Read them beside the screen; `Read` tells of it."""
        image, transport, screen = self._shown.image, self._shown.transport, self._panes.screen
        if image is None:
            self._refuse(self._shown.lack)
            return

        def read() -> None:
            found: dict[ListedPackage, None] = {}
            problems: list[str] = []
            for each in attestations_of(image.node, transport):
                sbom = read_sbom(each.statement) if each.statement is not None else None
                found |= dict.fromkeys(sbom.packages if sbom is not None else ())
                problems += each.problems
            screen.post_message(self.Read(image, list(found), problems))

        screen.run_worker(read, thread=True, group="packages", exclusive=True, exit_on_error=False)

    def show(self, event: Read) -> None:
        """Show them, where their image is shown still and no page lies over it."""
        screen = self._panes.screen
        if event.image is not self._shown.image or screen.app.screen is not screen:
            return
        if not event.packages:
            self._refuse(event.problems[0] if event.problems else "no SBOM of this image lists packages")
            return
        title = f"{count_noun(len(event.packages), 'package')} · {event.image.label}"
        screen.app.push_screen(TextScreen(title, _Rows(event.packages, event.image)))
