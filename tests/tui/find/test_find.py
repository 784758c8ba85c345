"""Typing a search, and a jump: what is shown while answers come, and what the owner is asked for."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot
from textual.screen import Screen

from ocitui.cells import cells
from ocitui.demo.tar import Entry, directory, file, symlink, whiteout
from ocitui.image.search.hit import Hit
from ocitui.image.search.query import Query
from ocitui.tui.find.columns import FindColumns
from ocitui.tui.find.jump import JumpScreen
from ocitui.tui.find.rows import FindRows
from ocitui.tui.find.screen import FindScreen
from ocitui.tui.page.path_page import PathRequested
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row_list import RowList
from tests.images.nested_archives import make_zip
from tests.tui.search_sources import LayersSource

LAYERS: list[Iterable[Entry]] = [
    [directory("srv"), file("srv/secret.pem", "the key"), file("srv/app.py", "import this\npassword = 1\n")],
    [file("srv/app.py", "import that\n"), symlink("srv/link", "app.py"), file(b"srv/\x1b[2J\xff", "x")],
    [whiteout("srv/secret.pem"), file("etc/secrets")],
]
KEYS = {" ": "space", ":": "colon", ">": "greater_than_sign", "/": "slash", ".": "full_stop", "-": "minus"}


class Owner(App[None]):
    """Shows one screen, and keeps what it is asked for."""

    def __init__(self, kind: type[FindScreen] | type[JumpScreen], source: LayersSource, *arguments: str) -> None:
        super().__init__()
        self.animation_level = "none"
        self._kind = kind
        self._arguments = arguments
        self.source = source
        self.asked: list[PathRequested] = []
        self.remembered: list[tuple[str, bool]] = []
        self.copied = ""

    def on_mount(self) -> None:
        if self._kind is FindScreen:
            self.push_screen(FindScreen(self, self.source, *self._arguments, remember=self._remember))
        else:
            self.push_screen(JumpScreen(self, self.source))

    def _remember(self, text: str, in_archives: bool) -> None:
        self.remembered.append((text, in_archives))

    def on_path_requested(self, event: PathRequested) -> None:
        self.asked.append(event)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied = text


class Finder:
    """A screen as a test looks at it."""

    def __init__(self, app: Owner, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> Screen[None]:
        return self.app.screen

    @property
    def rows(self) -> FindRows:
        return self.screen.query_one(FindRows)

    async def write(self, text: str) -> None:
        await self.pilot.press(*(KEYS.get(character, character) for character in text))
        await self.settle()

    async def paste(self, text: str) -> None:
        self.screen.query_one(Prompt).post_message(Paste(text))
        await self.pilot.pause()
        await self.settle()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        """Wait until the pause after a key is over, and whatever it began."""
        screen = self.screen
        while getattr(screen, "_timer", None) is not None:
            await self.pilot.pause(0.01)
        for _ in range(3):
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

    def lines(self, kind: type[Lines] = FindRows) -> list[str]:
        shown = self.screen.query_one(kind)
        return ["".join(text for text, _ in shown.row_parts(n, shown.size.width - 2)) for n in range(shown.row_count)]

    def paths(self) -> list[str]:
        hits = [self.rows.results.hit(row) for row in range(self.rows.row_count)]
        return [f"{hit.layer}:{hit.path.decode(errors='replace')}" for hit in hits if hit is not None]

    def text(self, row: int) -> str:
        """A line of the whole screen, as the terminal gets it."""
        strips = self.screen._compositor.render_strips()
        return "".join(segment.text for segment in strips[row])

    def bar(self, name: str) -> str:
        return self.screen.query_one(f"#{name}", Bar).text


@asynccontextmanager
async def finding(
    folder: Path,
    text: str = "",
    *,
    size: tuple[int, int] = (120, 24),
    known: Iterable[int] = (),
    layers: list[Iterable[Entry]] = LAYERS,
) -> AsyncIterator[Finder]:
    source = LayersSource(folder, layers, known)
    app = Owner(FindScreen, source, text)
    try:
        async with app.run_test(size=size) as pilot:
            finder = Finder(app, pilot)
            await finder.settle()
            yield finder
    finally:
        source.close()


async def test_the_language_is_told_until_something_is_typed(tmp_path: Path) -> None:
    async with finding(tmp_path, size=(80, 24)) as finder:
        assert finder.app.source.requests == 1
        assert "3 layers" in finder.text(0)
        screen = "\n".join(finder.text(row) for row in range(24))
        assert "status:deleted" in screen
        assert "…" not in screen.split("\n", 1)[1]
        await finder.write("s")
        assert not finder.screen.query_one("#syntax").display
        await finder.press("backspace")
        assert finder.screen.query_one("#syntax").display


@pytest.mark.slow
async def test_hits_come_as_one_types(tmp_path: Path) -> None:
    async with finding(tmp_path) as finder:
        await finder.write("secret")
        assert finder.paths() == ["1:srv/secret.pem", "3:srv/secret.pem", "3:etc/secrets"]
        assert "3 hits in 2 layers" in finder.text(0)
        first, gone, _ = finder.lines()
        assert "1 + /srv/secret.pem" in first
        assert first.rstrip().endswith("7 B  deleted by layer 3, still in the image")
        assert "3 - /srv/secret.pem" in gone
        assert "deleted by layer 3, still in the image  COPY layer-1 /" in finder.bar("status")
        await finder.write(" -etc type:file")
        assert finder.paths() == ["1:srv/secret.pem"]
        await finder.press("ctrl+u")
        assert finder.screen.query_one("#syntax").display
        await finder.write("nowhere")
        assert finder.paths() == []
        assert "nothing found" in finder.text(2)


@pytest.mark.slow
async def test_what_is_no_query_yet_leaves_the_hits(tmp_path: Path) -> None:
    async with finding(tmp_path, "app") as finder:
        assert finder.paths() == ["1:srv/app.py", "2:srv/app.py"]
        await finder.paste(" size>")
        assert finder.paths() == ["1:srv/app.py", "2:srv/app.py"]
        assert "takes a number of bytes" in finder.bar("status")
        await finder.paste("20")
        assert finder.paths() == ["1:srv/app.py"]
        await finder.press("ctrl+u")
        await finder.write("siez>10M")
        assert "did you mean size>?" in finder.bar("status")
        assert "nothing found" not in finder.text(2)


async def test_enter_goes_to_the_hit(tmp_path: Path) -> None:
    async with finding(tmp_path, "srv/") as finder:
        await finder.press("down", "down")
        assert finder.app.focused is finder.rows
        hit = finder.rows.hit
        assert hit is not None
        await finder.press("enter")
        (asked,) = finder.app.asked
        assert (asked.what, asked.path, asked.layer) == ("go", hit.path, hit.layer)
        assert finder.app.remembered == [("srv/", False)]
        assert not isinstance(finder.screen, FindScreen)


@pytest.mark.slow
async def test_enter_waits_for_what_was_just_typed(tmp_path: Path) -> None:
    async with finding(tmp_path, "app") as finder:
        await finder.press("ctrl+u", *"secrets", "enter")
        await finder.settle()
        (asked,) = finder.app.asked
        assert asked.path == b"etc/secrets"


JAR = make_zip({"META-INF/secret.txt": b"password\n", "a\x1b[31m.class": b"x"})
ARCHIVES: list[Iterable[Entry]] = [
    [file("opt/app.war", make_zip({"lib/log.jar": JAR, "secret": b"x"})), file("opt/cut.zip", JAR[:-30])],
    [whiteout("opt/app.war"), file("secret.jar", "text")],
]


async def test_archives_are_searched_when_that_is_asked_for(tmp_path: Path) -> None:
    async with finding(tmp_path, "secret", layers=ARCHIVES, size=(80, 24)) as finder:
        assert finder.paths() == ["2:secret.jar"]
        assert "^t archives" in finder.text(23)
        await finder.press("ctrl+t")
        inside = ["1:opt/app.war!/lib/log.jar!/META-INF/secret.txt", "1:opt/app.war!/secret"]
        assert finder.paths() == [*inside, "2:secret.jar"]
        assert "✗ incomplete  3 hits in 2 layers, 2 in archives" in finder.text(0)
        assert "^t no archives" in finder.text(23)
        await finder.press("tab", "w", "enter")
        timeline, go = finder.app.asked
        assert (timeline.what, timeline.path) == ("timeline", b"opt/app.war")
        assert (go.what, go.path, go.layer) == ("go", inside[0][2:].encode(), 1)
        assert finder.app.remembered == [("secret", True)] * 2


async def test_archives_are_left_again_and_what_they_hold_is_found_by_contents(tmp_path: Path) -> None:
    async with finding(tmp_path, "text:password", layers=ARCHIVES) as finder:
        assert finder.paths() == []
        await finder.press("ctrl+t")
        assert finder.paths() == ["1:opt/app.war!/lib/log.jar!/META-INF/secret.txt"]
        assert "1: password" in finder.lines()[0]
        await finder.press("tab", "a")
        assert finder.paths() == []
        await finder.press("up", "ctrl+u")
        await finder.write("nowhere")
        await finder.press("ctrl+t")
        assert finder.paths() == []
        assert "/opt/cut.zip" in finder.bar("status"), "what could not be searched is said"


async def test_archives_wait_for_the_layers_that_say_what_became_of_them(tmp_path: Path) -> None:
    async with finding(tmp_path, "secret", layers=ARCHIVES, known=[1]) as finder:
        await finder.press("ctrl+t")
        assert finder.paths() == []
        finder.app.source.known = {1, 2}
        screen = finder.screen
        assert isinstance(screen, FindScreen)
        screen.layers_changed()
        await finder.settle()
        assert finder.lines()[0].rstrip().endswith("deleted by layer 2, still in the image")
        hits = finder.rows.results
        screen.layers_changed()  # of a layer that does not move, every second
        assert finder.rows.results is hits
        assert finder.rows.row_count == 3


async def test_of_a_hit_in_an_archive_it_is_told_what_became_of_the_archive(tmp_path: Path) -> None:
    app = "opt/" + "a" * 60 + "/app.war"
    layers: list[Iterable[Entry]] = [[file(app, b"")], [file(app, make_zip({"lib/secret": b"x"}))]]
    async with finding(tmp_path, "secret", layers=layers, size=(80, 24)) as finder:
        await finder.press("ctrl+t")
        status = finder.text(22)
        assert status.startswith(" …")
        assert "app.war!/lib/secret  archive modified by layer 2 (content)  COPY layer-2 /" in status
        await finder.pilot.resize_terminal(160, 24)
        await finder.settle()
        assert f"/{app}!/lib/secret  archive modified by layer 2" in finder.bar("status")


async def test_so_many_hits_in_archives_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.tui.find.run.MOST_IN_ARCHIVES", 1)
    async with finding(tmp_path, "secret", layers=ARCHIVES) as finder:
        await finder.press("ctrl+t")
        assert finder.rows.results.archived_count == 1
        assert "✗ incomplete  2 hits in 2 layers, more than 1 in archives" in finder.text(0)


async def test_the_timeline_is_asked_for_and_the_search_stays(tmp_path: Path) -> None:
    async with finding(tmp_path, "app") as finder:
        await finder.press("tab", "w")
        (asked,) = finder.app.asked
        assert (asked.what, asked.path) == ("timeline", b"srv/app.py")
        assert isinstance(finder.screen, FindScreen)
        await finder.press("y")
        assert finder.app.copied == "/srv/app.py"
        assert "copied  /srv/app.py" in finder.bar("status")
        await finder.press("up", "x")
        assert finder.screen.query_one(Prompt).text == "appx"


@pytest.mark.parametrize("keys", [("escape",), ("tab", "escape"), ("tab", "q")])
async def test_leaving(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with finding(tmp_path, "app") as finder:
        await finder.press(*keys)
        assert not isinstance(finder.screen, FindScreen)
        assert finder.app.asked == []


async def test_layers_that_come_later_are_searched_too(tmp_path: Path) -> None:
    async with finding(tmp_path, "secret", known=[1]) as finder:
        screen = finder.screen
        assert isinstance(screen, FindScreen)
        assert finder.paths() == ["1:srv/secret.pem"]
        assert "indexing 2, 3" in finder.text(0)
        assert "still in the image" not in finder.lines()[0]
        finder.app.source.known.add(3)
        screen.layers_changed()
        await finder.settle()
        assert finder.paths() == ["1:srv/secret.pem", "3:srv/secret.pem", "3:etc/secrets"]
        assert "deleted by layer 3, still in the image" in finder.lines()[0]
        finder.app.source.problems[2] = "layer 2: blob missing"
        screen.layers_changed()
        await finder.settle()
        assert "indexing" not in finder.text(0)
        assert "✗" in finder.text(0)
        await finder.write("zzz")
        assert "layer 2: blob missing" in finder.bar("status")
        assert "layer 2 of 3 is missing: nothing found in the others" in finder.text(2)


async def test_a_search_of_nothing_comes_to_its_end(tmp_path: Path) -> None:
    async with finding(tmp_path, known=[9]) as finder:
        await finder.write("motd")
        assert "layers are being read" in finder.text(2)
        finder.app.source.problems = {number: "blob missing" for number in (1, 2, 3)}
        assert isinstance(finder.screen, FindScreen)
        finder.screen.layers_changed()
        await finder.settle()
        assert "nothing searched" in finder.text(0)
        assert "unknown: 3 of 3 layers are missing" in finder.text(2)


async def test_the_cursor_stays_on_its_hit_when_lower_layers_come(tmp_path: Path) -> None:
    async with finding(tmp_path, "s", known=[3]) as finder:
        await finder.press("tab", "down")
        hit = finder.rows.hit
        finder.app.source.known.add(1)
        assert isinstance(finder.screen, FindScreen)
        finder.screen.layers_changed()
        await finder.settle()
        assert finder.rows.hit == hit
        assert finder.rows.cursor > 1


async def test_statuses_are_asked_again_when_layers_come(tmp_path: Path) -> None:
    async with finding(tmp_path, "status:deleted", known=[1, 2]) as finder:
        assert finder.paths() == []
        finder.app.source.known.add(3)
        assert isinstance(finder.screen, FindScreen)
        finder.screen.layers_changed()
        await finder.settle()
        assert finder.paths() == ["1:srv/secret.pem"]


async def test_contents(tmp_path: Path) -> None:
    async with finding(tmp_path) as finder:
        await finder.write("text:password")
        assert finder.paths() == ["1:srv/app.py"]
        assert "2: password = 1" in finder.lines()[0]


async def test_many_hits_of_contents_are_looked_at_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[int] = []

    def learn(self: FindRows, hits: Sequence[Hit]) -> None:
        learned.append(len(hits))
        learn_hits(self, hits)

    learn_hits = FindRows.learn
    monkeypatch.setattr(FindRows, "learn", learn)
    many = [file(f"{number:03}", f"word {number}") for number in range(200)]
    async with finding(tmp_path, "text:word", layers=[many]) as finder:
        assert "200 hits" in finder.text(0)
        assert "…" not in "".join(finder.text(row) for row in range(2, 22))
    # Each answer lays out the rows again: asked for what the answers before it had, they took a minute.
    assert len(learned) < 20


@pytest.mark.slow
async def test_very_many_hits(tmp_path: Path) -> None:
    many = [file(f"d/{number:05}", "x") for number in range(5000)]
    async with finding(tmp_path, "d/0", layers=[many, [file("d/00007", "y")]]) as finder:
        assert "5,001 hits in 2 layers" in finder.text(0)
        await finder.press("tab", "G")
        assert finder.rows.hit is not None
        assert (finder.rows.hit.layer, finder.rows.hit.path) == (2, b"d/00007")
        await finder.press("up", "pageup")
        assert "/d/049" in "".join(finder.text(row) for row in range(2, 22))
        assert "…" not in "".join(finder.text(row) for row in range(2, 22))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(160, 48), (80, 24), (40, 10), (20, 5)])
async def test_nothing_hostile_reaches_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    async with finding(tmp_path, "srv", size=size) as finder:
        await finder.press("tab", "down", "down", "down")
        for row in range(size[1]):
            line = finder.text(row)
            assert line.isprintable()
            assert cells(line) == size[0]


@pytest.mark.slow
@pytest.mark.parametrize("width", [30, 60, 80, 109, 110, 160])
@pytest.mark.parametrize("typed", ["srv", "text:i"])
async def test_rows_are_as_wide_as_their_columns(tmp_path: Path, width: int, typed: str) -> None:
    async with finding(tmp_path, typed) as finder:
        columns = FindColumns.fitting(width, 3, typed.startswith("text"))
        for row in range(finder.rows.row_count):
            hit = finder.rows.results.hit(row)
            assert hit is not None
            parts = columns.parts(hit, Query(typed))
            assert all(text for text, _ in parts)
            if width >= 60:
                assert sum(cells(text) for text, _ in parts) <= width


# Jumping.


@asynccontextmanager
async def jumping(folder: Path, size: tuple[int, int] = (120, 40), known: Iterable[int] = ()) -> AsyncIterator[Finder]:
    source = LayersSource(folder, LAYERS, known)
    app = Owner(JumpScreen, source)
    try:
        async with app.run_test(size=size) as pilot:
            finder = Finder(app, pilot)
            await finder.settle()
            yield finder
    finally:
        source.close()


async def test_a_jump(tmp_path: Path) -> None:
    async with jumping(tmp_path) as finder:
        await finder.write("srvap")
        assert [line.strip() for line in finder.lines(RowList)] == ["/srv/app.py"]
        await finder.press("enter")
        (asked,) = finder.app.asked
        assert asked.path == b"srv/app.py"
        assert not isinstance(finder.screen, JumpScreen)


async def test_a_jump_goes_to_what_is_there_in_the_end(tmp_path: Path) -> None:
    async with jumping(tmp_path, (80, 24), known=[1, 2]) as finder:
        await finder.write("secret")
        assert finder.lines(RowList) == ["/srv/secret.pem"]
        finder.app.source.known.add(3)
        assert isinstance(finder.screen, JumpScreen)
        finder.screen.layers_changed()
        await finder.settle()
        assert finder.lines(RowList) == ["/etc/secrets"]
        await finder.write("zz")
        assert "no such path" in "".join(finder.text(row) for row in range(4))
        await finder.press("escape")
        assert finder.app.asked == []
        assert not isinstance(finder.screen, JumpScreen)


async def test_a_jump_where_layers_are_missing(tmp_path: Path) -> None:
    async with jumping(tmp_path, known=[1]) as finder:
        assert isinstance(finder.screen, JumpScreen)
        finder.app.source.problems = {2: "blob missing", 3: "blob missing"}
        finder.screen.layers_changed()
        await finder.write("zzz")
        assert any("layers 2–3 of 3 are missing: no such path in the others" in finder.text(n) for n in range(9))
        finder.app.source.known = set()
        finder.app.source.problems[1] = "blob missing"
        finder.screen.layers_changed()
        await finder.settle()
        assert any("unknown: 3 of 3 layers are missing" in finder.text(n) for n in range(9))


async def test_a_jump_among_several(tmp_path: Path) -> None:
    async with jumping(tmp_path) as finder:
        await finder.write("s")
        lines = finder.lines(RowList)
        assert len(lines) > 3
        await finder.press("down", "down", "up", "enter")
        (asked,) = finder.app.asked
        assert f"/{asked.path.decode()}" == lines[1]
