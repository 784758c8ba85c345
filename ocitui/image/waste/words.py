"""The words for waste: the same on the screen and in text."""

from ocitui.display import count_noun

CAUSED = "waste caused"
"""The column of the bytes, of any layer, that a layer made waste."""


def secrets_text(count: int) -> str:
    """Return how many paths look like what nobody should find: ``9 possible secrets or caches``."""
    return count_noun(count, "possible secret or cache", "possible secrets or caches")
