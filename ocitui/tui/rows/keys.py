"""Keys as they are stated: once, in `BINDINGS`, with what they do and the word for it in a footer.

Footers, the help, the command palette and the table of the documentation are made of these statements.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import Screen
from textual.widget import Widget

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "⏎",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "asterisk": "*",
    "plus": "+",
    "minus": "-",
    "tilde": "~",
    "equals_sign": "=",
}


class Kind(Enum):
    """The subject of a key, in the order of the help."""

    PAGE = "page"
    """The things on the page, or under the cursor."""
    JOB = "job"
    """A question about the whole image: the answer is another page."""
    PROGRAM = "program"
    """The program: colours, help, the end."""
    LIST = "list"
    """The lists: going from one to the other, and searching in one."""
    MOVE = "move"
    """The cursor."""


@dataclass(frozen=True)
class Key(Binding):
    """One statement. Without a description it does something that nobody has to be told."""

    hint: str = ""
    """A word or two for a footer; empty keeps it out of footers."""
    worth: int = 0
    """The rank of its hint where a footer has no room for all: the highest come first."""
    kind: Kind = Kind.PAGE
    section: str | None = None
    """The heading of the help that it stands under; that of the page or the pane that states it unless given."""
    stays: bool = False
    """True if a footer always has its hint, on the right: help, and the way out."""

    def __post_init__(self) -> None:
        if self.id is None:
            if "(" in self.action:
                raise ValueError(f"{self.action}: needs an id, as several keys have this action")
            object.__setattr__(self, "id", self.action.replace("_", "-"))

    @property
    def name(self) -> str:
        """The name that settings give it other keys by: its id, else that of its action."""
        assert self.id is not None
        return self.id

    @property
    def keys(self) -> list[str]:
        """The keys, as Textual spells them."""
        return [key.strip() for key in self.key.split(",")]

    def hinted(self, hint: str) -> "Key":
        """The same with another word for footers."""
        return replace(self, hint=hint)


@runtime_checkable
class AdaptsKeys(Protocol):
    """A widget or a screen whose keys read otherwise while it shows other things."""

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        ...


@runtime_checkable
class HasLegend(Protocol):
    """A widget or a screen with signs that are not explained where they stand."""

    LEGEND: Sequence[tuple[str, str]]
    """Each sign, and its meaning."""


@dataclass(frozen=True, slots=True)
class BoundKey:
    """A key that does something now."""

    key: Key
    """The key as it reads at this moment."""
    node: DOMNode
    """The node that has the action."""
    keys: tuple[str, ...]
    """The keys it is bound to now, as Textual spells them."""
    word: str
    """The word in footers, though they may not show it at this moment."""


def key_name(key: str) -> str:
    """A key as it is shown: ``?``, ``esc``, ``^o``."""
    name = _NAMES.get(key, key)
    return f"^{name[5:]}" if name.startswith("ctrl+") and len(name) == 6 else name


def character_of(key: str) -> str | None:
    """The character that a key types, as Textual spells the key; None for one that types nothing."""
    name = key_name(key)
    return name if len(name) == 1 and name.isascii() else key_to_character(key)


def key_names(keys: Sequence[str]) -> str:
    """Several keys for one thing: ``f ^f``."""
    return " ".join(map(key_name, keys))


def stated_keys(source: type[DOMNode]) -> Iterator[Key]:
    """The keys that a class states, and those of its bases that it does not state anew."""
    seen: set[str] = set()
    for base in source.__mro__:
        own = [key for key in base.__dict__.get("BINDINGS", ()) if isinstance(key, Key) and key.action not in seen]
        yield from own
        seen |= {key.action for key in own}


@runtime_checkable
class RebindsKeys(Protocol):
    """An app whose user may have given keys other names."""

    keymap: Mapping[str, Sequence[str]]
    """The keys of the names that have others than those stated, as Textual spells them."""


def keys_now(key: Key, app: object) -> tuple[str, ...]:
    """The keys that a statement has in an app, as Textual spells them."""
    return tuple((isinstance(app, RebindsKeys) and app.keymap.get(key.name)) or key.keys)


def key_text(key: Key, app: object, *, typing: bool = False) -> str:
    """A key as sentences name it: ``m``, ``Enter``, ``Ctrl+R``.

    Args:
        key: its statement.
        app: the app that runs.
        typing: whether it is for where text is typed: it is one that types nothing then.
    """
    keys = keys_now(key, app)
    first = next((each for each in keys if not (typing and character_of(each))), keys[0])
    held, _, last = first.rpartition("+")
    if held == "ctrl" and len(last) == 1:
        return f"Ctrl+{last.upper()}"
    return first.capitalize() if first in ("enter", "space", "tab") else key_name(first)


CHOOSE = Key("enter", "choose", worth=100)
BACK = Key("escape,q", "dismiss", "Back", id="back", hint="back", worth=10, stays=True)
CANCEL = Key("escape", "cancel", "Cancel verifying, or reading layers", hint="cancel", worth=80, stays=True)
END_SEARCH = Key("escape", "end_search", "End the search", hint="end search", worth=90, kind=Kind.LIST, stays=True)
READ_AGAIN = Key("ctrl+r,r", "read_again", "Retry layers that failed or stalled", kind=Kind.PROGRAM)
FIND = Key(
    "f,ctrl+f", "find", "Find in all layers: paths, sizes, types, contents", hint="find", worth=95, kind=Kind.JOB
)
VERIFY = Key("V", "verify", "Verify the selection; press again for findings", hint="verify", worth=68, kind=Kind.JOB)
NEXT_VIEW = Key("m", "next_view", "Files: this layer / merged up to it / its changes", hint="merged", worth=72)
"""The keys that sentences name, too: the first of each, so that it has one name wherever text is typed or not."""


def active_keys(screen: Screen[Any]) -> list[BoundKey]:
    """The keys that do something now: of the widget that has the focus, of what it is in, of the screen, of the app."""
    bound: dict[tuple[DOMNode, str, str | None], list[str]] = {}
    for name, active in screen.active_bindings.items():
        bound.setdefault((active.node, active.binding.action, active.binding.id), []).append(name)
    found = []
    for node in dict.fromkeys(node for node, _, _ in bound):
        for key in stated_keys(type(node)):
            names = bound.get((node, key.action, key.id), ())
            if names:
                found.append(BoundKey(adapted(key, node), node, tuple(names), key.hint))
    return found


def keys_out_of_focus(screen: Screen[Any]) -> list[BoundKey]:
    """The keys of widgets in sight that would do something there if they had the focus."""
    others = [widget for widget in screen.query(Widget) if widget.can_focus and widget.display and not widget.has_focus]
    return [
        BoundKey(adapted(key, widget), widget, keys_now(key, screen.app), key.hint)
        for widget in others
        for key in stated_keys(type(widget))
        if key.kind is Kind.PAGE
    ]


def adapted(key: Key, node: DOMNode) -> Key:
    """A key of a widget or a screen as it reads at this moment."""
    return node.adapt_key(key) if isinstance(node, AdaptsKeys) else key
