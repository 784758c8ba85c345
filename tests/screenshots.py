"""Makes the pictures in ``screenshots/`` from the running program: ``python -m tests.screenshots``.

The demo image is opened in the real app, keys are pressed as a user would, and what is
on the screen is saved as SVG, and once more as a browser paints it (PNG; needs Chromium). The
moment "now" is fixed, but in the browser, so that ages read the same whenever the pictures are made.
"""

import asyncio
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from textual.worker import WorkerCancelled

from ocitui.commands.opened.sources import sources
from ocitui.demo import build_demo
from ocitui.layers.cache import LayerCache
from ocitui.transports.nearby import Nearby, Source
from ocitui.transports.opening import open_reference
from ocitui.transports.recent import remember
from ocitui.tui.app import OcituiApp
from ocitui.tui.start_app import StartApp
from tests.tui.browser.browser import open_page

FOLDER = Path(__file__).parent.parent / "screenshots"
SETTLES = 1.5
"""Seconds after the last key."""
NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Shot:
    """One picture: how to get there."""

    name: str
    size: tuple[int, int]
    """Columns and rows."""
    keys: Sequence[str]
    theme: str = "ocitui-dark"


_LAYER_7 = ("3", "G", *"kkkkkkkk", "enter")
"""To the layer of the long RUN, and into its files."""
START = "start"
"""The picture of the screen without an image."""
BROWSER = "browser"
"""The picture of `ocitui serve`."""
SHOTS = (
    Shot("explore", (160, 48), (*_LAYER_7, "m", "m", "e", "slash", *"manage.py", "enter", "l")),
    Shot("explore-light", (160, 48), (*_LAYER_7, "e"), "ocitui-light"),
    Shot("files-80x24", (80, 24), (*_LAYER_7, "m", "m", "slash", *"manage.py", "enter")),
    Shot("history-80x24", (80, 24), ("3",)),
    Shot("json", (120, 36), ("1", "k", "k", "k", "j", "2", "v")),
    Shot("timeline", (120, 30), (*_LAYER_7, "slash", *"python3", "enter", "w")),
    Shot("find", (120, 30), ("f", *"status:deleted size>1k")),
    Shot("waste", (120, 30), ("W",)),
    Shot("sizes", (120, 30), ("B", "enter")),
    Shot("verify-80x24", (80, 24), ("1", "V")),
    Shot("view", (100, 30), ("3", "G", *"kkkkkkkkk", "enter", "slash", *"app.py", "enter", "enter")),
)


async def take(shot: Shot, place: Path, cache: Path) -> str:
    """Open the program, press the keys and give the picture as SVG."""
    transport, reference = open_reference("./demo")
    app = OcituiApp(transport, reference, cache=LayerCache(cache), opens_files=True)
    async with app.run_test(size=shot.size) as pilot:
        app.theme = shot.theme
        await pilot.pause()
        for key in shot.keys:
            await pilot.press("space" if key == " " else key)
            await pilot.pause()
            while app.explore.shown.scans.is_busy:
                with suppress(WorkerCancelled):  # one that gave way to a later one
                    await app.workers.wait_for_complete()
                await pilot.pause()
        await asyncio.sleep(SETTLES)  # a search waits for more keys, a view for its file
        await pilot.pause()
        return app.export_screenshot(title="ocitui ./demo")


async def take_start(folder: Path) -> str:
    """The start screen in a folder with images of several kinds, the picture as SVG."""
    os.environ["OCITUI_STATE_DIR"] = str(folder / "start")  # of its own: nothing was opened before
    here = folder / "images"
    for name in ("paperboat", "nginx/1.27"):
        build_demo(here / name)
    for name in ("build/paperboat.tar", "build/paperboat-1.3.tar.gz"):
        (here / name).parent.mkdir(exist_ok=True)
        with tarfile.open(here / name, "w:gz" if name.endswith("gz") else "w") as archive:
            archive.add(here / "paperboat", ".")
    for hours, path in enumerate(path for path in sorted(here.rglob("*")) if path.is_file()):
        os.utime(path, times=(NOW.timestamp() - 7200 * hours,) * 2)
    for text in ("nginx/1.27", "oci:paperboat:latest"):
        with mock.patch("ocitui.transports.recent.current_moment", return_value=NOW - timedelta(hours=5)):
            remember(text, here)
    os.chdir(here)
    docker = Source("docker", lambda: [*_docker_images()], when="created")
    app = StartApp([*sources(lambda: False)[:2], docker], "~/images")
    async with app.run_test(size=(100, 24)) as pilot:
        app.theme = "ocitui-dark"
        while app.start.is_busy:
            await pilot.pause(0.01)
        await pilot.press("j", "j")
        await pilot.pause()
        return app.export_screenshot(title="ocitui")


def _docker_images() -> Iterator[Nearby]:
    """What docker might have on the machine of the picture."""
    for name, megabytes, days in (
        ("nginx:1.27", 192, 3),
        ("paperboat:1.3", 84, 4),
        ("registry.example/build:main", 912, 9),
    ):
        yield Nearby(f"docker-daemon:{name}", name, "docker", megabytes * 1_000_000, NOW - timedelta(days=days))


async def take_browser(folder: Path) -> bytes:
    """The screen in Chromium, at today's date, the picture as PNG."""
    command = [sys.executable, "-m", "ocitui", "serve", "./demo", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        async with open_page("chromium", folder / "profile", 1280, 800) as page:
            await page.call("Page.navigate", url=address)
            await page.until(lambda: "wasted" in page.text, "its layers were read")
            await asyncio.sleep(SETTLES)
            return await page.picture()
    finally:
        server.terminate()
        server.communicate()


def main() -> int:
    """Make the pictures named on the command line, or all of them."""
    wanted = set(sys.argv[1:]) or {START, BROWSER, *(shot.name for shot in SHOTS)}
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as folder, mock.patch("ocitui.display.current_moment", return_value=NOW):
        for kind in ("CACHE", "CONFIG", "STATE"):  # nothing of whoever makes them is in the pictures
            os.environ[f"OCITUI_{kind}_DIR"] = str(Path(folder) / kind.lower())
        build_demo(Path(folder) / "demo")
        os.chdir(folder)
        for shot in SHOTS:
            if shot.name in wanted:
                _save(shot.name, asyncio.run(take(shot, Path(folder), Path(folder) / "cache")))
        if START in wanted:
            _save(START, asyncio.run(take_start(Path(folder))))
        if BROWSER in wanted:
            (FOLDER / f"{BROWSER}.png").write_bytes(asyncio.run(take_browser(Path(folder))))
            print(f"screenshots/{BROWSER}.png")
    return 0


def _save(name: str, svg: str) -> None:
    (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f"screenshots/{name}.svg")


if __name__ == "__main__":
    sys.exit(main())
