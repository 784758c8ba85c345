"""Layers of which several instructions may have made one: what the screen says of them."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.rows.text_lines import TextLines
from tests.images.layout_writer import WrittenLayout, write_layout
from tests.tui.explorer import explore

NOP = "/bin/sh -c #(nop) "
OTHER, NAMED = "COPY file:0123456789ab /other", "COPY file:123456789abc /f"


@pytest.fixture
def one_layer(tmp_path: Path) -> WrittenLayout:
    """An image as buildah makes it of a whole Dockerfile by default: the last instruction alone is not empty."""
    empty = [
        {"created_by": f"{NOP}{text.replace(' /', ' in /')} ", "empty_layer": True} for text in (f"{OTHER}", f"{NAMED}")
    ]
    history = [*empty, {"created_by": f'{NOP}CMD ["/f"]'}]
    return write_layout(tmp_path / "it", [write_tar([file("f", "x"), file("other", "y")])], config={"history": history})


@pytest.mark.slow
@pytest.mark.parametrize(("name", "first", "second"), [("f", NAMED, OTHER), ("other", OTHER, NAMED)])
async def test_the_timeline_says_the_instruction_that_names_the_path_first(
    name: str, first: str, second: str, one_layer: WrittenLayout
) -> None:
    async with explore(one_layer.path, is_read=True) as screen:
        await screen.press("3", "g", "j", "j", "enter", "slash", *name, "enter", "w")
        rows = screen.text(screen.app.screen.query_one("#touch-rows", RowList))
        assert f"one of: {first}, {second} (built as one layer)" in rows
        details = screen.text(screen.app.screen.query_one("#detail-rows", TextLines)).splitlines()
        at = next(number for number, line in enumerate(details) if line.split()[:2] == ["one", "of"])
        assert [line.split(maxsplit=2)[-1] for line in details[at : at + 1]] == [first]
        assert details[at + 1].strip() == second


@pytest.mark.slow
async def test_the_history_marks_what_may_have_made_a_layer(one_layer: WrittenLayout) -> None:
    async with explore(one_layer.path) as screen:
        await screen.press("3")
        rows = [line.split()[0] for line in screen.text(screen.history).splitlines()]
        assert rows == ["1?", "1?", "1", "·"]
        await screen.press("g", "j", "j", "space")
        unfolded = [line.strip() for line in screen.text(screen.history).splitlines()[2:5]]
        assert f"one of: {OTHER}" in unfolded[0]
        assert unfolded[1:] == [OTHER, NAMED]


@pytest.mark.slow
async def test_the_layers_of_a_base_that_was_seen_are_said_to_be_its_own(tmp_path: Path) -> None:
    tars = [write_tar([file(name)]) for name in "abc"]
    app, base = write_layout(tmp_path / "app", tars), write_layout(tmp_path / "base", tars[:2], tag="b:1")
    async with explore(base.path) as screen:
        await screen.app.workers.wait_for_complete()
    async with explore(app.path, is_read=True) as screen:
        await screen.app.workers.wait_for_complete()
        await screen.press("3", "g")
        lines = screen.text(screen.history).splitlines()
        assert len(lines) == 4
        assert lines[2].startswith("   ╰ layers 1–2 are b:1, seen on ")
        await screen.press("j", "j", "enter", "space", "o", "y")
        assert screen.history.history_row is None
        await screen.press("j")
        assert screen.history.history_row is not None
        assert screen.history.history_row.layer == 3
