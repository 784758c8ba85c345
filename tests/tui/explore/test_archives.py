"""Archives in the Files pane: opened in place, in each other, viewed, and as files where they are none."""

from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, symlink, write_tar
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.view.screen import ViewScreen
from tests.images.filesystem_images import image
from tests.images.layout_writer import WrittenLayout, write_layout
from tests.images.nested_archives import make_tar, make_zip
from tests.tui.explorer import Explorer, explore

JAR = make_zip({"META-INF/MANIFEST.MF": b"Version: 2.14.1\n"})
WAR = make_zip({"WEB-INF/lib/log4j.jar": JAR, "a\x1b[31m.xml": b"<x/>"})
LAYERS = [
    [
        directory("opt"),
        file("opt/app.war", WAR),
        file("opt/bundle", make_tar({"in/it": b"text"})),
        file("opt/cut.zip", WAR[:-30]),
        file("opt/not.jar", "text\n"),
        symlink("opt/link", "app.war"),
    ],
    [file("opt/late", "x")],
]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [write_tar(layer) for layer in LAYERS])


async def go_to(explorer: Explorer, path: str) -> None:
    """Put the cursor on a path."""
    assert explorer.files.reveal_path(path.encode())
    await explorer.settle()


def names(explorer: Explorer) -> list[str]:
    """The rows of the files, without what is before their names."""
    rows = explorer.files._rows
    assert rows is not None
    return [rows.path(rows.place(index)).decode() for index in range(len(rows))]


async def open_files(explorer: Explorer) -> None:
    await explorer.press("4")
    await go_to(explorer, "opt/app.war")


@pytest.mark.parametrize("view", ["2", "1"], ids=["merged", "alone"])
async def test_an_archive_opens_in_place_and_one_in_it(layout: WrittenLayout, view: str) -> None:
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await open_files(explorer)
        if view == "1":
            explorer.app.explore.files.show_chosen_view(0)
            explorer.app.explore.files.open(explorer.app.explore.shown.layers[0], focus=True)
            await explorer.settle()
            await go_to(explorer, "opt/app.war")
        await explorer.press("enter")
        assert names(explorer)[1:4] == ["/opt/app.war", "/opt/app.war!/WEB-INF", "/opt/app.war!/a\x1b[31m.xml"]
        assert "\x1b" not in explorer.text(explorer.files)
        assert explorer.files.path == b"/opt/app.war"
        await go_to(explorer, "opt/app.war!/WEB-INF/lib/log4j.jar")
        await explorer.press("enter")
        await go_to(explorer, "opt/app.war!/WEB-INF/lib/log4j.jar!/META-INF/MANIFEST.MF")
        assert explorer.files.path_in_layers == b"/opt/app.war"
        await explorer.press("enter")
        screen = explorer.app.screen
        assert isinstance(screen, ViewScreen)
        assert screen.contents.read(0, 100) == b"Version: 2.14.1\n"
        await explorer.press("escape")
        await go_to(explorer, "opt/app.war")
        await explorer.press("enter")  # closes it again
        assert not any("!" in name for name in names(explorer))


async def test_what_is_open_stays_open_in_another_view(layout: WrittenLayout) -> None:
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await open_files(explorer)
        await explorer.press("enter")
        await go_to(explorer, "opt/app.war!/WEB-INF")
        await explorer.press("enter")
        before = names(explorer)
        explorer.app.explore.files._reopen()
        await explorer.settle()
        assert names(explorer) == before
        assert explorer.files.path == b"/opt/app.war!/WEB-INF"
        await explorer.press("s", "s", "S")
        assert set(names(explorer)) == set(before)


async def test_a_search_finds_names_in_open_archives(layout: WrittenLayout) -> None:
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await open_files(explorer)
        await explorer.press("enter", "slash")
        await explorer.write("log4j")
        await explorer.press("enter")
        assert explorer.files.path == b"/opt/app.war!/WEB-INF/lib/log4j.jar"


async def test_what_is_no_archive_but_for_its_name_is_viewed(layout: WrittenLayout) -> None:
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await open_files(explorer)
        await go_to(explorer, "opt/not.jar")
        await explorer.press("enter")
        assert isinstance(explorer.app.screen, ViewScreen)


async def test_a_closed_one_is_seen_to_open_and_the_arrow_opens_it(layout: WrittenLayout) -> None:
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await open_files(explorer)
        assert "│ ▸ app.war" in explorer.text(explorer.files)
        await explorer.press("right")
        assert "│ ▾ app.war/" in explorer.text(explorer.files)
        await explorer.press("left")
        assert "│ ▸ app.war/" in explorer.text(explorer.files)


async def test_space_opens_what_has_another_name(layout: WrittenLayout) -> None:
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await open_files(explorer)
        await go_to(explorer, "opt/bundle")
        await explorer.press("space")
        assert "/opt/bundle!/in" in names(explorer)


async def test_an_erofs_image_opens_too(tmp_path: Path) -> None:
    layout = write_layout(
        tmp_path / "image", [write_tar([file("opt/app.war", WAR), file("x.erofs", image("lz4.erofs"))])]
    )
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await open_files(explorer)
        await go_to(explorer, "x.erofs")
        await explorer.press("enter")
        await go_to(explorer, "x.erofs!/d/e/file.bin")
        await explorer.press("enter")
        screen = explorer.app.screen
        assert isinstance(screen, ViewScreen)
        assert screen.contents.read(25_000, 1000) == bytes(range(256))[168:] + bytes(range(256)) * 2


async def test_a_damaged_one_says_so_and_the_rest_stays(layout: WrittenLayout) -> None:
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await open_files(explorer)
        await go_to(explorer, "opt/cut.zip")
        await explorer.press("enter")
        assert explorer.files.path == b"/opt/cut.zip"
        assert not any("!" in name for name in names(explorer))
        assert "/opt/cut.zip: the zip is damaged" in explorer.bar("status")
        await go_to(explorer, "opt/app.war")
        await explorer.press("enter")
        assert "/opt/app.war!/WEB-INF" in names(explorer)


async def test_what_is_found_in_one_is_gone_to(layout: WrittenLayout) -> None:
    async with explore(layout.path, opens_files=True, is_read=True) as explorer:
        await explorer.press("f", "ctrl+t")
        await explorer.write("manifest")
        while "in archives" not in explorer.app.screen.query_one(Prompt).render_line(0).text:
            await explorer.pilot.pause(0.01)
        await explorer.press("enter")
        assert explorer.files.path == b"/opt/app.war!/WEB-INF/lib/log4j.jar!/META-INF/MANIFEST.MF"
        await explorer.press("f", "enter")
        await explorer.settle()
        assert explorer.files.path == b"/opt/app.war!/WEB-INF/lib/log4j.jar!/META-INF/MANIFEST.MF"
