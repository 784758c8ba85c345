"""What the screen looks like, to the character, at sizes that people have.

``SNAPSHOTS=write python -m pytest tests/tui/test_snapshots.py`` writes them anew;
look at the difference before it is committed.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from ocitui.demo.tar import directory, file, opaque, symlink, whiteout, write_tar
from ocitui.errors import UsageError
from ocitui.transports.nearby import Nearby, Source
from tests.images.layout_writer import LayerSpec, write_layout
from tests.tui.explorer import explore
from tests.tui.start.test_start import start

FOLDER = Path(__file__).parent / "snapshots"
NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
CASES = {
    "image-80x24": ("nginx", (80, 24), ()),
    "history-80x24": ("nginx", (80, 24), ("3",)),
    "config-60x20": ("nginx", (60, 20), ("2",)),
    "json-80x24": ("nginx", (80, 24), ("2", "v")),
    "all-120x40": ("files", (120, 40), ("3", "enter", "e")),
    "files-80x24": ("files", (80, 24), ("3", "enter", "e")),
    "sizes-80x24": ("sizes", (80, 24), ("B", "enter")),
    "sizes-160x48": ("sizes", (160, 48), ("B",)),
    "sizes-files-80x24": ("sizes", (80, 24), ("B", "2")),
    "sizes-packages-80x24": ("sizes", (80, 24), ("B", "3")),
    "files-40x10": ("files", (40, 10), ("3", "enter", "e")),
}
"""Nothing in these images is compressed, so that no digest and no size depends on a compressor."""
SIZES = (
    [
        file("var/lib/dpkg/status", b"Package: bash\nVersion: 5.2-1\n\nPackage: libc6\nVersion: 2.36\n"),
        file("var/lib/dpkg/info/bash.list", b"/usr/bin/bash\n"),
        file("var/lib/dpkg/info/libc6.list", b"/usr/lib/libc.so.6\n/usr/lib/libm.so.6\n"),
        file("usr/bin/bash", bytes(1_234_000)),
        file("usr/lib/libc.so.6", bytes(1_900_000)),
        file("usr/lib/libm.so.6", bytes(900_000)),
        file("usr/share/a\x1b[2J [b]odd", bytes(33_000)),
        file("var/cache/apt.bin", bytes(5_000_000)),
    ],
    [whiteout("var/cache"), file("srv/app/data.db", bytes(456_000)), file("usr/.keep")],
)
"""Some folders of different sizes, and two packages."""


@pytest.fixture
def places(nginx_layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The images, by relative names."""
    monkeypatch.chdir(tmp_path)
    Path("nginx").symlink_to(nginx_layout)
    entries = [
        directory("etc"),
        file("etc/hostname", b"paperboat\n"),
        file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n", mode=0o640),
        symlink("etc/os-release", "../usr/lib/os-release"),
        directory("usr/bin"),
        file("usr/bin/su", bytes(2_000_000), mode=0o4755),
        whiteout("usr/old"),
        opaque("var/cache"),
    ]
    write_layout(Path("files"), [LayerSpec(write_tar(entries), compression="none")])
    write_layout(Path("sizes"), [LayerSpec(write_tar(layer), compression="none") for layer in SIZES])


@pytest.mark.slow
@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("no_color", [False, True], ids=["colour", "no-colour"])
async def test_the_screen_looks_as_it_did(name: str, no_color: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.display.current_moment", lambda: NOW)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    place, size, keys = CASES[name]
    shown = await _screen(size, keys, place)
    _compare(name, shown)


def _image(reference: str, name: str, kind: str, size: int | None, hours: int) -> Nearby:
    return Nearby(reference, name, kind, size, NOW - timedelta(hours=hours))


def _refuse() -> list[Nearby]:
    raise UsageError("no podman on this machine")


START_SOURCES = (
    Source(
        "Recent", lambda: [_image("/x/images/nginx:1.27", "~/images/nginx:1.27", "OCI layout", 67_012_345, 2)], "opened"
    ),
    Source(
        "This folder",
        lambda: [
            _image("./build.tar", "build.tar", "OCI archive", 912_345_678, 30),
            _image("./saved.tar.gz", "saved.tar.gz", "archive (gzip)", 1_234, 24 * 40),
            _image("./odd", "odd [red]\n\x1b[31m", "OCI layout", None, 24 * 800),
            _image("./deep", f"a/{'long/' * 20}name", "skopeo dir", 5_000_000_000, 24 * 3),
        ],
        "changed",
    ),
    Source("docker", lambda: [_image("docker-daemon:redis:7", "redis:7", "docker", 117_000_000, 24)], "created"),
    Source("podman", _refuse),
    Source("containerd", lambda: []),
)
NO_SOURCES = (
    Source("Recent", lambda: [], nothing="nothing was opened yet"),
    Source("This folder", lambda: [], nothing="no layout and no archive in it or below it"),
    Source("podman", _refuse),
)
START_CASES = {
    "start-80x24": ((80, 24), True),
    "start-120x40": ((120, 40), True),
    "start-40x10": ((40, 10), True),
    "start-empty-80x24": ((80, 24), False),
}
"""Sizes, and whether there is anything to choose."""


@pytest.mark.slow
@pytest.mark.parametrize("name", START_CASES)
@pytest.mark.parametrize("no_color", [False, True], ids=["colour", "no-colour"])
async def test_the_start_screen_looks_as_it_did(name: str, no_color: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.display.current_moment", lambda: NOW)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    size, has_images = START_CASES[name]
    async with start(*(START_SOURCES if has_images else NO_SOURCES), size=size) as screen:
        await screen.press("j")
        _compare(name, _drawn(screen.app))


async def _screen(size: tuple[int, int], keys: Sequence[str], place: str) -> str:
    async with explore(place, size) as screen:
        await screen.press(*keys)
        return _drawn(screen.app)


def _drawn(app: App[Any]) -> str:
    strips = app.screen._compositor.render_strips()
    return "".join(f"{strip.text.rstrip()}\n" for strip in strips)


def _compare(name: str, shown: str) -> None:
    path = FOLDER / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8"), "signs and words say what colours do, with and without them"
