"""The tree of entries: rows against a naive list, opening, sorting, searching, growing."""

import asyncio
import threading
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from ocitui.errors import LayerError
from ocitui.layers.entry import EntryKind
from ocitui.tui.files.columns import Columns
from ocitui.tui.files.folder import Folder
from ocitui.tui.files.rows import EntryRows
from ocitui.tui.files.search import EntrySearch
from ocitui.tui.files.source import Order, Row, locate_by
from ocitui.tui.files.tree import EntryTree
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.search_bar import Query
from tests.patience import PATIENCE


class FakeSource:
    """Entries in memory: an id is a position in the list, a directory's id is 1000 more than its entry's."""

    root = 0

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self.entries: list[Row] = []
        self.parents: list[int] = []
        self.directories: dict[str, int] = {"": 0}
        self.asked: list[int] = []
        for path in paths:
            self.add(path)

    def add(self, path: str, **facts: object) -> int:
        """Add a file, or a folder when the path ends with a slash; folders around it come by themselves."""
        is_folder = path.endswith("/")
        path = path.strip("/")
        around, _, name = path.rpartition("/")
        if around and around not in self.directories:
            self.add(around + "/")
        number = len(self.entries)
        directory = 1_000_000 + number if is_folder else None
        if directory is not None:
            self.directories[path] = directory
        kind = EntryKind.DIRECTORY if is_folder else EntryKind.FILE
        row = Row(number, directory, name.encode(), kind, 0o755 if is_folder else 0o644, 0, 0, 10 * number, 0)
        self.entries.append(replace(row, **facts))  # type: ignore[arg-type]
        self.parents.append(self.directories[around])
        return number

    def children(self, directory: int, order: Order, reverse: bool) -> "array[int]":
        self.asked.append(directory)
        key = {
            "name": lambda row: row.name,
            "size": lambda row: row.size,
            "time": lambda row: row.mtime_ns,
            "layer": lambda row: -row.id,
        }[order]
        rows = [row for row, parent in zip(self.entries, self.parents, strict=True) if parent == directory]
        return array("q", [row.id for row in sorted(rows, key=key, reverse=reverse)])

    def folders(self, directory: int) -> Mapping[int, int]:
        return {
            row.id: row.directory
            for row, parent in zip(self.entries, self.parents, strict=True)
            if parent == directory and row.directory is not None
        }

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        return [self.entries[number] for number in ids]

    def locate(self, path: bytes) -> tuple[list[int], int] | None:
        return locate_by(path, lambda folder: self.directories.get(folder.decode()), self._id_at, self.root)

    def _id_at(self, path: bytes, directory: int) -> int | None:
        name = path.rpartition(b"/")[2]
        rows = zip(self.entries, self.parents, strict=True)
        return next((row.id for row, parent in rows if (row.name, parent) == (name, directory)), None)

    def find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
        around = {row.directory: parent for row, parent in zip(self.entries, self.parents, strict=True)}
        found: dict[int, list[int]] = {}
        for row, parent in zip(self.entries, self.parents, strict=True):
            name = row.name.decode()
            if text in name or (not is_exact and text.lower() in name.lower()):
                found.setdefault(parent, []).append(row.id)
                while parent != self.root:
                    parent = around[parent]
                    found.setdefault(parent, [])
        return found


PATHS = st.lists(
    st.lists(st.sampled_from(["a", "b", "ab", "c"]), min_size=1, max_size=4).map("/".join), max_size=25, unique=True
)


def source_of(paths: Sequence[str]) -> FakeSource:
    """Those paths that others go through are folders."""
    folders = {path for path in paths if any(other.startswith(path + "/") for other in paths)}
    source = FakeSource()
    for path in sorted(paths):
        if path in folders and path not in source.directories:
            source.add(path + "/")
        elif path not in folders:
            source.add(path)
    return source


def naive(rows: EntryRows) -> list[tuple[Folder, int]]:
    """All rows, one by one."""
    shown: list[tuple[Folder, int]] = []

    def walk(folder: Folder) -> None:
        for nth in range(len(folder.ids)):
            shown.append((folder, nth))
            sub = folder.sub(nth)
            if sub is not None:
                walk(sub)

    walk(rows.root)
    return shown


