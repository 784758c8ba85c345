"""The sums of each view, as far as they are known: added up beside the screen, and anew when more layers are known."""

from collections.abc import Sequence

from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from ocitui.errors import OcituiError
from ocitui.image.packages.owners import Owners
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.sizes.sums import PackagesSeen, SizeSums, add_up, read_packages, sum_packages

FINAL = 0
"""Stands where the number of a layer stands, for all of them together."""


class ViewSums:
    """The sums of the final filesystem, and of each layer alone. A view is the number of a layer, or `FINAL`."""

    class Added(Message):
        """The totals of a view, or the reason why they are unknown."""

        def __init__(self, view: int, known: object, sums: SizeSums | None, problem: str = "") -> None:
            """
            Args:
                view: the view.
                known: the layers that were known when it was added up.
                sums: the totals; None where they are unknown.
                problem: the reason.
            """
            super().__init__()
            self.view = view
            self.known = known
            self.sums = sums
            self.problem = problem

    class Owned(Message):
        """The owners of the files of a view."""

        def __init__(self, view: int, sums: SizeSums, packages: PackagesSeen) -> None:
            """
            Args:
                view: the view.
                sums: its totals.
                packages: the owners of the files that were added up.
            """
            super().__init__()
            self.view = view
            self.sums = sums
            self.packages = packages

    def __init__(self, screen: Screen[None], source: SearchSource) -> None:
        """
        Args:
            screen: gets `Added` and `Owned`, and gives them back to `take` and `take_packages`.
            source: the layers.
        """
        self._screen = screen
        self._source = source
        self._known: tuple[LayerIndex | None, ...] = ()
        self._sums: dict[int, SizeSums] = {}
        self._packages: dict[int, PackagesSeen] = {}
        self._owners: Owners | None = None
        self._problems: dict[int, str] = {}

    def of(self, view: int) -> SizeSums | None:
        """The totals of a view; None where they are not known."""
        return self._sums.get(view)

    def packages(self, view: int) -> PackagesSeen | None:
        """The owners of the files of a view; None where they are not known."""
        return self._packages.get(view)

    def problem(self, view: int) -> str | None:
        """The reason why a view cannot be added up, raw; None where there is none."""
        return self._problems.get(view)

    def layers_changed(self) -> None:
        """Forget what more layers would change, where more are known."""
        known = tuple(self._source.index(number) for number in range(1, self._source.layer_count + 1))
        if known != self._known:
            self._known, self._owners = known, None
            self._sums.pop(FINAL, None)
            self._packages.clear()
            self._problems.clear()

    def add_up(self, view: int) -> None:
        """Add up a view, in a thread."""
        known = self._known
        indexes = known if view == FINAL else _alone(known, view)
        noun, screen = self._source.layer_noun, self._screen

        def run() -> None:
            worker = get_current_worker()
            try:
                sums = add_up(indexes, noun, lambda: worker.is_cancelled)
            except OcituiError as error:
                screen.post_message(self.Added(view, known, None, str(error)))
                return
            if sums is not None:
                screen.post_message(self.Added(view, known, sums))

        screen.run_worker(run, thread=True, group="sizes", exclusive=True, exit_on_error=False)

    def take(self, event: Added) -> bool:
        """Keep the totals of a view, or why there are none; whether they still count."""
        if event.view == FINAL and event.known != self._known:
            return False
        if event.sums is None:
            self._problems[event.view] = event.problem
        else:
            self._sums[event.view] = event.sums
        return True

    def read_packages(self, view: int) -> None:
        """Find out whose the files of a view are that was added up, in a thread."""
        known, owners, sums, screen = self._known, self._owners, self._sums[view], self._screen
        contents = self._source.contents()

        def run() -> None:
            found = owners if owners is not None else read_packages(known, contents)
            packages = sum_packages(found, sums.tree)
            if not get_current_worker().is_cancelled:
                screen.post_message(self.Owned(view, sums, packages))

        screen.run_worker(run, thread=True, group="packages", exclusive=True, exit_on_error=False)

    def take_packages(self, event: Owned) -> bool:
        """Keep the owners of the files of a view; whether they still count."""
        if self._sums.get(event.view) is not event.sums:
            return False
        self._owners, self._packages[event.view] = event.packages.owners, event.packages
        return True


def _alone(known: Sequence[LayerIndex | None], number: int) -> list[LayerIndex | None]:
    return [index if at == number else None for at, index in enumerate(known, 1)]
