"""Saving: where it goes, what is asked before, what is said after."""

import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from ocitui.errors import LayerError
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport
from ocitui.image.extract.words import written_text
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.save.form import SaveForm
from ocitui.tui.save.rows import report_rows
from ocitui.tui.save.screen import OnProgress, Phase, Save, SaveScreen
from ocitui.tui.save.target import TargetError, complete_path, find_target
from ocitui.tui.terminal.themes import DARK, LIGHT

# Where.


def test_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "full" / "x").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("hello")
    (tmp_path / "link").symlink_to("nowhere")

    def target(text: str, is_folder: bool = False) -> tuple[str, str, bool, bool]:
        found = find_target(text, b"own", is_folder=is_folder)
        place = str(found.path.relative_to(tmp_path))
        return place, found.question.replace(str(tmp_path), "~"), found.has_folder, found.is_taken

    assert target("~/new") == ("new", "", False, False)
    assert target(f"{tmp_path}/full") == ("full/own", "", False, False)
    assert target(f"{tmp_path}/") == ("own", "", False, False)
    assert target("~/file") == ("file", "~/file already exists: a file of 5 B", False, True)
    assert target("~/link") == ("link", "~/link already exists: not a regular file", False, True)
    assert target("~/a/b/c") == ("a/b/c", "the folder ~/a/b does not exist yet", False, False)
    assert target("~/full", True) == ("full", "~/full exists and is not empty", True, False)
    assert target("~/empty", True) == ("empty", "", False, False)
    assert target("~/full/", True) == ("full/own", "", False, False)
    assert target("~/full/..", True)[0] == "full/../own"
    (tmp_path / "own").symlink_to("full")
    (tmp_path / "other").symlink_to("full")
    assert target("~/own") == ("own", "~/own already exists: not a regular file", False, True)
    assert target("~/own/") == ("own/own", "", False, False)
    assert target("~/other") == ("other/own", "", False, False)


