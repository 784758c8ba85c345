"""A page about paths of an image, which asks its owner to do something with one."""

from typing import Literal

from textual.message import Message
from textual.message_pump import MessagePump

from ocitui.image.merged.timeline import PathChange
from ocitui.tui.page.page import Page
from ocitui.tui.rows.keys import Key

Request = Literal["go", "timeline", "view", "compare", "save"]
"""The requests that an owner can fulfil for a path: go to its layer's files, show its timeline, show or save its
contents, compare it with the version before.
"""


WHICH_KEY = Key(
    "w", "request('timeline')", "Which layers changed this path, and how", id="timeline", hint="which", worth=90
)
"""The key for the timeline of the path under the cursor."""


class PathRequested(Message):
    """Something must be done with a path."""

    def __init__(self, what: Request, path: bytes, layer: int | None, touch: PathChange | None) -> None:
        super().__init__()
        self.what = what
        self.path = path
        """From the root, without a slash at either end."""
        self.layer = layer
        """The number of a layer that has it; None for the final filesystem."""
        self.touch = touch
        """The change that a layer made to the path, where the request is about one version of it."""


class PathPage(Page):
    """Put it before the kind of screen, as `Page`."""

    def __init__(self, owner: MessagePump) -> None:
        """
        Args:
            owner: who gets `PathRequested`.
        """
        super().__init__()
        self._owner = owner

    def request(self, what: Request, path: bytes, layer: int | None = None, touch: PathChange | None = None) -> None:
        """Ask the owner; once the page was left, nothing happens. Going somewhere leaves it."""
        if self.is_dismissed:
            return
        if what == "go":
            self.dismiss()
        self._owner.post_message(PathRequested(what, path.strip(b"/"), layer, touch))
