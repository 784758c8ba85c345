"""The letters on the start screen that would quit or change colours, held while they may begin a reference."""

from textual.binding import ActiveBinding
from textual.events import Key as KeyPressed
from textual.screen import Screen
from textual.timer import Timer

from ocitui.tui.rows.keys import Kind, stated_keys
from ocitui.tui.start.first_letters import FirstLetters

PAUSE = 0.5
"""Seconds without another letter after which a letter was meant as a key."""
_IN_NO_NAME = ("?", ":")
"""Keys that are not the second letter of a path or a reference."""


class HeldKeys:
    """Has keys act a moment late: ``quay.io`` begins with the key that quits, ``ttl.sh`` with two that change colours.

    Keys of the list and of the page act at once, as nothing is lost where they were the first letters of a word.
    """

    def __init__(self, screen: Screen[None], typed: FirstLetters) -> None:
        """
        Args:
            screen: whose keys these are; none acts once another screen is in front.
            typed: the letters that were typed, which are forgotten where they were keys.
        """
        self._screen = screen
        self._typed = typed
        self._held: list[tuple[str, ActiveBinding]] = []
        self._timer: Timer | None = None

    def begins_word(self, event: KeyPressed) -> bool:
        """True if a printable key is none here, or follows another letter that is held: all of them are a word."""
        if event.key not in self._screen.active_bindings:
            return True
        return event.character not in _IN_NO_NAME and any(key != event.key for key, _ in self._held)

    def hold(self, event: KeyPressed) -> bool:
        """Hold a letter that is a key, if it is one to be held; tell whether it is."""
        active = self._screen.active_bindings[event.key]
        is_letter = event.character is not None and event.character.isalnum()
        if not is_letter or _kind(active) is not Kind.PROGRAM:
            return False
        self._stop()
        self._held.append((event.key, active))
        self._timer = self._screen.set_timer(PAUSE, self.act)
        return True

    def forget(self) -> None:
        """Forget the letters that are held: they are a word's."""
        self._stop()
        self._held = []

    async def act(self) -> None:
        """Do now what the keys that are held do, each as often as it was pressed."""
        held = self._held
        self.forget()
        if held:
            self._typed.forget()
        for _, active in held:
            if self._screen.app.screen is self._screen:  # `is_current` is true below a dialog, too
                await self._screen.app.run_action(active.binding.action, active.node)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


def _kind(active: ActiveBinding) -> Kind | None:
    """The kind of a key, which Textual keeps no more of than its name."""
    stated = stated_keys(type(active.node))
    return next((key.kind for key in stated if key.id == active.binding.id), None)
