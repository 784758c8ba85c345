"""Files that an artifact has under the type of a tar, in the panes."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.spec.media_type import OCI_LAYER
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.rows.summary_lines import SummaryLines
from ocitui.tui.sizes.lines import SizeLines
from ocitui.tui.view.screen import ViewScreen
from ocitui.tui.waste.screen import WasteScreen
from tests.image.test_artifacts import MODEL
from tests.image.test_flavoured import FLATPAK, image_of
from tests.images.layout_writer import LayerSpec, write_layout
from tests.tui.explorer import Explorer, explore


def top_of_files(screen: Explorer) -> str:
    return "".join(segment.text for segment in screen.app.explore.panes.frame("files").render_line(0))


@pytest.mark.slow
async def test_they_are_shown_under_their_titles(tmp_path: Path) -> None:
    titles = [{"org.opencontainers.image.title": name} for name in ("notes.txt", "folder")]
    notes = LayerSpec(blob=b"a line\n", descriptor={"mediaType": OCI_LAYER, "annotations": titles[0]})
    folder = LayerSpec(write_tar([file("folder/x")]), descriptor={"annotations": titles[1]})
    config_type = {"mediaType": "application/vnd.unknown.config.v1+json"}
    layout = write_layout(tmp_path / "it", [notes, folder], config=b"{}", config_descriptor=config_type)
    async with explore(layout.path, is_read=True) as screen:
        await screen.press("3", "g", "enter")
        assert "notes.txt" in screen.text(screen.files)
        await screen.press("3", "j", "enter")
        assert "folder" in screen.text(screen.files)
        assert " blob 2  " in top_of_files(screen)
        await screen.press("m")
        assert "notes.txt" in screen.text(screen.files)
        assert " up to blob 2  " in top_of_files(screen)
        await screen.press("g", "j", "enter")
        assert isinstance(screen.app.screen, ViewScreen)
        assert screen.bar("facts").startswith(" blob 1 · ")
        await screen.press("escape", "w")
        assert screen.bar("title") == " /notes.txt  now: from blob 1, 7 B -?????????"


@pytest.mark.slow
async def test_they_are_no_waste(tmp_path: Path) -> None:
    config_type = {"mediaType": "application/vnd.unknown.config.v1+json"}
    tars = [write_tar([file("a", text)]) for text in ("1", "2")]
    layout = write_layout(tmp_path / "it", tars, config=b"{}", config_descriptor=config_type)
    async with explore(layout.path, opens_files=True, is_read=True) as screen:
        while "unpacked" not in (title := screen.bar("title")):
            await screen.settle()
        assert title.endswith(" stored · 2 B unpacked"), "0 % wasted is no answer"
        await screen.press("W")
        said = "this is an artifact (application/vnd.unknown.config.v1+json): its blobs are not layered"
        assert screen.app.screen.query_one("#path-rows", RowList).notice == f"{said}, so none is waste"
        assert screen.bar("title") == " Waste"
        await screen.press("tab", "escape")
        assert not isinstance(screen.app.screen, WasteScreen)


async def test_they_are_blobs_on_every_page(tmp_path: Path) -> None:
    config_type = {"mediaType": "application/vnd.unknown.config.v1+json"}
    tars = [write_tar([file(f"a{text}", text)]) for text in "12"]
    layout = write_layout(tmp_path / "it", tars, config=b"{}", config_descriptor=config_type)
    async with explore(layout.path, is_read=True) as screen:
        assert "  2 blobs · " in screen.bar("title")
        await screen.press("B")
        assert screen.bar("status").startswith(" /a1  1 B  blob 1")
        await screen.press("2")
        assert "  blob  " in str(screen.app.screen.query_one(SizeLines).header_parts(120))
        await screen.press("escape", "1", "G", "V", "V")
        assert " blob 2 " in screen.bar("title")


@pytest.mark.slow
async def test_the_insides_are_shown_in_pane_2(tmp_path: Path) -> None:
    kind = "application/vnd.docker.ai."
    layout = write_layout(
        tmp_path / "it",
        [LayerSpec(blob=MODEL, descriptor={"mediaType": f"{kind}gguf.v3"})],
        config=b'{"config": {"format": "gguf", "bad": "\\u001b[31m"}}',
        config_descriptor={"mediaType": f"{kind}model.config.v0.1+json"},
    )
    async with explore(layout.path) as screen:
        for keys in ("1", "G"):
            await screen.press(keys)
            await screen.app.workers.wait_for_complete()
            await screen.press()
            shown = screen.text(screen.config.query_one(SummaryLines))
            assert "GGUF  blob 1" in shown
            assert "Q4_K_M" in shown
            assert "\x1b" not in shown


async def test_the_main_document_of_a_flatpak_is_shown_in_pane_2(tmp_path: Path) -> None:
    layout, _, _ = image_of(tmp_path / "it", FLATPAK)
    async with explore(layout.path) as screen:
        await screen.app.workers.wait_for_complete()
        await screen.press()
        shown = screen.text(screen.config.query_one(SummaryLines))
        assert "[Context]" in shown
        assert "sockets      x11;\\u202ewayland;" in shown
