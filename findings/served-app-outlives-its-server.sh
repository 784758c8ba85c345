#!/bin/sh
# Expected: a program whose keyboard and screen are pipes to a server ends when that server is gone, as one does whose
# terminal was closed (by SIGHUP, or by reading the end of its input).
# An app of one label, served by textual-serve 1.1.3 with Textual 8.2.8, opened over its websocket as a browser does; then
# the server is killed (SIGKILL, as by a machine that is out of memory).
# Seen: where the connection is closed the app ends; where the server is killed it runs on: its input thread
# returns at the end of the input without telling the app, which waits for events that nobody can send.
# Fails where that changes. Needs Linux and Python 3.11 or newer.
set -eu
WORK=$(mktemp -d)
trap 'pkill -KILL -f "$WORK/app.py" || :; rm -rf "$WORK"' EXIT
python3 -m venv "$WORK/venv"
"$WORK/venv/bin/pip" -q install textual==8.2.8 textual-serve==1.1.3 2> "$WORK/note"
cat > "$WORK/app.py" << 'APP'
from textual.app import App
from textual.widgets import Label
class Served(App):
    def compose(self):
        yield Label("here")
Served().run()
APP
cat > "$WORK/serve.py" << 'SERVE'
import sys
from textual_serve.server import Server
Server(f"exec {sys.executable} {sys.argv[1]}", port=int(sys.argv[2])).serve()
SERVE
cat > "$WORK/look.py" << 'LOOK'
import asyncio, socket, subprocess, sys
from pathlib import Path
import aiohttp

work = sys.argv[1]

def runs():
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"{work}/app.py" in (place / "cmdline").read_text().split("\0")[1:2]:
                return True
        except OSError:
            pass
    return False

async def until(holds, seconds):
    for _ in range(seconds * 20):
        if holds():
            return True
        await asyncio.sleep(0.05)
    return False

async def look(leave):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, f"{work}/serve.py", f"{work}/app.py", str(port)], stdout=subprocess.DEVNULL)
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            try:
                browser = await session.ws_connect(f"http://127.0.0.1:{port}/ws?width=80&height=24")
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
        async for message in browser:  # until it has drawn
            if message.type is aiohttp.WSMsgType.BINARY and b"here" in message.data:
                break
        await leave(server, browser)
        ended = await until(lambda: not runs(), 20)
    server.kill()
    server.wait()
    return "ended" if ended else "runs on"

async def close(server, browser):
    await browser.close()

async def kill(server, browser):
    server.kill()

async def main():
    closed = await look(close)
    print("the browser closed the connection: the app", closed, flush=True)
    killed = await look(kill)
    print("the server was killed:             the app", killed, flush=True)
    sys.exit((closed, killed) != ("ended", "runs on"))

asyncio.run(main())
LOOK
"$WORK/venv/bin/python" "$WORK/look.py" "$WORK"
