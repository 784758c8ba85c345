"""The help: this page's keys first, then jobs, moving last; in two columns where there is room."""

from pathlib import Path

import pytest

from ocitui.tui.page.help import TWO_COLUMNS, HelpScreen, Section, help_rows, sections_for
from ocitui.tui.rows.text_lines import TextLines
from tests.tui.explorer import Explorer, explore, open_layer


def headings(screen: Explorer) -> list[str]:
    rows = screen.app.screen.query_one(TextLines).rows
    return [row[0][0] for row in rows if row and row[0][1] == "lines--accent"]


async def help_at(screen: Explorer, *keys: str) -> list[str]:
    await screen.press(*keys, "question_mark")
    assert isinstance(screen.app.screen, HelpScreen)
    return headings(screen)


@pytest.mark.slow
async def test_this_pages_keys_come_first(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        found = await help_at(screen, "3")
        assert found[:4] == ["3 History", "The panes", "Signs", "Jobs"]
        assert found[-4:] == ["The program", "Panes and lists", "Moving", "Sizes"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (["W"], "Waste"),
        (["B"], "Disk usage"),
        (["V", "V"], "Findings"),
        (["D", "down", "enter"], "Two images"),
        (["f", *"passwd", "tab"], "Find"),
    ],
)
async def test_on_every_page(demo_layout: Path, keys: list[str], first: str) -> None:
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        found = await help_at(screen, *keys)
        assert first in found[:2]
        assert "Jobs, in the panes" in found, "what else the program can do"


@pytest.mark.slow
async def test_every_job_once_and_the_filters_with_the_files(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        for pane, place in (("3", -1), ("4", 0)):
            await screen.press(pane)
            sections = sections_for(screen.app.screen, screen.app.JOBS)
            titles = [section.title for section in sections]
            assert len(titles) == len({*titles}), pane
            assert "Jobs, in the panes" not in titles, pane
            lines = [line for section in sections for line in section.lines]
            assert [what for _, what in lines].count("Disk usage by folder, file or package") == 1
            files = sections[titles.index("4 Files")]
            assert [keys for keys, _ in files.lines[-4:]] == ["u", "+", "~", "-"], pane
            assert (titles[0] == "4 Files") is (place == 0)
            panes = sections[titles.index("The panes")]
            assert panes.lines[0] == ("z", "Enlarge this pane to the whole screen, or show all")


@pytest.mark.slow
async def test_a_file_and_its_versions(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        await open_layer(screen, 7)
        await screen.press("slash", *"group", "enter")
        assert (await help_at(screen, "enter"))[:2] == ["Text", "Viewer"]
        await screen.press("escape", "escape")
        assert (await help_at(screen, "w"))[0] == "Which layers"
        await screen.press("escape")
        assert "Two versions" in (await help_at(screen, "d"))[:2]


@pytest.mark.slow
async def test_two_columns_and_nothing_is_cut(demo_layout: Path) -> None:
    async with explore(demo_layout, (118, 30)) as screen:
        await help_at(screen)
        lines = screen.app.screen.query_one(TextLines)
        wide = [lines.row_text(number) for number in range(lines.row_count)]
        assert any(row.count("⏎") == 2 for row in wide)
        await screen.pilot.resize_terminal(80, 24)
        await screen.settle()
        narrow = [lines.row_text(number) for number in range(lines.row_count)]
        assert len(narrow) > len(wide)
        for rows, width in ((wide, 118), (narrow, 80)):
            assert max(map(len, rows)) <= width - 4


def test_a_section_is_not_divided() -> None:
    sections = [Section(str(number), [("k", "what it does")] * number) for number in (5, 2, 3)]
    rows = ["".join(text for text, _ in row).rstrip() for row in help_rows(sections, TWO_COLUMNS)]
    assert len(rows) == 8
    assert rows[0].split() == ["5", "2"]


@pytest.mark.slow
async def test_the_line_under_the_cursor_is_copied(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await screen.press("d", "y")
        assert screen.app.clipboard
