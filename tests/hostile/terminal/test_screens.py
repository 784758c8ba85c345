"""Every pane, dialog and page on an image whose every word is hostile: what the terminal got is our own."""

import base64
import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.screen import Screen

from ocitui import tui
from ocitui.demo.tar import file, write_tar
from ocitui.tui.terminal.clipboard import paste_safe
from tests.hostile.images import BYTES, HALVES, WORDS, names
from tests.hostile.places import hostile_places
from tests.hostile.terminal.safety import unsafe
from tests.hostile.terminal.stream import shapes, tokens
from tests.hostile.terminal.walk import Walk
from tests.images.layout_writer import write_layout
from tests.transports.registry.scripted import Reply, Seen, Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals")

Size = tuple[int, int]
"""Columns and rows."""

WALKS: list[tuple[str, Size]] = [
    *(("pages", size) for size in ((160, 48), (40, 10))),
    *(("panes", size) for size in ((160, 48), (80, 24))),
    ("start", (40, 10)),
    ("archives", (80, 24)),
]
"""Both layouts, with all panes side by side and with one, on the largest and the smallest; the longest first."""
SEEN = {
    "all panes": [("panes", (160, 48)), ("pages", (160, 48))],
    "one pane": [("panes", (80, 24)), ("pages", (40, 10))],
}
"""The walks that see every page in a layout."""
PLAIN: Size = (100, 30)
"""Where the same is walked through a harmless image."""

Step = str | tuple[str, str]
"""A key, and what must be on the screen after it.

``OTHER`` stands for another image, ``REPOSITORY`` for one with several tags.
"""

PANES: tuple[Step, ...] = (
    *("1", "j", "j", "j", "\r", "v", "v"),
    *("2", "j", "j", "y", "l", "j", "v", "G", "y", "g", "y", "v"),
    *("3", "j", " ", "o", "y", ("d", "╭─ Dockerfile"), "y", "\x1b", "j", "\r"),
    *("4", "j", "j", "\r", "\x1b", "s", "s", "m", "m", "E", "e", "G", "y", "g"),
    *("/", "x", "\r", "n", "N", "\x1b", "b", "t", "u"),
    *(("?", "╭─ Keys"), "G", "\x1b", (":", "command:"), "D", "\x1b"),
)
"""The four panes, and what lies over them."""

PAGES: tuple[Step, ...] = (
    *("1", "G", ("\r", "layer 2 of 2"), "4", ("m", "▌~"), "g", "y"),
    *(("w", "╭─ Timeline"), "y", "G", ("d", "layer 1 → layer 2"), "y", "j", "G", "\x1b", "\x1b"),
    *(("\r", "byte 0x0"), "j", "y", ("v", "line 1 of"), "y", "/", "x", "\r", "\x1b", "\x1b"),
    *(("x", "╭─ Save"), "\t", "\x1b", ("X", "╭─ Save /"), "\x1b"),
    *(("W", "╭─ By path"), "j", "y", "\t", "j", "\t", ("w", "╭─ Timeline"), "\x1b", "\x1b"),
    *(("B", "╭─ Sizes"), "j", "y", "\r", "h", "\t", "G", "y", "\t", "y", "m", "[", "\x1b"),
    *(("V", "verified"), ("V", "╭─ Findings"), "j", "y", "G", "y", "\x1b"),
    *(("f", "find:"), ("a", " hit"), "\x14", "\t", "j", "y", "G", "y", "\x1b"),
    *(("f", "find:"), ("d -text:x", " hit"), ("\x1b", "ocitui  /"), ("\x1b", "ocitui  /")),
    *(("\x0f", "go to:"), ("a", "▌/"), "\x1b", ("\x0f", "go to:"), ("e", "▌/"), ("\r", "ocitui  /")),
    *(("D", "╭─ Compare"), "no\u202e/x", ("\r", "✗"), "\x7f\x7f\x7f\x7f\x7f\x7f", "OTHER", ("\r", "two images")),
    *("e", "j", "y", "]", "j", "j", "y", "\r", "\x1b", "G", "y", "u", "\x1b"),
    *(("O", "Recent"), ("\x0f", "open:"), "REPOSITORY", ("\r", "tag:"), "j", "y", "\x1b", "\x1b", "y"),
)
"""Every page that is opened from the panes, and the start screen at last."""

