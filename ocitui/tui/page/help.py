"""The help: what keys do, made of the statements of the keys themselves. Those of this page come first."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from textual.dom import DOMNode
from textual.events import Resize
from textual.screen import Screen

from ocitui.cells import cells, wrap
from ocitui.image.words import TOTALS
from ocitui.tui.page.text import TextScreen
from ocitui.tui.rows.keys import BoundKey, HasLegend, Kind, active_keys, key_names, keys_out_of_focus, stated_keys
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.text_lines import TextLines

KEY_WIDTH = 14
TWO_COLUMNS = 112
"""Columns of text from which there are two columns of keys: those of a terminal of 118 columns."""
_GAP = 3


class Section(NamedTuple):
    """Keys, or words, under one heading."""

    title: str
    lines: list[tuple[str, str]]
    """The names of keys, and what they do; or words, and what they mean."""


class HelpScreen(TextScreen):
    """Every key that does something here, then what else the program can do, and the words for sizes."""

    DEFAULT_CSS = """
    HelpScreen > Pane { width: 100%; max-width: 150; }
    """

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__("Keys", [])
        self._sections = sections

    def on_resize(self, event: Resize) -> None:
        """Use the columns there are."""
        lines = self.query_one(TextLines)
        lines.show_rows(help_rows(self._sections, max(20, lines.size.width - 2)), lines.cursor)


def sections_for(screen: Screen[Any], elsewhere: Iterable[tuple[str, type[DOMNode]]] = ()) -> list[Section]:
    """Return the sections of the help on a screen.

    Args:
        screen: the screen that is in front.
        elsewhere: headings and screens whose jobs are said though they are not in front.
    """
    active = [bound for bound in active_keys(screen) if bound.key.description]
    by_kind = {kind: [bound for bound in active if bound.key.kind is kind] for kind in Kind}
    titles = {_title(bound, screen) for bound in by_kind[Kind.PAGE] if bound.key.section is None}
    here = [bound for bound in by_kind[Kind.PAGE] if _title(bound, screen) in titles]
    others = [bound for bound in keys_out_of_focus(screen) if bound.key.description]
    found = _by_title(here, screen)
    found.append(Section("Signs", _legend(screen)))
    found.append(Section("Jobs", _lines(by_kind[Kind.JOB])))
    said = {bound.key.name for bound in by_kind[Kind.JOB]}
    for title, source in elsewhere:
        jobs = [key for key in stated_keys(source) if key.kind is Kind.JOB and key.description and key.name not in said]
        found.append(Section(title, [(key_names(key.keys), key.description) for key in jobs]))
    found += _by_title([*others, *(bound for bound in by_kind[Kind.PAGE] if bound not in here)], screen)
    found.append(Section("The program", _lines(by_kind[Kind.PROGRAM])))
    found.append(Section("Panes and lists", _lines(by_kind[Kind.LIST])))
    found.append(Section("Moving", _lines(by_kind[Kind.MOVE])))
    found.append(Section("Sizes", list(TOTALS)))
    return [section for section in found if section.lines]


def _legend(screen: Screen[Any]) -> list[tuple[str, str]]:
    """The signs of what has the focus, and of what that is in."""
    nodes = screen.focused.ancestors_with_self if screen.focused is not None else [screen]
    return [sign for node in nodes if isinstance(node, HasLegend) for sign in node.LEGEND]


def _by_title(keys: Iterable[BoundKey], screen: Screen[Any]) -> list[Section]:
    """The keys under the titles of whose they are; a widget without one is a part of its screen."""
    found: dict[str, Section] = {}
    for bound in keys:
        title = _title(bound, screen)
        found.setdefault(title, Section(title, [])).lines.extend(_lines([bound]))
    return list(found.values())


def _title(bound: BoundKey, screen: Screen[Any]) -> str:
    return bound.key.section or bound.node.BINDING_GROUP_TITLE or screen.BINDING_GROUP_TITLE or "This page"


def _lines(keys: Iterable[BoundKey]) -> list[tuple[str, str]]:
    return [(key_names(bound.keys), bound.key.description) for bound in keys]


def help_rows(sections: Sequence[Section], width: int) -> list[list[Part]]:
    """Sections as rows, in two columns where there is room for them.

    Args:
        sections: what is said.
        width: columns of a row.
    """
    if width < TWO_COLUMNS:
        return _joined(_section_rows(section, width) for section in sections)
    width = (width - _GAP) // 2
    drawn = [_section_rows(section, width) for section in sections]
    heights = [len(rows) + 1 for rows in drawn]
    at = min(range(len(drawn) + 1), key=lambda at: max(sum(heights[:at]), sum(heights[at:])))
    left, right = _joined(drawn[:at]), _joined(drawn[at:])
    blank: list[Part] = [("", "")]
    rows = []
    for number in range(max(len(left), len(right))):
        row = left[number] if number < len(left) else blank
        gap = " " * (width + _GAP - sum(cells(text) for text, _ in row))
        rows.append([*row, (gap, ""), *(right[number] if number < len(right) else [])])
    return rows


def _joined(drawn: Iterable[Sequence[list[Part]]]) -> list[list[Part]]:
    """Rows of sections, with an empty row between them."""
    rows: list[list[Part]] = []
    for section in drawn:
        rows += [[("", "")], *section] if rows else section
    return rows


def _section_rows(section: Section, width: int) -> list[list[Part]]:
    rows: list[list[Part]] = [[(section.title, "lines--accent")]]
    for keys, what in section.lines:
        for number, line in enumerate(wrap(what, max(8, width - KEY_WIDTH - 2))):
            name = keys if number == 0 else ""
            rows.append([(f"  {name:<{KEY_WIDTH}}", "lines--strong"), (line, "")])
    return rows
