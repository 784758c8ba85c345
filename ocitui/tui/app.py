"""The Textual app that looks inside one place: what is open, and the keys that hold everywhere."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from ocitui.errors import UsageError
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.selection import build_frugal_tree, select_content, select_node
from ocitui.layers.cache import LayerCache
from ocitui.spec.platform import Platform
from ocitui.spec.reference import REGISTRY, Reference
from ocitui.transports.transport import Transport
from ocitui.tui.base_app import BaseApp
from ocitui.tui.explore.screen import ExploreScreen
from ocitui.tui.page.page import Page
from ocitui.tui.rows.keys import READ_AGAIN, Key, Kind
from ocitui.tui.settings import DEFAULTS, Settings

if TYPE_CHECKING:
    from ocitui.tui.view.screen import ViewScreen


class OcituiApp(BaseApp[int]):
    """Looks inside one place with images."""

    BINDINGS: ClassVar[list[BindingType]] = [
        READ_AGAIN,
        Key("O", "open_another", "Open another image", hint="other image", worth=35, kind=Kind.PROGRAM),
    ]
    JOBS = (("Jobs, in the panes", ExploreScreen),)

    def __init__(
        self,
        transport: Transport,
        reference: Reference,
        platform: Platform | None = None,
        cache: LayerCache | None = None,
        *,
        remembers: bool = True,
        opens_files: bool = False,
        settings: Settings = DEFAULTS,
    ) -> None:
        """
        Args:
            transport: where the blobs are.
            reference: what was typed; its tag or digest says where to start.
            platform: the platform to start on; None for this machine's, else the first.
            cache: where layer indexes are kept; None for the user's own.
            remembers: whether its images are remembered, so that those that are built on them can be told.
            opens_files: whether the image's files are shown at once, and its layers read for that.
            settings: what the user has set; the keys are checked.

        Raises:
            UsageError: the tag, digest or platform is missing.
        """
        super().__init__(settings)
        self.wants_another = False
        """True if the user left to open another image."""
        self._transport = transport
        is_remote = reference.transport == REGISTRY
        top = build_frugal_tree(transport, platform, has_referrers=True) if is_remote else build_tree(transport)
        chosen = select_node(top, reference, platform)
        image: Image | None
        try:
            image = select_content(chosen, platform)
        except UsageError:
            if platform is not None:
                raise
            image = None
        self.explore = ExploreScreen(
            transport,
            top,
            image.node if image is not None and chosen is top else chosen,
            image,
            cache if cache is not None else LayerCache(),
            reference=reference.text if remembers else "",
            opens_files=opens_files,
            settings=settings,
        )

    def get_default_screen(self) -> Screen[None]:
        """The four panes."""
        return self.explore

    def on_view_screen_save_requested(self, event: "ViewScreen.SaveRequested") -> None:
        """Save what the viewer shows."""
        self.explore.file_actions.saves.save_viewed(event.screen)

    def action_read_again(self) -> None:
        """Give layers that could not be read another try, and what was too much to fetch unasked."""
        if self.explore.shown.scans.fetching.allow_more() and isinstance(self.screen, Page):
            self.screen.read_again()
        self.explore.files.read_again()

    def action_open_another(self) -> None:
        """Leave this image for the start screen; the screen ends its scans."""
        self.wants_another = True
        self.exit(0)


def run_app(app: OcituiApp, mouse: bool) -> int | None:
    """Show the screen; give the exit code when the user leaves it, or None to go on to the start screen."""
    app.show(mouse)
    if app.wants_another and not app.return_code:
        return None
    return app.return_code or 0
