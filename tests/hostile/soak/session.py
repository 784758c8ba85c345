"""One running program: steps are performed in it, and it is waited for until nothing is under way."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path

from textual import events
from textual.app import ScreenStackError
from textual.geometry import Size
from textual.keys import _character_to_key, key_to_character
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from ocitui.layers.cache import LayerCache
from ocitui.transports.opening import open_reference
from ocitui.tui.app import OcituiApp
from ocitui.tui.compare.images_screen import ImageDiffScreen
from ocitui.tui.explore.screen import ExploreScreen
from ocitui.tui.find.jump import JumpScreen
from ocitui.tui.find.screen import FindScreen
from ocitui.tui.rows.lines import Lines
from ocitui.tui.start.other_image import OtherImageScreen
from ocitui.tui.terminal.threads import ForgetfulThreads
from tests.patience import PATIENCE

with suppress(ImportError):
    import_module("docker")  # what it needs keeps the output that it is loaded under, and with it an app

WAIT = "wait"
"""The step that lets everything come to its end."""


class StuckError(AssertionError):
    """The program does not come to an end with what it does."""


class Session:
    """A program that runs.

    A step is the name of a key, or ``wait``, or one of ``type TEXT``, ``paste TEXT``, ``click X Y``,
    ``double X Y``, ``wheel X Y ROWS``, ``drag X Y TO_Y``, ``resize COLUMNS ROWS``.
    """

    def __init__(self, app: OcituiApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self.slowest = (0.0, "")
        """Seconds that a step took at most, and which."""

    @property
    def explore(self) -> ExploreScreen:
        """The screen with the panes."""
        return self.app.explore

    @property
    def is_over(self) -> bool:
        """Whether the user left."""
        return self.app._exit or not self.app.is_running

    async def perform(self, *steps: str) -> None:
        """Do what a user does, each step when the program has taken the one before."""
        for step in steps:
            if self.is_over:
                return
            began = time.perf_counter()
            if step == WAIT:
                await self.settle()
                continue
            kind, _, rest = step.partition(" ")
            match kind:
                case "type":
                    for character in rest:
                        self._key(_character_to_key(character), character)
                        await self._taken()
                case "paste":
                    self.app.post_message(events.Paste(rest))
                case "resize":
                    self._resize(*map(int, rest.split()))
                case "click" | "double" | "wheel" | "drag":
                    self._mouse(kind, *map(int, rest.split()))
                case key:
                    self._key(key, key_to_character(key))
            await self._taken()
            self.slowest = max(self.slowest, (time.perf_counter() - began, step))

    def _key(self, key: str, character: str | None) -> None:
        event = events.Key(key, character)
        event.set_sender(self.app)
        self.app.post_message(event)

    def _resize(self, columns: int, rows: int) -> None:
        size = Size(columns, rows)
        driver = self.app._driver
        assert driver is not None
        driver._size = (columns, rows)
        self.app.post_message(events.Resize(size, size))

    def _mouse(self, kind: str, x: int, y: int, more: int = 0) -> None:
        driver = self.app._driver
        assert driver is not None
        x, y = min(x, self.app.size.width - 1), min(y, self.app.size.height - 1)

        def post(event: type[events.MouseEvent], at_y: int = y, button: int = 1) -> None:
            driver.process_message(event(None, x, at_y, 0, 0, button, False, False, False))

        post(events.MouseMove, button=0)
        if kind == "wheel":
            for _ in range(abs(more)):
                post(events.MouseScrollDown if more > 0 else events.MouseScrollUp, button=0)
            return
        for _ in range(2 if kind == "double" else 1):
            post(events.MouseDown)
            if kind == "drag":
                post(events.MouseMove, more)
            post(events.MouseUp, more if kind == "drag" else y)

    async def _taken(self) -> None:
        """Wait until a step has done all that it does at once."""
        deadline = time.monotonic() + PATIENCE
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        while not self.is_over and (self._has_keys or not self.app._message_queue.empty()):
            if time.monotonic() > deadline:
                raise StuckError("a key is not done with")
            await asyncio.sleep(0)

    @property
    def _has_keys(self) -> bool:
        """Whether a key waits, or one is under way; not one that the program itself has lost patience with."""
        typeahead = self.app.typeahead
        return bool(typeahead._waiting) or not typeahead._is_free

    async def settle(self) -> None:
        """Wait until nothing is under way: keys, messages, timers of what is typed, workers, scans."""
        deadline = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 3 and not self.is_over:
            try:
                busy = next(self._busy(), None)
            except ScreenStackError:
                if self.is_over:
                    return
                raise
            quiet = quiet + 1 if busy is None else 0
            if time.monotonic() > deadline:
                raise StuckError(f"{busy} is still busy")
            await asyncio.sleep(0 if quiet else 0.002)

    def _busy(self) -> Iterator[str]:
        app, explore = self.app, self.explore
        if self._has_keys:
            yield "the queue of keys"
        yield from (f"the worker {worker.group} {worker.name}" for worker in app.workers if not worker.is_finished)
        if explore.shown.scans.is_busy:
            yield "a scan"
        if explore.verifying.is_running:
            yield "verifying"
        for screen in app.screen_stack:
            yield from _busy_screen(screen)
            for widget in screen.walk_children(with_self=True):
                if _has_messages(widget):
                    yield f"{widget}"
        if _has_messages(app):
            yield "the app"
        if app.screen._dirty_widgets or app.screen._callbacks:
            yield "the screen"
        shown: list[Widget] = [app.screen]
        for widget in shown:  # grows while it is walked
            if widget._layout_required or widget._repaint_required or widget._refresh_styles_required:
                yield f"{widget}, which is to be drawn"
            shown += [child for child in widget.children if child.display]

    async def leave(self) -> None:
        """Close all that lies over the panes, and end what is searched in them."""
        await self.settle()
        for _ in range(60):
            if len(self.app.screen_stack) == 1:
                break
            await self.perform("escape", WAIT)
        assert len(self.app.screen_stack) == 1, f"Escape does not close {self.app.screen}"
        names = [pane.id for pane in self.explore.panes.all]
        current = names.index(self.explore.panes.current.id)
        for number in (*range(current + 1, 4), *range(current + 1)):
            await self.perform(str(number + 1), WAIT)
            lines = self.explore.panes.focused_lines
            if lines is not None and lines.search.is_shown:
                await self.perform("escape", WAIT)

    @property
    def lists(self) -> list[Lines]:
        """The lists that are in sight on the screen that is in front."""
        return [lines for lines in self.app.screen.query(Lines) if lines.size and lines.is_on_screen]


def _busy_screen(screen: Screen[object]) -> Iterator[str]:
    if isinstance(screen, FindScreen | JumpScreen) and screen._timer is not None:
        yield f"{screen}, which waits for more to be typed"
    if isinstance(screen, ImageDiffScreen) and screen.is_busy:
        yield f"{screen}"
    if isinstance(screen, OtherImageScreen) and screen.is_opening:
        yield f"{screen}"


def _has_messages(pump: MessagePump) -> bool:
    return not pump._message_queue.empty() or bool(pump._next_callbacks)


@asynccontextmanager
async def running(place: Path, size: tuple[int, int]) -> AsyncIterator[Session]:
    """The program, started on an image."""
    transport, reference = open_reference(str(place))
    app = OcituiApp(transport, reference, None, LayerCache())
    async with app.run_test(size=size) as pilot:
        session = Session(app, pilot)
        await session.settle()
        yield session
    _forget_threads()


def _forget_threads() -> None:
    """End the threads that work in the loop: each keeps the output, and so the app, that it was started under."""
    loop = asyncio.get_running_loop()
    threads = loop._default_executor  # type: ignore[attr-defined]
    loop.set_default_executor(ForgetfulThreads(thread_name_prefix="asyncio"))
    threads.shutdown()
