"""The viewer on the screen: text, JSON and bytes, of files that are small, huge, slow and hostile."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.app import App
from textual.pilot import Pilot

from ocitui.errors import LayerError
from ocitui.tui.content.contents import Contents
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.terminal.themes import DARK, LIGHT
from ocitui.tui.view import text_view
from ocitui.tui.view.facts_view import FactsView
from ocitui.tui.view.hex_view import HexView
from ocitui.tui.view.json_view import JsonView
from ocitui.tui.view.screen import ViewScreen
from ocitui.tui.view.text_view import TextView
from tests.images.elf_writer import Elf, go_in_place
from tests.patience import PATIENCE
from tests.tui.memory_contents import MemoryContents

LINE = b"0123456789abcde\n"


class Repeated:
    """A file of gigabytes that nobody has to hold: one line again and again. Long reads wait for a gate."""

    def __init__(self, size: int, last: bytes = b"") -> None:
        self.size = size
        self._last = last
        self.gate = threading.Event()
        self.read_bytes = 0

    def read(self, offset: int, size: int) -> bytes:
        if size >= 1 << 20:
            self.gate.wait()
        self.read_bytes += size
        before = offset % len(LINE)
        data = bytearray((LINE * (size // len(LINE) + 2))[before : before + size])
        tail = self.size - len(self._last)
        if offset + size > tail:
            begin = max(offset, tail)
            data[begin - offset :] = self._last[begin - tail : offset + size - tail]
        return bytes(data)


class ViewApp(App[None]):
    """The viewer alone, and what it asked for."""

    def __init__(self, screen: ViewScreen) -> None:
        super().__init__()
        self.animation_level = "none"
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.view_screen = screen
        self.asked: list[ViewScreen] = []
        self.copied: list[str] = []

    def on_mount(self) -> None:
        self.push_screen(self.view_screen)

    def on_view_screen_save_requested(self, message: ViewScreen.SaveRequested) -> None:
        self.asked.append(message.screen)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


class Viewer:
    """The running viewer, as a test looks at it."""

    def __init__(self, app: ViewApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def view(self) -> Lines:
        return self.app.view_screen.view

    async def settle(self) -> None:
        await self.pilot.pause()
        while self.app.workers:
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, and wait for what the last one does; n and N each go on from the match before."""
        for key in keys:
            if key in ("n", "N"):
                await self.settle()
            await self.pilot.press(key)
        await self.settle()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.pilot.pause()

    def drawn(self) -> list[str]:
        view = self.view
        return [view.render_line(y).text[1:].rstrip(" ▐") for y in range(view.size.height)]

    def bar(self, name: str) -> str:
        return self.app.view_screen.query_one(f"#{name}", Bar).text.strip()


@asynccontextmanager
async def viewing(
    contents: Contents | bytes,
    path: bytes = b"/etc/file",
    size: tuple[int, int] = (80, 24),
    is_waiting: bool = True,
    on_close: Callable[[], None] | None = None,
) -> AsyncIterator[Viewer]:
    if isinstance(contents, bytes):
        contents = MemoryContents(contents)
    app = ViewApp(ViewScreen(contents, path, ("layer 3", "-rw-r--r--"), on_close=on_close))
    async with app.run_test(size=size) as pilot:
        viewer = Viewer(app, pilot)
        await pilot.pause()
        if is_waiting:
            await viewer.settle()
        yield viewer


async def test_text_with_numbers_colours_and_what_is_known_of_it() -> None:
    async with viewing(b"import os\n\n\tx = '\x1b]0;title\x07' # [red]no markup[/]\n", b"/app/a.py") as viewer:
        assert isinstance(viewer.view, TextView)
        assert viewer.drawn()[:4] == [
            "  1  import os",
            "  2",
            "  3          x = '\\x1b]0;title\\x07' # [red]no markup[/]",
            "",
        ]
        assert viewer.bar("title") == "/app/a.py"
        assert viewer.bar("facts") == "layer 3 · -rw-r--r-- · 49 B · text · ASCII · Python"
        assert viewer.bar("status") == "line 1 of 3"
        styles = {style for row in range(3) for _, style in viewer.view.row_parts(row, 80)}
        assert {"code--keyword", "code--string", "code--comment", "lines--muted"} <= styles


