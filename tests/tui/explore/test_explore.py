"""The four panes: what choosing something in one does to the rest."""

import gzip
import io
import re
import tarfile
from pathlib import Path

import pytest

from ocitui.demo.tar import write_tar
from ocitui.display import printable
from ocitui.tui.files.columns import Columns
from ocitui.tui.panes.image_pane import ImagePane
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.summary_lines import SummaryLines
from ocitui.tui.rows.text_lines import TextLines
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.signature_writer import KEYS, SignedImage
from tests.tui.explorer import Explorer, explore, open_layer


async def test_all_four_panes_are_there_at_160x48_and_one_at_80x24(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        assert [pane.id for pane in screen.app.screen.query(Pane) if pane.region] == [
            "image",
            "config",
            "history",
            "files",
        ]
    async with explore(demo_layout, (80, 24)) as screen:
        for key, name in (("3", "history"), ("4", "files"), ("2", "config"), ("1", "image")):
            await screen.press(key)
            assert [pane.id for pane in screen.app.screen.query(Pane) if pane.region] == [name]
        await screen.press("tab")
        assert [pane.id for pane in screen.app.screen.query(Pane) if pane.region] == ["config"]


@pytest.mark.slow
async def test_a_tall_screen_shows_two_panes(demo_layout: Path) -> None:
    async with explore(demo_layout, (90, 40)) as screen:
        await screen.press("3")
        assert [pane.id for pane in screen.app.screen.query(Pane) if pane.region] == ["history", "files"]


@pytest.mark.slow
async def test_resizing_keeps_the_place(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("3", "j", "j", "j", "j", "j")
        row = screen.history.history_row
        for size in ((80, 24), (100, 36), (160, 48)):
            await screen.pilot.resize_terminal(*size)
            await screen.settle()
            assert screen.history.history_row is row
            assert screen.app.screen.focused is screen.history


async def test_an_archive_opens_like_a_layout(oci_archive: Path) -> None:
    async with explore(oci_archive) as screen:
        await screen.press("3", "g", "enter")
        assert screen.files.row_count
        assert screen.bar("title").split()[1] == str(oci_archive)


@pytest.mark.slow
async def test_nginx_without_its_layers(nginx_layout: Path) -> None:
    async with explore(nginx_layout) as screen:
        rows = screen.text(screen.history).splitlines()
        assert len(rows) == 15
        assert sum("missing" in row for row in rows) == 6
        assert rows[0].split()[:4] == ["1", "31.4", "MB", "missing"]
        assert "ADD file:a2405ebb9892" in rows[0]
        for name in ("image", "history"):
            assert "∅: blob missing" in lower_edge(screen, name)
        await screen.press("3", "enter")
        assert "blob missing" in "".join(text for text, _ in screen.files.empty_parts(100))
        assert screen.files.row_count == 0


@pytest.mark.slow
async def test_a_layer_is_read_when_it_is_opened_and_not_before(demo_layout: Path, cache_dir: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("3", "j", "k")
        assert not list(cache_dir.rglob("*.sqlite"))
        await screen.press("enter")
        assert screen.app.screen.focused is screen.files
        assert "usr/" in screen.text(screen.files)
        assert len(list(cache_dir.rglob("*.sqlite"))) == 1
        assert "164" not in screen.text(screen.history).splitlines()[1]
        unpacked = screen.text(screen.history).splitlines()[0].split()
        assert unpacked[:2] == ["●", "1"]
        assert unpacked[3:5] != ["ADD", "file:a1fce4363854"]


@pytest.mark.slow
async def test_a_layer_that_was_read_before_is_there_at_once(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("3", "enter")
    async with explore(demo_layout) as screen:
        facts = screen.text(screen.history).splitlines()[0].split()
        assert facts[3] != "ADD", "unpacked size and files are known from the cache"
        await screen.press("j", "j", "j")
        assert screen.tree.node.number == 1
        assert "usr/" in screen.text(screen.files), "moving onto it shows it, since that costs nothing"


async def test_history_and_tree_go_together(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("3")
        while screen.history.history_row is None or screen.history.history_row.layer != 4:
            await screen.press("j")
        assert screen.tree.node.number == 4
        assert "layer 4 of 8" in screen.text(screen.config.view)
        await screen.press("1", "j")
        assert screen.tree.node.number == 5
        assert screen.history.history_row is not None
        assert screen.history.history_row.layer == 5


@pytest.mark.slow
async def test_the_json_of_what_is_chosen_and_its_digests(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("v", "2")
        view = screen.config.view
        text = screen.text(view)
        assert '"schemaVersion": 2' in text
        config = next(node for node in screen.tree.node.children if node.name == "config")
        line = next(n for n in range(view.row_count) if str(config.digest)[:20] in view.row_text(n))
        view.move_cursor(line)
        await screen.press("enter")
        assert screen.tree.node is config
        assert '"architecture": "amd64"' in screen.text(screen.config.view)


@pytest.mark.slow
async def test_an_attestation_says_how_the_image_was_built_and_is_shown_as_json(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        tree = screen.tree
        while "attestation" not in screen.text(tree).splitlines()[tree.cursor]:
            await screen.press("j")
        await screen.settle()
        said = "".join(screen.text(screen.config.view).split())
        assert "https://ci.example.com/paperboat/builds/514" in said
        assert said.index("SLSAprovenancev0.2") < said.index("debian:bookworm-slim") < said.index("SPDXSBOM")
        await screen.press("enter")
        while "spdx" not in screen.text(tree).splitlines()[tree.cursor]:
            await screen.press("j")
        await screen.press("enter")
        assert screen.config.is_json
        assert "predicateType" in screen.text(screen.config.view)


@pytest.mark.slow
async def test_the_instruction_unfolds_and_its_original_is_one_key_away(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("3")
        while screen.history.history_row is None or screen.history.history_row.layer != 2:
            await screen.press("j")
        folded = screen.history.row_count
        await screen.press("space")
        assert screen.history.row_count > folded + 2
        assert "diff ID  sha256:" in screen.text(screen.history)
        await screen.press("space", "o")
        assert screen.history.row_count == folded
        assert "# buildkit" in screen.bar("status") + screen.text(screen.history)


@pytest.mark.slow
async def test_an_original_that_is_unfolded_is_whole_at_every_width(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("3")
        while screen.history.history_row is None or screen.history.history_row.layer != 2:
            await screen.press("j")
        await screen.press("o", "space", "j")
        assert screen.history.instruction is not None
        original = "".join(printable(screen.history.instruction.original).split())
        for size in ((160, 48), (60, 24), (118, 30)):
            await screen.pilot.resize_terminal(*size)
            await screen.settle()
            assert original in "".join(screen.text(screen.history).split())
            assert screen.history.history_row.layer == 2


@pytest.mark.slow
async def test_wrapping_what_is_unfolded_anew_chooses_nothing(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await screen.press("3", "o", "g")
        while screen.history.instruction is None or "PATH=" not in screen.history.instruction.original:
            await screen.press("j")
        await screen.press("space")  # over more rows where there are fewer columns
        while screen.history.history_row is None or screen.history.history_row.layer != 2:
            await screen.press("j")
        await screen.press("1", "g")
        await screen.pilot.resize_terminal(40, 24)
        await screen.press("3")
        assert screen.history.history_row is not None
        assert screen.history.history_row.layer == 2
        assert screen.app.explore.shown.chosen is screen.app.explore.shown.top


@pytest.mark.slow
async def test_copying_says_what_was_copied(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("y")
        assert screen.app.clipboard == str(screen.tree.node.digest)
        assert screen.app.clipboard in screen.bar("status")
        await screen.press("3", "y")
        assert screen.app.clipboard.startswith("ADD file:")
        await open_layer(screen, 5)
        await screen.press("e", "G", "y")
        assert screen.app.clipboard == "/home/user/.ssh/deploy_key"


@pytest.mark.slow
async def test_exact_values_are_one_key_away(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("b")
        layer = next(node for node in screen.tree.node.children if node.number == 1)
        assert f"{layer.size:,} B" in screen.text(screen.tree)
        assert f"{layer.size:,} B" in screen.text(screen.history)
        await screen.press("b")
        assert f"{layer.size:,} B" not in screen.text(screen.tree)


async def test_help_is_made_from_the_bindings(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("question_mark")
        text = screen.text(screen.app.screen.query_one(TextLines))
        for what in ("Search", "Sort by name, size, time or layer", "History as a Dockerfile", "Quit", "Next pane"):
            assert what in text
        await screen.press("escape")
        assert screen.app.screen.query(ImagePane)


@pytest.mark.slow
async def test_the_dockerfile_view(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("d")
        text = screen.text(screen.app.screen.query_one(TextLines))
        assert "WORKDIR /srv/paperboat" in text
        assert 'CMD ["app:app"]' in text


@pytest.mark.slow
async def test_the_packages_of_sboms(demo_layout: Path, tmp_path: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("P")
        await screen.app.workers.wait_for_complete()
        await screen.press()
        lines = screen.app.screen.query_one(TextLines)
        assert len(screen.text(lines).splitlines()) == lines.row_count > 5
        head = "ca-certificates 20230311          MPL-2.0      pkg:deb/debian/ca-certificates@"
        assert screen.text(lines).splitlines()[0].strip().startswith(head), "no column is wider than what is in it"
        await screen.press("slash", *"flask", "enter")
        assert screen.text(lines).splitlines()[lines.cursor].split()[:2] == ["flask", "3.0.3"]
    async with explore(write_layout(tmp_path / "none", [write_tar([])]).path) as screen:
        await screen.press("P")
        await screen.app.workers.wait_for_complete()
        await screen.press()
        assert screen.bar("status") == " no SBOM of this image lists packages"


@pytest.mark.slow
async def test_another_platform(demo_layout: Path) -> None:
    async with explore(demo_layout, platform="linux/arm64") as screen:
        assert "linux/arm64/v8" in screen.bar("title")
    async with explore(f"{demo_layout}:1.3.2") as screen:
        assert "1.3.2" in screen.bar("title")


async def test_stepping_through_the_layers(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.press("3", "enter", "right_square_bracket")
        assert screen.history.opened == 2
        await screen.press("left_square_bracket", "left_square_bracket")
        assert screen.history.opened == 1


@pytest.mark.slow
async def test_hostile_names_reach_the_screen_as_escapes(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("3")
        while screen.history.history_row is None or screen.history.history_row.layer != 6:
            await screen.press("j")
        await screen.press("enter")
        while "srv/" not in screen.text(screen.files).splitlines()[screen.files.cursor]:
            await screen.press("j")
        await screen.press("e")
        text = screen.text(screen.files)
        assert "\\x1b" in text
        assert "\\u202e" in text
        assert "\\xe9" in text
        assert "[red]" in text
        assert "\x1b" not in screen.app.export_screenshot()


def _tar(count: int, size: int) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for number in range(count):
            entry = tarfile.TarInfo(f"folder/file-{number:05}")
            entry.size = size
            tar.addfile(entry, io.BytesIO(bytes([number % 251]) * size))
    return raw.getvalue()


@pytest.mark.slow
async def test_a_damaged_layer_shows_what_it_holds_and_where_it_breaks(tmp_path: Path) -> None:
    tar = bytearray(_tar(20, 600))
    tar[1536 * 9 + 100] ^= 1  # in the header of the tenth file
    write_layout(tmp_path / "layout", [LayerSpec(bytes(tar))])
    async with explore(tmp_path / "layout") as screen:
        await screen.press("3", "enter", "e")
        assert "file-00008" in screen.text(screen.files)
        assert "file-00009" not in screen.text(screen.files)
        assert "✗" in screen.bar("status")
        assert "checksum" in screen.bar("status")
        assert "✗  1" in screen.text(screen.history)
        assert "✗ 1 " in screen.text(screen.tree)
        assert "checksum" in screen.text(screen.config.query_one(SummaryLines))


@pytest.mark.slow
@pytest.mark.parametrize("width", [80, 118, 150])
async def test_that_it_is_incomplete_stays_beside_a_long_path(tmp_path: Path, width: int) -> None:
    folder = tmp_path / ("a-long-name-" * 9) / "layout"
    folder.parent.mkdir()
    write_layout(folder, [_tar(2, 10), _tar(20, 600)[: 1536 * 9 + 100]])
    async with explore(folder, size=(width, 30), is_read=True) as screen:
        await screen.press("m", "W", "escape")
        title = screen.app.screen._compositor.render_strips()[0].text
        assert "✗ incomplete" in title
        assert "layout  " in title, "of a path the middle is cut"
        assert title.index("…") < title.index("layout  ")


@pytest.mark.slow
async def test_figures_of_a_damaged_layer_are_lower_bounds(tmp_path: Path) -> None:
    cut = _tar(20, 600)[: 1536 * 9 + 100]
    write_layout(tmp_path / "layout", [_tar(2, 10), cut])
    async with explore(tmp_path / "layout", size=(180, 40)) as screen:
        await screen.press("3", "G", "enter", "m")
        title = screen.bar("title")
        assert "  ✗ incomplete  2 layers · " in title
        assert title.endswith(" B stored · ≥ 5.4 kB unpacked · ≥ 20 B wasted")
        assert screen.files.totals == "✗ layer 2 of 2 is damaged: more may have changed there"
        assert "looks again" not in screen.text(screen.files)


@pytest.mark.slow
async def test_a_folded_row_has_the_worst_mark_of_what_is_below(tmp_path: Path) -> None:
    tars = [_tar(2, 10), _tar(20, 600)[: 1536 * 9 + 100]]
    write_layout(tmp_path / "layout", [LayerSpec(tar, "none") for tar in tars])
    async with explore(tmp_path / "layout", (118, 30), is_read=True) as screen:
        await screen.press("m")
        tree = screen.app.explore.panes.image_tree

        def row(text: str) -> str:
            return next(line for line in screen.text(tree).splitlines() if text in line)

        assert "layers  2" in row("layers")
        assert "✗" not in row("layers"), "the layer itself has the mark"
        screen.tree.move_cursor(next(n for n, line in enumerate(screen.text(tree).splitlines()) if "layers" in line))
        await screen.press("1", "space")
        assert "✗ layers  2" in row("layers")
        await screen.press("k", "k", "space")
        assert "▸ ✗ latest  linux/amd64" in row("linux/amd64")


@pytest.mark.slow
async def test_a_small_screen_has_the_totals_beside_the_image(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24), opens_files=True, is_read=True) as screen:
        while "wasted" not in (status := screen.bar("status")):
            await screen.settle()
        assert re.search(r"  image · 1\.5 kB  786\.9 kB stored · [0-9.]+ MB unpacked · [0-9.]+ % wasted$", status)
        await screen.press("z")
        assert screen.bar("status") == " there is room for one pane at this size"
        await screen.press("j")
        assert "wasted" not in screen.bar("status")


@pytest.mark.slow
async def test_a_blob_that_changed_is_shown_and_never_cached(tmp_path: Path, cache_dir: Path) -> None:
    written = write_layout(tmp_path / "layout", [LayerSpec(_tar(3, 10))])
    blob = written.blob(written.layers[0])
    blob.write_bytes(gzip.compress(_tar(4, 10))[:-2] + b"xx")
    async with explore(tmp_path / "layout") as screen:
        await screen.press("3", "enter", "e")
        assert "file-00003" in screen.text(screen.files)
        assert "✗" in screen.bar("status")
    assert not [path for path in cache_dir.rglob("*") if path.is_file()]


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["ocitui-dark", "ocitui-light", "ansi-dark", "ansi-light"])
async def test_every_theme_draws(demo_layout: Path, theme: str) -> None:
    async with explore(demo_layout, (100, 30)) as screen:
        screen.app.theme = theme
        await screen.settle()
        assert "index.json" in screen.app.export_screenshot()


@pytest.mark.slow
async def test_no_colour_takes_the_terminals_own(demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with explore(demo_layout) as screen:
        assert screen.app.theme == "ansi-dark"


@pytest.mark.slow
async def test_the_mouse_moves_and_opens(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:
        await screen.pilot.click(screen.history, offset=(20, 1))
        await screen.settle()
        assert screen.app.screen.focused is screen.history
        await screen.pilot.click(screen.history, offset=(20, 1))
        await screen.settle()
        assert screen.history.opened == 1


@pytest.mark.slow
async def test_another_image_says_no_more_that_a_layer_of_the_first_is_open(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await open_layer(screen, 3)
        assert "● 3" in screen.text(screen.tree)
        assert "layer 3" in title_of(screen, "files")
        other = next(node for node in screen.app.explore.shown.top.walk() if node.tag == "1.3.2")
        await screen.press("1")
        screen.tree.reveal(other)
        await screen.settle()
        assert "layer" not in title_of(screen, "files")
        painted = [strip.text for _, strip in sorted(screen.tree._painted.items())]
        assert painted
        assert not any("●" in row for row in painted)


@pytest.mark.slow
async def test_a_layer_that_is_offered_is_named_until_something_else_is_chosen(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        image = screen.app.explore.shown.image
        assert image is not None
        screen.tree.reveal(image.layer_node(2))
        await screen.settle()
        assert "layer 2" in title_of(screen, "files")
        screen.tree.reveal(screen.app.explore.shown.top)
        await screen.settle()
        assert "layer" not in title_of(screen, "files")


@pytest.mark.slow
async def test_files_are_there_once_their_layer_was_read_for_another_page(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        screen.tree.reveal(screen.app.explore.shown.image.layer_node(2))  # type: ignore[union-attr]
        await screen.settle()
        assert not screen.files.row_count
        await screen.press("W", "escape")
        assert screen.files.row_count


@pytest.mark.slow
async def test_a_comparison_tells_what_became_of_the_files_that_are_shown(demo_layout: Path) -> None:
    async with explore(demo_layout, is_read=True) as screen:  # so that every layer is known to the cache
        await screen.press("W", "escape")
    async with explore(demo_layout, is_read=True) as screen:
        scans = screen.app.explore.shown.scans
        scans.close()  # as if nobody had looked into the cache yet
        await open_layer(screen, 5)
        assert "deleted in" not in screen.text(screen.files)
        await screen.press("D", "down", "enter", "escape")
        screen.files.reveal_path(b"home/user/.ssh/deploy_key")
        await screen.settle()
        assert "deleted in" in screen.text(screen.files)


@pytest.mark.slow
async def test_a_broken_off_reading_is_not_said_to_go_on(demo_layout: Path) -> None:
    async with explore(demo_layout) as screen:
        await screen.press("m")
        screen.app.explore.shown.scans.close()
        screen.app.explore.files.show_view(screen.app.explore.shown.layer)  # type: ignore[arg-type]
        screen.app.explore.action_cancel()
        await screen.settle()
        said = "layers 1–8 not read: Ctrl+R reads them"
        assert screen.files.totals == said
        assert said in "".join(strip.text for strip in screen.files.render_lines(screen.files.size.region)), (
            "drawn, too"
        )


@pytest.mark.slow
async def test_folders_that_come_in_sight_are_added_up(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        await screen.press("W", "escape", "m")  # the files are out of sight
        await screen.press("4")
        assert "≤" not in screen.text(screen.files)


@pytest.mark.slow
async def test_folders_in_one_that_is_opened_are_added_up(demo_layout: Path) -> None:
    """Though the cursor stays where it is."""
    async with explore(demo_layout, (120, 30), is_read=True) as screen:
        await screen.press("W", "escape", "m", "4")
        screen.files.reveal_path(b"usr")
        await screen.settle()
        await screen.press("enter")
        assert "  964.0 kB  │ ▸ bin/" in screen.text(screen.files)


@pytest.mark.slow
async def test_the_frame_is_lit_all_around_when_its_pane_comes_in_sight(demo_layout: Path) -> None:
    async with explore(demo_layout, (60, 40)) as screen:
        await screen.press("t")
        for key in "23413":  # the other column is out of sight each time
            await screen.press(key)
            pane = screen.app.explore.panes.current
            rows = screen.app.screen._compositor.render_strips()[pane.region.y : pane.region.bottom]
            assert {next(iter(row)).style for row in rows} == {pane._style("pane--focused")}


def lower_edge(screen: Explorer, pane: str) -> str:
    frame = screen.app.screen.query_one(f"#{pane}", Pane)
    return frame.render_line(frame.size.height - 1).text


def title_of(screen: Explorer, pane: str) -> str:
    return screen.app.screen.query_one(f"#{pane}", Pane).render_line(0).text


@pytest.mark.slow
async def test_a_merged_tree_of_nothing_says_why(nginx_layout: Path) -> None:
    async with explore(nginx_layout, (80, 24)) as screen:
        await screen.press("4", "m")
        unknown = "✗ unknown: 6 of 6 layers are missing"
        assert unknown in "".join(text for text, _ in screen.files.empty_parts(78))
        assert screen.files.totals == unknown


@pytest.mark.slow
async def test_a_merged_tree_says_which_layers_are_not_in_it(demo_copy: Path) -> None:
    async with explore(demo_copy, (120, 40)) as screen:
        image = screen.app.explore.shown.image
        assert image is not None
        digest = image.layers[1].descriptor.digest
        assert digest is not None
        (demo_copy / "blobs" / "sha256" / digest.encoded).unlink()
        await screen.press("m")
        assert screen.files.totals == "✗ layer 2 of 8 is missing: what changed there is not shown"
        assert screen.files.row_count


@pytest.mark.slow
async def test_names_get_the_width_and_z_gives_them_the_screen(demo_layout: Path) -> None:
    async with explore(demo_layout, (160, 48), is_read=True) as screen:
        await open_layer(screen, 8)
        await screen.press("m")
        width = screen.files.size.width - 2
        assert Columns.fitting(width, layers=True, changes=True).name >= 60
        assert Columns.fitting(width, layers=True, changes=True, exact=True).time, "exact times have room"
        assert " z all panes " not in screen.bar("hints")
        await screen.press("z")
        assert " z all panes " in screen.bar("hints")
        assert screen.files.size.width == 160
        assert not screen.tree.is_on_screen
        await screen.press("tab")
        assert screen.tree.size.width == 160
        await screen.press("z")
        assert screen.tree.is_on_screen
        assert screen.files.is_on_screen


@pytest.mark.slow
async def test_the_first_screen_is_full_without_a_key(demo_layout: Path) -> None:
    async with explore(demo_layout, (160, 48), opens_files=True) as screen:
        assert screen.app.explore.shown.merged.title == "merged"
        assert screen.tree.has_focus
        assert screen.files.row_count > 10
        while "wasted" not in (title := screen.bar("title")):
            await screen.settle()
        assert re.search(r"  8 layers · 786\.9 kB stored · [0-9.]+ MB unpacked · [0-9.]+ % wasted$", title)


@pytest.mark.slow
async def test_large_layers_wait_until_they_are_asked_for(demo_layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.tui.explore.layer_files.READ_AT_FIRST", 10_000)
    async with explore(demo_layout, (160, 48), opens_files=True) as screen:
        assert screen.files.totals == "layers 1–2, 4, 6–7 not read: Ctrl+R reads them"
        assert "unpacked" not in screen.bar("title")
        await screen.press("r")
        assert screen.files.totals == ""
        assert "unpacked" in screen.bar("title")


@pytest.mark.slow
async def test_views_pane_numbers_and_columns_are_clicked(demo_layout: Path) -> None:
    async with explore(demo_layout, (160, 48), is_read=True) as screen:
        await open_layer(screen, 8)
        frame = screen.app.explore.panes.frame("files")
        top = "".join(segment.text for segment in frame.render_line(0))
        await screen.click(frame, top.index("merged") + 1, 0)
        assert screen.app.explore.shown.merged.title == "merged"
        names = [row.split()[-2] for row in screen.text(screen.files).splitlines()]
        header = "".join(text for text, _ in screen.files.header_parts(screen.files.size.width - 2) or ())
        await screen.click(screen.files, header.index("size") + 2, 0)
        assert "size ↓" in "".join(text for text, _ in screen.files.header_parts(screen.files.size.width - 2) or ())
        assert [row.split()[-2] for row in screen.text(screen.files).splitlines()] != names
        await screen.click(screen.files, header.index("size") + 2, 0)
        assert "size ↑" in "".join(text for text, _ in screen.files.header_parts(screen.files.size.width - 2) or ())
        for column, shown in (("age", "age ↓"), ("layer", "layer ↓"), ("name", "name ↑")):
            header = "".join(text for text, _ in screen.files.header_parts(screen.files.size.width - 2) or ())
            await screen.click(screen.files, header.index(column) + 2, 0)
            assert shown in "".join(text for text, _ in screen.files.header_parts(screen.files.size.width - 2) or ())
        await screen.click(screen.app.explore.panes.frame("history"), 5, 0)
        assert screen.history.has_focus
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        await screen.click(screen.app.explore.bars.title, 80 - 5, 0)
        assert screen.history.has_focus


async def test_an_image_that_has_others_beside_it_leaves_room_for_them(demo_layout: Path) -> None:
    async with explore(demo_layout, (118, 30)) as screen:
        assert screen.tree.top == 0
        shown = screen.text(screen.tree).splitlines()[: screen.tree.page_height]
        assert any("linux/arm64" in row for row in shown)
        await screen.press("g")
        config = screen.text(screen.config.query_one(SummaryLines))
        assert "manifests    4" in config
        assert "latest" in config


async def test_signatures_say_who_made_them(tmp_path: Path) -> None:
    image = SignedImage(tmp_path / "image")
    image.cosign(KEYS["Ed25519"]())
    async with explore(Path(image.finish().removesuffix(":latest"))) as screen:
        tree = screen.tree
        await screen.press("end")
        await screen.settle()
        assert "sha256-" in screen.text(tree).splitlines()[tree.cursor]
        said = " ".join(screen.text(screen.config.view).split())
        assert "signature, cosign" in said
        assert "not checked" in said
        assert "name registry.example.com/paperboat" in said