@pytest.mark.parametrize(
    ("text", "is_folder", "message"),
    [
        ("", False, "type where to save it"),
        ("a\0b", False, "zero byte"),
        ("file/x", False, "is not a folder"),
        ("file", True, "is not a folder"),
        ("x" * 5000, False, "too long"),
    ],
)
def test_no_targets(text: str, is_folder: bool, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("hello")
    with pytest.raises(TargetError, match=message):
        find_target(text, b"own", is_folder=is_folder)


def test_a_folder_with_the_own_name_is_no_place_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    with pytest.raises(TargetError, match="is a folder"):
        find_target(f"{tmp_path}/", b"own", is_folder=False)


def test_completion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("alpha", "alpine", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "alps").write_text("")
    assert complete_path("a") == ("alp", ["alpha/", "alpine/", "alps"])
    assert complete_path("alph") == ("alpha/", ["alpha/"])
    assert complete_path("") == ("alp", ["alpha/", "alpine/", "alps"])
    assert complete_path(".h") == (".hidden/", [".hidden/"])
    assert complete_path("b") == ("b", [])
    assert complete_path("nowhere/x") == ("nowhere/x", [])


# What is said after.


def test_the_report() -> None:
    report = ExtractionReport(files=1, folders=2, links=1, size=648)
    assert written_text(report) == "1 file, 2 folders, 1 link (648 B)"
    report.fail(b"a\x1b", "is a hard link to x, which is missing")
    report.leave_out(b"dev/null", "a character device is written only when it is asked for")
    report.failure_count = 12
    report.is_cancelled = True
    texts = ["".join(text for text, _ in row) for row in report_rows(report, "/x")]
    assert texts == [
        "✗ cancelled; what was written before stays",
        "✓ 1 file, 2 folders, 1 link (648 B)",
        "  /x",
        "",
        "✗ 12 skipped or written with changes",
        "  a\\x1b  is a hard link to x, which is missing",
        "  … and 11 more",
        "",
        "· 1 left out",
        "  dev/null  a character device is written only when it is asked for",
    ]
    assert report_rows(ExtractionReport(), "/x")[0] == [("nothing was written", "lines--muted")]


# The dialog.


class Saver:
    """Stands for what writes, and notes what it is told."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.calls: list[tuple[Path, bytes, ExtractionOptions]] = []
        self._problem = problem
        self.started = threading.Event()
        self.is_waiting = False

    def __call__(
        self,
        folder: Path,
        name: bytes,
        options: ExtractionOptions,
        progress: OnProgress,
        is_cancelled: Callable[[], bool],
    ) -> ExtractionReport:
        self.calls.append((folder, name, options))
        if self._problem is not None:
            raise self._problem
        report = ExtractionReport(files=1, size=300)
        progress(report, b"etc/\x1bx")
        self.started.set()
        pause = threading.Event()
        while self.is_waiting and not is_cancelled():
            pause.wait(0.001)
        report.is_cancelled = is_cancelled()
        return report


class SaveApp(App[None]):
    """The dialog alone, and what it ended with."""

    def __init__(self, screen: SaveScreen) -> None:
        super().__init__()
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.save_screen = screen
        self.results: list[ExtractionReport | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.save_screen, self.results.append)


class Dialog:
    """The running dialog, as a test looks at it."""

    def __init__(self, app: SaveApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.screen = app.save_screen
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    async def settle(self) -> None:
        await self.pilot.pause()
        while self.app.workers:
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

    @property
    def form(self) -> SaveForm:
        return self.screen.query_one(SaveForm)

    @property
    def status(self) -> str:
        return self.screen.query_one("#status", Bar).text.strip()

    @property
    def hints(self) -> str:
        return self.screen.query_one("#hints", Bar).text

    @property
    def report(self) -> list[str]:
        lines = self.screen.query_one(TextLines)
        return [lines.row_text(row) for row in range(lines.row_count)]


@asynccontextmanager
async def saving(
    save: Save, folder: Path, path: bytes = b"/etc/app.conf", is_folder: bool = False, is_root: bool = False
) -> AsyncIterator[Dialog]:
    app = SaveApp(SaveScreen(save, path, folder=folder, is_folder=is_folder, size=600, is_root=is_root))
    async with app.run_test(size=(100, 30)) as pilot:
        dialog = Dialog(app, pilot)
        await dialog.settle()
        yield dialog


async def test_a_file_is_saved_where_it_is_said(tmp_path: Path) -> None:
    save = Saver()
    async with saving(save, tmp_path) as dialog:
        assert dialog.form.text == f"{tmp_path}/app.conf"
        await dialog.press("2", "q", "left", "x", "enter")
        assert save.calls == [(tmp_path, b"app.conf2xq", ExtractionOptions())]
        assert dialog.screen.phase is Phase.DONE
        assert dialog.report == ["✓ 1 file (300 B)", f"  {tmp_path}/app.conf2xq"]
        await dialog.press("enter")
        assert [result.files for result in dialog.app.results if result] == [1]


async def test_a_file_that_is_there_is_replaced_only_on_a_word(tmp_path: Path) -> None:
    (tmp_path / "app.conf").write_text("mine")
    save = Saver()
    async with saving(save, tmp_path) as dialog:
        await dialog.press("enter")
        assert dialog.screen.phase is Phase.CONFIRMING
        assert dialog.status.endswith("app.conf already exists: a file of 4 B")
        assert "overwrite" in dialog.hints
        await dialog.press("enter", "k", "escape")
        assert dialog.screen.phase is Phase.ASKING
        assert not save.calls
        await dialog.press("o")
        assert dialog.form.text.endswith("app.confo")
        await dialog.press("backspace", "enter", "o")
        assert save.calls == [(tmp_path, b"app.conf", ExtractionOptions(overwrite=True))]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "overwrite"), [("k", False), ("o", True)])
async def test_a_folder_that_is_there_is_added_to(tmp_path: Path, key: str, overwrite: bool) -> None:
    (tmp_path / "nginx" / "x").mkdir(parents=True)
    save = Saver()
    async with saving(save, tmp_path, b"/etc/nginx", is_folder=True) as dialog:
        await dialog.press("enter", key)
        assert save.calls == [(tmp_path, b"nginx", ExtractionOptions(overwrite=overwrite))]


@pytest.mark.slow
async def test_a_missing_folder_is_made_on_enter(tmp_path: Path) -> None:
    save = Saver()
    async with saving(save, tmp_path / "new") as dialog:
        await dialog.press("enter")
        assert "does not exist yet" in dialog.status
        await dialog.press("enter")
        assert save.calls == [(tmp_path / "new", b"app.conf", ExtractionOptions())]


@pytest.mark.slow
async def test_what_the_superuser_may_keep(tmp_path: Path) -> None:
    save = Saver()
    async with saving(save, tmp_path, is_root=True) as dialog:
        await dialog.press("down", "space", "down", "down", "down", "space", "j", "k", "space", "space", "enter")
        assert save.calls[0][2] == ExtractionOptions(owners=True, xattrs=True)
    async with saving(save, tmp_path) as dialog:
        assert dialog.form.row_count == 1


async def test_tab_completes(tmp_path: Path) -> None:
    for name in ("alpha", "alpine"):
        (tmp_path / name).mkdir()
    async with saving(Saver(), tmp_path, b"/a") as dialog:
        await dialog.press("tab")
        assert dialog.form.text == f"{tmp_path}/alp"
        assert [dialog.form.row_text(row).strip() for row in (1, 2)] == ["alpha/", "alpine/"]
        await dialog.press("h", "tab")
        assert dialog.form.text == f"{tmp_path}/alpha/"
        assert dialog.form.row_count == 1


async def test_what_is_no_place_is_said(tmp_path: Path) -> None:
    async with saving(Saver(), tmp_path) as dialog:
        await dialog.press("ctrl+u", "enter")
        assert dialog.status == "✗ type where to save it"
        await dialog.press("x")
        assert dialog.status == ""
        await dialog.press("escape")
        assert dialog.app.results == [None]


async def test_writing_can_be_stopped(tmp_path: Path) -> None:
    save = Saver()
    save.is_waiting = True
    async with saving(save, tmp_path) as dialog:
        await dialog.pilot.press("enter")
        await dialog.pilot.pause()
        while not save.started.is_set() or "etc" not in dialog.status:
            await dialog.pilot.pause()
        assert dialog.status.startswith("▕████████        ▏ 300 B / 600 B · 1 file · etc/\\x1bx")
        await dialog.press("escape")
        assert dialog.report[0] == "✗ cancelled; what was written before stays"


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (LayerError("the layer is damaged"), "✗ the layer is damaged"),
        (PermissionError(13, "x"), f": {os.strerror(13)}"),
    ],
)
async def test_what_goes_wrong_is_said(tmp_path: Path, problem: Exception, message: str) -> None:
    async with saving(Saver(problem), tmp_path) as dialog:
        await dialog.press("enter")
        assert message in dialog.report[0]
        await dialog.press("escape")
        assert dialog.app.results == [None]


@pytest.mark.slow
async def test_a_name_is_nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path, start in ((b"/a/~", "./~"), (b"~root", "./~root"), (b"/a/x~", "x~")):
        app = SaveApp(SaveScreen(Saver(), path))
        async with app.run_test(size=(100, 30)):
            assert app.save_screen.query_one(SaveForm).text == start


@pytest.mark.parametrize(("path", "name"), [(b"/", "rootfs"), (b"/x/..", "rootfs"), (b"/a/\xffb", "\udcffb")])
async def test_the_suggested_name(tmp_path: Path, path: bytes, name: str) -> None:
    async with saving(Saver(), tmp_path, path, is_folder=True) as dialog:
        assert dialog.form.text == f"{tmp_path}/{name}"
