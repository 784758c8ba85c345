"""The start screen: what it lists, how it opens, and what happens when sources or images are slow or broken."""

import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from ocitui.commands import open as opening
from ocitui.commands.opened.sources import sources
from ocitui.errors import CancelledError, UsageError
from ocitui.spec.platform import Platform
from ocitui.spec.reference import Reference
from ocitui.transports.archives.spool import Progress
from ocitui.transports.nearby import Nearby, Source
from ocitui.transports.recent import recents
from ocitui.transports.transport import Transport
from ocitui.tui.app import OcituiApp
from ocitui.tui.page.help import HelpScreen
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.start import opening as opening_module
from ocitui.tui.start.rows import StartRows
from ocitui.tui.start.typed import TypedReference
from ocitui.tui.start_app import StartApp
from tests.images.layout_writer import write_layout
from tests.patience import PATIENCE
from tests.tui.explorer import explore

Opened = tuple[Transport, Reference]


def front_text(screen: "Starter") -> str:
    """The screen in front, a dialog perhaps."""
    return "\n".join(strip.text.rstrip() for strip in screen.app.screen._compositor.render_strips())


def image(name: str, kind: str = "docker") -> Nearby:
    return Nearby(f"docker-daemon:{name}", name, kind, 1_000_000, datetime(2024, 1, 1, tzinfo=UTC))


def source(title: str, *images: Nearby, nothing: str = "no images") -> Source:
    return Source(title, lambda: images, "created", nothing)


class Slow:
    """A source that says what it has when it is told to."""

    def __init__(self, *images: Nearby) -> None:
        self.images = images
        self.goes_on = threading.Event()
        self.looks = 0

    def __call__(self) -> Iterator[Nearby]:
        self.looks += 1
        assert self.goes_on.wait(PATIENCE)
        yield from self.images


