"""The keys of every page under the names that settings give them others by, and what speaks against that.

A name is that of an action (`ocitui.tui.rows.keys.Key.name`), and has the same keys on every page
that has it. On one page two names may share a key only where they do by default: there the page
tells them apart, as Esc ends a search first, and leaves the page then.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import combinations
from typing import NamedTuple

from textual.dom import DOMNode
from textual.keys import KEY_ALIASES, Keys, _character_to_key
from textual.screen import ModalScreen

from ocitui.display import quote
from ocitui.errors import UsageError
from ocitui.tui.app import OcituiApp
from ocitui.tui.compare.diff_lines import DiffLines
from ocitui.tui.compare.diff_tree import DiffTree
from ocitui.tui.compare.files_screen import CompareScreen
from ocitui.tui.compare.images_screen import ImageDiffScreen
from ocitui.tui.explore.screen import ExploreScreen
from ocitui.tui.find.rows import FindRows
from ocitui.tui.find.screen import FindScreen
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.page.prompt_page import PromptPage
from ocitui.tui.page.text import TextScreen
from ocitui.tui.panes.files_pane import FilesPane
from ocitui.tui.panes.history_pane import HistoryPane
from ocitui.tui.panes.image_pane import ImagePane
from ocitui.tui.rows.keys import Key, Kind, character_of, key_name, stated_keys
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.summary_lines import SummaryLines
from ocitui.tui.save.form import SaveForm
from ocitui.tui.save.screen import SaveScreen
from ocitui.tui.sizes.lines import SizeLines
from ocitui.tui.sizes.screen import SizesScreen
from ocitui.tui.start.other_form import OtherForm
from ocitui.tui.start.other_image import OtherImageScreen
from ocitui.tui.start.rows import StartRows
from ocitui.tui.start.screen import StartScreen
from ocitui.tui.start_app import StartApp
from ocitui.tui.timeline.screen import TimelineScreen
from ocitui.tui.verify.screen import FindingsScreen
from ocitui.tui.view.facts_view import FactsView
from ocitui.tui.view.hex_view import HexView
from ocitui.tui.view.json_view import JsonView
from ocitui.tui.view.screen import ViewScreen
from ocitui.tui.view.text_view import TextView
from ocitui.tui.waste.screen import WasteScreen


class Page(NamedTuple):
    """A screen, and the lists and lines on it that may have the focus."""

    title: str
    screen: type[DOMNode]
    focused: Sequence[type[DOMNode]]
    app: type[DOMNode] = OcituiApp

    def chains(self) -> Iterator[list[Key]]:
        """The keys that do something at once, for each that may have the focus."""
        outer = (self.screen,) if issubclass(self.screen, ModalScreen) else (self.screen, self.app)
        for widget in self.focused:
            yield [key for source in (widget, *outer) for key in stated_keys(source)]


PAGES = (
    Page("The panes", ExploreScreen, (ImagePane, SummaryLines, JsonView, HistoryPane, FilesPane)),
    Page("Find", FindScreen, (FindRows, Prompt)),
    Page("Which layers", TimelineScreen, (Lines,)),
    Page("Waste", WasteScreen, (Lines,)),
    Page("Disk usage", SizesScreen, (SizeLines, Lines)),
    Page("Findings", FindingsScreen, (Lines,)),
    Page("Viewer", ViewScreen, (FactsView, TextView, JsonView, HexView)),
    Page("Two images", ImageDiffScreen, (DiffTree,)),
    Page("Two versions", CompareScreen, (DiffLines,)),
    Page("Save", SaveScreen, (SaveForm, Lines)),
    Page("Compare with", OtherImageScreen, (OtherForm,)),
    Page("Help and other texts", TextScreen, (Lines,)),
    Page("Commands, themes, paths", PromptPage, (Prompt, Lines)),
    Page("Start", StartScreen, (StartRows,), StartApp),
)
"""All pages, in the order in which `ocitui keys` prints what is new on each."""

_RESERVED = {"ctrl+q": "always quits"}
_NAMED = {key.value for key in Keys if "<" not in key.value}
_TYPED_ON: Sequence[type[DOMNode]] = (Prompt, PromptPage)
"""The sources of keys that must work while text is typed."""


_TITLES = {Kind.JOB: "Jobs", Kind.PROGRAM: "The program", Kind.LIST: "Panes and lists", Kind.MOVE: "Moving"}
_COMMON = {
    "choose": "Open, go there, save: what is under the cursor",
    "toggle-fold": "Fold or unfold",
    "back": "Back to the page below",
    "cancel": "Cancel what is under way, or go back",
    "copy": "Copy what is under the cursor",
    "save": "Save the file, folder or version",
    "prompt-down": "From the line that is typed on to the list",
    "prompt-up": "Up; from the first row to the line that is typed on",
    "prompt-back": "From the line that is typed on to the end of the list",
    "cursor-up": "Up",
    "expand": "Right, or unfold",
    "interrupt": "Quit at once; where text is typed, close the page",
    "search-next": "Next match, or next change",
    "search-previous": "Previous match, or previous change",
    "read-again": "Retry layers that failed or stalled",
    "wrap": "Wrap long lines",
}
"""The descriptions of names that do not read the same on all pages."""


def keys_by_page() -> dict[str, list[Key]]:
    """Every name once, under the title of what it belongs to, or of the first page that has it."""
    found: dict[str, list[Key]] = {}
    seen: set[str] = set()
    for page in PAGES:
        for key in (key for chain in page.chains() for key in chain):
            if key.name not in seen:
                seen.add(key.name)
                described = replace(key, description=_COMMON.get(key.name, key.description))
                found.setdefault(_TITLES.get(key.kind, page.title), []).append(described)
    return found


def checked_keys(given: Mapping[str, Sequence[str]], what: str) -> dict[str, list[str]]:
    """The keys as Textual spells them, by name, and only those that are not as by default.

    Args:
        given: the keys by name, as settings have them.
        what: where they stand, for messages.

    Raises:
        UsageError: a name or a key is unknown, or two names of one page share a key.
    """
    known = {key.name: key for keys in keys_by_page().values() for key in keys}
    changed: dict[str, list[str]] = {}
    for name, keys in given.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f"did you mean {near[0]}?" if near else "`ocitui keys` lists them all"
            raise UsageError(f"{what}: no action {quote(name)}; {meant}")
        read = list(dict.fromkeys(read_key(key, f"{what}.{name}") for key in keys))
        if read != known[name].keys:
            changed[name] = read
    _check_typing(changed, what)
    for page in PAGES:
        for chain in page.chains():
            _check_chain(chain, changed, what)
    return changed


def read_key(text: str, what: str) -> str:
    """A key as Textual spells it: ``question_mark`` of ``?``.

    Args:
        text: a character, or a name such as ``escape``, ``f5``, ``ctrl+o``.
        what: where it stands, for messages.

    Raises:
        UsageError: there is no such key, or no terminal can tell it from another one.
    """
    *held, last = text.split("+") if len(text) > 1 else [text]
    key = "+".join([*held, _character_to_key(last) if len(last) == 1 and last.isprintable() else last])
    same = next((name for name, others in KEY_ALIASES.items() if key in others), None)
    if same is not None:
        raise UsageError(f"{what}: {quote(text)} is the same key as {same} to a terminal")
    if key in _RESERVED:
        raise UsageError(f"{what}: {quote(text)} {_RESERVED[key]}")
    if not _is_key(key, held):
        near = get_close_matches(key, sorted(_NAMED), 1)
        raise UsageError(f"{what}: no key {quote(text)}" + (f"; did you mean {near[0]}?" if near else ""))
    return key


def _is_key(key: str, held: Sequence[str]) -> bool:
    if key in _NAMED:
        return True
    if not held:
        character = character_of(key)
        return bool(character) and unicodedata.category(character or "")[0] != "C"
    return held == ["alt"] and (key[4:] in _NAMED or character_of(key[4:]) is not None)


def key_in_settings(key: str) -> str:
    """A key as settings have it: the character that it types, else its name."""
    character = character_of(key)
    return character if character and character.isprintable() and not character.isspace() else key


def _check_typing(changed: Mapping[str, Sequence[str]], what: str) -> None:
    needed = {key.name for source in _TYPED_ON for key in stated_keys(source)}
    for name, keys in changed.items():
        if name in needed and all(character_of(key) for key in keys):
            raise UsageError(f"{what}.{name}: needs a key that types nothing, for where text is typed")


def _check_chain(chain: Sequence[Key], changed: Mapping[str, Sequence[str]], what: str) -> None:
    for one, other in combinations(chain, 2):
        if one.name == other.name or not (one.name in changed or other.name in changed):
            continue
        shared = set(changed.get(one.name, one.keys)) & set(changed.get(other.name, other.keys))
        if shared and not set(one.keys) & set(other.keys):
            raise UsageError(f"{what}: {one.name} and {other.name} have the same key, {key_name(min(shared))}")
