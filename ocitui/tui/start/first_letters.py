"""The letters that were typed on the start screen just now, some of which are keys of it."""

TOGETHER = 1.0
"""Seconds between two letters up to which they are taken for one word."""
LONGEST = 3
"""Letters of a word that may be keys before one that is none: more of them are for moving in the list."""


class FirstLetters:
    """The first letters of a word: in ``nginx`` and ``ghcr.io`` two are keys before it is seen that a word is typed."""

    def __init__(self) -> None:
        self._letters = ""
        self._last = 0.0

    def add(self, letter: str, moment: float) -> None:
        """Take a letter.

        Args:
            letter: the letter.
            moment: when it was typed, in seconds.
        """
        self._letters = letter if moment - self._last > TOGETHER else self._letters + letter
        self._last = moment

    def take(self) -> str:
        """Return the word so far, and forget it."""
        letters, self._letters = self._letters, ""
        return letters if len(letters) <= LONGEST + 1 else letters[-1:]

    def forget(self) -> None:
        """Forget the letters: another key came between."""
        self._letters = ""