def paths_shown(rows: EntryRows) -> list[str]:
    """The path on every row."""
    return [rows.path(place).decode() for place in naive(rows)]


@pytest.mark.slow
@given(PATHS, st.data())
def test_rows_agree_with_a_naive_list(paths: list[str], data: st.DataObject) -> None:
    source = source_of(paths)
    rows = EntryRows(source)
    for _ in range(data.draw(st.integers(0, 8))):
        if not len(rows):
            break
        folder, nth = rows.place(data.draw(st.integers(0, len(rows) - 1)))
        sub = folder.sub(nth)
        action = data.draw(st.sampled_from(["toggle", "below", "all", "sort"]))
        if action == "below":
            list(rows.open_below((folder, nth)))
        elif action == "all":
            list(rows.open_below(None))
        elif action == "sort":
            rows.order, rows.reverse = "size", data.draw(st.booleans())
            before = set(rows.open_directories)
            rows.update(rows.listings(rows.open_directories))
            assert set(rows.open_directories) == before
        elif sub is not None:
            rows.close(sub)
        else:
            rows.open((folder, nth))
        shown = naive(rows)
        assert len(rows) == len(shown)
        assert [rows.place(index) for index in range(len(rows))] == shown
        assert [rows.index(place) for place in shown] == list(range(len(rows)))
        assert all(rows.is_open(folder) for folder, _ in shown)


@pytest.mark.slow
@given(PATHS, st.sampled_from(["a", "b", "ab", "x"]), st.data())
def test_search_walks_in_the_order_of_the_tree(paths: list[str], text: str, data: st.DataObject) -> None:
    source = source_of(paths)
    rows = EntryRows(source)
    everything = EntryRows(source)
    list(everything.open_below(None))
    shown = paths_shown(everything)
    matching = [path for path in shown if text in path.rpartition("/")[2]]
    search = EntrySearch(rows, source.find(text, False))
    if not shown:
        assert search.after([]) is None
        return
    origin = data.draw(st.integers(0, len(shown) - 1))
    steps = search.steps_to(everything.place(origin))

    def path_of(way: list[tuple[int, int]] | None) -> str | None:
        if way is None:
            return None
        ids = [rows.children(directory)[nth] for directory, nth in way]
        return "/" + "/".join(row.name.decode() for row in source.rows(ids))

    ahead = [path for path in matching if shown.index(path) > origin]
    behind = [path for path in matching if shown.index(path) < origin]
    assert path_of(search.after(steps)) == (ahead[0] if ahead else None)
    assert path_of(search.before(steps)) == (behind[-1] if behind else None)
    assert path_of(search.after([])) == (matching[0] if matching else None)
    assert path_of(search.before([])) == (matching[-1] if matching else None)


@pytest.mark.slow
@given(PATHS, PATHS)
def test_a_source_that_grows_keeps_what_is_open(first: list[str], more: list[str]) -> None:
    source = source_of(first)
    rows = EntryRows(source)
    list(rows.open_below(None))
    before = set(rows.open_directories)
    for path in more:
        if path not in first and not any(path.startswith(other + "/") or other.startswith(path) for other in first):
            source.add(path)
    rows.update(rows.listings(rows.open_directories))
    assert set(rows.open_directories) == before
    shown = naive(rows)
    assert [rows.place(index) for index in range(len(rows))] == shown


class TreeApp(App[None]):
    """One tree, and what was chosen in it."""

    def __init__(self, source: FakeSource, layers: bool = False) -> None:
        super().__init__()
        self.source = source
        self.has_layers = layers
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield EntryTree()

    def on_mount(self) -> None:
        self.tree_view.show_source(self.source, layers=self.has_layers)
        self.tree_view.focus()

    @property
    def tree_view(self) -> EntryTree:
        return self.query_one(EntryTree)

    def on_lines_chosen(self, message: Lines.Chosen) -> None:
        self.chosen.append(self.tree_view.copy_text or "")