START: tuple[Step, ...] = (
    *("j", "y", "j", "y", "j", "y", "j", "y", "j", "y", "j", "y", "j", "y", "j", "y", "j", "y", "j", "y"),
    *("/", "x", "\r", "n", "\x1b", "r", ("?", "╭─ Keys"), "\x1b", "g", "\r"),
)
"""The start screen, where everything around has a hostile name."""

ARCHIVES: tuple[Step, ...] = (
    *(("f", "find:"), ("in/", "no hits"), ("\x14", "in archives"), "\t", "j", "y", "j", "y", "j", "y", "G", "y"),
    *(("w", "╭─ Timeline"), ("\x1b", "find:"), ("\r", "ocitui  /"), "j", "y", "G", "y"),
)
"""Archives, from a search in them into one of them."""

MARKS = {
    "CompareScreen": "layer 1 → layer 2",
    "ExploreScreen": "ocitui  /",
    "FindScreen": "find:",
    "FindingsScreen": "╭─ Findings",
    "HelpScreen": "╭─ Keys",
    "ImageDiffScreen": "two images",
    "JumpScreen": "go to:",
    "OtherImageScreen": "╭─ Compare",
    "Palette": "command:",
    "SaveScreen": "╭─ Save",
    "SizesScreen": "╭─ Sizes",
    "StartScreen": "Recent",
    "TagsPage": "tag:",
    "TextScreen": "╭─ Dockerfile",
    "TimelineScreen": "╭─ Timeline",
    "TypedReference": "open:",
    "ViewScreen": "line 1 of",
    "WasteScreen": "╭─ By path",
}
"""By which text each page is told on the screen; a page that is not here is not walked."""

_SAME = {"PromptPage"}
"""Only parts of others."""


@dataclass
class Walked:
    """What a walk saw."""

    everything: bytes = b""
    seen: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same kind of image with plain words, to learn what the program sends a terminal by itself."""
    words = {f"word-{number}": f"value {number}" for number in range(40)}
    layer = write_tar([file(f"name-{number}", "text\n") for number in range(60)])
    upper = write_tar([file(f"name-{number}", b"\0other\n") for number in range(9)])
    config = {"config": {"Labels": words, "Env": [f"{name}=x" for name in words]}}
    return write_layout(tmp_path_factory.mktemp("harmless") / "image", [layer, upper], config=config).path


@pytest.fixture(scope="module")
def repository() -> Iterator[str]:
    """A repository of a registry whose tags are hostile, but for two."""

    def answer(seen: Seen) -> Reply:
        return Reply(200, json.dumps({"tags": [*WORDS.values(), "1.0", "latest"]}).encode())

    with Server(answer) as server:
        yield f"docker://{server.host}/team/app"


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image of archives with hostile names, in which such names are."""
    packed = write_tar([file(b"in/" + name, name) for name in names()])
    layer = write_tar([file(b"d/" + name[:200] + b".tar", packed) for name in names()[:4]])
    return write_layout(tmp_path_factory.mktemp("archives") / "image", [layer]).path