@pytest.mark.slow
@pytest.mark.parametrize("key", ["escape", "q"])
async def test_it_closes(key: str) -> None:
    closed: list[bool] = []
    async with viewing(b"x", on_close=lambda: closed.append(True)) as viewer:
        await viewer.press(key)
        assert viewer.app.screen is not viewer.app.view_screen
        assert closed


@pytest.mark.slow
async def test_an_empty_file_says_so() -> None:
    async with viewing(b"") as viewer:
        assert viewer.drawn()[0] == "empty file"
        assert viewer.bar("facts").endswith("0 B · empty file")
        await viewer.press("v", "j", "G", "slash", "x", "enter", "w", "y")
        assert viewer.drawn()[0] == "empty file"
        assert viewer.bar("status") == "nothing to copy here"


@pytest.mark.slow
async def test_keys_copy_and_save() -> None:
    async with viewing(b"eins\nzwei\t\x1b\n") as viewer:
        await viewer.press("j", "y", "x")
        assert viewer.app.copied == ["zwei\t\\x1b"]
        assert viewer.app.asked == [viewer.app.view_screen]
        await viewer.press("v", "y")
        assert viewer.app.copied[-1].startswith("65 69 6e 73 0a")


# Far places in huge files.


@pytest.mark.slow
async def test_the_end_of_ten_gigabytes_is_there_at_once() -> None:
    contents = Repeated(10 * 10**9, b"the very\nend\n")
    async with viewing(contents, is_waiting=False, on_close=contents.gate.set) as viewer:
        await viewer.until(lambda: viewer.view.row_count > 24)
        await viewer.pilot.press("G")
        await viewer.until(lambda: "end" in viewer.drawn()[-1])
        assert viewer.drawn()[-1].startswith("~6")
        assert viewer.bar("status").startswith("line ~625,0")
        assert "of" not in viewer.bar("status")
        await viewer.pilot.press("pageup", "pageup", "pageup", "pageup", "k")
        await viewer.pilot.pause()
        assert viewer.drawn()[5].endswith("0123456789abcde")
        await viewer.pilot.press("g")
        await viewer.until(lambda: viewer.bar("status") == "line 1")
        assert contents.read_bytes < 2_000_000


async def test_numbers_are_exact_once_lines_were_counted() -> None:
    contents = Repeated(4_000_000, b"last")
    async with viewing(contents, is_waiting=False) as viewer:
        await viewer.until(lambda: viewer.view.row_count > 24)
        await viewer.pilot.press("G")
        await viewer.until(lambda: "last" in viewer.drawn()[-1])
        assert "~" in viewer.drawn()[-1]
        contents.gate.set()
        await viewer.settle()
        assert viewer.drawn()[-1] == " 250000  0123456789ablast"
        assert viewer.bar("status") == "line 250,000 of 250,000"


async def test_scrolling_on_brings_more_lines() -> None:
    contents = Repeated(4_000_000)
    contents.gate.set()
    async with viewing(contents) as viewer:
        known = viewer.view.row_count
        assert known < 10_000
        viewer.view.move_cursor(known - 1)
        await viewer.settle()
        assert viewer.view.row_count > known
        assert viewer.bar("status") == f"line {known:,}"


async def test_dragging_the_thumb_goes_far() -> None:
    contents = Repeated(4_000_000)
    contents.gate.set()
    async with viewing(contents) as viewer:
        await viewer.pilot.mouse_down(viewer.view, offset=(79, 10))
        await viewer.pilot.mouse_up(viewer.view, offset=(79, 10))
        await viewer.settle()
        assert viewer.bar("status").startswith("line 125,0") or viewer.bar("status").startswith("line 124,9")


