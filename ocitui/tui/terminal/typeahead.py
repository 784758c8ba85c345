"""Keys that come faster than the screen follows: each is looked at when the one before has done all it does.

Over a slow line keys arrive in bunches: ``/passwd`` and Enter in one packet. Textual gives
each key to what has the focus when it arrives, before the key before it has opened a
search, brought another pane to the front or another screen. Such keys would go astray.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from textual.app import App
from textual.events import Event
from textual.message import Message

PATIENCE = 2.0
"""Seconds after which the next key is looked at anyway: what should have said that it is done is gone."""

_ROUNDS = 2


class Settled(Message):
    """Follows a key through every queue on its way to the app, behind what the key set off."""

    def __init__(self, number: int, rounds: int) -> None:
        super().__init__()
        self.number = number
        """The number of the key it follows."""
        self.rounds = rounds
        """The number of times that it is still to be sent."""


class Typeahead:
    """Hands out keys one at a time.

    A key reaches its binding when it has climbed from the widget to the app, and what an
    action says climbs the same way once more. So a message is sent after the key twice, and
    when it comes back the second time, the key has done all it does.
    """

    def __init__(self, app: App[Any], hand_out: Callable[[Event], Awaitable[None]]) -> None:
        """
        Args:
            app: whose keys these are; it gives every `Settled` to `settled`.
            hand_out: begins to handle a key.
        """
        self._app = app
        self._hand_out = hand_out
        self._waiting: deque[Event] = deque()
        self._number = 0
        self._under_way_since: float | None = None

    @property
    def is_busy(self) -> bool:
        """True if a key is being handled, or waits."""
        return self._under_way_since is not None or bool(self._waiting)

    async def take(self, event: Event) -> None:
        """Handle a key, or keep it until its turn."""
        self._waiting.append(event)
        if self._is_free:
            await self._go_on()
        else:
            self._app.set_timer(PATIENCE, self._try_again)

    async def settled(self, message: Settled) -> None:
        """A message came back."""
        if message.number != self._number:
            return
        if message.rounds and self._send(message.rounds - 1):
            return
        self._under_way_since = None
        await self._go_on()

    async def _go_on(self) -> None:
        while self._waiting and self._app.screen_stack:
            self._number += 1
            self._under_way_since = monotonic()
            await self._hand_out(self._waiting.popleft())
            if self._send(_ROUNDS - 1):
                return
            self._under_way_since = None

    @property
    def _is_free(self) -> bool:
        """True if the next key may be handled."""
        return self._under_way_since is None or monotonic() - self._under_way_since >= PATIENCE

    async def _try_again(self) -> None:
        if self._is_free:
            await self._go_on()

    def _send(self, rounds: int) -> bool:
        if not self._app.screen_stack:
            return False  # the program ends
        target = self._app.focused or self._app.screen
        return target.post_message(Settled(self._number, rounds))
