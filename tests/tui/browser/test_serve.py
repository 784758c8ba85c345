"""`ocitui serve`: its address, its page, and the screen in a real Chromium."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.commands.conftest import REPOSITORY
from tests.images.tools import require_tool
from tests.patience import LONG_PATIENCE
from tests.tui.browser.browser import Page, open_page


class Served:
    """A server that runs, and what it said."""

    def __init__(self, process: "subprocess.Popen[str]", address: str) -> None:
        self.process = process
        self.address = address

    @property
    def screens(self) -> list[int]:
        """The processes of its screens; empty where there is none."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return [int(number) for task in tasks.iterdir() for number in (task / "children").read_text().split()]


@contextmanager
def served(image: Path, cache: Path, *options: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ocitui", "serve", str(image), "--port", "0", *options],
        cwd=REPOSITORY,
        env={**os.environ, "OCITUI_CACHE_DIR": str(cache), "OCITUI_STATE_DIR": str(cache / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline().strip())
    finally:
        process.terminate()
        process.communicate(timeout=LONG_PATIENCE)


@pytest.mark.peer
async def test_the_screen_in_a_browser(demo_layout: Path, tmp_path: Path) -> None:
    chromium = require_tool("chromium")
    with served(demo_layout, tmp_path / "cache") as server:
        async with open_page(chromium, tmp_path / "profile", 1280, 720) as page:
            await page.call("Page.navigate", url=server.address)
            await page.until(lambda: "1 Image" in page.text and "4 Files" in page.text, "the panes are painted")
            columns, rows = page.size
            assert columns >= 118
            assert rows >= 30
            first = await page.picture()

            await page.press("3")
            await page.press("d")  # keys: the Dockerfile of the history
            await page.until(lambda: "Dockerfile · latest" in page.text, "the Dockerfile is shown")
            assert await page.picture() != first
            await page.press("Escape")
            await page.until(lambda: "Dockerfile ·" not in page.text, "it is left")

            line, column = cell_of(page, "▸ etc/")  # the mouse
            await page.click(column, line)
            await page.press("Enter")
            await page.until(lambda: re.search(r"▾ etc/", page.text), "the folder is open")

            await page.press("/")  # search
            for letter in "ssl":
                await page.press(letter)
            await page.until(lambda: "/ssl" in page.text, "what is typed is shown")
            await page.press("Escape")
            await page.until(lambda: "/ssl" not in page.text, "the search is left")

            await page.resize(760, 480)
            await page.until(lambda: page.size[0] < 118 and "[4] Files" in page.text, "one pane is left")

            below = [server.address, server.address.replace("http:", "ws:")]
            assert [asked for asked in page.asked if not asked.startswith((*below, "data:"))] == []
            assert page.complaints == []
            assert server.screens
            await page.press("q")
            await page.until(lambda: not server.screens, "its process ends")
            assert await page.value("document.body.innerText") == "ocitui has ended.\n\nOpen it again"


@pytest.mark.peer
async def test_a_screen_ends_with_its_page_and_with_its_server(demo_layout: Path, tmp_path: Path) -> None:
    chromium = require_tool("chromium")
    with served(demo_layout, tmp_path / "cache") as server:
        async with open_page(chromium, tmp_path / "profile", 1280, 720) as page:
            await page.call("Page.navigate", url=server.address)
            await page.until(lambda: "4 Files" in page.text, "the panes are painted")
            await page.call("Page.navigate", url="about:blank")
            await page.until(lambda: not server.screens, "the screen of a page that was left ends")
            await page.call("Page.navigate", url=server.address)
            await page.until(lambda: server.screens, "another one runs")
            await page.until(lambda: len(page.sockets) == 2 and page.sockets[1], "it paints")
            family = [int(number) for each in server.screens for number in [each, *children(each)]]
            server.process.kill()
            await page.until(lambda: not any(is_alive(number) for number in family), "nothing outlives a killed server")


def cell_of(page: Page, text: str) -> tuple[int, int]:
    """The row and column of a text on the screen, from 0."""
    for number, line in enumerate(page.text.split("\n")):
        if text in line:
            return number, line.index(text)
    raise AssertionError(page.text)


def children(number: int) -> list[str]:
    return Path(f"/proc/{number}/task/{number}/children").read_text().split()


def is_alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_is_served_without_the_token(demo_layout: Path, tmp_path: Path) -> None:
    with served(demo_layout, tmp_path / "cache") as server:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{22}/", server.address)
        with urllib.request.urlopen(server.address) as answer:
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            page = answer.read().decode()
        assert "//" not in re.sub(rf"ws:{re.escape(server.address.removeprefix('http:'))}", "", page)
        root = server.address.rsplit("/", 2)[0]
        for path in ("/", "/ws", "/static/js/textual.js", "/download/x", f"/{'x' * 22}/"):
            with pytest.raises(HTTPError) as error:
                urllib.request.urlopen(root + path)
            assert error.value.code == 404
            error.value.close()
        with pytest.raises(HTTPError) as error:
            urllib.request.urlopen(f"{server.address}ws")  # which is no WebSocket
        assert error.value.code == 400
        error.value.close()
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(LONG_PATIENCE) == 0