async def test_escape_stays_while_a_far_place_is_looked_for_and_then_closes() -> None:
    contents = Repeated(4_000_000)
    held = threading.Event()

    class Held:
        size = contents.size

        def read(self, offset: int, size: int) -> bytes:
            if offset > 2_000_000:
                held.wait()
            return contents.read(offset, size)

    async with viewing(Held(), is_waiting=False, on_close=held.set) as viewer:
        await viewer.until(lambda: viewer.view.row_count > 24)
        await viewer.pilot.press("G")
        view = viewer.view
        assert isinstance(view, TextView)
        assert view.is_going
        await viewer.pilot.press("escape")
        assert not view.is_going
        assert viewer.app.screen is viewer.app.view_screen
        assert viewer.bar("status") == "line 1"
        held.set()


async def test_it_closes_while_the_first_bytes_are_being_read() -> None:
    held = threading.Event()

    class Held:
        size = 100

        def read(self, offset: int, size: int) -> bytes:
            held.wait()
            return b"x" * size

    async with viewing(Held(), is_waiting=False, on_close=held.set) as viewer:
        assert viewer.drawn()[0] == "reading…"
        await viewer.pilot.press("escape")
        await viewer.pilot.pause()
        assert viewer.app.screen is not viewer.app.view_screen


@pytest.mark.slow
@pytest.mark.parametrize("contents", [b'{"a": 1}', b"text", None])
async def test_what_was_read_when_it_is_closed_goes_nowhere(contents: bytes | None) -> None:
    """The first bytes are there, or cannot be read, just when the page is left."""

    class Broken:
        size = 1

        def read(self, offset: int, size: int) -> bytes:
            raise LayerError("damaged")

    async with viewing(Broken() if contents is None else contents) as viewer:
        screen = viewer.app.view_screen
        await viewer.press("escape")
        await screen._open()
        assert viewer.app.screen is not screen


@pytest.mark.slow
@pytest.mark.parametrize("good", [0, 70_000])
async def test_what_cannot_be_read_is_said(good: int) -> None:
    class Broken:
        size = 4_000_000

        def read(self, offset: int, size: int) -> bytes:
            if offset + size > good:
                raise LayerError(f"damaged after {good}")
            return b"line\n" * size

    async with viewing(Broken()) as viewer:
        if good:
            await viewer.press("G")
            assert viewer.bar("status") == "✗ damaged after 70000"
            await viewer.press("v", "G")
            assert "✗ damaged" in viewer.drawn()[-1]
        else:
            assert viewer.drawn()[0] == "✗ damaged after 0"


# Long lines.


@pytest.mark.slow
async def test_long_lines_wrap_or_move_sideways() -> None:
    text = "short\n" + "".join(f"{number:<10}" for number in range(30)) + "\nend\n"
    async with viewing(text.encode()) as viewer:
        assert viewer.drawn()[1].endswith("…")
        await viewer.press("l", "l")
        assert viewer.drawn()[1].lstrip().startswith("2          8 ")
        await viewer.press("h", "h", "h")
        assert viewer.drawn()[1].startswith("  2  0 ")
        await viewer.press("G", "w")
        rows = viewer.drawn()
        assert "".join(row[5:].ljust(73) for row in rows[1:6]).split() == [str(number) for number in range(30)]
        assert rows[6] == "  3  end"
        assert viewer.bar("status") == "line 3 of 3"
        await viewer.pilot.resize_terminal(40, 24)
        await viewer.settle()
        assert viewer.bar("status") == "line 3 of 3"
        assert viewer.view.row_count > 10
        await viewer.press("w")
        assert viewer.view.row_count == 3


@pytest.mark.slow
async def test_wrapping_keeps_the_place_among_very_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_view, "MEASURED", 50_000)
    contents = Repeated(4_000_000)
    contents.gate.set()
    async with viewing(contents) as viewer:
        viewer.view.move_cursor(viewer.view.row_count - 1)
        await viewer.settle()
        before = viewer.bar("status")
        await viewer.press("w")
        assert viewer.bar("status") == before
        await viewer.press("k")
        assert viewer.bar("status") < before
        await viewer.press("j", "G", "w", "g")
        assert viewer.bar("status") == "line 1"


