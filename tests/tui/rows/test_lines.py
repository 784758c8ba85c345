"""The base of every pane: cursor, view, mouse, search, and how little it sends."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from ocitui.cells import cells
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part, cut_parts, mark_spans, skip_cells
from ocitui.tui.rows.search_bar import Query, SearchBar

TEXTS = st.text(st.sampled_from("ab日本e\u0301 …"), max_size=30)
PARTS = st.lists(st.tuples(TEXTS, st.sampled_from(["", "x", "y"])), max_size=5)


class Numbers(Lines):
    """A pane whose rows say their number."""

    def __init__(self, count: int, header: bool = False) -> None:
        super().__init__()
        self.count = count
        self.header = header
        self.sent: list[Region] = []

    @property
    def row_count(self) -> int:
        return self.count

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        return [("row ", "lines--muted"), (f"{index} [red]x[/] 日本", "")]

    def header_parts(self, width: int) -> Sequence[Part] | None:
        return [("what", "lines--header")] if self.header else None

    def empty_parts(self, width: int) -> Sequence[Part]:
        return [("nothing here", "lines--muted")]

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> "Numbers":
        if hasattr(self, "sent"):
            self.sent += regions
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class NumbersApp(App[None]):
    """One pane of numbers, and what it said."""

    def __init__(self, count: int = 1000, header: bool = False) -> None:
        super().__init__()
        self.numbers = Numbers(count, header)
        self.chosen: list[int] = []
        self.highlighted: list[int] = []
        self.escapes = 0

    def compose(self) -> ComposeResult:
        yield self.numbers

    def on_mount(self) -> None:
        self.numbers.focus()

    def on_lines_chosen(self, message: Lines.Chosen) -> None:
        self.chosen.append(message.index)

    def on_lines_highlighted(self, message: Lines.Highlighted) -> None:
        self.highlighted.append(message.index)

    def key_escape(self) -> None:
        self.escapes += 1


def drawn(lines: Lines) -> list[str]:
    """The lines of a pane as they are drawn now."""
    return [lines.render_line(y).text.rstrip() for y in range(lines.size.height)]


async def settle(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_keys_move_the_cursor() -> None:
    app = NumbersApp()
    async with app.run_test(size=(40, 10)) as pilot:
        for keys, row in [
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("up", 0),
            ("up", 0),
            ("G", 999),
            ("down", 999),
            ("g", 0),
            ("end", 999),
            ("home", 0),
            ("pagedown", 9),
            ("pagedown", 18),
            ("pageup", 9),
        ]:
            await pilot.press(keys)
            assert app.numbers.cursor == row
        assert app.highlighted[-1] == 9
        await pilot.press("enter")
        assert app.chosen == [9]


async def test_a_move_inside_sends_two_rows_and_the_edge_jumps_half_a_page() -> None:
    app = NumbersApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.numbers.sent.clear()
        await pilot.press("j")
        assert [(region.y, region.height) for region in app.numbers.sent] == [(0, 1), (1, 1)]
        for _ in range(9):
            await pilot.press("j")
        assert (app.numbers.cursor, app.numbers.top) == (10, 5)
        await pilot.press("g", "G")
        assert app.numbers.top == 990
        for _ in range(10):
            await pilot.press("k")
        assert (app.numbers.cursor, app.numbers.top) == (989, 985)


async def test_the_cursor_is_a_glyph_too_and_data_is_never_markup() -> None:
    app = NumbersApp(3, header=True)
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("j")
        assert drawn(app.numbers) == [
            " what",
            " row 0 [red]x[/] 日本",
            "▌row 1 [red]x[/] 日本",
            " row 2 [red]x[/] 日本",
            "",
            "",
        ]
        assert len({app.numbers.render_line(y).cell_length for y in range(6)}) == 1


async def test_no_rows() -> None:
    app = NumbersApp(0)
    async with app.run_test(size=(40, 3)) as pilot:
        await pilot.press("j", "k", "G", "pagedown", "enter", "slash", "x", "enter", "n")
        await settle(pilot)
        assert drawn(app.numbers)[0] == " nothing here"
        assert (app.numbers.cursor, app.chosen) == (0, [])


async def test_rows_that_change_keep_the_cursor_on_its_line() -> None:
    app = NumbersApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.numbers.move_cursor(500)
        await pilot.press("k", "k")
        line = app.numbers.cursor - app.numbers.top
        app.numbers.count = 5000
        app.numbers.refresh_rows(cursor=2000)
        assert (app.numbers.cursor, app.numbers.cursor - app.numbers.top) == (2000, line)
        app.numbers.count = 3
        app.numbers.refresh_rows()
        assert (app.numbers.cursor, app.numbers.top) == (2, 0)
        await pilot.pause()
        assert app.highlighted[-1] == 2


async def test_growing_below_the_view_sends_nothing_but_the_thumb() -> None:
    app = NumbersApp(1000)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.numbers.sent.clear()
        app.numbers.count = 1010
        app.numbers.refresh_rows()
        assert app.numbers.sent == []


async def test_resizing_keeps_the_cursor_in_sight() -> None:
    app = NumbersApp()
    async with app.run_test(size=(40, 20)) as pilot:
        app.numbers.move_cursor(19)
        await pilot.resize_terminal(30, 5)
        await pilot.pause()
        assert "▌row 19" in "\n".join(drawn(app.numbers))


async def test_mouse() -> None:
    app = NumbersApp(header=True)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("j")
        await pilot.click(Numbers, offset=(5, 4))
        assert (app.numbers.cursor, app.chosen) == (3, [])
        await pilot.click(Numbers, offset=(5, 4))
        assert app.chosen == [3]
        await pilot.click(Numbers, offset=(5, 0))
        assert app.numbers.cursor == 3
        await pilot._post_mouse_events([events.MouseScrollDown], Numbers)
        assert (app.numbers.cursor, app.numbers.top) == (3, 3)
        await pilot.mouse_down(Numbers, offset=(39, 9))
        await pilot.mouse_up(Numbers, offset=(39, 9))
        assert app.numbers.top == 991
        await pilot.press("j")
        assert (app.numbers.cursor, app.numbers.row_at(0)) == (4, None)
        assert app.numbers.top <= 4


async def test_search_moves_as_it_is_typed_and_goes_on() -> None:
    app = NumbersApp()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("slash", "9", "8")
        await settle(pilot)
        assert app.numbers.cursor == 98
        assert drawn(app.numbers)[-1] == "/98   1/20"
        await pilot.press("backspace")
        await settle(pilot)
        assert app.numbers.cursor == 9
        await pilot.press("8", "enter", "n")
        await settle(pilot)
        assert app.numbers.cursor == 198
        await pilot.press("N", "N")
        await settle(pilot)
        assert app.numbers.cursor == 998
        assert drawn(app.numbers)[-1] == "/98  20/20  wrapped"
        await pilot.press("n")
        await settle(pilot)
        assert app.numbers.cursor == 98
        await pilot.press("j")
        assert "/98" not in drawn(app.numbers)[-1]
        await pilot.press("escape")
        assert (app.escapes, app.numbers.search.is_shown) == (0, False)
        await pilot.press("escape")
        assert app.escapes == 1


async def test_a_search_says_which_match_it_is_on_and_of_how_many() -> None:
    app = NumbersApp()
    async with app.run_test(size=(40, 12)) as pilot:
        search = app.numbers.search
        await pilot.press("slash", *"w 99")
        await pilot.pause()
        assert (app.numbers.cursor, search.count) == (99, "1/11"), "99, and 990 to 999"
        assert "1/11" in "".join(text for text, _ in search_line(app.numbers))
        await pilot.press("enter", "n", "n")
        await pilot.pause()
        assert (app.numbers.cursor, search.count) == (991, "3/11")
        await pilot.press("N", "N", "N")
        await pilot.pause()
        assert (app.numbers.cursor, search.count, search.notice) == (999, "11/11", "wrapped")
        await pilot.press("up")
        assert search.count == "", "the cursor is on no match any more"


def search_line(lines: Lines) -> Sequence[Part]:
    return lines._bar


async def test_search_that_fails_says_so_and_gives_the_cursor_back() -> None:
    app = NumbersApp()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("j", "slash", "j", "q")
        await settle(pilot)
        assert drawn(app.numbers)[-1] == "/jq   not found"
        assert app.numbers.cursor == 1
        await pilot.press("escape")
        assert (app.numbers.cursor, app.numbers.search.is_shown) == (1, False)


@given(PARTS, st.integers(0, 40))
def test_cut_parts_cuts_like_one_text(parts: list[Part], width: int) -> None:
    text = "".join(text for text, _ in parts)
    kept = "".join(text for text, _ in cut_parts(parts, width))
    assert cells(kept) <= width
    if width and cells(text) <= width:
        assert kept == text
    elif width:
        assert kept.endswith("…")
        assert text.startswith(kept.removesuffix("…"))


@given(PARTS, st.integers(0, 40))
def test_skipping_columns_leaves_the_others_where_they_were(parts: list[Part], skipped: int) -> None:
    total = sum(cells(text) for text, _ in parts)
    left = sum(cells(text) for text, _ in skip_cells(parts, skipped))
    assert left == max(0, total - skipped)


@given(PARTS)
def test_marking_changes_styles_only(parts: list[Part]) -> None:
    text = "".join(text for text, _ in parts)
    spans = Query("a").spans(text)
    marked = mark_spans(parts, spans, "m")
    assert "".join(text for text, _ in marked) == text
    assert sum(len(text) for text, style in marked if style == "m") == text.count("a")


@pytest.mark.parametrize(
    ("query", "text", "matches"), [("ab", "xAB", True), ("aB", "xab", False), ("aB", "aB", True), (".", "a", False)]
)
def test_smart_case(query: str, text: str, matches: bool) -> None:
    assert Query(query).matches(text) is matches


def test_editing_a_search() -> None:
    bar = SearchBar()
    for key in ["a", "b", "space", "c", "left", "left", "d", "home", "delete", "end", "backspace"]:
        bar.press(key, {"space": " "}.get(key, key if len(key) == 1 else None))
    assert bar.text == "bd "
    bar.insert("two\nlines")
    assert (bar.text, bar.press("ctrl+w", None), bar.caret) == ("bd two", "edited", 3)
    assert bar.press("ctrl+u", None) == "edited"
    assert bar.press("backspace", None) == "cancelled"
