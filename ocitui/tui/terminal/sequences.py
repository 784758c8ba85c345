"""The bytes that a terminal sends, cut where sequences end: keys go on, and other reports are no keys.

A terminal answers questions that somebody else asked (the program before, tmux when one
attaches again), and over a slow line the answer comes in pieces. Textual's parser takes
what it does not know, and what does not follow within a tenth of a second, for keys typed
one by one. So it is given whole sequences, and only those of which it makes something.

One case cannot be told apart: ESC is the first byte of every report and all of the key Esc.
Where nothing follows it within `ESCAPE_DELAY`, a tenth of a second, it is taken for the key,
and Esc acts; the rest of the report is known by its form when it comes, and is dropped.
"""

import re
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache

from textual import constants
from textual._xterm_parser import XTermParser

ESC = "\x1b"
HOLD = 0.5
"""Seconds in which the rest of a sequence that has begun is waited for; Esc alone waits for `ESCAPE_DELAY`."""
LATE = 10.0
"""Seconds after that in which the rest of a report is still told from keys."""

_WHOLE = re.compile(
    r"\x1b(?:"
    r"\[(?:\[.|M[^\x1b]{3}|[0-9]+\$|[0-?-]*[ -,./]*(?!(?<=\[)[M\[])[@-~])"  # control sequences, three odd forms first
    r"|O[^\x1b]"
    r"|[]P_][0-?!$+G][^\x1b\x07\x9c]*(?:\x07|\x9c|\x1b\\)"  # strings
    r"|[]P_](?![0-?!$+G\x1b]|\Z)|[^]P_\x1b\[O]"  # Alt and a key
    r")",
    re.DOTALL,
)
_BEGUN = re.compile(
    r"\x1b(?:\[(?:\[|M[^\x1b]{0,2}|[0-?-]*[ -,./]*)?|O|[]P_](?:[0-?!$+G][^\x1b\x07\x9c]*\x1b?)?)?\Z", re.DOTALL
)
_INTRODUCERS = frozenset({ESC, f"{ESC}[", f"{ESC}O", f"{ESC}]", f"{ESC}P", f"{ESC}_"})
_KEYS = frozenset({ESC, f"{ESC}O", f"{ESC}P"})
"""Those that are keys where nothing follows; Textual would take Alt and a bracket for the bracket."""
_STRINGS = (f"{ESC}]", f"{ESC}P", f"{ESC}_")
_REPORT = re.compile(
    r"\x1b(?:\[(?:[?>=][0-9;:]*(?:[cnuRSmtx]|\$y)|[0-9;]+(?:[cntx]|\$y)|[0-9]+;[0-9]+R)"
    r"|(?:\][0-9]+;|P[0-9;]*[!>+$]|_G)[^\x1b\x07\x9c]*(?:\x07|\x9c|\x1b\\))"
)
"""The reports that are told from keys though their beginning was taken for Esc, or was given up."""
_REPORT_BEGUN = re.compile(r"\x1b(?:\[[?>=][0-9]|\][0-9]+;|P[0-9;]*[!>+$]|_G)")
_MOUSE = re.compile(r"\x1b\[(?:<[0-9;-]+[mM]|M...)", re.DOTALL)
_CURSOR = re.compile(r"\x1b\[[0-9]+;[0-9]+R")
_SIZE = re.compile(r"\x1b\[48;[0-9:;]+t")
_PASTE, _PASTED = f"{ESC}[200~", f"{ESC}[201~"


