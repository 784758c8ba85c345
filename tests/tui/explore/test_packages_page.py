"""The page of the packages that SBOMs list."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ocitui.cells import cells
from ocitui.display import printable
from ocitui.tui.rows.text_lines import TextLines
from tests.images.signature_writer import SignedImage
from tests.tui.explorer import Explorer, explore

LONG = "a-name-of-more-columns-than-the-page-has-for-names"


@asynccontextmanager
async def listed(place: Path, packages: list[dict[str, str]]) -> AsyncIterator[tuple[Explorer, TextLines]]:
    """The page of an image whose SBOM lists these."""
    image = SignedImage(place)
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
        yield screen, screen.app.screen.query_one(TextLines)


async def test_the_end_of_a_long_name_is_shown_and_found(tmp_path: Path) -> None:
    packages = [{"name": LONG, "versionInfo": "1.0"}, {"name": "short", "versionInfo": "2.0"}]
    async with listed(tmp_path / "image", packages) as (screen, lines):
        assert [line.split() for line in screen.text(lines).splitlines()] == [[LONG, "1.0"], ["short", "2.0"]]
        await screen.press("j", "slash", *"names", "enter")
        assert lines.cursor == 0


async def test_columns_stand_below_each_other_whatever_the_script(tmp_path: Path) -> None:
    """Wide characters take two columns, and those that may not be drawn more than one."""
    names = ("short", "文字文字", "esc\x1bape")
    async with listed(tmp_path / "image", [{"name": name, "versionInfo": "1.0"} for name in names]) as (screen, lines):
        found = [line[: line.index("1.0")] for line in screen.text(lines).splitlines()]
        assert len(found) == len(names)
        assert len({cells(each) for each in found}) == 1
        assert cells(found[0]) == max(cells(printable(name)) for name in names) + 1
