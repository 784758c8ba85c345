"""What is open on the screen changes, vanishes, or is still being written: the pane says so, and goes on."""

import asyncio
import os
import random
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.errors import OcituiError
from ocitui.tui.rows.bars import Bar
from ocitui.tui.view.screen import ViewScreen
from ocitui.tui.view.text_view import TextView
from tests.commands.conftest import spawn
from tests.hostile.test_hard_stops import parts
from tests.hostile.test_workers import Workers, begin, pane_text, until, workers
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.tools import require_tool
from tests.tui.explorer import Explorer, explore, open_layer

__all__ = ["workers"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="stops processes")

LINES = 150_000


@pytest.fixture
def written(tmp_path: Path) -> WrittenLayout:
    """A small layer, and one with a large text that hardly gets smaller."""
    chance = random.Random(11)
    text = b"".join(b"%d %s\n" % (number, chance.randbytes(12).hex().encode()) for number in range(LINES))
    layers = [write_tar([file("small", "small\n")]), write_tar([file("text", text), file("z", "z\n")])]
    return write_layout(tmp_path / "image", [LayerSpec(layers[0]), LayerSpec(layers[1], "gzip")])


def said(screen: Explorer) -> str:
    """All that the viewer says."""
    shown = screen.app.screen
    assert isinstance(shown, ViewScreen)
    view = shown.query_one(TextView)
    rows = [view.render_line(y).text for y in range(view.size.height)]
    return "\n".join([*rows, *(bar.text for bar in shown.query(Bar))])


@pytest.mark.parametrize("change", ["cut", "emptied", "overwritten"])
async def test_a_blob_changes_while_it_is_looked_at(change: str, written: WrittenLayout) -> None:
    blob = written.blob(written.layers[1])
    async with explore(written.path, (80, 24)) as screen:
        await open_layer(screen, 2)
        await screen.press("enter")
        assert "0 " in said(screen)
        data = blob.read_bytes()
        match change:
            case "cut":
                os.truncate(blob, len(data) // 2)
            case "emptied":
                os.truncate(blob, 0)
            case "overwritten":
                with blob.open("r+b") as stream:
                    stream.seek(len(data) // 3)
                    stream.write(bytes(len(data) // 3))
        await screen.press("G")
        await until(screen, lambda: "✗" in said(screen) or "text" in said(screen))
        shown = said(screen)
        assert "✗" in shown, shown
        assert "text: " in shown
        await screen.press("escape")
        blob.write_bytes(data)
        await screen.press("enter", "G")
        assert f"{LINES - 1} " in said(screen), "and when it is there again, so is the file"


async def test_a_blob_vanishes_while_it_is_looked_at(written: WrittenLayout) -> None:
    blob = written.blob(written.layers[1])
    async with explore(written.path, (80, 24)) as screen:
        await open_layer(screen, 2)
        blob.rename(blob.with_name("away"))
        await screen.press("enter")
        assert "missing" in screen.bar("status")
        blob.with_name("away").rename(blob)
        await screen.press("enter")
        assert "0 " in said(screen)


@pytest.mark.parametrize("change", ["cut", "gone"])
async def test_a_blob_changes_while_it_is_indexed(
    change: str, workers: Workers, written: WrittenLayout, cache_dir: Path
) -> None:
    blob = written.blob(written.layers[1])
    data = blob.read_bytes()
    async with explore(written.path, (80, 24)) as screen:
        workers.signal = signal.SIGSTOP
        await begin(screen)
        await until(screen, lambda: bool(workers.pids))
        if change == "cut":
            os.truncate(blob, len(data) // 2)
        else:
            blob.unlink()
        os.kill(workers.pids[-1], signal.SIGCONT)
        await screen.settle()
        if change == "cut":
            assert "✗" in screen.bar("status")
            assert screen.files.row_count
        else:
            assert "missing" in pane_text(screen)
            assert pane_text(screen).endswith("Ctrl+R looks again")
        assert not [path for path in cache_dir.rglob("*.sqlite") if path.stat().st_size > 200_000]
        if change == "gone":
            workers.signal = None
            blob.write_bytes(data)
            await screen.press("r")
            assert screen.files.row_count == 2
    assert parts(cache_dir) == []


async def test_a_command_reads_what_the_screen_is_reading(
    workers: Workers, written: WrittenLayout, cache_dir: Path
) -> None:
    async with explore(written.path) as screen:
        workers.signal = signal.SIGSTOP
        await begin(screen)
        await until(screen, lambda: bool(workers.pids))
        assert spawn("ls", "-R", written.path).lines == ["small", "text", "z"]
        os.kill(workers.pids[-1], signal.SIGCONT)
        await screen.settle()
        assert screen.files.row_count == 2
        assert spawn("ls", "-R", written.path).lines == ["small", "text", "z"]
    assert parts(cache_dir) == []
    assert len(list(cache_dir.rglob("*.sqlite"))) == 2


async def test_blobs_that_are_still_to_be_written(written: WrittenLayout, tmp_path: Path) -> None:
    """As where a layout is copied by something that writes ``index.json`` first."""
    half = Path(shutil.copytree(written.path, tmp_path / "half"))
    blob = half / written.blob(written.layers[1]).relative_to(written.path)
    blob.unlink()
    async with explore(half, (80, 24)) as screen:
        await begin(screen)
        await screen.settle()
        assert "blob missing" in pane_text(screen)
        assert pane_text(screen).endswith("Ctrl+R looks again")
        shutil.copy(written.blob(written.layers[1]), blob)
        await screen.press("r")
        assert screen.files.row_count == 2


@pytest.mark.peer
async def test_skopeo_writes_a_layout_that_is_open(umoci_layout: Path, tmp_path: Path) -> None:
    skopeo = require_tool("skopeo")
    command = [skopeo, "--insecure-policy", "copy", "--quiet", f"oci:{umoci_layout}:umoci"]

    async def look(target: Path | str) -> int:
        async with explore(target, (80, 24)) as screen:
            await screen.press("3", "enter", "m", "m", "r")
            return screen.files.row_count

    target = tmp_path / "target"
    writing = await asyncio.create_subprocess_exec(*command, f"oci:{target}:x")
    while writing.returncode is None:
        with suppress(OcituiError):  # one that says what is not there yet
            await look(target)
        await asyncio.sleep(0)
    found = await look(target)
    assert found
    async with explore(target, (80, 24)) as screen:  # another image comes into what is open
        writing = await asyncio.create_subprocess_exec(*command, f"oci:{target}:another")
        await screen.press("3", "enter", "m", "m", "r", "2", "1")
        assert await writing.wait() == 0
        assert screen.files.row_count == found
    assert await look(f"{target}:another") == found