class Sequences:
    """Cuts what a terminal sends into pieces that Textual's parser understands one by one."""

    def __init__(self, takes_sizes: Callable[[], bool]) -> None:
        """
        Args:
            takes_sizes: whether the terminal was asked to report its size; a size that comes unasked may be old.
        """
        self._takes_sizes = takes_sizes
        self._held = ""
        self._held_at = 0.0
        self._cut = ""
        self._cut_at = 0.0
        self._is_paste = False

    def feed(self, text: str, now: float) -> Iterator[str]:
        """Yield the pieces that are whole; ESC alone is the key.

        Args:
            text: what was read.
            now: when, in seconds of any clock that does not go back.
        """
        if self._cut and text:
            text = yield from self._rest_of_cut(text, now)
        text = self._held + text
        position, self._held = 0, ""
        while position < len(text):
            if self._is_paste:
                position = yield from self._paste(text, position)
                continue
            if text[position] != ESC:
                end = text.find(ESC, position)
                end = len(text) if end < 0 else end
                yield text[position:end]
                position = end
            elif found := _WHOLE.match(text, position):
                position = found.end()
                yield from self._sequence(found[0])
            elif _BEGUN.match(text, position):
                self._held = text[position:]
                break
            else:
                position = yield from self._broken(text, position)
        self._held_at = now

    def tick(self, now: float) -> Iterator[str]:
        """Yield Esc, or Alt and a key, where nothing followed in time; the beginning of anything else is dropped."""
        if not self._held or self._is_paste or now < self._held_at + self._patience:
            return
        held, self._held = self._held, ""
        self._cut, self._cut_at = held, now
        if held in _KEYS:
            yield held

    def wait(self, now: float, longest: float) -> float:
        """Give the seconds after which `tick` may have something, at most ``longest``."""
        if not self._held or self._is_paste:
            return longest
        return min(longest, max(0.0, self._held_at + self._patience - now))

    @property
    def _patience(self) -> float:
        return float(constants.ESCAPE_DELAY) if self._held == ESC else HOLD

    def _rest_of_cut(self, text: str, now: float) -> Generator[str, None, str]:
        """Take what belongs to a sequence that was given up; return what is left."""
        cut, self._cut = self._cut, ""
        if now > self._cut_at + LATE:
            return text
        whole = cut + text
        if found := _REPORT.match(whole):
            yield from self._sequence(found[0])
            return whole[found.end() :]
        if cut in _INTRODUCERS:
            return whole if _REPORT_BEGUN.match(whole) and _BEGUN.match(whole) else text
        if (found := _WHOLE.match(whole)) and (keys := tuple(self._sequence(found[0]))):
            yield from keys
            return whole[found.end() :]
        return text

    def _sequence(self, sequence: str) -> Iterator[str]:
        self._is_paste = sequence == _PASTE
        if sequence.startswith(f"{ESC}["):
            is_wanted = self._is_paste or bool(_MOUSE.fullmatch(sequence)) or _is_known(sequence)
            is_wanted &= not _CURSOR.fullmatch(sequence)
            is_wanted &= not _SIZE.fullmatch(sequence) or self._takes_sizes()
        else:
            is_wanted = not (sequence.startswith(_STRINGS) and len(sequence) > len(_STRINGS[0]))
        if is_wanted:
            yield sequence

    def _paste(self, text: str, position: int) -> Generator[str, None, int]:
        """Yield what is pasted, without ESC: Textual would look for keys behind it. Return where it ends."""
        end = text.find(_PASTED, position)
        if end >= 0:
            self._is_paste = False
            yield text[position:end].replace(ESC, "") + _PASTED
            return end + len(_PASTED)
        end = len(text)
        for length in range(min(len(_PASTED) - 1, len(text) - position), 0, -1):
            if _PASTED.startswith(text[-length:]):
                end -= length
                break
        self._held = text[end:]
        if pasted := text[position:end].replace(ESC, ""):
            yield pasted
        return len(text)

    def _broken(self, text: str, position: int) -> Generator[str, None, int]:
        """Pass over the beginning of a sequence that something else follows; return where that begins."""
        end = next(end for end in range(position + 1, len(text)) if not _BEGUN.match(text[position : end + 1]))
        again = text.find(ESC, position + 1, end)
        end = end if again < 0 else again
        if text[position:end] in _KEYS:
            yield text[position:end]
        return end


@lru_cache(maxsize=512)
def _is_known(sequence: str) -> bool:
    """True if Textual understands a sequence by itself."""
    return any(True for _ in XTermParser().feed(sequence))
