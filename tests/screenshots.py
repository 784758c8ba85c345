"""Makes the pictures in ``screenshots/`` from the running program: ``python -m tests.screenshots``.

The demo image is opened in the real app, keys are pressed as a user would, and what is
on the screen is saved as SVG. The moment "now" is fixed, so that ages read the same
whenever the pictures are made.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from ocitui.demo import build_demo
from ocitui.layers.cache import LayerCache
from ocitui.transports.opening import open_reference
from ocitui.tui.app import OcituiApp

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
SHOTS = (
    Shot("explore", (160, 48), (*_LAYER_7, "m", "m", "e", "slash", *"manage.py", "enter", "l")),
    Shot("explore-light", (160, 48), (*_LAYER_7, "e"), "ocitui-light"),
    Shot("files-80x24", (80, 24), (*_LAYER_7, "m", "m", "slash", *"manage.py", "enter")),
    Shot("history-80x24", (80, 24), ("3",)),
    Shot("json", (120, 36), ("1", "k", "k", "k", "j", "2", "v")),
    Shot("timeline", (120, 30), (*_LAYER_7, "slash", *"python3", "enter", "w")),
    Shot("find", (120, 30), ("f", *"status:deleted size>1k")),
    Shot("view", (100, 30), ("3", "G", *"kkkkkkkkk", "enter", "slash", *"app.py", "enter", "enter")),
)


async def take(shot: Shot, place: Path, cache: Path) -> str:
    """Open the program, press the keys and give the picture as SVG."""
    transport, reference = open_reference("./demo")
    app = OcituiApp(transport, reference, cache=LayerCache(cache))
    async with app.run_test(size=shot.size) as pilot:
        app.theme = shot.theme
        await pilot.pause()
        for key in shot.keys:
            await pilot.press("space" if key == " " else key)
            await pilot.pause()
            while app.explore.scans.is_busy:
                await app.workers.wait_for_complete()
                await pilot.pause()
        await asyncio.sleep(SETTLES)  # a search waits for more keys, a view for its file
        await pilot.pause()
        return app.export_screenshot(title="ocitui ./demo")


def main() -> int:
    """Make the pictures named on the command line, or all of them."""
    wanted = set(sys.argv[1:]) or {shot.name for shot in SHOTS}
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as folder, mock.patch("ocitui.display.current_moment", return_value=NOW):
        build_demo(Path(folder) / "demo")
        os.chdir(folder)
        for shot in SHOTS:
            if shot.name in wanted:
                svg = asyncio.run(take(shot, Path(folder), Path(folder) / "cache"))
                (FOLDER / f"{shot.name}.svg").write_text(svg, encoding="utf-8")
                print(f"screenshots/{shot.name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
