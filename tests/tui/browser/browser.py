"""A Chromium without a window, driven over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/)."""

import asyncio
import base64
import json
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pyte

from tests.patience import PATIENCE, wait_until


class Page:
    """A tab: what it asked for, what it complained of, and the terminal it was sent."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._replies: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._terminal = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._terminal)
        self.asked: list[str] = []
        """Every address that was asked for."""
        self.sockets: list[int] = []
        """For each websocket that was opened, how many messages it brought."""
        self.complaints: list[str] = []
        """Errors on its console, and exceptions that nobody caught; xterm.js warns there of slow machines."""

    @property
    def text(self) -> str:
        """The terminal's text."""
        return "\n".join(self._terminal.display)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the terminal."""
        return self._terminal.columns, self._terminal.lines

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Ask the browser something."""
        number = len(self._replies)
        self._replies[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        return await asyncio.wait_for(self._replies[number], PATIENCE)

    async def listen(self) -> None:
        """Take what the browser says until it ends."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                self._replies[said["id"]].set_result(said.get("result", said))
            else:
                self._take(said["method"], said["params"])

    def _take(self, event: str, what: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.asked.append(what["request"]["url"])
        elif event == "Network.webSocketCreated":
            self.asked.append(what["url"])
            self.sockets.append(0)
        elif event == "Network.webSocketFrameReceived" and what["response"]["opcode"] == 2:
            self.sockets[-1] += 1
            self._stream.feed(base64.b64decode(what["response"]["payloadData"]))
        elif event == "Network.webSocketFrameSent":
            kind, *values = json.loads(what["response"]["payloadData"])
            if kind == "resize":
                self._terminal.resize(values[0]["height"], values[0]["width"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(what["exceptionDetails"]["text"])
        elif event == "Runtime.consoleAPICalled" and what["type"] in {"error", "assert"}:
            self.complaints.append(str(what["args"]))
        elif event == "Log.entryAdded" and what["entry"]["level"] == "error":
            self.complaints.append(what["entry"]["text"] + " " + what["entry"].get("url", ""))

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait for what the browser is sent."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not holds():
            assert asyncio.get_running_loop().time() < deadline, f"expected that {what}:\n{self.text}"
            await asyncio.sleep(0.02)

    async def press(self, key: str, text: str = "") -> None:
        """Press and release a key.

        Args:
            key: as DOM names it, with one letter for a letter.
            text: what it types; for a letter, that.
        """
        text = text or (key if len(key) == 1 else "")
        code = {"Enter": 13, "Escape": 27}.get(key, 0)
        for kind in ("keyDown", "keyUp"):
            given = {"text": text} if text and kind == "keyDown" else {}
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **given)

    async def click(self, column: int, row: int) -> None:
        """Click in the middle of a cell."""
        box = await self.value("JSON.stringify(document.querySelector('.xterm-screen').getBoundingClientRect())")
        area = json.loads(box)
        columns, rows = self.size
        x = area["x"] + (column + 0.5) * area["width"] / columns
        y = area["y"] + (row + 0.5) * area["height"] / rows
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def value(self, expression: str) -> Any:
        """What an expression of JavaScript comes to."""
        return (await self.call("Runtime.evaluate", expression=expression))["result"].get("value")

    async def resize(self, width: int, height: int) -> None:
        """Give the window another size, in pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def picture(self) -> bytes:
        """A PNG of what is painted."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def open_page(chromium: str, folder: Path, width: int, height: int) -> AsyncIterator[Page]:
    """Start a browser, which finds no host but 127.0.0.1, with an empty page.

    Args:
        chromium: the program.
        folder: for its profile.
        width: of its window, in pixels.
        height: of its window, in pixels.
    """
    process = subprocess.Popen(  # noqa: ASYNC220
        [
            chromium,
            "--headless=new",
            "--no-sandbox",
            "--enable-unsafe-swiftshader",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = folder / "DevToolsActivePort"
        await asyncio.to_thread(
            wait_until, lambda: port.exists() and len(port.read_text().splitlines()) == 2, "Chromium listens"
        )
        address = f"127.0.0.1:{port.read_text().splitlines()[0]}"
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{address}/json") as answer:
                tab = next(each for each in json.loads(await answer.text()) if each["type"] == "page")
            async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                listening = asyncio.create_task(page.listen())
                for domain in ("Page", "Network", "Runtime", "Log"):
                    await page.call(f"{domain}.enable")
                await page.resize(width, height)
                yield page
                listening.cancel()
    finally:
        process.terminate()
        process.wait(PATIENCE)
