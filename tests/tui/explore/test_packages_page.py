"""The page of the packages that SBOMs list."""

from pathlib import Path

from ocitui.tui.rows.text_lines import TextLines
from tests.images.signature_writer import SignedImage
from tests.tui.explorer import explore

LONG = "a-name-of-more-columns-than-the-page-has-for-names"


async def test_the_end_of_a_long_name_is_shown_and_found(tmp_path: Path) -> None:
    image = SignedImage(tmp_path / "image")
    packages = [{"name": LONG, "versionInfo": "1.0"}, {"name": "short", "versionInfo": "2.0"}]
    statement = {
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": [{"name": "_", "digest": {"sha256": image.digest.removeprefix("sha256:")}}],
        "predicateType": "https://spdx.dev/Document",
        "predicate": {"spdxVersion": "SPDX-2.3", "packages": packages},
    }
    image.referrer("application/vnd.in-toto+json", statement)
    image.finish()
    async with explore(image.path) as screen:
        await screen.press("P")
        await screen.app.workers.wait_for_complete()
        await screen.press()
        lines = screen.app.screen.query_one(TextLines)
        assert [line.split() for line in screen.text(lines).splitlines()] == [[LONG, "1.0"], ["short", "2.0"]]
        await screen.press("j", "slash", *"names", "enter")
        assert lines.cursor == 0
