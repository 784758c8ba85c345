"""An image without layers, in the panes."""

from pathlib import Path

import pytest

from tests.images.layout_writer import write_layout
from tests.tui.explorer import explore

_SENTENCE = "this image has no layers"


@pytest.mark.slow
async def test_every_pane_and_key_says_so(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [])
    async with explore(layout.path, (118, 30), opens_files=True) as screen:
        explored = screen.app.screen
        for pane in (screen.app.explore.panes.history, screen.files):
            assert "".join(text for text, _ in pane.empty_parts(80)) == _SENTENCE
        for key in ("B", "W", "f", "ctrl+o", "w", "x", "X", "m", "u", "right_square_bracket"):
            await screen.press("1", "y", key)
            assert screen.app.screen is explored, f"{key} opens no empty page"
            assert screen.bar("status") == f" {_SENTENCE}", key