def drawn(tree: EntryTree) -> list[str]:
    """The lines of the tree that hold something."""
    lines = [tree.render_line(y).text.rstrip(" ▐") for y in range(tree.size.height)]
    return [line for line in lines if line]


async def settle(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


NGINX = ["etc/group", "etc/nginx/nginx.conf", "etc/nginx/conf.d/default.conf", "usr/bin/nginx", "var/"]


async def test_opening_closing_and_choosing() -> None:
    app = TreeApp(FakeSource(NGINX))
    async with app.run_test(size=(100, 20)) as pilot:
        tree = app.tree_view
        assert tree.row_count == 3
        await pilot.press("enter", "j", "j", "right", "right")
        assert tree.copy_text == "/etc/nginx/conf.d"
        assert drawn(tree)[4].startswith("▌  drwxr-xr-x 0:0")
        assert drawn(tree)[4].endswith("│ │ ▸ conf.d/")
        await pilot.press("j", "enter")
        assert app.chosen == ["/etc/nginx/nginx.conf"]
        await pilot.press("left", "left", "left", "left")
        assert (tree.copy_text, tree.row_count) == ("/etc", 3)
        await pilot.press("e")
        await settle(pilot)
        assert [line.split()[-1] for line in drawn(tree)[1:]] == [
            *["etc/", "group", "nginx/", "conf.d/", "default.conf", "nginx.conf", "usr/", "var/"]
        ]
        await pilot.press("j", "asterisk")
        await settle(pilot)
        assert tree.copy_text == "/etc/group"
        await pilot.press("E")
        assert (tree.copy_text, tree.row_count) == ("/etc", 3)


async def test_a_large_folder_is_asked_for_beside_the_screen() -> None:
    source = FakeSource()
    source.add("large/", below_entries=1_000_000, below_bytes=63_312_345)
    source.add("large/file")
    app = TreeApp(source)
    async with app.run_test(size=(100, 20)) as pilot:
        assert "63.3 MB  ▸ large/" in drawn(app.tree_view)[1]
        await pilot.press("right")
        await settle(pilot)
        assert app.tree_view.row_count == 2
        app.tree_view.is_exact = True
        assert "63,312,345 B  ▾ large/" in drawn(app.tree_view)[1]


async def test_sorting_keeps_the_entry() -> None:
    app = TreeApp(FakeSource(NGINX))
    async with app.run_test(size=(120, 20)) as pilot:
        await pilot.press("right", "j")
        assert app.tree_view.copy_text == "/etc/group"
        for key, header in [("s", "size ↓"), ("S", "size ↑"), ("s", "age ↓"), ("s", "name ↑")]:
            await pilot.press(key)
            await settle(pilot)
            assert header in drawn(app.tree_view)[0]
            assert app.tree_view.copy_text == "/etc/group"


async def test_the_cursor_stays_at_the_top_until_somebody_moves_it() -> None:
    """What is read first is seldom what stands first."""
    app = TreeApp(FakeSource(["srv/app/main.py"]))
    async with app.run_test(size=(120, 4)) as pilot:
        tree = app.tree_view
        assert tree.copy_text == "/srv"
        tree.swap_source(FakeSource(["etc/motd", "opt/x", "srv/app/main.py"]))
        await settle(pilot)
        assert (tree.cursor, tree.top, tree.copy_text) == (0, 0, "/etc")
        await pilot.press("j")
        tree.swap_source(FakeSource(["bin/x", "etc/motd", "opt/x", "srv/app/main.py"]))
        await settle(pilot)
        assert tree.copy_text == "/opt"
        tree.swap_source(FakeSource(["a/x", "bin/x", "etc/motd", "opt/x", "srv/app/main.py"]))
        await settle(pilot)
        assert tree.copy_text == "/opt", "nor is it forgotten that somebody has"


@pytest.mark.parametrize("moves", [[], ["j"]])
async def test_what_the_wheel_has_brought_in_sight_stays_there(moves: list[str]) -> None:
    """More layers become known meanwhile, or more of one."""
    names = [f"f{number:02}" for number in range(40)]
    app = TreeApp(FakeSource(names))
    async with app.run_test(size=(120, 10)) as pilot:
        tree = app.tree_view
        await pilot.press(*moves)
        tree.scroll_rows(20)
        for rest in (["a", "b"], []):
            tree.swap_source(FakeSource([*rest, *names]))
            await settle(pilot)
            assert drawn_first(tree) == "f20"
            assert tree.cursor < tree.top
        source = FakeSource(names)
        tree.swap_source(source)
        source.add("c")
        tree.refresh_source()
        await settle(pilot)
        assert drawn_first(tree) == "f20"


def drawn_first(tree: EntryTree) -> str:
    """The name of the first row in sight."""
    return "".join(text for text, _ in tree.row_parts(tree.top, 100)).split()[-1]


async def test_the_cursor_stays_on_a_folder_that_was_opened() -> None:
    app = TreeApp(FakeSource(["srv/app/main.py"]))
    async with app.run_test(size=(120, 20)) as pilot:
        await pilot.press("space")
        await settle(pilot)
        app.tree_view.swap_source(FakeSource(["etc/motd", "srv/app/main.py"]))
        await settle(pilot)
        assert app.tree_view.copy_text == "/srv"
        assert app.tree_view.row_count == 3


async def test_sorted_by_layer_where_no_layers_are_shown() -> None:
    """The names of the columns say what holds by now; with layers in sight again it is by them again."""
    app = TreeApp(FakeSource(NGINX))
    async with app.run_test(size=(120, 20)) as pilot:
        tree, source = app.tree_view, app.tree_view.source
        tree.show_source(source, layers=True)
        for _ in range(3):
            tree.action_sort()
        await settle(pilot)
        assert "layer ↓" in drawn(tree)[0]
        tree.show_source(source)
        await settle(pilot)
        assert "name ↑" in drawn(tree)[0]
        assert tree._rows is not None
        assert paths_shown(tree._rows) == ["/etc", "/usr", "/var"]
        tree.show_source(source, layers=True)
        await settle(pilot)
        assert "layer ↓" in drawn(tree)[0]
        tree.show_source(source)
        tree.action_reverse()
        await settle(pilot)
        assert "name ↓" in drawn(tree)[0]


async def test_searching_opens_the_way_and_closes_it_again() -> None:
    app = TreeApp(FakeSource(NGINX))
    async with app.run_test(size=(100, 20)) as pilot:
        tree = app.tree_view
        await pilot.press("slash", *"gin")
        await settle(pilot)
        assert (tree.copy_text, tree.row_count) == ("/etc/nginx", 5)
        await pilot.press("escape")
        assert (tree.copy_text, tree.row_count) == ("/etc", 3)
        await pilot.press("slash", *"nginx", "enter", "n")
        await settle(pilot)
        assert tree.copy_text == "/etc/nginx/nginx.conf"
        await pilot.press("n")
        await settle(pilot)
        assert tree.copy_text == "/usr/bin/nginx"
        await pilot.press("n")
        await settle(pilot)
        assert tree.copy_text == "/etc/nginx"
        assert drawn(tree)[-1] == "/nginx  1/3  wrapped"
        await pilot.press("N")
        await settle(pilot)
        assert tree.copy_text == "/usr/bin/nginx"
        await pilot.press("slash", *"Nginx")
        await settle(pilot)
        assert "not found" in drawn(tree)[-1]
        assert tree.copy_text == "/usr/bin/nginx"


async def test_a_growing_source_keeps_the_cursor_on_its_entry() -> None:
    source = FakeSource(NGINX)
    app = TreeApp(source)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("right", "j")
        source.add("bin/sh")
        source.add("etc/adduser.conf")
        app.tree_view.refresh_source()
        app.tree_view.refresh_source()
        await settle(pilot)
        assert (app.tree_view.copy_text, app.tree_view.cursor, app.tree_view.row_count) == ("/etc/group", 3, 7)


async def test_an_untouched_cursor_stays_on_top_of_a_growing_source() -> None:
    source = FakeSource()
    app = TreeApp(source)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("enter", "right", "left", "s", "s", "s", "e")
        await settle(pilot)
        app.tree_view.show_source(source)
        for path in ("z", "a"):
            source.add(path)
            app.tree_view.refresh_source()
            await settle(pilot)
        assert app.tree_view.copy_text == "/a"


async def test_revealing_a_path() -> None:
    source = FakeSource(NGINX)
    app = TreeApp(source)
    async with app.run_test(size=(100, 20)):
        way = [source.directories[path] for path in ("etc", "etc/nginx")]
        entry = next(row.id for row in source.entries if row.name == b"nginx.conf")
        assert app.tree_view.reveal(way, entry)
        assert app.tree_view.copy_text == "/etc/nginx/nginx.conf"
        assert not app.tree_view.reveal([5], entry)
        assert not app.tree_view.reveal(way, 999)
        app.tree_view.show_source(None)
        assert (app.tree_view.copy_text, app.tree_view.row, app.tree_view.row_count) == (None, None, 0)
        assert not app.tree_view.reveal(way, entry)


async def test_an_answer_for_another_source_is_dropped() -> None:
    slow = FakeSource(["x"])
    started, finish = asyncio.Event(), asyncio.Event()
    app = TreeApp(FakeSource(NGINX))

    async def wait_for_it(query: Query) -> EntrySearch | None:
        started.set()
        await finish.wait()
        return await EntryTree._search(app.tree_view, query)

    async with app.run_test(size=(100, 20)) as pilot:
        app.tree_view._search = wait_for_it  # type: ignore[method-assign]
        await pilot.press("slash", "g")
        await started.wait()
        app.tree_view.show_source(slow)
        finish.set()
        await pilot.pause()
        assert app.tree_view.copy_text == "/x"


async def test_a_search_goes_on_when_the_rows_are_replaced() -> None:
    app = TreeApp(FakeSource(NGINX))
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", "n", "g")
        await settle(pilot)
        app.tree_view.swap_source(FakeSource(["a", *NGINX]))
        assert app.tree_view.search.is_typed
        await pilot.press("i", "enter")
        await settle(pilot)
        assert app.tree_view.copy_text == "/etc/nginx"
        assert not app.tree_view.search.is_typed


async def test_a_search_that_is_under_way_is_done_in_the_new_rows() -> None:
    class Slow(FakeSource):
        def find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
            assert may_end.wait(PATIENCE)
            return {}

    may_end = threading.Event()
    app = TreeApp(Slow(NGINX))
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"new")
        app.tree_view.swap_source(FakeSource([*NGINX, "z/new"]))
        may_end.set()
        with suppress(WorkerCancelled):  # the search of the rows before
            await settle(pilot)
        await settle(pilot)
        assert app.tree_view.copy_text == "/z/new"


