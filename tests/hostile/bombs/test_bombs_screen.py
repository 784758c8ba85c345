"""The screen on images that want to be huge: keys are answered, Esc ends what goes on, and nothing is left."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pyte
import pytest
from pyte.screens import Screen

from ocitui.demo.tar import file, write_tar
from ocitui.spec import media_type
from tests.commands.conftest import REPOSITORY
from tests.hostile.bombs.bombs import GIB, gzip_of_zeros, nested, zero_file, zeros_layout, zstd_of_zeros
from tests.hostile.watched import MEMORY_LIMIT, Peaks, parts
from tests.images.layout_writer import LayerSpec, write_layout
from tests.layers.tars import END
from tests.patience import PATIENCE, wait_until
from tests.tui.real_terminal import RealTerminal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

SIZE = (120, 40)


class Page:
    """What stands on the screen of a running program."""

    def __init__(self, terminal: RealTerminal, peaks: Peaks) -> None:
        self.peaks = peaks
        self._terminal = terminal
        self._screen = Screen(*SIZE)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """What stands there now."""
        self._stream.feed(self._terminal.settle(quiet=0.01))
        return "\n".join(self._screen.display)

    def wait_for(self, text: str, *, gone: str = "\0") -> None:
        """Wait for a text, and until another is gone."""
        begun = time.monotonic()
        while text not in (shown := self.text) or gone in shown:
            assert time.monotonic() - begun < PATIENCE, f"expected {text!r}, the screen shows:\n{shown}"

    def press(self, key: str, text: str, *, gone: str = "\0") -> None:
        """Press a key, to which a text is the answer, and that another is gone."""
        self._terminal.send(key)
        self.wait_for(text, gone=gone)

    def quit(self) -> None:
        """Leave; nothing of the program is left then."""
        self._terminal.quit()
        assert self._terminal.code == 0
        wait_until(lambda: not self.peaks.left(), "no process is left")
        assert self.peaks.largest < MEMORY_LIMIT, f"{self.peaks.largest:,} bytes of memory"


@contextmanager
def opened(image: Path, cache: Path, folder: Path) -> Iterator[Page]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "ESCDELAY": "20", "OCITUI_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "ocitui", str(image)]
    with RealTerminal(command, SIZE, environment, folder) as terminal:
        peaks = Peaks(terminal.pid)
        try:
            page = Page(terminal, peaks)
            page.wait_for("1 Image")
            yield page
            page.quit()
            assert parts(cache) == []
        finally:
            peaks.stop()


def test_eight_gibibytes_of_zeros(tmp_path: Path, cache_dir: Path) -> None:
    with opened(zeros_layout(tmp_path / "image").path, cache_dir, tmp_path) as page:
        page.press("3", "COPY layer-1")
        page.press("\r", "esc cancels")
        page.wait_for("8.6 GB")
        assert page.peaks.children
        page.press("?", "─ Keys ─")
        page.press("\x1b", "esc cancels", gone="─ Keys ─")
        page.press("1", "V verify")
        page.press("g", "▌▾ index.json")
        page.press("\x1b", "cancelled  Ctrl+R reads it again")
        wait_until(lambda: not page.peaks.children, "the worker is gone")
        assert parts(cache_dir) == []
        page.press("3", "COPY layer-1")
        page.press("\r", "esc cancels")
        wait_until(lambda: page.peaks.children, "a worker reads again")


def test_many_zeros_are_looked_into(tmp_path: Path, cache_dir: Path) -> None:
    size = GIB // 2
    head = zero_file(b"zeros", size)
    tar = sha256(head)
    for _ in range(512):
        tar.update(bytes(1 << 20))
    tar.update(END)
    layer = LayerSpec(blob=gzip_of_zeros(size, head), diff_id=f"sha256:{tar.hexdigest()}")
    with opened(write_layout(tmp_path / "image", [layer]).path, cache_dir, tmp_path) as page:
        page.press("3", "COPY layer-1")
        page.press("\r", "1 entry · 536.9 MB")
        page.press("4", "w which")
        page.press("\r", "byte 0x0 (0) of 536,870,912")
        page.press("G", "byte 0x1ffffff0")
        page.press("g", "byte 0x0 (0)")
        page.press("/", "/ ")
        page.press("x", "/x")
        page.press("\r", "not found")
        page.press("\x1b", "byte 0x0 (0)", gone="not found")
        page.press("G", "byte 0x1ffffff0")
        page.press("\x1b", "1 entry · 536.9 MB")


def test_a_window_of_two_gibibytes(tmp_path: Path, cache_dir: Path) -> None:
    blob = zstd_of_zeros(8 * GIB, zero_file(b"zeros", 8 * GIB), window_log=31)
    image = write_layout(tmp_path / "image", [LayerSpec(blob=blob, compression="zstd")]).path
    with opened(image, cache_dir, tmp_path) as page:
        page.press("3", "COPY layer-1")
        page.press("\r", "the zstd stream is not unpacked")
        page.press("4", "zeros")


def test_documents_that_are_as_large_as_is_read(tmp_path: Path, cache_dir: Path) -> None:
    descriptor = {"mediaType": media_type.OCI_LAYER, "size": 1}
    layers = [{**descriptor, "digest": f"sha256:{number:064x}"} for number in range(27_000)]
    command = "RUN " + " && ".join(["true"] * 300_000)
    config = {
        "config": {"Labels": {f"{number:x}": "" for number in range(150_000)}, "Env": ["A=" + "x y" * 500_000]},
        "history": [{"created_by": command}, *({"created_by": f"RUN {number}"} for number in range(26_999))],
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
    }
    image = write_layout(tmp_path / "image", config=config, manifest={"layers": layers}).path
    with opened(image, cache_dir, tmp_path) as page:
        page.press("1", "layers  27,000")
        page.press("G", "∅ 27000")
        page.press("k", "2 Config · 26999")
        page.press("g", "index.json")
        page.press("j", "labels")
        page.press("2", "labels")
        page.press("G", "manifest")
        page.press("v", "mediaType")
        page.press("v", "media type")
        page.press("3", "space unfold")
        page.press("g", "RUN true && true")
        page.press(" ", "&& true \\")
        page.press("G", "27000      ∅ 1 B")
        page.press("d", "─ Dockerfile ·")
        page.press("\x1b", "3 History", gone="─ Dockerfile ·")


def test_documents_that_are_too_large(tmp_path: Path, cache_dir: Path) -> None:
    manifest = {"layers": [{}] * 1_000_000}
    image = write_layout(tmp_path / "image", [write_tar([file("a")])], config=nested(100_000), manifest=manifest).path
    with opened(image, cache_dir, tmp_path) as page:
        page.press("1", "index.json")
        page.press("j", "expected at most 300,000 values")
        page.press("v", "schemaVersion")
        page.press("2", "layers")
        page.press("G", "}")