@pytest.fixture(scope="module")
def walks(
    image: Path, other: Path, harmless: Path, archives: Path, repository: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Walked]:
    """All walks, side by side: each waits for its terminal most of the time."""
    top = tmp_path_factory.mktemp("walks")
    home = top / "home"
    home.mkdir()
    surroundings = {"HOME": str(home), "OCITUI_CACHE_DIR": str(top / "cache"), "OCITUI_STATE_DIR": str(top / "state")}
    places = hostile_places(top / "places")
    surroundings |= places.environment

    def go(name: str, size: Size) -> Walked:
        place = {"harmless": harmless, "archives": archives}.get(name, image)
        folder = top / f"{name} {size[0]}"
        folder.mkdir()
        found = Walked()
        arguments = () if name == "start" else (place,)
        walked = {"panes": PANES, "pages": PAGES, "start": START, "archives": ARCHIVES}
        steps = {**walked, "harmless": (*PANES, *PAGES)}[name]
        with Walk(arguments, size, places.folder if name == "start" else folder, surroundings) as walk:
            for step in steps:
                key, until = (step, "") if isinstance(step, str) else step
                key = key.replace("OTHER", str(other if place is image else harmless))
                walk.press(key.replace("REPOSITORY", repository), until)
                found.seen.update(mark for mark in MARKS.values() if mark in walk.text)
                found.titles.add(walk.screen.title)
        assert list(folder.iterdir()) == []  # what was begun to be saved was left with Esc
        found.everything = walk.everything
        return found

    wanted = [("harmless", PLAIN), *WALKS]
    pool = ThreadPoolExecutor(6)
    running: dict[tuple[str, Size], Future[Walked]] = {each: pool.submit(go, *each) for each in wanted}
    return lambda name, size: running[name, size].result()


def _id(each: str | Size) -> str:
    return each if isinstance(each, str) else "x".join(map(str, each))


@pytest.mark.parametrize(("name", "size"), WALKS, ids=_id)
def test_the_terminal_gets_only_what_is_ours(name: str, size: Size, walks: Callable[..., Walked]) -> None:
    walked = walks(name, size)
    found = shapes(walked.everything) - shapes(walks("harmless", PLAIN).everything)
    assert not found, found
    bad = unsafe(walked.everything)
    assert not bad, bad
    assert not any("owned" in title for title in walked.titles)
    assert b"Traceback" not in walked.everything
    copied = [token.data.split(b";", 2)[2] for token in tokens(walked.everything) if token.shape == "osc 52"]
    assert copied
    for data in copied:
        text = base64.b64decode(data, validate=True).decode()
        assert text == paste_safe(text)


@pytest.mark.parametrize("layout", SEEN)
def test_every_page_was_seen(layout: str, walks: Callable[..., Walked]) -> None:
    seen = set().union(*(walks(*walk).seen for walk in SEEN[layout]))
    assert set(MARKS.values()) <= seen, set(MARKS.values()) - seen


def test_every_screen_is_here() -> None:
    found = set()
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, type) and issubclass(each, Screen) and each.__module__ == module.name:
                found.add(each.__name__)
    assert found - _SAME == set(MARKS)


def test_everything_is_copied_by_one_function() -> None:
    folder = Path(next(iter(tui.__path__)))
    callers = {path.name for path in folder.rglob("*.py") if "copy_to_clipboard" in path.read_text()}
    assert callers == {"clipboard.py", "base_app.py"}


@pytest.mark.parametrize("name", [*WORDS, *BYTES, *map(ascii, HALVES)])
def test_what_is_copied_is_exact_but_for_what_acts(name: str) -> None:
    decoded = {known: data.decode("utf-8", "surrogateescape") for known, data in BYTES.items()}
    text = {**WORDS, **decoded, **{ascii(half): half for half in HALVES}}[name]
    copied = paste_safe(text)
    copied.encode()
    assert not any(ord(sign) < 0x20 and sign != "\t" for sign in copied)
    assert not set(copied) & set(map(chr, [*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
    if name in {"wide", "emoji", "combining run", "markup", "tab", "shell", "zero width", "private use", "backslash"}:
        assert copied == text
    if name == "end of paste":
        assert copied == "\\x1b[201~touch owned\\n"
    if name == "latin-1":
        assert copied == "gr\\xfc\\xdfe"
