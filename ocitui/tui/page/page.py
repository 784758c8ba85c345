"""The base of every screen over the panes: it closes once, with all that lies over it, and copies."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.widget import Widget

from ocitui.display import printable
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.terminal.clipboard import copy

COPIED = 1 << 16
"""Characters that are copied at most: terminals take no more."""

if TYPE_CHECKING:
    _Base = Screen[Any]
else:
    _Base = object  # the kind of screen follows where it is used


def bring_to_front(screen: Screen[Any]) -> None:
    """Leave every screen that lies over one; where it was left itself, nothing happens."""
    while screen in screen.app.screen_stack and screen.app.screen is not screen:
        screen.app.screen.dismiss()


def tell(screen: Screen[Any], change: Callable[[], None]) -> None:
    """Have a screen show what changed; where it is only being opened, and nothing is in it yet, once it is there."""
    if screen.is_mounted:
        change()
    else:
        screen.call_later(change)


class Page(_Base):
    """Put it before the kind of screen: ``class FindScreen(Page, Screen[None])``.

    Textual's `dismiss` takes away whichever screen is in front. An answer that comes from a
    thread, or a key behind the one that left the screen, would take another one's place away.
    """

    @property
    def is_dismissed(self) -> bool:
        """True if it is no longer there, though messages may still come."""
        return self not in self.app.screen_stack

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Leave it; once it was left, nothing happens."""
        if self.is_dismissed:
            return AwaitComplete()
        bring_to_front(self)
        leaving = super().dismiss(result)
        for widget in self.walk_children(Widget, with_self=True):
            widget._styles_cache.clear()  # a cache of Textual's keeps a thousand of these, and what they had drawn
        return leaving

    @property
    def main_list(self) -> Lines:
        """The list that the page is about, whose row under the cursor is copied."""
        raise NotImplementedError

    def read_again(self) -> None:
        """Read again what could not be read, where the page reads anything itself."""

    def show_notice(self, text: str, style: str = "bar--good") -> None:
        """Show what a key has done, safe to draw, in the bar ``status``."""
        self.query_one("#status", Bar).show([(f" {text}", style)])

    def action_copy(self) -> None:
        """Copy what is under the cursor (OSC 52), and show what was copied."""
        text = self.main_list.copy_text
        if not text:
            self.show_notice("nothing to copy here", "bar--warn")
            return
        copied = text[:COPIED]
        copy(self.app, copied)
        is_whole = len(copied) == len(text)
        self.show_notice(f"copied  {printable(copied)}" if is_whole else f"copied the first {COPIED:,} characters")