async def test_of_a_line_without_end_the_beginning_is_shown() -> None:
    async with viewing(b"x" * 1_500_000) as viewer:
        assert viewer.view.row_count == 1
        assert viewer.drawn()[0].endswith("x…")
        await viewer.press("w", "G", "k")
        assert viewer.view.row_count > 1000


# Searching.


@pytest.mark.slow
async def test_a_search_in_a_huge_file_goes_there_and_back() -> None:
    contents = Repeated(4_000_000, b"\nthe Needle\nend\n")
    contents.gate.set()
    async with viewing(contents) as viewer:
        await viewer.press("slash", *"needle", "enter")
        assert viewer.drawn()[viewer.view.cursor - viewer.view.top].endswith("the Needle")
        assert viewer.bar("status") == "line 250,001 of 250,002"
        await viewer.press("slash", *"0123", "enter", "N", "N")
        assert viewer.bar("status") == "line 249,998 of 250,002"
        await viewer.press("G", "n")
        assert viewer.bar("status") == "line 1"
        await viewer.press("escape", "slash", *"nowhere", "enter")
        assert viewer.bar("status") == "line 1"
        assert any("not found" in row for row in viewer.drawn())


@pytest.mark.slow
async def test_a_match_beyond_the_edge_is_brought_in_sight() -> None:
    async with viewing(b"a\n" + b"." * 500 + b"needle\n" + b"b\n") as viewer:
        await viewer.press("slash", *"needle", "enter")
        assert "needle" in viewer.drawn()[1]
        await viewer.press("w", "g", "n")
        assert "needle" in viewer.drawn()[viewer.view.cursor - viewer.view.top]


@pytest.mark.slow
async def test_a_search_that_is_given_up_goes_back() -> None:
    contents = Repeated(4_000_000, b"needle\n")
    contents.gate.set()
    async with viewing(contents) as viewer:
        await viewer.press("j", "slash", *"needle")
        assert "250,000" in viewer.bar("status")
        await viewer.press("escape")
        assert viewer.bar("status") == "line 2"


# Other kinds.


@pytest.mark.slow
async def test_json_is_formatted_and_v_shows_it_as_it_is() -> None:
    async with viewing(b'{"a": [1, 2]}', b"/etc/a.json") as viewer:
        assert isinstance(viewer.view, JsonView)
        assert "JSON" in viewer.bar("facts")
        await viewer.press("v")
        assert viewer.drawn()[0] == '  1  {"a": [1, 2]}'
        await viewer.press("v")
        assert isinstance(viewer.view, HexView)
        await viewer.press("v")
        assert isinstance(viewer.view, JsonView)


@pytest.mark.slow
async def test_what_is_called_json_and_is_none_is_text() -> None:
    async with viewing(b"{nothing", b"/etc/a.json") as viewer:
        assert isinstance(viewer.view, TextView)
        svg = viewer.app.export_screenshot()
        assert "no&#160;JSON:" in svg


@pytest.mark.slow
async def test_bytes_with_text_beside_them() -> None:
    data = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00" + bytes(range(256)) * 4
    async with viewing(data, size=(80, 24)) as viewer:
        assert isinstance(viewer.view, HexView)
        assert viewer.bar("facts").endswith("ELF 64-bit x86-64 program or library")
        assert viewer.drawn()[0] == "000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  ·ELF···"
        await viewer.press("slash", *"fe", "space", *"ff", "space", *"00", "enter")
        assert viewer.bar("status") == "byte 0x110 (272) of 1,044"
        assert viewer.view.render_line(viewer.view.cursor - viewer.view.top)
        await viewer.press("n", "N", "N")
        assert viewer.bar("status") == "byte 0x310 (784) of 1,044"
        await viewer.pilot.resize_terminal(60, 24)
        await viewer.settle()
        assert viewer.bar("status") == "byte 0x310 (784) of 1,044"
        assert len(viewer.drawn()[0]) < 48
        await viewer.press("slash", *"xyz", "enter")
        assert viewer.bar("status") == "byte 0x368 (872) of 1,044"
        await viewer.press("slash", *"elf", "enter", "n")
        assert viewer.bar("status") == "byte 0x0 (0) of 1,044"


