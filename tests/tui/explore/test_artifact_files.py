"""Files that an artifact has under the type of a tar, in the panes."""

from pathlib import Path

from ocitui.demo.tar import file, write_tar
from ocitui.spec.media_type import OCI_LAYER
from ocitui.tui.view.screen import ViewScreen
from tests.images.layout_writer import LayerSpec, write_layout
from tests.tui.explorer import explore


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
        await screen.press("m")
        assert "notes.txt" in screen.text(screen.files)
        await screen.press("g", "j", "enter")
        assert isinstance(screen.app.screen, ViewScreen)
