"""The layers of an image that are not known, and the words for what follows from that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from ocitui.image.words import UNKNOWN, gap_text, short_digests
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.rows.row import Part

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Gaps:
    """The layers that are not known, of those that an answer is about."""

    count: int
    """The layers of the image."""
    waiting: tuple[int, ...]
    """Those that are not known yet, and may still be; ascending, from 1."""
    unreadable: tuple[int, ...]
    """Those that are missing or cannot be read, or whose scan does not move."""
    unread: str
    """The word for what all of these are; empty where none is."""
    damaged: tuple[int, ...]
    """Those that are known in part."""
    problems: tuple[str, ...]
    """The reasons why the unreadable and the damaged ones are not known, or not whole; safe to draw."""
    is_total: bool
    """True if no layer at all is known."""
    noun: str
    """The word for a layer."""

    @classmethod
    def of(cls, source: SearchSource, numbers: Iterable[int] | None = None) -> Self:
        """Return the gaps of an image, or of some of its layers."""
        asked = tuple(numbers) if numbers is not None else tuple(range(1, source.layer_count + 1))
        indexes = {number: source.index(number) for number in asked}
        unknown = {number: source.problem(number) for number, index in indexes.items() if index is None}
        problems = {number: problem for number, problem in unknown.items() if problem}
        is_missing = all(map(source.is_missing, problems))
        words = {source.unopened.get(number, "missing" if is_missing else "unreadable") for number in problems}
        damages = {number: index.summary.damage for number, index in indexes.items() if index is not None}
        damaged = {number: damage for number, damage in damages.items() if damage is not None}
        return cls(
            source.layer_count,
            tuple(number for number, problem in unknown.items() if not problem),
            tuple(problems),
            words.pop() if len(words) == 1 else "unreadable" if words else "",
            tuple(damaged),
            (
                *problems.values(),
                *(short_digests(f"{source.layer_noun} {number}: {damage}") for number, damage in damaged.items()),
            ),
            bool(asked) and len(unknown) == len(asked),
            source.layer_noun,
        )

    @property
    def text(self) -> str:
        """The layers that are missing, unopened, unreadable or damaged: ``layers 2–3 of 6 are missing``; else empty."""
        if not self.unreadable and not self.damaged:
            return ""
        words = [self.unread] if self.unread else []
        words += ["damaged"] if self.damaged else []
        return gap_text(sorted((*self.unreadable, *self.damaged)), self.count, " or ".join(words), self.noun)

    @property
    def unknown(self) -> str:
        """The answer where nothing at all can be told: ``unknown: 6 of 6 layers are …``; else empty."""
        return f"{UNKNOWN}: {self.text}" if self.is_total and self.unreadable and not self.waiting else ""

    def notice(self, consequence: str) -> str:
        """Return the layers that are not known or not whole, and what follows from it; empty where none is."""
        return self.unknown or (f"{self.text}: {consequence}" if self.text else "")

    def bar_parts(self) -> list[Part]:
        """Return that layers are being read, or cannot be, for the right of a bar."""
        if self.waiting:
            return [(f"indexing {_first(self.waiting)}  ", "bar--muted")]
        return [("✗ incomplete  ", "bar--bad")] if self.text else []


def _first(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:_NAMED])) + ("…" if len(numbers) > _NAMED else "")