async def test_matches_are_counted_in_folders_that_are_closed_too() -> None:
    source = FakeSource(["a1", "etc/a2", "etc/deep/a3", "etc/other", "z/a4"])
    app = TreeApp(source)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", "a", "enter", "n", "n")
        await settle(pilot)
        assert (app.tree_view.copy_text, app.tree_view.search.count) == ("/etc/deep/a3", "3/4")
        source.add("etc/deep/a0")
        app.tree_view.refresh_source()
        await settle(pilot)
        assert app.tree_view.search.count == "4/5"


async def test_what_was_not_found_is_looked_for_in_what_comes_later() -> None:
    source = FakeSource(["a"])
    app = TreeApp(source)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"nginx.c", "enter")
        await settle(pilot)
        assert "not found" in drawn(app.tree_view)[-1]
        source.add("etc/hosts")
        app.tree_view.refresh_source()
        await settle(pilot)
        assert (app.tree_view.copy_text, app.tree_view.search.notice) == ("/a", "not found")
        source.add("etc/nginx/nginx.conf")
        app.tree_view.refresh_source()
        await settle(pilot)
        assert (app.tree_view.copy_text, app.tree_view.search.notice) == ("/etc/nginx/nginx.conf", "")


async def test_what_was_not_found_is_looked_for_in_the_rows_that_take_their_place() -> None:
    app = TreeApp(FakeSource(["a"]))
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"nginx.c", "enter")
        await settle(pilot)
        app.tree_view.swap_source(FakeSource(NGINX))
        await settle(pilot)
        assert app.tree_view.copy_text == "/etc/nginx/nginx.conf"
        app.tree_view.move_cursor(0)
        app.tree_view.swap_source(FakeSource(NGINX))
        await settle(pilot)
        assert app.tree_view.cursor == 0


