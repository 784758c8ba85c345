"""The table of all keys in the documentation is made of the statements of the keys.

``KEYS=write python -m pytest tests/tui/page/test_documented_keys.py`` writes it anew.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from textual.dom import DOMNode

from ocitui.tui.app import OcituiApp
from ocitui.tui.explore.screen import ExploreScreen
from ocitui.tui.files.tree import EntryTree
from ocitui.tui.panes.history_pane import HistoryPane
from ocitui.tui.panes.image_pane import ImagePane
from ocitui.tui.rows.keys import Key, Kind, key_name, stated_keys
from ocitui.tui.rows.summary_lines import SummaryLines
from ocitui.tui.view.json_view import JsonView

DOCUMENT = Path(__file__).parents[3] / "ocitui/docs/keys.md"
BEGIN, END = "<!-- keys: begin -->\n", "<!-- keys: end -->\n"
SECTIONS: tuple[tuple[str, type[DOMNode], Kind], ...] = (
    ("Jobs", ExploreScreen, Kind.JOB),
    ("In every pane", ExploreScreen, Kind.PAGE),
    ("1 Image", ImagePane, Kind.PAGE),
    ("2 Config", SummaryLines, Kind.PAGE),
    ("2 Config as JSON", JsonView, Kind.PAGE),
    ("3 History", HistoryPane, Kind.PAGE),
    ("4 Files", EntryTree, Kind.PAGE),
    ("The program", OcituiApp, Kind.PROGRAM),
    ("Panes", ExploreScreen, Kind.LIST),
    ("Lists", ImagePane, Kind.LIST),
    ("Moving", ImagePane, Kind.MOVE),
)
NAMES = {"enter": "Enter", "escape": "Esc", "space": "Space", "tab": "Tab", "pageup": "PgUp", "pagedown": "PgDn"}


def table() -> str:
    return "| | |\n|---|---|\n" + "".join(f"| {keys} | {what} |\n" for keys, what in rows())


def rows() -> Iterator[tuple[str, str]]:
    for title, source, kind in SECTIONS:
        yield f"**{title}**", ""
        others = [key for key in stated_keys(ExploreScreen) if key.section == title]
        for key in (*stated_keys(source), *others):
            if key.kind is kind and key.section in (None, title) and key.description:
                yield " ".join(f"`{name_of(name)}`" for name in key.keys), key.description


def name_of(key: str) -> str:
    """A key as it is named in print: ``Ctrl+O``."""
    *held, last = key.split("+")
    name = NAMES.get(last, key_name(last))
    return "+".join([*(each.capitalize() for each in held), name.upper() if "ctrl" in held else name])


def test_the_documentation_has_every_key() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    assert after, "the document has the markers of the table"
    wanted = before + BEGIN + table() + END + after
    if os.environ.get("KEYS") == "write":
        DOCUMENT.write_text(wanted, encoding="utf-8")
        text = wanted
    assert text == wanted


def test_what_is_listed_is_stated() -> None:
    listed = [row for row in rows() if row[1]]
    assert len(listed) > 50
    for source in (OcituiApp, ExploreScreen, EntryTree, HistoryPane):
        for key in source.__dict__["BINDINGS"]:
            assert isinstance(key, Key)
            assert any(key.description == what for _, what in listed), key
