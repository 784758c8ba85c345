"""Totals and sizes that take time to tell, of an image and of the rows in sight: added up beside the screen."""

from contextlib import suppress

from textual.message import Message
from textual.worker import get_current_worker

from ocitui.errors import OcituiError
from ocitui.tui.explore.shown import Shown
from ocitui.tui.files.merged_source import MergedSource, TreeSums
from ocitui.tui.panes.panes import Panes


class AddingUp:
    """Adds up in threads, and says with a message when more is known."""

    class Settled(Message):
        """More is known of the rows in sight."""

    class AddedUp(Message):
        """More is known of what the image comes to."""

    def __init__(self, shown: Shown, panes: Panes) -> None:
        self._shown = shown
        self._panes = panes
        self._counted: TreeSums | None = None
        """The tree whose changes are counted, or were."""

    def add_up_waste(self) -> None:
        """Have the header say what is wasted, once all layers are known."""
        image, totals, screen = self._shown.image, self._shown.totals, self._panes.screen
        if image is None:
            return
        stack = self._shown.merged.stack(image)
        if totals.wants_waste(image, stack):

            def add_up() -> None:
                with suppress(OcituiError):  # the panes say what is wrong with a layer
                    totals.add_up_waste(image, stack)
                    screen.post_message(self.AddedUp())

            screen.run_worker(add_up, thread=True, group="totals", exit_on_error=False)

    def settle_in_sight(self) -> None:
        """Find out what takes time to tell of the rows in sight: what is below folders, and what contents say."""
        source, contents, screen = self._panes.files.source, self._shown.contents, self._panes.screen
        if not isinstance(source, MergedSource) or contents is None:
            return
        self._count_changes(source.sums)
        in_sight = self._panes.files.ids_in_sight
        ids, folders = source.open_rows(in_sight), source.unsummed(in_sight)
        if not ids and not folders:
            return

        def settle() -> None:
            worker = get_current_worker()
            found = [source.sums.add_up(row, lambda: worker.is_cancelled) for row in folders]
            with suppress(OcituiError):  # the row keeps its question mark
                found += [source.tree.compare_contents(number, contents) for number in ids if not worker.is_cancelled]
            if any(found):
                screen.post_message(self.Settled())

        screen.run_worker(settle, thread=True, group="settle", exclusive=True, exit_on_error=False)

    def _count_changes(self, sums: TreeSums) -> None:
        """Count the changes below folders, where nobody did."""
        screen = self._panes.screen
        if sums.changes is not None or self._counted is sums:
            return
        self._counted = sums

        def count() -> None:
            worker = get_current_worker()
            if sums.count_changes(lambda: worker.is_cancelled):
                screen.post_message(self.Settled())

        screen.run_worker(count, thread=True, group="changes", exclusive=True, exit_on_error=False)
