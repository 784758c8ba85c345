"""What can be done with a path from the panes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, whiteout, write_tar
from ocitui.tui.compare.diff_lines import DiffLines
from ocitui.tui.compare.files_screen import CompareScreen
from ocitui.tui.files.merged_source import MergedSource
from ocitui.tui.find.jump import JumpScreen
from ocitui.tui.find.screen import FindScreen
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.save.screen import SaveScreen
from ocitui.tui.view.screen import ViewScreen
from ocitui.tui.view.text_view import TextView
from tests.images.layout_writer import LayerSpec, write_layout
from tests.tui.explorer import explore, open_layer


@pytest.mark.slow
async def test_m_switches_between_a_layer_the_merged_tree_and_its_changes(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 7)
        assert "[this layer]" in "".join(text for text, _ in screen.app.explore.shown.merged.parts())
        assert "deploy_key  (deleted)" not in screen.text(screen.files)
        await screen.press("m")
        merged = screen.text(screen.files)
        assert "bin → usr/bin" in merged, "from layer 1"
        await screen.press("m", "e")
        changes = screen.text(screen.files)
        assert "bin → usr/bin" not in changes
        await screen.press("g", "slash", *"manage", "enter")
        row = screen.files.row
        assert row is not None
        assert (row.mark, row.detail, row.label) == ("~", "mode", "7 ← 6")
        frame = screen.app.screen.query_one("#files", Pane)
        assert "7 ← 6: layer 7 changed or deleted what layer 6 had" in frame.render_line(frame.size.height - 1).text
        await screen.press("question_mark")
        help_text = screen.text(screen.app.screen.query_one(TextLines))
        assert "layer 9 changed or deleted what layer 8 had" in help_text


@pytest.mark.slow
async def test_marks_are_switched_one_by_one(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 7)
        await screen.press("m", "m", "plus", "tilde")
        assert "only -" in "".join(text for text, _ in screen.app.explore.shown.merged.parts())
        await screen.press("slash", *"deploy_key", "enter")
        row = screen.files.row
        assert row is not None
        assert (row.mark, row.detail) == ("-", "deleted")


def paths_below(source: MergedSource, directory: int, path: bytes = b"") -> Iterator[bytes]:
    """Every path that would be shown if all folders were open."""
    folders = source.folders(directory)
    for number, row in zip(ids := source.children(directory, "name", False), source.rows(ids), strict=True):
        yield path + b"/" + row.name
        if number in folders:
            yield from paths_below(source, folders[number], path + b"/" + row.name)


@pytest.mark.slow
async def test_a_folder_stays_only_where_it_leads_to_something(tmp_path: Path) -> None:
    lower = [file("etc/a", "1"), file("usr/bin/a", "1"), file("usr/lib/b", "1"), file("var/c", "1")]
    upper = [directory("etc"), file("etc/new"), file("usr/bin/a", "22"), file("opt/x/y"), whiteout("var/c")]
    last = [file("srv/z")]
    layout = write_layout(tmp_path / "image", [LayerSpec(write_tar(each), "none") for each in (lower, upper, last)])
    async with explore(layout.path, is_read=True) as screen:
        await open_layer(screen, 2)
        await screen.press("m")
        rows = screen.text(screen.files).splitlines()
        assert screen.files.row_count == 4
        assert any(row.startswith("~") and "▸ usr/" in row for row in rows), "where something below changed"
        for keys, paths in (
            (("minus", "plus", "tilde", "u"), [b"/var", b"/var/c"]),
            (("plus", "minus"), [b"/etc", b"/etc/new", b"/opt", b"/opt/x", b"/opt/x/y"]),
            (("tilde", "plus"), [b"/usr", b"/usr/bin", b"/usr/bin/a"]),
        ):
            await screen.press(*keys)
            assert isinstance(screen.files.source, MergedSource)
            shown = list(paths_below(screen.files.source, screen.files.source.root))
            assert [path for path in shown if path != b"/etc" or path in paths] == paths, keys
        await open_layer(screen, 3)
        assert screen.files.row_count == 0
        assert "layer 3 modifies nothing" in "".join(text for text, _ in screen.files.empty_parts(80))
        await screen.press("tilde")
        assert screen.bar("status") == " only what is modified is shown: show something else first"
        await screen.press("m", "m", "m")
        assert screen.app.explore.shown.merged.title == "merged", "another view begins with all that is its"


@pytest.mark.slow
async def test_the_place_stays_when_the_view_changes(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 7)
        await screen.press("slash", *"passwd", "enter")
        assert screen.files.path == b"/etc/passwd"
        await screen.press("m")
        assert screen.files.path == b"/etc/passwd"
        await screen.press("m")
        assert screen.files.path == b"/etc/passwd"


@pytest.mark.slow
async def test_the_timeline_of_a_file(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 5)
        await screen.press("slash", *"deploy_key", "enter", "w")
        timeline = screen.app.screen.query_one("#touch-rows", RowList)
        rows = screen.text(timeline).splitlines()
        assert len(rows) == 2
        assert "+ added" in rows[0]
        assert "deleted in 7, still in the image" in rows[0]
        assert "- deleted" in rows[1]
        assert "now: deleted by layer 7" in screen.bar("title")
        await screen.press("k", "o")
        assert screen.history.opened == 5
        assert screen.files.path == b"/home/user/.ssh/deploy_key"


@pytest.mark.slow
async def test_a_long_timeline_folds_its_middle_until_enter(tmp_path: Path) -> None:
    layers = [write_tar([file("f", "x" * number)]) for number in range(1, 41)]
    async with explore(write_layout(tmp_path / "image", layers).path, is_read=True) as screen:
        await open_layer(screen, 40)
        await screen.press("slash", "f", "enter", "w")
        timeline = screen.app.screen.query_one("#touch-rows", RowList)
        rows = screen.text(timeline).splitlines()
        assert len(rows) == 7
        assert "…  ~ modified (content) by layers 4–37  697 B  Enter shows them" in rows[3]
        await screen.press("k", "k", "k", "enter")
        assert len(timeline.rows) == 40
        assert timeline.row is not None
        assert timeline.row.layer == 4


@pytest.mark.slow
async def test_what_a_later_layer_took_away_is_marked(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        for number in (8, 7, 6, 5):
            await open_layer(screen, number)
        await screen.press("slash", *"deploy_key", "enter")
        assert "deleted in 7" in screen.text(screen.files)
        assert "deleted by layer 7, still in the image" in screen.bar("status")


@pytest.mark.slow
async def test_enter_shows_a_file_of_any_layer(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 5)
        await screen.press("slash", *"deploy_key", "enter", "enter")
        assert isinstance(screen.app.screen, ViewScreen)
        assert "EXAMPLE PRIVATE KEY" in screen.text(screen.app.screen.query_one(TextView))
        await screen.press("q")
        assert screen.files.path == b"/home/user/.ssh/deploy_key"


@pytest.mark.slow
async def test_enter_on_a_link_shows_what_it_leads_to(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 1)
        await screen.press("slash", *"os-release", "enter")
        assert screen.files.path == b"/etc/os-release"
        await screen.press("enter")
        assert isinstance(screen.app.screen, ViewScreen)
        assert "/usr/lib/os-release" in screen.bar("title")
        assert "linked from /etc/os-release" in screen.bar("facts")


@pytest.mark.slow
async def test_enter_on_a_link_to_nothing_says_so(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await open_layer(screen, 1)
        await screen.press("slash", *"localtime", "enter", "enter")
        assert "which is missing" in screen.bar("status")


@pytest.mark.slow
async def test_a_version_is_compared_with_the_one_before(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 7)
        await screen.press("slash", *"group", "enter", "w", "d")
        assert isinstance(screen.app.screen, CompareScreen)
        assert "paperboat:x:1000:" in screen.text(screen.app.screen.query_one(DiffLines))
        await screen.press("escape")
        assert screen.app.screen.query("#touch-rows")


@pytest.mark.slow
async def test_f_searches_all_layers_and_enter_goes_there(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.press("f", *"deploy_key")
        assert isinstance(screen.app.screen, FindScreen)
        await screen.press("enter")
        while isinstance(screen.app.screen, FindScreen):
            await screen.settle()
            await screen.press("enter")
        assert screen.history.opened == 5
        assert screen.files.path == b"/home/user/.ssh/deploy_key"


@pytest.mark.slow
async def test_ctrl_o_jumps_to_a_path_of_the_merged_tree(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.press("ctrl+o", *"srvmanage")
        assert isinstance(screen.app.screen, JumpScreen)
        await screen.press("enter")
        while isinstance(screen.app.screen, JumpScreen):
            await screen.settle()
            await screen.press("enter")
        await screen.settle()
        assert screen.files.path == b"/srv/paperboat/manage.py"


@pytest.mark.slow
async def test_x_saves_what_is_under_the_cursor(
    demo_layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 5)
        await screen.press("slash", *"deploy_key", "enter", "x")
        assert isinstance(screen.app.screen, SaveScreen)
        await screen.press("ctrl+u")
        await screen.write("key")
        await screen.press("enter")
        await screen.settle()
        assert b"EXAMPLE PRIVATE KEY" in (tmp_path / "key").read_bytes()


@pytest.mark.slow
async def test_capital_x_saves_the_root_filesystem(
    demo_layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with explore(demo_layout, is_read=True) as screen:
        await open_layer(screen, 8)
        await screen.press("m", "X", "ctrl+u")
        await screen.write("rootfs")
        await screen.press("enter")
        await screen.settle()
        await screen.press("enter")
        await screen.settle()
        assert (tmp_path / "rootfs/srv/paperboat/manage.py").stat().st_mode & 0o777 == 0o755
        assert not (tmp_path / "rootfs/home/user/.ssh/deploy_key").exists()
        assert (tmp_path / "rootfs/bin").readlink() == Path("usr/bin")
