"""A page about paths of the layers, which asks its owner to go to one, or for its timeline."""

from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from ocitui.display import printable
from ocitui.tui.page.page import Page
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.rows.bars import Bar
from ocitui.tui.terminal.clipboard import copy


class AskingScreen(Page, Screen[None]):
    """What such pages have in common: the layers they are about, and how they ask. They have a bar ``status``."""

    class Asked(Message):
        """Something is to be done with a path."""

        def __init__(self, what: str, layer: int, path: bytes) -> None:
            super().__init__()
            self.what = what
            """``go``: the screen is closed and the file is to be shown; ``timeline``: the screen stays."""
            self.layer = layer
            """The number of a layer that has it."""
            self.path = path

    def __init__(self, owner: MessagePump, source: SearchSource) -> None:
        """
        Args:
            owner: who gets `Asked`.
            source: the layers.
        """
        super().__init__()
        self._owner = owner
        self._source = source

    def ask(self, what: str, layer: int, path: bytes) -> None:
        """Ask the owner; see `Asked`."""
        if self.is_left:
            return
        if what == "go":
            self.dismiss()
        self._owner.post_message(self.Asked(what, layer, path))

    def copy(self, text: str | None) -> None:
        """Copy a path and say so; without one nothing happens."""
        if text:
            copy(self.app, text)
            self.query_one("#status", Bar).say([(f" copied  {printable(text)}", "bar--good")])