class Starter:
    """The running start screen, as a test looks at it."""

    def __init__(self, app: StartApp, pilot: Pilot[Opened]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for threads, which nobody can be told of."""
        for _ in range(int(PATIENCE / 0.01)):
            if is_so():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"in vain; the screen shows:\n{self.text}\n{self.status}")

    async def settle(self) -> None:
        await self.until(lambda: not self.app.start.is_busy)

    @property
    def rows(self) -> StartRows:
        return self.app.start.query_one(StartRows)

    @property
    def lines(self) -> list[str]:
        rows = self.rows
        return ["".join(text for text, _ in rows.row_parts(n, 78)).rstrip() for n in range(rows.row_count)]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def status(self) -> str:
        bars = [self.app.start.query_one(f"#{name}", Bar) for name in ("status", "status-2", "status-3")]
        return "\n".join(bar.text for bar in bars if bar.display and bar.text)

    @property
    def chosen(self) -> str | None:
        return self.rows.image.reference if self.rows.image is not None else None


@asynccontextmanager
async def start(
    *sources: Source, size: tuple[int, int] = (80, 24), notice: str = "", waits: bool = True
) -> AsyncIterator[Starter]:
    app = StartApp(sources, "~/images", notice)
    async with app.run_test(size=size) as pilot:
        starter = Starter(app, pilot)
        if waits:
            await starter.settle()
        yield starter


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with two layouts."""
    write_layout(tmp_path / "first", [b""])
    write_layout(tmp_path / "second", [b""])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def real() -> list[Source]:
    return sources(lambda: False)[:2]  # of the engines of this machine nothing is known here


# What is listed.


async def test_sections_with_aligned_columns() -> None:
    async with start(source("docker", image("nginx"), image("a" * 60)), source("podman")) as screen:
        heading, first, second, gap, other = screen.lines
        assert (heading.split(), gap) == (["docker", "created"], "")
        assert first.index("docker") == second.index("docker")
        assert first.index("1.0 MB") == second.index("1.0 MB")
        assert "…aaa" in second
        assert other == " podman  no images"
        assert screen.chosen == "docker-daemon:nginx"
        assert screen.status == " docker-daemon:nginx"


async def test_what_is_under_the_current_folder(here: Path) -> None:
    async with start(*real()) as screen:
        assert screen.lines[0] == " Recent  nothing was opened yet"
        assert screen.lines[2].split() == ["This", "folder", "changed"]
        assert [line.split()[:3] for line in screen.lines[3:]] == [
            ["first", "OCI", "layout"],
            ["second", "OCI", "layout"],
        ]
        assert screen.chosen == "./first"


async def test_a_slow_source_holds_up_nothing() -> None:
    slow = Slow(image("late"))
    async with start(Source("slow", slow), source("fast", image("quick")), waits=False) as screen:
        await screen.until(lambda: "quick" in screen.text)
        assert screen.lines[0] == " slow  looking…"
        assert screen.chosen == "docker-daemon:quick"
        slow.goes_on.set()
        await screen.settle()
        assert "looking" not in screen.text
        assert screen.chosen == "docker-daemon:late", "nobody has moved the cursor: it is on the first"


async def test_the_cursor_stays_on_its_image_when_others_come() -> None:
    slow = Slow(*(image(f"late-{number}") for number in range(30)))
    async with start(Source("slow", slow), source("fast", image("a"), image("b")), waits=False) as screen:
        await screen.until(lambda: "b" in screen.text.split())
        await screen.press("j")
        slow.goes_on.set()
        await screen.settle()
        assert screen.chosen == "docker-daemon:b"
        assert screen.rows.top <= screen.rows.cursor < screen.rows.top + screen.rows.page_height


async def test_the_end_does_not_wait_for_a_source() -> None:
    slow = Slow()
    async with start(Source("slow", slow), waits=False) as screen:
        await screen.press("q")
    slow.goes_on.set()
    assert screen.app.return_value is None


def refuse() -> Iterable[Nearby]:
    yield image("one")
    raise UsageError("docker: no answer\x1b[31m [red]")


def break_down() -> Iterable[Nearby]:
    raise RuntimeError("surprise")


async def test_a_source_that_fails_says_why_and_the_others_go_on() -> None:
    async with start(Source("docker", refuse), Source("odd", break_down), source("podman", image("two"))) as screen:
        assert screen.lines[0] == " docker  docker: no answer\\x1b[31m [red]"
        assert (
            screen.lines[3] == " odd  this is a defect of ocitui (RuntimeError: surprise); OCITUI_DEBUG=1 shows where"
        )
        assert {"one", "two"} <= set(screen.text.split())


async def test_where_there_is_nothing_it_says_how_to_get_something() -> None:
    async with start(source("Recent", nothing="nothing yet"), source("docker")) as screen:
        assert screen.lines[:2] == [" Recent  nothing yet", " docker  no images"]
        for command in ("skopeo copy docker://nginx oci:nginx", "docker save nginx | ocitui -", "ocitui demo"):
            assert command in screen.text
        await screen.press("G", "enter", "y")
        assert not any(map(screen.rows.is_under_cursor, range(screen.rows.row_count))), "only images can be chosen"
        assert screen.app.clipboard == ""


@pytest.mark.slow
async def test_a_path_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    write_layout(tmp_path / "elsewhere" / "boat")
    async with start(source("docker", image("one"))) as screen:
        await screen.press("ctrl+o")
        assert "skopeo copy docker://nginx oci:nginx" in front_text(screen), "ways to get one are there, too"
        await screen.press(*"./elsewhere/bat", "enter")
        await screen.until(lambda: "✗" in front_text(screen))
        assert screen.app.return_value is None
        first, message = front_text(screen).splitlines()[:2]
        assert "open: ./elsewhere/bat" in first, "the text stays"
        assert "✗" in message
        assert "no such file" in message
        await screen.press("backspace", "backspace", *"oat", "enter")
        await screen.until(lambda: screen.app.return_value is not None)


@pytest.mark.parametrize(
    "typed",
    [
        *("docker://nginx", "./elsewhere", "nginx", "ghcr.io/a/b", "localhost:5000/a", "~/images", "golang", "redis"),
        *("quay.io/a/b", "qq.example/a", "oci:there", "oci-archive:x.tar", "ttl.sh/a", "Team/app", "yocto", "q/x.tar"),
    ],
)
async def test_what_is_typed_without_a_key_before_it_stands_on_the_line(
    typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocitui.tui.start.first_letters.TOGETHER", 1e9)  # however slow the machine is
    monkeypatch.setattr("ocitui.tui.start.held_keys.PAUSE", 1e9)
    async with start(source("docker", image("one"), image("two"))) as screen:
        theme = screen.app.theme
        await screen.press(*typed)
        dialog = screen.app.screen
        assert isinstance(dialog, TypedReference)
        assert dialog.prompt.text == typed
        assert screen.app.theme == theme
        await screen.press("escape", "ctrl+o")
        assert isinstance(dialog := screen.app.screen, TypedReference)
        assert dialog.prompt.text == "", "nothing is left of what was typed before"


@pytest.mark.parametrize("keys", ["q", "qq", ("q", "down"), ("q", "escape")])
async def test_a_letter_that_is_a_key_acts_where_no_other_follows(
    keys: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocitui.tui.start.held_keys.PAUSE", 0.2 if set(keys) == {"q"} else 1e9)
    async with start(source("docker", image("one"))) as screen:
        await screen.press(*keys)
        await screen.until(lambda: screen.app._exit)
    assert screen.app.return_value is None


async def test_keys_that_follow_each_other_fast_are_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.tui.start.held_keys.PAUSE", 1e9)
    async with start(source("docker", image("one"), image("two"))) as screen:
        theme = screen.app.theme
        await screen.press("y", "j", "y", "r", "j", "t", "?")
        assert screen.app.clipboard == "docker-daemon:two"
        assert isinstance(screen.app.screen, HelpScreen)
        assert screen.app.theme != theme


async def test_a_letter_that_was_a_key_is_no_letter_of_a_word() -> None:
    async with start(source("docker", image("one"))) as screen:
        theme = screen.app.theme
        await screen.press("t")
        await screen.until(lambda: screen.app.theme != theme)
        await screen.press("d")
        assert isinstance(dialog := screen.app.screen, TypedReference)
        assert dialog.prompt.text == "d"


async def test_a_letter_as_key_acts_on_no_other_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.tui.start.held_keys.PAUSE", 1e9)
    async with start(source("docker", image("one"))) as screen:
        await screen.press("q")
        screen.app.action_help()
        await screen.pilot.pause()
        await screen.app.start._held.act()
        assert isinstance(screen.app.screen, HelpScreen)
        assert not screen.app._exit


async def test_keys_that_move_are_no_letters_of_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocitui.tui.start.first_letters.TOGETHER", 1e9)
    async with start(source("docker", image("one"), image("two"))) as screen:
        await screen.press("j", "k", "j", "k", "d")
        assert isinstance(dialog := screen.app.screen, TypedReference)
        assert dialog.prompt.text == "d"
        await screen.press("escape", "j", "down", "d")
        assert isinstance(dialog := screen.app.screen, TypedReference)
        assert dialog.prompt.text == "d"
        monkeypatch.setattr("ocitui.tui.start.first_letters.TOGETHER", -1.0)
        await screen.press("escape", "g", "space", "g", "d")
        assert isinstance(dialog := screen.app.screen, TypedReference)
        assert dialog.prompt.text == "d"


async def test_a_path_from_the_root_that_is_typed_is_opened(tmp_path: Path) -> None:
    write_layout(tmp_path / "boat")
    async with start(source("docker", image("one"))) as screen:
        await screen.press(*f"{tmp_path}/bat")
        assert "open the path" in screen.app.start.query_one(KeysBar).text
        await screen.press("enter")
        await screen.until(lambda: "✗" in front_text(screen))
        await screen.press("backspace", "backspace", *"oat", "enter")
        await screen.until(lambda: screen.app.return_value is not None)


async def test_what_may_be_typed_cannot_be_chosen() -> None:
    async with start(source("docker", image("one"))) as screen:
        await screen.press("ctrl+o", "down", "enter")
        text = front_text(screen)
        assert "./layout" in text
        assert "▌" not in text
        assert "list" not in text.splitlines()[-1], "there is no list to go to"
        await screen.press("escape")
        assert screen.app.screen is screen.app.start


async def test_what_is_pasted_stands_on_the_line() -> None:
    async with start(source("docker", image("one"))) as screen:
        screen.app.post_message(Paste("docker://localhost:5000/team/app\n"))
        await screen.until(lambda: isinstance(screen.app.screen, TypedReference))
        assert "open: docker://localhost:5000/team/app" in front_text(screen).splitlines()[0]
        assert screen.app.return_value is None


async def test_what_was_typed_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = threading.Event()

    def wait(text: str, progress: Progress, *, watch: object = None) -> Opened:
        assert goes_on.wait(PATIENCE)
        raise UsageError("late")

    monkeypatch.setattr(opening_module, "open_reference", wait)
    async with start(source("docker", image("one"))) as screen:
        await screen.press("ctrl+o", *"slow", "enter")
        assert "opening slow" in front_text(screen)
        await screen.press("escape")
        assert "cancelled" in front_text(screen)
        assert "open: slow" in front_text(screen)
        goes_on.set()
        await screen.press("escape")
        assert screen.app.screen is screen.app.start


async def test_hostile_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["[red]x[/]", "a\nb", "\x1b]0;title\x07", "\u202egnp"]
    for name in names:
        write_layout(tmp_path / name)
    async with start(*real()) as screen:
        assert len(screen.lines) == 3 + len(names)
        assert "[red]x[/]" in screen.text
        assert "a\\nb" in screen.text
        strips = screen.app.screen._compositor.render_strips()
        assert all(strip.text.isprintable() for strip in strips)
        await screen.press("/", *"red")
        assert screen.chosen == "./[red]x[/]"
        await screen.press("enter", "y")
        assert screen.app.clipboard == "./[red]x[/]"
        await screen.press("enter")
        await screen.until(lambda: screen.app.return_value is not None)


# Moving.


async def test_the_cursor_passes_over_headings() -> None:
    async with start(source("a", image("1"), image("2")), source("b"), source("c", image("3"))) as screen:
        walked = []
        for key in ("k", "j", "j", "j", "k", "g", "G", "pageup", "pagedown"):
            await screen.press(key)
            walked.append(screen.chosen)
        assert walked == [f"docker-daemon:{number}" for number in "123321313"]


async def test_a_search_goes_through_names_only() -> None:
    async with start(source("docker", image("nginx"), image("redis")), source("podman", image("docker"))) as screen:
        await screen.press("/", *"docker")
        assert screen.chosen == "docker-daemon:docker"
        await screen.press("escape")
        assert screen.chosen == "docker-daemon:nginx"
        await screen.press("/", *"red", "enter")
        assert screen.chosen == "docker-daemon:redis"
        assert screen.app.return_value is None, "Enter ends the typing, and opens nothing yet"
        await screen.press("escape")
        assert screen.app.is_running, "Escape ends the search first"


async def test_looking_again_keeps_what_is_there_until_more_comes() -> None:
    slow = Slow(image("a"), image("b"))
    slow.goes_on.set()
    async with start(Source("docker", slow)) as screen:
        await screen.press("j")
        slow.goes_on.clear()
        slow.images = (image("new"), image("a"), image("b"))
        await screen.press("r", "r")
        await screen.until(lambda: slow.looks == 2)
        assert "looking…" in screen.lines[0]
        assert screen.chosen == "docker-daemon:b"
        slow.goes_on.set()
        await screen.settle()
        assert [line.split()[0] for line in screen.lines[1:]] == ["new", "a", "b"]
        assert screen.chosen == "docker-daemon:b"
        slow.images = ()
        await screen.press("r")
        await screen.until(lambda: screen.chosen is None)


async def test_the_mouse() -> None:
    async with start(source("docker", image("a"), image("b"))) as screen:
        await screen.pilot.click(StartRows, offset=(5, 2))
        assert screen.chosen == "docker-daemon:b"
        await screen.pilot.click(StartRows, offset=(5, 0))
        assert screen.chosen == "docker-daemon:b", "a heading is nothing to choose"
        await screen.pilot.click(StartRows, offset=(5, 2))
        await screen.until(lambda: screen.status.startswith(" ✗ "))


async def test_help_lists_the_keys() -> None:
    async with start(source("docker")) as screen:
        await screen.press("question_mark")
        assert isinstance(screen.app.screen, HelpScreen)
        lines = screen.app.screen.query_one(TextLines)
        text = "\n".join(lines.row_text(number) for number in range(lines.row_count))
        assert "Rescan" in text
        assert "Next theme" in text
        await screen.press("escape", "escape")
    assert screen.app.return_value is None


# Opening.


async def test_enter_opens(here: Path) -> None:
    async with start(*real()) as screen:
        await screen.press("enter")
        await screen.until(lambda: screen.app.return_value is not None)
    assert screen.app.return_value is not None
    transport, reference = screen.app.return_value
    assert (transport.place, reference.text) == ("./first", "./first")


async def test_an_image_that_does_not_open_is_said_in_place(here: Path) -> None:
    async with start(*real()) as screen:
        (here / "first").rename(here / "gone")
        await screen.press("enter")
        await screen.until(lambda: "✗" in screen.status)
        assert screen.status == " ✗ ./first: no such file or folder"
        assert "second" in screen.text
        await screen.press("j")
        assert screen.status == " ./second"
        await screen.press("enter")
        await screen.until(lambda: screen.app.return_value is not None)


async def test_a_long_message_takes_more_lines() -> None:
    async with start(source("docker", image("a")), notice="word " * 100) as screen:
        assert screen.status.count("\n") == 2
        assert screen.status.endswith("…")
        assert all(len(line) < 80 for line in screen.status.splitlines())


class SlowOpening:
    """In place of `open_reference`: tells of bytes until it is given up or told to end."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.ends = threading.Event()
        self.was_given_up = threading.Event()

    def __call__(self, text: str, progress: Progress, **_: object) -> Opened:
        try:
            progress("nginx", 120_000_000, None)
            assert self.goes_on.wait(PATIENCE)
            done = 120_000_000
            while not self.ends.wait(0.005):
                done += 1_000_000
                progress("nginx", done, 240_000_000)
        except CancelledError:
            self.was_given_up.set()
            raise
        return SimpleNamespace(place=text), Reference(text, "", text)  # type: ignore[return-value]


@pytest.fixture
def slow_opening(monkeypatch: pytest.MonkeyPatch) -> SlowOpening:
    slow = SlowOpening()
    monkeypatch.setattr(opening_module, "open_reference", slow)
    return slow


async def test_how_far_it_is(slow_opening: SlowOpening) -> None:
    async with start(source("docker", image("nginx"))) as screen:
        await screen.press("enter")
        await screen.until(lambda: screen.status == " reading nginx: 120.0 MB")
        slow_opening.goes_on.set()
        await screen.until(lambda: " of 240.0 MB  ▕" in screen.status)
        slow_opening.ends.set()
        await screen.until(lambda: screen.app.return_value is not None)


async def test_escape_gives_up_and_the_list_stays(slow_opening: SlowOpening) -> None:
    async with start(source("docker", image("nginx"), image("redis"))) as screen:
        await screen.press("enter")
        await screen.until(lambda: "reading nginx" in screen.status)
        await screen.press("escape")
        assert screen.status == " cancelled opening docker-daemon:nginx"
        slow_opening.goes_on.set()
        await screen.until(slow_opening.was_given_up.is_set)
        assert screen.app.is_running
        await screen.press("j")
        assert screen.status == " docker-daemon:redis"
        await screen.press("escape")
    assert screen.app.return_value is None


async def test_escape_ends_nothing_where_nothing_was_open() -> None:
    async with start(source("docker", image("nginx"))) as screen:
        await screen.press("escape")
        assert screen.status == " q quits"
        assert screen.app.is_running


async def test_escape_goes_back_to_the_image_that_was_open() -> None:
    app = StartApp([source("docker", image("nginx"))], has_previous=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await pilot.pause()
    assert app.went_back
    assert app.return_value is None


async def test_what_comes_after_it_was_given_up_is_dropped(slow_opening: SlowOpening) -> None:
    async with start(source("docker", image("nginx"))) as screen:
        await screen.press("enter")
        await screen.until(lambda: "reading nginx" in screen.status)
        await screen.press("escape")
        slow_opening.ends.set()
        slow_opening.goes_on.set()
        await screen.pilot.pause(0.1)
        assert screen.app.return_value is None
        assert screen.app.is_running


async def test_quitting_gives_up_what_is_opened(slow_opening: SlowOpening) -> None:
    async with start(source("docker", image("nginx"))) as screen:
        await screen.press("enter")
        await screen.until(lambda: "reading nginx" in screen.status)
        await screen.press("q")
    slow_opening.goes_on.set()
    assert slow_opening.was_given_up.wait(PATIENCE)


async def test_a_defect_in_opening_is_said_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Opened:
        raise RuntimeError("surprise")

    monkeypatch.setattr(opening_module, "open_reference", fail)
    async with start(source("docker", image("nginx"))) as screen:
        await screen.press("enter")
        await screen.until(lambda: "RuntimeError: surprise" in screen.status)


# From one screen to the other.


@pytest.mark.slow
async def test_in_an_image_a_key_leaves_for_the_start_screen(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24)) as screen:
        await screen.press("question_mark")
        lines = screen.app.screen.query_one(TextLines)
        assert "Open another image" in "\n".join(lines.row_text(number) for number in range(lines.row_count))
        await screen.press("escape", "O")
    assert screen.app.wants_another
    async with explore(demo_layout, (80, 24)) as screen:
        await screen.press("q")
    assert not screen.app.wants_another


@pytest.mark.slow
async def test_where_text_is_typed_the_key_is_a_letter(demo_layout: Path) -> None:
    async with explore(demo_layout, (80, 24), is_read=True) as screen:
        await screen.press("/", "O", "escape", "f", "O", "escape", "ctrl+o", "O", "escape")
        assert not screen.app.wants_another
        assert screen.app.screen is screen.app.explore


class Screens:
    """In place of running apps: what is done in each of them, in turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, does: Sequence[str | int | None]) -> None:
        self.does = list(does)
        self.shown: list[str] = []
        monkeypatch.setattr(StartApp, "run", lambda app, mouse: self.choose(app))
        monkeypatch.setattr("ocitui.tui.app.run_app", lambda app, mouse: self.look(app))

    def choose(self, app: StartApp) -> Opened | None:
        self.shown.append(f"start {app.start._notice}".rstrip())
        text = self.does.pop(0)
        if text == "back":
            app.went_back, text = True, None
        return opening_module.open_reference(str(text)) if text is not None else None

    def look(self, app: OcituiApp) -> int | None:
        self.shown.append(f"image {app.explore.shown.transport.place}")
        code = self.does.pop(0)
        assert not isinstance(code, str)
        return code


def test_the_round_trip(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screens = Screens(monkeypatch, ["./first", None, "second:none", "second", None, None])
    assert opening.start_screen(None, mouse=True) == 0
    assert screens.shown[:3] == ["start", "image ./first", "start"]
    assert screens.shown[3].startswith("start ")
    assert "none" in screens.shown[3], "the tag that is not there"
    assert screens.shown[4:] == ["image second", "start"]
    assert [image.reference for image in recents()] == [f"{here}/second", f"{here}/first"]


def test_going_back_to_the_image(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transport, reference = opening_module.open_reference("./first")
    screens = Screens(monkeypatch, [None, "back", 0])
    assert opening.open_screen(transport, reference, None, mouse=True) == 0
    assert screens.shown == ["image ./first", "start", "image ./first"]


def test_leaving_an_image_for_good(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transport, reference = opening_module.open_reference("./first")
    screens = Screens(monkeypatch, [None, "./second", 0])
    assert opening.open_screen(transport, reference, None, mouse=True) == 0
    assert screens.shown == ["image ./first", "start", "image ./second"]


def test_a_place_that_does_not_last_is_not_remembered(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transport, reference = opening_module.open_reference("./first")
    Screens(monkeypatch, [0])
    opening.open_screen(transport, reference, None, mouse=True, is_lasting=False)
    assert recents() == []


def test_a_platform_that_is_not_there_is_said_on_the_start_screen(
    demo_layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screens = Screens(monkeypatch, [str(demo_layout), None])
    assert opening.start_screen(Platform.parse("plan9/mips"), mouse=True) == 0
    assert "plan9/mips" in screens.shown[1]
    assert recents() == []


def test_the_theme_goes_along(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    themes: list[str] = []

    def choose(app: StartApp, mouse: bool) -> Opened | None:
        app.theme = "ocitui-light" if not themes else app.theme
        themes.append(app.theme)
        return opening_module.open_reference("./first") if len(themes) < 3 else None

    def look(app: OcituiApp, mouse: bool) -> int | None:
        themes.append(app.theme)
        return None

    monkeypatch.setattr(StartApp, "run", choose)
    monkeypatch.setattr("ocitui.tui.app.run_app", look)
    opening.start_screen(None, mouse=True)
    assert themes == ["ocitui-light"] * 3


def test_alone_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from ocitui.__main__ import main

    asked: list[tuple[str, bool]] = []
    monkeypatch.setattr(opening, "has_screen", lambda: True)
    monkeypatch.setattr(opening, "start_screen", lambda platform, mouse: asked.append((str(platform), mouse)) or 0)
    assert main([]) == 0
    assert main(["--no-mouse", "--platform", "linux/arm64"]) == 0
    assert asked == [("None", True), ("linux/arm64", False)]
