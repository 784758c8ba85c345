"""The line at the foot of a page: the keys that do something now, as many as there is room for."""

from collections.abc import Sequence
from itertools import groupby

from textual.screen import Screen

from ocitui.cells import cells
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import BoundKey, active_keys, key_name
from ocitui.tui.rows.row import Part

Hint = tuple[list[BoundKey], str]
"""Keys next to each other that share a word."""


class KeysBar(Bar):
    """Shows the hints of `Key` statements by their worth; help and the way out stay. A click does what the key does."""

    def __init__(self, *, id: str = "hints") -> None:
        super().__init__(id=id)
        self._keys: dict[bool, list[BoundKey]] = {False: [], True: []}  # of each part, left and right

    def on_mount(self) -> None:
        """Follow the keys of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._keys_changed)
        self.show_keys()

    def _keys_changed(self, _: Screen[object]) -> None:
        self.show_keys()

    def on_resize(self) -> None:
        """Use the room there is."""
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys that do something by now."""
        if not self.size.width:
            return
        hinted = sorted((each for each in active_keys(self.screen) if each.key.hint), key=lambda each: -each.key.worth)
        right = fitting_hints(_merged([each for each in hinted if each.key.stays]), self.size.width)[::-1]
        room = self.size.width - sum(map(_width, right)) - 1
        left = fitting_hints(_merged([each for each in hinted if not each.key.stays]), room)
        self._keys = {False: _keys_of(left), True: _keys_of(right)}
        self.show(_parts_of(left), _parts_of(right))

    async def clicked(self, part: int, *, is_right: bool) -> None:
        """Do what the key under the mouse does."""
        bound = self._keys[is_right][part]
        await self.app.run_action(bound.key.action, bound.node)


def fitting_hints(hints: Sequence[Hint], width: int) -> list[Hint]:
    """The hints that fit whole into a number of columns; a long one makes room for shorter ones after it."""
    found = []
    for hint in hints:
        if _width(hint) <= width:
            found.append(hint)
            width -= _width(hint)
    return found


def _merged(hinted: Sequence[BoundKey]) -> list[Hint]:
    groups = groupby(hinted, key=lambda each: (each.node, each.key.hint))
    return [(list(group), word) for (_, word), group in groups]


def _width(hint: Hint) -> int:
    return sum(cells(text) for text, _ in _parts_of([hint]))


def _parts_of(hints: Sequence[Hint]) -> list[Part]:
    parts: list[Part] = []
    for keys, word in hints:
        parts += [(f" {key_name(bound.keys[0])}", "bar--accent") for bound in keys]
        parts.append((f" {word} ", "bar--muted"))
    return parts


def _keys_of(hints: Sequence[Hint]) -> list[BoundKey]:
    """The key of each part: the word belongs to the last."""
    return [bound for keys, _ in hints for bound in (*keys, keys[-1])]
