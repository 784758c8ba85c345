"""Two versions of a file on the screen: facts, hunks, bytes."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.app import App
from textual.pilot import Pilot

from ocitui.errors import LayerError
from ocitui.image.diff.texts import Text
from ocitui.tui.compare import file_rows, text_rows
from ocitui.tui.compare.diff_lines import DiffLines
from ocitui.tui.compare.files_screen import CompareScreen
from ocitui.tui.compare.text_rows import TextDiff, side_rows
from ocitui.tui.content.contents import Contents
from ocitui.tui.rows.bars import Bar
from ocitui.tui.terminal.themes import DARK, LIGHT
from tests.tui.memory_contents import MemoryContents


class CompareApp(App[None]):
    """The comparison alone."""

    def __init__(self, screen: CompareScreen) -> None:
        super().__init__()
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.compare_screen = screen
        self.copied: list[str] = []

    def on_mount(self) -> None:
        self.push_screen(self.compare_screen)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


class Comparer:
    """The running comparison, as a test looks at it."""

    def __init__(self, app: CompareApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def rows(self) -> DiffLines:
        return self.app.compare_screen.query_one(DiffLines)

    async def settle(self) -> None:
        await self.pilot.pause()
        while self.app.workers:
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    def texts(self) -> list[str]:
        return [self.rows.row_text(row).rstrip() for row in range(self.rows.row_count)]

    @property
    def status(self) -> str:
        return self.app.compare_screen.query_one("#status", Bar).text.strip()


@asynccontextmanager
async def comparing(
    before: Contents | bytes | None,
    after: Contents | bytes | None,
    facts: Sequence[tuple[str, str, str]] = (),
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Comparer]:
    both = [MemoryContents(side) if isinstance(side, bytes) else side for side in (before, after)]
    screen = CompareScreen(both[0], both[1], b"/etc/\x1bfile", "layer 3", "layer 9", facts)
    app = CompareApp(screen)
    async with app.run_test(size=size) as pilot:
        comparer = Comparer(app, pilot)
        await comparer.settle()
        yield comparer


BEFORE = b"".join(b"line %d\n" % number for number in range(1, 41))
AFTER = BEFORE.replace(b"line 3\n", b"line three \x1b[31m\n").replace(b"line 30\n", b"").removesuffix(b"\n")


@pytest.mark.slow
async def test_facts_and_hunks() -> None:
    facts = [("mode", "-rw-r--r--", "-rw-------"), ("owner", "0:0", "0:0"), ("link", "", "\x1bx")]
    async with comparing(BEFORE, AFTER, facts) as comparer:
        assert comparer.texts() == [
            "mode   -rw-r--r-- → -rw-------",
            "owner  0:0",
            "link   (none) → \\x1bx",
            "",
            "lines 1–6 → 1–6",
            " 1  1    line 1",
            " 2  2    line 2",
            " 3     - line 3",
            "    3  + line three \\x1b[31m",
            " 4  4    line 4",
            " 5  5    line 5",
            " 6  6    line 6",
            "lines 27–33 → 27–32",
            "27 27    line 27",
            "28 28    line 28",
            "29 29    line 29",
            "30     - line 30",
            "31 30    line 31",
            "32 31    line 32",
            "33 32    line 33",
            "lines 37–40 → 36–39",
            "37 36    line 37",
            "38 37    line 38",
            "39 38    line 39",
            "40     - line 40",
            "   39  + line 40  (no line feed at the end)",
        ]
        assert comparer.status == "2 lines added, 3 lines removed"
        places = []
        for key in ("n", "n", "n", "n", "N", "N", "N"):
            await comparer.press(key)
            places.append(comparer.rows.cursor)
        assert places == [4, 12, 20, 20, 12, 4, 4]
        await comparer.press("slash", *"three", "enter", "n")
        assert comparer.rows.cursor == 8
        await comparer.press("y")
        assert comparer.app.copied == ["3  + line three \\x1b[31m"]
        await comparer.press("escape", "escape")
        assert comparer.app.screen is not comparer.app.compare_screen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "summary"),
    [
        (b"x", b"x", "same contents, 1 B"),
        (b"", b"", "same contents, 0 B"),
        (b"a\n", b"\xef\xbb\xbfa\n", "same text in different encodings: ASCII and UTF-8 with BOM"),
        (
            "Grüße\n".encode("utf-16"),
            "Grüße\n".encode("latin-1"),
            "same text in different encodings: UTF-16 LE and Latin-1",
        ),
        ("x\n".encode("utf-16"), "x\n".encode("utf-16-le") * 2, "1 line added, 0 lines removed"),
        (b"a\nb\n", b"a\r\nb\n", "1 line added, 1 line removed"),
        (b"", b"a\n", "1 line added, 0 lines removed"),
        (None, b"a\n", "no contents to compare"),
        (bytes(100), bytes(99) + b"\1", "contents differ from byte 0x63 (99) on"),
        (b"\0" * 9, b"\0" * 8, "contents differ from byte 0x8 (8) on"),
    ],
)
async def test_what_comes_out(before: bytes | None, after: bytes | None, summary: str) -> None:
    async with comparing(before, after) as comparer:
        assert comparer.status == summary


async def test_bytes_are_shown_where_they_begin_to_differ() -> None:
    before = b"\x7fELF" + bytes(200_000)
    after = before[:100_000] + b"hello" + before[100_005:]
    async with comparing(before, after) as comparer:
        assert comparer.texts()[:3] == [
            "- ELF, 200.0 kB".replace("ELF", "ELF file"),
            "+ ELF file, 200.0 kB",
            "contents differ from byte 0x186a0 (100,000) on",
        ]
        await comparer.press("n")
        row = comparer.rows.cursor
        assert comparer.texts()[row].startswith("- 0186a0  00 00 00 00 00 00")
        assert comparer.texts()[row + 1].startswith("+ 0186a0  68 65 6c 6c 6f 00")
        assert comparer.texts()[row + 2].startswith("  0186b0")


async def test_texts_that_take_too_long_to_match_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_rows, "PATIENCE", 0.0)
    async with comparing(b"same\na\nb\nend\n", b"same\nb\nc\nend\n") as comparer:
        assert comparer.status == "2 lines added, 2 lines removed; too unlike to be matched line by line"
        assert [text[-3:] for text in comparer.texts()[2:6]] == ["- a", "- b", "+ b", "+ c"]


async def test_large_texts_are_compared_as_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_rows, "TEXT_LIMIT", 10)
    async with comparing(b"0123456789abc", b"0123456789abd") as comparer:
        assert comparer.status == "contents differ from byte 0xc (12) on"


async def test_what_cannot_be_read_is_said() -> None:
    class Broken:
        size = 10

        def read(self, offset: int, size: int) -> bytes:
            raise LayerError("the layer is damaged at byte 7")

    async with comparing(Broken(), b"x" * 10) as comparer:
        assert comparer.status == "✗ the layer is damaged at byte 7"


async def test_it_closes_while_it_reads() -> None:
    held = threading.Event()

    class Held:
        size = 10

        def read(self, offset: int, size: int) -> bytes:
            held.wait()
            return b"x" * size

    app = CompareApp(CompareScreen(Held(), Held(), b"/x", "layer 1", "layer 2", on_close=held.set))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
        assert app.screen is not app.compare_screen
        assert held.is_set()


async def test_what_was_compared_when_it_is_closed_goes_nowhere() -> None:
    async with comparing(BEFORE, AFTER) as comparer:
        screen = comparer.app.compare_screen
        screen.dismiss()
        await screen._compare()
        await comparer.settle()
        assert comparer.app.screen is not screen


def text_of(text: str) -> Text:
    found = Text.of(text.encode())
    assert found is not None
    return found


def test_no_more_is_drawn_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = text_of("a\n" * 50), text_of("b\n" * 50)
    monkeypatch.setattr(text_rows, "DRAWN_LINES", 60)
    cut = TextDiff.of(before, after, [(0, 50, 0, 50)])
    assert (cut.is_cut, [len(hunk.lines) for hunk in cut.hunks]) == (True, [60])
    monkeypatch.setattr(text_rows, "DRAWN_LINES", 100)
    assert not TextDiff.of(before, after, [(0, 50, 0, 50)]).is_cut
    monkeypatch.setattr(text_rows, "DRAWN_HUNKS", 1)
    assert TextDiff.of(before, after, [(0, 1, 0, 1), (20, 21, 20, 21)]).is_cut


def test_side_by_side_lines_stand_where_they_belong_and_long_ones_go_on() -> None:
    before = text_of("same\nold 1\nold 2\nend\n" + "本" * 16 + "\n")
    after = text_of("same\nnew\t1\nend\n" + "x" * 50 + "\x1b\nmore")
    found = TextDiff.of(before, after, [(1, 3, 1, 2), (4, 5, 3, 5)])
    rows, starts = side_rows(found, 63)
    assert starts == [0]
    assert ["".join(text for text, _ in row).rstrip() for row in rows] == [
        "lines 1–5 → 1–5",
        "1    same                      │ 1    same",
        "2  - old 1                     │ 2  + new     1",
        "3  - old 2                     │",
        "4    end                       │ 3    end",
        f"5  - {'本' * 12}  │ 4  + {'x' * 25}",
        f"     {'本' * 4}                  │      {'x' * 25}",
        "                               │      \\x1b",
        "                               │ 5  + more  (no line feed at th",
        "                               │      e end)",
    ]


@pytest.mark.slow
async def test_texts_change_sides_with_the_width_of_the_screen() -> None:
    async with comparing(BEFORE, AFTER, size=(160, 48)) as comparer:
        assert comparer.texts()[3].split() == ["3", "-", "line", "3", "│", "3", "+", "line", "three", "\\x1b[31m"]
        await comparer.press("n")
        place = comparer.rows.cursor
        assert comparer.texts()[place] == "lines 27–33 → 27–32"
        await comparer.pilot.resize_terminal(100, 30)
        await comparer.settle()
        assert comparer.rows.cursor == place + 1
        assert comparer.texts()[place + 1] == "lines 27–33 → 27–32"
        await comparer.pilot.resize_terminal(170, 30)
        await comparer.settle()
        assert (comparer.rows.cursor, "│" in comparer.texts()[place + 1]) == (place, True)
