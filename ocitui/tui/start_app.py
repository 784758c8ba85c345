"""The app that lets choose an image, before there is one to look into."""

from collections.abc import Sequence

from textual import on
from textual.screen import Screen

from ocitui.spec.reference import Reference
from ocitui.transports.nearby import Source
from ocitui.transports.transport import Transport
from ocitui.tui.base_app import BaseApp
from ocitui.tui.settings import DEFAULTS, Settings
from ocitui.tui.start.screen import StartScreen


class StartApp(BaseApp[tuple[Transport, Reference]]):
    """Ends with the image that was chosen, opened; with None where the user left."""

    def __init__(
        self,
        sources: Sequence[Source],
        where: str = "",
        notice: str = "",
        *,
        has_previous: bool = False,
        settings: Settings = DEFAULTS,
    ) -> None:
        """
        Args:
            sources: where images are looked for.
            where: the folder that is looked into, as the title shows it.
            notice: what went wrong with the image that was chosen before.
            has_previous: whether an image was open before, to go back to.
            settings: what the user has set; the keys are checked.
        """
        super().__init__(settings)
        self.start = StartScreen(sources, where, notice, _load_app, has_previous=has_previous)
        """The one screen."""
        self.went_back = False
        """True if the user left for the image that was open before."""

    def get_default_screen(self) -> Screen[None]:
        """The list of images."""
        return self.start

    @on(StartScreen.Opened)
    def _opened(self, event: StartScreen.Opened) -> None:
        self.exit((event.transport, event.reference))

    @on(StartScreen.Returned)
    def _returned(self) -> None:
        self.went_back = True
        self.exit()


def _load_app() -> None:
    """Load what comes next, so that it comes at once."""
    import ocitui.tui.app  # noqa: F401
