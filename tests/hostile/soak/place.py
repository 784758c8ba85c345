"""Where somebody is in the program, so that another one can be brought to the same place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocitui.image.image import Image
from ocitui.image.merged.changes import Mark
from ocitui.image.node import Node
from ocitui.tui.files.merged_source import MergedSource
from ocitui.tui.panes.image_pane import TreeRow
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.summary_lines import SummaryLines
from ocitui.tui.view.json_view import JsonView
from tests.hostile.soak.session import WAIT, Session

MARK_KEYS = {Mark.ADDED: "plus", Mark.MODIFIED: "tilde", Mark.DELETED: "minus", Mark.UNCHANGED: "u"}
FEW = 40
"""Folders that may stay open where somebody is; more are closed first, since each is opened by itself."""

MANY = 500
"""Rows of files that may be there, likewise: in merged trees each is looked at."""

RowKey = tuple[int, bool]
"""A row of the tree of documents: the number of its node, and whether it is the heading over its layers."""


@dataclass(frozen=True)
class Place:
    """All that says what the panes show."""

    size: tuple[int, int]
    theme: str
    is_exact: bool
    is_verified: bool
    """Whether anything was verified; then all of it is."""
    unfolded: frozenset[RowKey]
    """The rows of the tree of documents that are unfolded."""
    chosen: RowKey
    image: int | None
    """The node of the image that is shown."""
    layer: int | None
    """The number of the layer whose files are shown."""
    view: int
    """The layer alone, merged, changes."""
    marks: frozenset[Mark]
    """What is shown of the merged tree."""
    history_folds: frozenset[int]
    is_original: bool
    order: str
    is_reverse: bool
    folders: tuple[bytes, ...]
    """The folders that are open, outer ones first."""
    is_json: bool
    fact_folds: frozenset[tuple[int, int]]
    json_folds: tuple[int, ...]
    json_tall: tuple[int, ...]
    """Lines of the JSON that are unfolded over rows."""
    focus: str
    rows: tuple[tuple[str, int, int, int], ...]
    """Of each list: its id, the row under the cursor, the first row in sight, the columns out of sight."""


async def tidy(session: Session) -> None:
    """Leave what is not a place: dialogs, searches, layers that are not known yet, very many open folders."""
    await session.leave()
    explore = session.explore
    scans = explore.shown.scans
    if not all(scans.known(each) or scans.failure(each) or scans.stall(each) for each in explore.shown.layers):
        await session.perform("W", WAIT)  # reads them
        await session.leave()
    rows = explore.panes.files._rows
    if rows is not None and (len(rows.open_folders) > FEW or len(rows) > MANY):
        explore.panes.files.action_collapse_all()
        await session.settle()
    if explore.verifying._reports:
        await _verify(session)
    await settle_rows(session)


async def _verify(session: Session) -> None:
    session.explore.verify_marks.start(session.explore.shown.top)
    await session.settle()
    session.explore.bars.keep_status(())  # a message, until the cursor moves


async def settle_rows(session: Session) -> None:
    """Look at every row of a merged tree, since what only contents tell is found out where it is in sight."""
    files = session.explore.panes.files
    if not isinstance(files.source, MergedSource):
        return
    focus = _number(session, session.explore.panes.current.id)
    await session.perform("4", WAIT)
    cursor, top = files.cursor, files.top
    for row in range(0, files.row_count, max(1, files.page_height // 2)):
        files.move_cursor(row)
        await session.settle()
    files.move_cursor(min(cursor, files.row_count - 1))
    files.scroll_rows(top - files.top)
    await session.perform(focus, WAIT)


def _number(session: Session, pane: str | None) -> str:
    return str([each.id for each in session.explore.panes.all].index(pane) + 1)


def read_place(session: Session) -> Place:
    """Where a program is that was tidied."""
    explore = session.explore
    numbers = {node: number for number, node in enumerate(explore.shown.top.walk())}
    tree, files, history = explore.panes.image_tree, explore.panes.files, explore.panes.history
    row = tree._rows[tree.cursor]
    folders: list[bytes] = []
    if files._rows is not None:
        places = [(each.parent, each.nth) for each in files._rows.open_folders if each.parent is not None]
        folders = [files._rows.path(place) for place in places if place[0] is not None]
    order, is_reverse = files._sorting
    folds = explore.query_one(JsonView).document.folds
    count = len(explore.query_one(JsonView).document) if explore.panes.config.is_json else 0
    return Place(
        size=(session.app.size.width, session.app.size.height),
        theme=session.app.theme,
        is_exact=tree.is_exact,
        is_verified=bool(explore.verifying._reports),
        unfolded=frozenset((numbers[each.node], each.is_layers) for each in _unfolded(tree._rows, tree._unfolded)),
        chosen=(numbers[row.node], row.is_layers),
        image=numbers[explore.shown.image.node] if explore.shown.image is not None else None,
        layer=explore.shown.layer.number if explore.shown.layer is not None else None,
        view=explore.shown.merged._view,
        marks=explore.shown.merged._marks,
        history_folds=frozenset(history._unfolded),
        is_original=history.is_original,
        order=order,
        is_reverse=is_reverse,
        folders=tuple(sorted(folders, key=lambda path: (len(path), path))),
        is_json=explore.panes.config.is_json,
        fact_folds=frozenset(() if explore.panes.config.is_json else explore.query_one(SummaryLines)._unfolded),
        json_folds=tuple(line for line in range(count) if folds.is_folded(line)),
        json_tall=tuple(folds.tall_lines) if count else (),
        focus=explore.panes.current.id or "",
        rows=tuple((lines.id or "", lines.cursor, lines.top, lines._skipped) for lines in explore.query(Lines)),
    )


def _unfolded(rows: Sequence[TreeRow], unfolded: set[tuple[Node, bool]]) -> list[TreeRow]:
    return [row for row in rows if row.key in unfolded]


async def bring(session: Session, place: Place) -> None:
    """Bring a program that was just started to a place."""
    await tidy(session)
    explore = session.explore
    session.app.theme = place.theme
    if place.is_exact != explore.panes.image_tree.is_exact:
        await session.perform("b")
    if place.is_json != explore.panes.config.is_json:
        await session.perform("v")
    await _choose_view(session, place)
    await _choose_layer(session, place)
    await _fold(session, place)
    await _open_folders(session, place)
    if place.is_verified:
        await _verify(session)
    await settle_rows(session)
    await _scroll(session, place)


async def _choose_view(session: Session, place: Place) -> None:
    """By way of another image, where no layer is shown in a view that only one with a layer can be given."""
    explore = session.explore
    merged = explore.shown.merged
    await _press_until(session, "m", lambda: merged._view == place.view)
    if not merged.is_alone:
        for marks in (place.marks - merged._marks, merged._marks - place.marks):  # something is always shown
            for mark in marks:
                await session.perform(MARK_KEYS[mark], WAIT)
        assert merged._marks == place.marks
    if place.layer is None and explore.shown.image is not None:
        images = [image.node for node in explore.shown.top.walk() if (image := Image.containing(node)) is not None]
        others = [node for node in images if node is not explore.shown.image.node]
        if others:
            await _go(session, others[0])


async def _press_until(session: Session, key: str, is_there: Callable[[], bool]) -> None:
    for _ in range(10):
        if is_there():
            return
        await session.perform(key, WAIT)
    assert is_there(), f"{key} does not lead there"


async def _choose_layer(session: Session, place: Place) -> None:
    explore = session.explore
    nodes = list(explore.shown.top.walk())
    if place.image is not None:
        await _go(session, nodes[place.image])
    if place.layer is not None and explore.shown.image is not None:
        await _go(session, explore.shown.image.layer_node(place.layer))
        if explore.shown.layer is None or explore.shown.layer.number != place.layer:
            await session.perform("1", "enter", WAIT)
    await _go(session, nodes[place.chosen[0]])


async def _go(session: Session, node: Node) -> None:
    """What putting the cursor on a document does."""
    session.explore.panes.image_tree.reveal(node)
    session.explore.choosing.show(node)
    await session.settle()


async def _fold(session: Session, place: Place) -> None:
    explore = session.explore
    numbers = {node: number for number, node in enumerate(explore.shown.top.walk())}
    tree, facts, json, history = (
        explore.panes.image_tree,
        explore.query_one(SummaryLines),
        explore.query_one(JsonView),
        explore.panes.history,
    )
    at = 0
    while at < tree.row_count:
        row = tree._rows[at]
        if ((numbers[row.node], row.is_layers) in place.unfolded) != (row.key in tree._unfolded):
            tree._cursor = at  # the cursor alone: what is chosen stays
            tree.action_toggle_fold()
        at += 1
    keys = [(numbers[row.node], row.is_layers) for row in tree._rows]
    tree.move_cursor(keys.index(place.chosen))
    await session.settle()
    if place.is_original != history.is_original:
        history.action_toggle_original()
    here = history._index[history.cursor] if history._index else None
    for position in sorted(place.history_folds):
        history._cursor = history._index.index((position, 0))
        history.action_expand()
    if here is not None:
        history._cursor = history._index.index(here)  # the cursor alone: the tree of documents follows it
    await session.perform("2", WAIT)  # facts are wrapped where they are in sight
    for key in sorted(place.fact_folds):
        facts.move_cursor(next(number for number, row in enumerate(facts._rows) if row.key == key))
        facts.action_expand()
    if place.is_json:
        for line in place.json_tall:
            json.move_cursor(json._row_of(line))
            json.action_wrap()
        for line in reversed(place.json_folds):
            json._fold(line, True)
    await session.settle()


async def _open_folders(session: Session, place: Place) -> None:
    files = session.explore.panes.files
    for _ in range(10):
        if files._sorting[0] != place.order:
            files.action_sort()
    if files._sorting[1] != place.is_reverse:
        files.action_reverse()
    await session.settle()
    files.action_collapse_all()
    for path in place.folders:
        assert files.reveal_path(path), f"{path!r} is not there"
        if files._place is not None and files._place[0].sub(files._place[1]) is None:
            files.action_expand()
        await session.settle()


async def _scroll(session: Session, place: Place) -> None:
    """Pane after pane, for rows are counted where they are in sight."""
    explore = session.explore
    known = {name: where for name, *where in place.rows}
    for pane in [*explore.panes.all, explore.query_one(f"#{place.focus}", Pane)]:
        await session.perform(_number(session, pane.id), WAIT)
        for lines in pane.query(Lines):
            lines._cursor, lines._top, lines._skipped = known[lines.id or ""]
            lines.repaint_all()
    explore.post_message(Lines.Highlighted(explore.panes.files, 0))
    await session.settle()
