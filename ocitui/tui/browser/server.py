"""The web server: a page, what it needs, and for each browser that opens it a screen in a process of its own.

It is the server of textual-serve below an address that is not to be guessed, with a page that asks no other host.
"""

import os
import secrets
import shlex
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.server import Server

from ocitui.display import quote
from ocitui.errors import UsageError

MOST_SCREENS = 8
"""The most screens that run at once; each takes about as much memory as one in a terminal."""

_HERE = Path(__file__).parent

_END = 3.0
"""Seconds that a screen has to end once the server does."""

_HEADERS = {
    # textual.js has styles of its own, and draws pictures of letters.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class ScreenServer(Server):
    """Serves the screen of one command below a secret path."""

    def __init__(self, command: Sequence[str], title: str, on_start: Callable[[str], None]) -> None:
        """
        Args:
            command: what each browser's screen is started with.
            title: what it shows.
            on_start: told that it serves, with the path below the host's address, as ``/s3cr3t/``.
        """
        super().__init__(shlex.join(command), title=title, templates_path=_HERE)
        self.path = f"/{secrets.token_urlsafe(16)}/"
        """The secret path, with slashes at both ends."""
        self._on_start = on_start
        self._count = 0

    def run(self, listening: socket.socket) -> None:
        """Serve until an interrupt or SIGTERM.

        Args:
            listening: a bound socket; it is closed in the end.
        """
        os.environ["TERM"] = "xterm-256color"  # of the screens, which do not draw on this terminal
        web.run_app(self._below_path(), sock=listening, print=None, access_log=None, shutdown_timeout=_END)

    async def _below_path(self) -> web.Application:
        outside = web.Application(middlewares=[_with_headers])
        inside = await self._make_app()
        inside.router.add_get("/page.js", _script)
        outside.add_subapp(self.path, inside)
        return outside

    async def on_startup(self, app: web.Application) -> None:
        """Tell that it serves."""
        self._on_start(self.path)

    @aiohttp_jinja2.template("page.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """The page, by the host under which the browser asked for it: it may have come through a tunnel."""
        return {
            "title": self.title,
            "script": f"{self.path}page.js",
            "static": f"{self.path}static",
            "websocket": f"ws://{request.host}{self.path}ws",
        }

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Start a screen for a browser, and let it run until one of them ends."""
        if not web.WebSocketResponse().can_prepare(request):  # which would be a traceback on this terminal
            raise web.HTTPBadRequest(text="a screen is served to a WebSocket")
        if self._count >= MOST_SCREENS:
            raise web.HTTPServiceUnavailable(text=f"{MOST_SCREENS} screens run already")
        self._count += 1
        try:
            return await super().handle_websocket(request)
        finally:
            self._count -= 1


async def _script(_: web.Request) -> web.FileResponse:
    return web.FileResponse(_HERE / "page.js")


@web.middleware
async def _with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(_HEADERS)
        raise
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def listen(host: str, port: int) -> socket.socket:
    """Take a port.

    Args:
        host: an address, or ``localhost``; no other name is looked up.
        port: 0 for any that is free.

    Raises:
        UsageError: it is taken, or no address of this machine.
    """
    try:
        numbers = "127.0.0.1" if host == "localhost" else host
        family, kind, protocol, _, address = socket.getaddrinfo(
            numbers, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen()  # from now on a browser waits rather than being refused
        except BaseException:
            listening.close()
            raise
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"serve: cannot listen on {quote(host)} port {port}: {reason}") from error
    return listening
