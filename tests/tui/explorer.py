"""The running program, as tests of its screens look at it and press its keys."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from textual.pilot import Pilot
from textual.widget import Widget
from textual.worker import WorkerCancelled

from ocitui.layers.cache import LayerCache
from ocitui.spec.platform import Platform
from ocitui.transports.opening import open_reference
from ocitui.transports.transport import Transport
from ocitui.tui.app import OcituiApp
from ocitui.tui.panes.config_pane import ConfigPane
from ocitui.tui.panes.files_pane import FilesPane
from ocitui.tui.panes.history_pane import HistoryPane
from ocitui.tui.panes.image_pane import ImagePane
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.settings import DEFAULTS, Settings
from tests.images.indexes import read_layers


class Explorer:
    """The running program, as a test looks at it."""

    def __init__(self, app: OcituiApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def write(self, text: str) -> None:
        """Type a text without waiting for what each letter does."""
        await self.pilot.press(*text)
        await self.settle()

    async def click(self, widget: Widget, x: int, y: int) -> None:
        """Click so many columns and rows from the upper left corner of a widget."""
        await self.pilot.click(widget, offset=(x, y))
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way any more: workers, messages, scans."""
        for _ in range(2):
            await self._finish_workers()
        while self.app.explore.shown.scans.is_busy or not all(worker.is_finished for worker in self.app.workers):
            await self._finish_workers()

    async def _finish_workers(self) -> None:
        for worker in list(self.app.workers):
            with suppress(WorkerCancelled):  # it gave way to a later one
                await worker.wait()
        await self.pilot.pause()

    @property
    def tree(self) -> ImagePane:
        return self.app.screen.query_one(ImagePane)

    @property
    def history(self) -> HistoryPane:
        return self.app.screen.query_one(HistoryPane)

    @property
    def files(self) -> FilesPane:
        return self.app.screen.query_one(FilesPane)

    @property
    def config(self) -> ConfigPane:
        return self.app.screen.query_one(ConfigPane)

    def text(self, lines: Lines) -> str:
        return "\n".join(
            "".join(part for part, _ in lines.row_parts(n, lines.size.width - 2)) for n in range(lines.row_count)
        )

    def bar(self, name: str) -> str:
        return self.app.screen.query_one(f"#{name}", Bar).text


@asynccontextmanager
async def explore(
    place: Path | str,
    size: tuple[int, int] = (160, 48),
    platform: str | None = None,
    *,
    opens_files: bool = False,
    settings: Settings = DEFAULTS,
    is_read: bool = False,
) -> AsyncIterator[Explorer]:
    """Start the program.

    Args:
        place: where the images are.
        size: columns and rows of the terminal.
        platform: what ``--platform`` says.
        opens_files: as if no place had been named.
        settings: those of the user.
        is_read: whether layers were read before; else each is read by a process of its own once it is needed.
    """
    transport, reference = open_reference(str(place))
    if is_read:
        _read_once(str(place), transport)
    app = OcituiApp(
        transport,
        reference,
        Platform.parse(platform) if platform else None,
        LayerCache(),
        opens_files=opens_files,
        settings=settings,
    )
    async with app.run_test(size=size) as pilot:
        explorer = Explorer(app, pilot)
        await explorer.settle()
        yield explorer


_caches: dict[str, Path] = {}
"""Places whose layers were read for a test of this process, each with a copy of the cache that came of it."""


def _read_once(place: str, transport: Transport) -> None:
    cache = LayerCache()
    if place in _caches:
        shutil.copytree(_caches[place], cache.root, dirs_exist_ok=True)
    else:
        read_layers(transport, cache)
        _caches[place] = shutil.copytree(cache.root, Path(f"{cache.root}-read"))


async def open_layer(screen: Explorer, number: int) -> None:
    """Open a layer from the history."""
    await screen.press("3")
    screen.history.reveal_layer(number)
    await screen.press("enter")
