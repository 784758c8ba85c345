"""Which keys are pressed: at random, but from what the program binds, and with a drift into its depths."""

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random

from textual.binding import Binding
from textual.dom import DOMNode

import ocitui.tui
from ocitui.tui.save.screen import SaveScreen
from ocitui.tui.start.other_image import OtherImageScreen
from tests.hostile.soak.session import WAIT, Session

LEAVING = {"q", "O", "ctrl+q", "ctrl+c", "ctrl+z"}
"""Keys that end the program where nothing lies over the panes."""

_MOVES = ("j", "k", "down", "up", "pagedown", "pageup", "g", "G", "home", "end", "l", "h", "right", "left", "space")
_OTHERS = (
    *("tab", "shift+tab", "backspace", "delete", "insert", "ctrl+p", "ctrl+f", "ctrl+o", "ctrl+w", "ctrl+u", "ctrl+k"),
    *(f"f{number}" for number in range(1, 13)),
    *(f"ctrl+{letter}" for letter in "abdeghjlnrstvxy"),
)
_FOUND = ("etc", "n00", ".json", "gone", "passwd", "link", "srv/f0", "f1", "flat", "app", "py", "d3", "zzz", "*.so")
_QUERIES = ("size>1K", "type:link", "text:root", "status:deleted", "/n0+1/", "/(", "size>", "layer:2", "type:file", "*")
_SAVED = ("out", "new/file", "new/", "..", "", "out/deeper", "a b", "é")
SIZES = ((80, 24), (160, 48), (100, 30), (118, 30), (60, 40), (40, 10), (20, 5), (80, 34))
"""Columns and rows that the terminal is given now and then."""

_FIRST_FILE = ("f", WAIT, "type type:file", WAIT, "enter", WAIT)
_BACK = ("escape", WAIT)


def tour(other: Path) -> tuple[str, ...]:
    """The steps that open each page once, from the panes as they are at the start.

    Args:
        other: an image to compare with.
    """
    return (
        *("3", "g", "enter", WAIT, *_FIRST_FILE),
        *(step for key in ("enter", "w", "x") for step in (key, WAIT, *_BACK)),
        *("D", WAIT, f"paste {other}", "enter", WAIT, *_BACK),
        *("V", WAIT, "V", WAIT, *_BACK),
        *(step for key in ("W", "B", "ctrl+o", "d", "question_mark", "colon") for step in (key, WAIT, *_BACK)),
    )


@cache
def bound_keys() -> tuple[str, ...]:
    """Every key that something in the program is bound to; what is added to it joins by itself."""
    for module in pkgutil.walk_packages(ocitui.tui.__path__, "ocitui.tui."):
        importlib.import_module(module.name)
    found: set[str] = set()
    for kind in _kinds(DOMNode):
        for binding in kind.__dict__.get("BINDINGS", ()) if kind.__module__.startswith("ocitui.") else ():
            keys = binding.key if isinstance(binding, Binding) else binding[0]
            found.update(key.strip() for key in keys.split(","))
    return tuple(sorted(found))


def _kinds(top: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for kind in top.__subclasses__():
        yield kind
        yield from _kinds(kind)


class Walk:
    """Chooses one step after the other: first those of the tour, then at random, by where the program is."""

    def __init__(self, seed: int, others: Sequence[Path], size: tuple[int, int], *, has_tour: bool = True) -> None:
        """
        Args:
            seed: the same seed chooses the same where the program is at the same places.
            others: images to compare with, and paths that are none.
            size: of the terminal to begin with.
            has_tour: whether the tour comes first.
        """
        self._random = Random(seed)
        self._tour = iter(tour(others[0]) if has_tour else ())
        self._others = others
        self._home = size
        self._is_resized = False

    def next(self, session: Session) -> str:
        """A step; see `Session`."""
        return next(self._tour, None) or self._wander(session)

    def _wander(self, session: Session) -> str:
        random, app = self._random, session.app
        typing = app.focused is not None and app.focused.check_consume_key("a", "a")
        if typing and random.random() < 0.35:
            return self._typed(session)
        at = random.random()
        if at < 0.38:
            return self._key(session, sorted(app.screen.active_bindings))
        if at < 0.60:
            return random.choice(_MOVES)
        if at < 0.68:
            return "enter"
        if at < 0.74:
            return self._key(session, bound_keys())
        if at < 0.78:
            return random.choice("1234")
        if at < 0.81:
            return "escape"
        if at < 0.84:
            return self._key(session, _OTHERS)
        if at < 0.86:
            return f"type {chr(random.randrange(33, 127))}" if typing else self._key(session, ("slash", "n", "N"))
        if at < 0.92:
            return self._moused(session)
        if at < 0.93 or (self._is_resized and at < 0.95):
            return self._resized()
        return WAIT

    def _key(self, session: Session, keys: Sequence[str]) -> str:
        if len(session.app.screen_stack) == 1 or keys is _OTHERS:
            keys = [key for key in keys if key not in LEAVING]
        return self._random.choice([key for key in keys if key not in ("ctrl+q", "ctrl+c", "ctrl+z", "O")])

    def _typed(self, session: Session) -> str:
        random, screen = self._random, session.app.screen
        if random.random() < 0.25:
            return random.choice(("enter", "enter", "backspace", "ctrl+u", "tab", "down", "escape"))
        if isinstance(screen, OtherImageScreen):
            return f"paste {random.choice(self._others)}"
        if isinstance(screen, SaveScreen):
            return f"type {random.choice(_SAVED)}"
        word = random.choice((*_FOUND, *_QUERIES) if random.random() < 0.5 else _FOUND)
        return f"{random.choice(('type', 'type', 'paste'))} {word}"

    def _moused(self, session: Session) -> str:
        random, (columns, rows) = self._random, session.app.size
        x, y = random.randrange(columns), random.randrange(rows)
        match random.choice(("click", "click", "double", "wheel", "wheel", "drag")):
            case "wheel":
                return f"wheel {x} {y} {random.choice((-5, -1, 1, 1, 5))}"
            case "drag":
                return f"drag {columns - 2} {y} {random.randrange(rows)}"
            case kind:
                return f"{kind} {x} {y}"

    def _resized(self) -> str:
        self._is_resized = not self._is_resized
        columns, rows = self._random.choice(SIZES) if self._is_resized else self._home
        return f"resize {columns} {rows}"
