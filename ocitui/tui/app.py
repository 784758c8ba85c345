"""The Textual app that looks inside one place: what is open, and the keys that hold everywhere."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from ocitui.errors import UsageError
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.selection import select_image, select_node
from ocitui.layers.cache import LayerCache
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference
from ocitui.transports.transport import Transport
from ocitui.tui.base_app import BaseApp
from ocitui.tui.explore.history_pane import HistoryPane
from ocitui.tui.explore.image_pane import ImagePane
from ocitui.tui.explore.screen import ExploreScreen
from ocitui.tui.explore.summary_lines import SummaryLines
from ocitui.tui.files.tree import EntryTree
from ocitui.tui.page.help import HelpScreen
from ocitui.tui.rows.lines import Lines
from ocitui.tui.view.json_view import JsonView

if TYPE_CHECKING:
    from ocitui.tui.view.screen import ViewScreen


class OcituiApp(BaseApp[int]):
    """Looks inside one place with images."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *BaseApp.BINDINGS,
        Binding("r,ctrl+r", "read_again", "Read layers again that could not be read, or whose reading does not move"),
        Binding("O", "open_another", "Open another image: back to the start screen"),
    ]
    HELP_SOURCES: ClassVar[list[tuple[str, type]]] = [
        ("Panes", ExploreScreen),
        ("1 Image", ImagePane),
        ("2 Config", SummaryLines),
        ("2 Config as JSON", JsonView),
        ("3 History", HistoryPane),
        ("4 Files", EntryTree),
    ]

    def __init__(
        self,
        transport: Transport,
        reference: Reference,
        platform: Platform | None = None,
        cache: LayerCache | None = None,
    ) -> None:
        """
        Args:
            transport: where the blobs are.
            reference: what was typed; its tag or digest says where to start.
            platform: the platform to start on; None for this machine's, else the first.
            cache: where layer indexes are kept; None for the user's own.

        Raises:
            UsageError: the tag, digest or platform is not here.
        """
        super().__init__()
        self.wants_another = False
        """Whether the user left to open another image."""
        self._transport = transport
        top = build_tree(transport)
        chosen = select_node(top, reference, platform)
        image: Image | None
        try:
            image = select_image(chosen, platform)
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
        )

    def get_default_screen(self) -> Screen[None]:
        """The four panes."""
        return self.explore

    def action_help(self) -> None:
        """Show every key."""
        from ocitui.tui.compare.diff_lines import DiffLines
        from ocitui.tui.compare.diff_tree import DiffTree
        from ocitui.tui.compare.images_screen import ImageDiffScreen
        from ocitui.tui.find.rows import FindRows
        from ocitui.tui.find.screen import FindScreen
        from ocitui.tui.save.screen import SaveScreen
        from ocitui.tui.sizes.lines import SizeLines
        from ocitui.tui.sizes.screen import SizesScreen
        from ocitui.tui.timeline.screen import TimelineScreen
        from ocitui.tui.verify.screen import FindingsScreen
        from ocitui.tui.view.hex_view import HexView
        from ocitui.tui.view.screen import ViewScreen
        from ocitui.tui.view.text_view import TextView
        from ocitui.tui.waste.screen import WasteScreen

        over: list[tuple[str, type]] = [
            ("Timeline", TimelineScreen),
            ("Find", FindScreen),
            ("Find: hits", FindRows),
            ("Waste", WasteScreen),
            ("Sizes", SizesScreen),
            ("Sizes: rows", SizeLines),
            ("Viewer", ViewScreen),
            ("Viewer: text", TextView),
            ("Viewer: bytes", HexView),
            ("Comparison", DiffLines),
            ("Two images", ImageDiffScreen),
            ("Two images: tree", DiffTree),
            ("Saving", SaveScreen),
            ("Findings", FindingsScreen),
        ]
        here: list[tuple[str, type]] = [("Everywhere, in every pane", Lines), ("The program", OcituiApp)]
        self.push_screen(HelpScreen([*here, *self.HELP_SOURCES, *over]))

    def on_view_screen_save_requested(self, event: "ViewScreen.SaveRequested") -> None:
        """Save what the viewer shows."""
        self.explore.file_actions.save_viewed(event.screen)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield from super().get_system_commands(screen)
        yield SystemCommand("Open another", "Back to the start screen", self.action_open_another)
        yield SystemCommand("Dockerfile", "The history as a Dockerfile", self.explore.action_dockerfile)
        yield SystemCommand("Find", "Search all layers", self.explore.action_find)
        yield SystemCommand("Waste", "What is shipped and not shown, and why", self.explore.action_waste)
        yield SystemCommand("Sizes", "Where the bytes are: folders, files, packages", self.explore.action_sizes)
        yield SystemCommand("Jump", "Go to a path by some of its letters", self.explore.action_jump)
        yield SystemCommand("Compare images", "Compare with another image", self.explore.action_compare_images)
        yield SystemCommand("Save all", "Save the root filesystem", self.explore.action_save_tree)
        yield SystemCommand("Verify", "Digests, sizes, diff IDs, entries", self.explore.action_verify)
        yield SystemCommand("JSON", "The exact JSON of what is chosen", self.explore.action_toggle_json)
        yield SystemCommand(
            "Exact values", "Sizes and times exactly, or as people say them", self.explore.action_toggle_exact
        )

    def action_read_again(self) -> None:
        """Give layers that could not be read another try."""
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
