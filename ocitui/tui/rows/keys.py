"""Keys as they are stated: once, in `BINDINGS`, with what they do and the word for it in a footer.

Footers, the help, the command palette and the table of the documentation are made of these statements.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from textual.binding import Binding
from textual.dom import DOMNode
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
    stays: bool = False
    """True if a footer always has its hint, on the right: help, and the way out."""

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


def active_keys(screen: Screen[Any]) -> list[BoundKey]:
    """The keys that do something now: of the widget that has the focus, of what it is in, of the screen, of the app."""
    bound: dict[tuple[DOMNode, str], list[str]] = {}
    for name, active in screen.active_bindings.items():
        bound.setdefault((active.node, active.binding.action), []).append(name)
    found = []
    for node in dict.fromkeys(node for node, _ in bound):
        for key in stated_keys(type(node)):
            names = tuple(name for name in key.keys if name in bound.get((node, key.action), ()))
            if names:
                found.append(BoundKey(adapted(key, node), node, names, key.hint))
    return found


def keys_out_of_focus(screen: Screen[Any]) -> list[BoundKey]:
    """The keys of widgets in sight that would do something there if they had the focus."""
    others = [widget for widget in screen.query(Widget) if widget.can_focus and widget.display and not widget.has_focus]
    return [
        BoundKey(adapted(key, widget), widget, tuple(key.keys), key.hint)
        for widget in others
        for key in stated_keys(type(widget))
        if key.kind is Kind.PAGE
    ]


def adapted(key: Key, node: DOMNode) -> Key:
    """A key of a widget or a screen as it reads at this moment."""
    return node.adapt_key(key) if isinstance(node, AdaptsKeys) else key
