"""The bases of the image that is shown, looked up beside the screen."""

from collections.abc import Sequence

from textual.message import Message

from ocitui.image.image import Image
from ocitui.image.known_bases import KnownBase, find_bases
from ocitui.image.remembered import remember_image
from ocitui.tui.explore.shown import Shown
from ocitui.tui.panes.panes import Panes


class KnownBases:
    """Looks up what an image is built on, and remembers it for those that are built on it."""

    class Found(Message):
        """The bases of an image were looked up."""

        def __init__(self, image: Image, bases: Sequence[KnownBase]) -> None:
            super().__init__()
            self.image = image
            self.bases = bases

    def __init__(self, shown: Shown, panes: Panes, reference: str) -> None:
        """
        Args:
            shown: what is shown.
            panes: where it is shown.
            reference: the one by which the place was opened; empty where its images are not to be remembered.
        """
        self._shown = shown
        self._panes = panes
        self._reference = reference
        self._asked: set[Image] = set()

    def look_up(self, image: Image) -> None:
        """Look up the bases of an image that is shown for the first time."""
        if image in self._asked or image.is_artifact:
            return
        self._asked.add(image)
        screen, shown = self._panes.screen, self._shown

        def look_up() -> None:
            bases = find_bases(image, shown.top, shown.transport)
            if self._reference:
                remember_image(image, self._reference)
            screen.post_message(self.Found(image, bases))

        screen.run_worker(look_up, thread=True, group="bases", exit_on_error=False)
