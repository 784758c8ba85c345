"""What every screen over the panes has in common: it is left once, with all that lies over it."""

from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.widget import Widget

if TYPE_CHECKING:
    _Base = Screen[Any]
else:
    _Base = object  # the kind of screen follows where it is used


def bring_to_front(screen: Screen[Any]) -> None:
    """Leave every screen that lies over one; where it was left itself, nothing happens."""
    while screen in screen.app.screen_stack and screen.app.screen is not screen:
        screen.app.screen.dismiss()


class Page(_Base):
    """Put it before the kind of screen: ``class FindScreen(Page, Screen[None])``.

    Textual's `dismiss` takes away whichever screen is in front. An answer that comes from a
    thread, or a key behind the one that left the screen, would take another one's place away.
    """

    @property
    def is_left(self) -> bool:
        """Whether it is there no more, though messages still come."""
        return self not in self.app.screen_stack

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Leave it; once it was left, nothing happens."""
        if self.is_left:
            return AwaitComplete()
        bring_to_front(self)
        leaving = super().dismiss(result)
        for widget in self.walk_children(Widget, with_self=True):
            widget._styles_cache.clear()  # a cache of Textual's keeps a thousand of these, and what they had drawn
        return leaving