async def test_a_source_that_is_closed_for_a_better_one_is_asked_no_more() -> None:
    class Closed(FakeSource):
        def find(self, text: str, is_exact: bool) -> Mapping[int, Collection[int]]:
            assert app.tree_view._rows is not None
            if is_replaced:
                app.tree_view._rows.source = FakeSource(NGINX)
            raise LayerError("it is closed")

    app = TreeApp(Closed(NGINX))
    is_replaced = True
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("slash", *"nginx.c")
        await settle(pilot)
        assert app.tree_view.copy_text == "/etc/nginx/nginx.conf"
        is_replaced = False
        app.tree_view.show_source(source := Closed(NGINX))
        assert app.tree_view._rows is not None
        with pytest.raises(LayerError):
            await app.tree_view.ask(app.tree_view._rows, lambda: source.find("n", False))


ODD = Row(1, None, b"\x1b[2J[red]\xff", EntryKind.FILE, 0o4755, 1000, 4_294_967_294, 1234, 0)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (ODD, "    -rwsr-xr-x 1000:429… "),
        (ODD, "1.2 kB    \\x1b[2J[red]\\xff"),
        (replace(ODD, kind=EntryKind.WHITEOUT, name=b"gone"), "- gone  (deleted)"),
        (replace(ODD, kind=EntryKind.OPAQUE), "⊘ hides everything below from lower layers"),
        (replace(ODD, kind=EntryKind.SYMLINK, link=b"/x\n"), "lrwsr-xr-x"),
        (replace(ODD, kind=EntryKind.SYMLINK, name=b"l", link=b"/x\n"), "  l → /x\\n"),
        (replace(ODD, kind=EntryKind.HARDLINK, name=b"l", link=b"x"), "  l = x"),
        (replace(ODD, kind=EntryKind.FIFO, name=b"f"), "  f  (fifo)"),
        (replace(ODD, name=b"app.WAR"), "1.2 kB  ▸ app.WAR"),
        (replace(ODD, name=b"app.war", directory=-2), "▸ app.war/"),
        (replace(ODD, name=b"empty.zip", size=0), "0 B    empty.zip"),
        (replace(ODD, kind=EntryKind.HARDLINK, name=b"l.deb", link=b"x.deb"), "▸ l.deb = x.deb"),
        (replace(ODD, kind=EntryKind.SYMLINK, name=b"l.deb", link=b"x.deb"), "    l.deb → x.deb"),
        (replace(ODD, name=b"notes.txt"), "1.2 kB    notes.txt"),
        (replace(ODD, name=b"f", mark="-"), "- -rwsr-xr-x"),
        (replace(ODD, mtime_ns=10**30), "@1"),
        (Row(1, 2, b"d", EntryKind.DIRECTORY, 0o755, 0, 0, 0, 0, is_described=False), "d????????? ?:?       ?  "),
    ],
)
def test_how_an_entry_reads(row: Row, text: str) -> None:
    parts = Columns.fitting(140).parts(row, 0, False)
    assert text.strip() in "".join(text for text, _ in parts)


@pytest.mark.parametrize("width", range(10, 200, 7))
@pytest.mark.parametrize("layers", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_columns_line_up(width: int, layers: bool, exact: bool) -> None:
    columns = Columns.fitting(width, exact=exact, layers=layers)
    row = Row(1, 2, b"name", EntryKind.DIRECTORY, 0o755, 0, 0, 0, 10**18, None, 10, 12_345_678, "~", "2 ← 1", "mode")
    header = "".join(text for text, _ in columns.header("name", False, exact))
    text = "".join(text for text, _ in columns.parts(row, 0, True, exact=exact))
    if "name" in header and width > 30:
        assert text.index("▾ name") == header.index("name ↑")
    if columns.label and width > 40:
        assert text.index("2 ← 1") == header.index("layer")
        assert len(text) <= width
