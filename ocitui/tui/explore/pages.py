"""The pages about the whole image that are opened from the panes: search, timeline, waste, sizes, comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.image.documents.dockerfile import DockerfileLine, dockerfile
from ocitui.image.history.instruction import UNFOLDED_LIMIT
from ocitui.image.image import Image
from ocitui.image.merged.timeline import Timeline, compare_timeline, trace
from ocitui.image.selection import artifacts_below, images_below
from ocitui.image.words import not_layered_text
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.choosing import Choosing
from ocitui.tui.explore.packages import Packages
from ocitui.tui.explore.shown import Shown
from ocitui.tui.page.text import TextScreen
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.row import Part

if TYPE_CHECKING:  # the screens over the panes are loaded when they are opened, after the first paint
    from ocitui.tui.page.path_page import PathRequested
    from ocitui.tui.start.other_image import OtherImage


class Pages:
    """Opens pages over the panes, and goes where they ask to go."""

    def __init__(self, shown: Shown, panes: Panes, bars: ExploreBars, choosing: Choosing) -> None:
        self._shown = shown
        self._panes = panes
        self._bars = bars
        self._choosing = choosing
        self._searched = ""
        self._in_archives = False
        self._packages = Packages(shown, panes, bars.refuse)

    def _image(self, *, with_layers: bool = False) -> Image | None:
        """The image; where there is none, or none with layers, that is said."""
        image = self._shown.image
        if image is None or (with_layers and not image.layers):
            self._bars.refuse(self._shown.lack)
            return None
        return image

    # Search.

    def find(self) -> None:
        """Search all layers at once."""
        from ocitui.tui.find.screen import FindScreen

        if (image := self._image(with_layers=True)) is not None:
            source = self._shown.search_source(image)
            screen = FindScreen(
                self._panes.screen, source, self._searched, self._remember, in_archives=self._in_archives
            )
            self._panes.app.push_screen(screen)

    def _remember(self, text: str, in_archives: bool) -> None:
        self._searched, self._in_archives = text, in_archives

    def take_path(self, event: PathRequested) -> None:
        """Go to a path, or show its timeline."""
        if event.what == "timeline":
            self.show_timeline(event.path)
        elif event.layer is None:
            self._choosing.go_to_final_path(event.path)
        else:
            self._choosing.go_to_path(event.layer, event.path)

    def jump(self) -> None:
        """Go to a path of the final filesystem by some of its letters."""
        from ocitui.tui.find.jump import JumpScreen

        if (image := self._image(with_layers=True)) is not None:
            self._panes.app.push_screen(JumpScreen(self._panes.screen, self._shown.search_source(image)))

    # Waste and sizes.

    def waste(self) -> None:
        """Show the bytes that are stored but not visible in the final image."""
        from ocitui.tui.waste.screen import WasteScreen

        if (image := self._image(with_layers=True)) is not None:
            refusal = f"this is {not_layered_text(image.node)}" if image.is_artifact else ""
            self._panes.app.push_screen(WasteScreen(self._panes.screen, self._shown.search_source(image), refusal))

    def sizes(self) -> None:
        """Show where the bytes of the image are."""
        from ocitui.tui.sizes.screen import SizesScreen

        if (image := self._image(with_layers=True)) is not None:
            layer = self._shown.layer_at_hand or image.layers[-1]
            source = self._shown.search_source(image)
            self._panes.app.push_screen(SizesScreen(self._panes.screen, source, layer.number))

    # The timeline.

    def timeline(self) -> None:
        """Show what every layer did to the path under the cursor of the files."""
        path = self._panes.files.path_in_layers
        if self._shown.image is None or path is None:
            self._bars.refuse(self._shown.lack or "open a layer and put the cursor on a file first")
        else:
            self.show_timeline(path.strip(b"/"))

    def show_timeline(self, path: bytes) -> None:
        """Show what every layer did to a path; layers that are not known yet are read meanwhile."""
        from ocitui.tui.timeline.screen import TimelineScreen

        image = self._shown.image
        if image is None:
            return

        def find_timeline(path: bytes) -> Timeline:
            found = trace(self._shown.merged.stack(image), path)
            if self._shown.contents is None:
                return found
            try:
                return compare_timeline(found, self._shown.contents)
            except OcituiError:
                return found

        self._shown.scans.want(image.layers)
        source = self._shown.search_source(image)
        self._panes.app.push_screen(TimelineScreen(self._panes.screen, image, source, path, find_timeline))

    # The Dockerfile, and another image.

    def dockerfile(self) -> None:
        """Show the whole history as a Dockerfile, and below it those that provenance holds."""
        from ocitui.image.documents.kept_dockerfile import kept_dockerfiles

        image, transport = self._image(), self._shown.transport
        if image is None:
            return
        chosen = self._panes.history.history_row if self._panes.history.has_focus else None
        rows: list[list[Part]] = []
        cursor = 0
        for line in dockerfile(image, UNFOLDED_LIMIT):
            if chosen is not None and line.row is not None and image.history.rows[line.row] is chosen and not cursor:
                cursor = len(rows)
            rows.append(_dockerfile_row(line))

        def kept() -> list[list[Part]]:
            return [_dockerfile_row(line) for line in kept_dockerfiles(image, transport, UNFOLDED_LIMIT)]

        self._panes.app.push_screen(TextScreen(f"Dockerfile · {image.label}", rows, cursor, kept))

    def read_packages(self) -> None:
        """Read what the SBOMs of the image list."""
        self._packages.read()

    def show_packages(self, event: Packages.Read) -> None:
        """Show it."""
        self._packages.show(event)

    def compare_images(self) -> None:
        """Ask for another image, and compare with it."""
        from ocitui.tui.start.other_image import OtherImageScreen

        image = self._image()
        if image is None:
            return
        found = artifacts_below(self._shown.top) if image.is_artifact else images_below(self._shown.top)
        others = [other for other in found if other.node.digest != image.node.digest]
        once = list({other.node.digest: other for other in reversed(others)}.values())[::-1]
        self._panes.app.push_screen(OtherImageScreen(image, once), self._compare_with)

    def _compare_with(self, other: OtherImage | None) -> None:
        from ocitui.tui.compare.images import ComparedImage
        from ocitui.tui.compare.images_screen import ImageDiffScreen

        shown = self._shown
        if other is None or shown.image is None:
            return
        before = ComparedImage(shown.image, shown.transport, shown.scans)
        transport, scans = (shown.transport, shown.scans) if other.transport is None else (other.transport, None)
        self._panes.app.push_screen(ImageDiffScreen(before, other.image, transport, scans))


def _dockerfile_row(line: DockerfileLine) -> list[Part]:
    number = f"{line.layer or '':>4}  "
    return [(number, "lines--muted"), (printable(line.text), "lines--muted" if line.is_remark else "")]
