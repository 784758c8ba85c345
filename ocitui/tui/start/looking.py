"""Looking for images in every source of the start screen, each in a thread."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from ocitui.errors import OcituiError, defect
from ocitui.transports.nearby import Nearby
from ocitui.tui.start.rows import Section
from ocitui.tui.terminal.threads import in_background

INTERVAL = 0.1
"""Seconds between images that are shown as they come."""


class Looking:
    """Lists each source, and tells a few times a second what there is."""

    def __init__(
        self, sections: Sequence[Section], tell: Callable[[Section, Sequence[Nearby], str | None], object]
    ) -> None:
        """
        Args:
            sections: the sources, and what is known of them.
            tell: called in a thread with a section, with images of it that came, and with the problem that ended the
                look, empty if none did; None while it goes on.
        """
        self._sections = sections
        self._tell = tell
        self._is_over = False

    @property
    def is_under_way(self) -> bool:
        """True if images are looked for."""
        return any(section.is_looking for section in self._sections)

    def begin(self) -> None:
        """Begin to look everywhere at once."""
        for section in self._sections:
            in_background(partial(self._look, section))

    def look_again(self) -> None:
        """Look again where no look is under way."""
        for section in self._sections:
            if not section.is_looking:
                section.look_again()
                in_background(partial(self._look, section))

    def stop(self) -> None:
        """End what is under way."""
        self._is_over = True

    def _look(self, section: Section) -> None:
        """List one source, in its thread."""
        images: list[Nearby] = []
        due = 0.0
        problem = ""
        try:
            for image in section.source.list_images():
                if self._is_over:
                    return
                images.append(image)
                if time.monotonic() >= due:
                    self._tell(section, images, None)
                    images, due = [], time.monotonic() + INTERVAL
        except OcituiError as error:
            problem = str(error)
        except Exception as error:  # one source with a defect does not end the others
            problem = defect(error)
        self._tell(section, images, problem)