@pytest.mark.slow
async def test_text_and_bytes_keep_the_place() -> None:
    async with viewing(b"".join(b"%015d\n" % number for number in range(1000))) as viewer:
        viewer.view.move_cursor(500)
        await viewer.settle()
        await viewer.press("v")
        assert viewer.bar("status") == "byte 0x1f40 (8,000) of 16,000"
        await viewer.press("j", "v")
        assert viewer.bar("status") == "line 502 of 1,000"


@pytest.mark.slow
async def test_ten_gigabytes_of_bytes() -> None:
    contents = Repeated(10 * 10**9)
    async with viewing(contents, is_waiting=False, on_close=contents.gate.set) as viewer:
        await viewer.until(lambda: viewer.view.row_count > 24)
        await viewer.pilot.press("v", "G")
        await viewer.until(lambda: "abcde" in viewer.drawn()[-1])
        assert viewer.bar("status").endswith("of 10,000,000,000")
        assert contents.read_bytes < 1_000_000


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["ocitui-dark", "ocitui-light", "ansi-dark", "ansi-light"])
async def test_every_theme_and_a_tiny_screen(theme: str) -> None:
    async with viewing(b"def f():\n    pass\n" * 50, b"/a.py", size=(20, 6)) as viewer:
        viewer.app.theme = theme
        await viewer.press("w", "G", "v", "v", "slash", "p")
        assert viewer.drawn()


# What a file says of itself.


async def test_the_facts_of_a_program_come_first() -> None:
    made = Elf(tags=(("needed", "lib\x1b[2J.so"),), build_id=b"\1\2", parts={".go.buildinfo": go_in_place()})
    async with viewing(made.write(), b"/usr/bin/boat") as viewer:
        assert isinstance(viewer.view, FactsView)
        assert viewer.bar("facts").endswith("ELF 64-bit x86-64 program")
        drawn = viewer.drawn()
        assert "needs        lib\\x1b[2J.so" in drawn
        assert "modules      2 modules" in drawn
        await viewer.press("slash", *"x/sys", "enter", "y")
        assert viewer.app.copied == ["golang.org/x/sys v0.5.0 h1:MUK/U/4lj1t1oPg0HfuXDN/Z1wv31ZJ/YcPiGccS4DU="]
        await viewer.press("v")
        assert isinstance(viewer.view, HexView)
        await viewer.press("v", "v")
        assert isinstance(viewer.view, FactsView)


async def test_bytes_are_there_while_the_facts_are_read() -> None:
    data, held = Elf(parts={"x": bytes(200_000)}).write(), threading.Event()

    class Held:
        size = len(data)

        def read(self, offset: int, size: int) -> bytes:
            if offset > 100_000:
                held.wait()
            return data[offset : offset + size]

    async with viewing(Held(), is_waiting=False, on_close=held.set) as viewer:
        await viewer.until(lambda: isinstance(viewer.view, FactsView))
        assert viewer.drawn()[0] == "reading…"
        await viewer.pilot.press("v")
        await viewer.until(lambda: "45 4c 46" in viewer.drawn()[0])
        held.set()
        await viewer.settle()
        assert isinstance(viewer.view, HexView)


async def test_headers_that_lie_are_said_beside_the_bytes() -> None:
    async with viewing(Elf().write()[:70], size=(160, 24)) as viewer:
        assert isinstance(viewer.view, HexView)
        shown = viewer.app.view_screen.query_one("#facts", Bar).render_line(0).text
        assert "ELF segments: expected what the ABI says" in shown
