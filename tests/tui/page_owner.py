"""A page about paths of the layers (`ocitui.tui.page.path_page`) with an owner that does nothing but remember."""

from collections.abc import Callable
from typing import Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot

from ocitui.tui.page.path_page import PathRequested
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.sizes.screen import SizesScreen
from ocitui.tui.waste.screen import WasteScreen
from tests.tui.search_sources import LayersSource

Page = TypeVar("Page", SizesScreen, WasteScreen)


class Owner(App[None], Generic[Page]):
    """Shows the page, and keeps what it is asked for."""

    def __init__(self, source: LayersSource, make: "Callable[[Owner[Page]], Page]") -> None:
        super().__init__()
        self.source = source
        self.page: Page = make(self)
        self.asked: list[PathRequested] = []
        self.copied = ""

    def on_mount(self) -> None:
        self.push_screen(self.page)

    def on_path_requested(self, event: PathRequested) -> None:
        self.asked.append(event)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied = text


class ShownPage(Generic[Page]):
    """The page as a test looks at it."""

    def __init__(self, app: Owner[Page], pilot: Pilot[None]) -> None:
        self.app: Owner[Page] = app
        self.pilot = pilot
        self.screen: Page = app.page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        for _ in range(2):
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

    async def learn(self, *numbers: int) -> None:
        """More layers are known."""
        self.app.source.known |= {*numbers}
        await self.changed()

    async def changed(self) -> None:
        """Tell the page that something became known of the layers."""
        self.screen.layers_changed()
        await self.settle()

    def drawn(self, lines: Lines) -> list[str]:
        """The rows of some lines as they are drawn."""
        width = lines.size.width - 2
        found = ["".join(text for text, _ in lines.row_parts(n, width)) for n in range(lines.row_count)]
        return [row.rstrip() for row in found]

    def text(self, y: int) -> str:
        """A row of the terminal."""
        strips = self.app.screen._compositor.render_strips()
        return strips[y].text

    def bar(self, name: str) -> str:
        return self.screen.query_one(f"#{name}", Bar).text
