"""A search through the lines of a text, from one of them on and around."""

from collections.abc import Callable
from dataclasses import dataclass

from ocitui.image.search.needle import Needle
from ocitui.tui.content.byte_search import find_backward, find_forward, line_start, line_stop
from ocitui.tui.content.text_window import TextWindow


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line that matches."""

    window: TextWindow
    """The window it is in: the one that was searched from, or another around it."""
    start: int
    """The beginning of the line, in bytes."""
    hit: int
    """The beginning of the match, in bytes."""
    is_wrapped: bool
    """True if the search went past the end of the file."""


def find_line(
    window: TextWindow,
    text: str,
    line: tuple[int, int],
    *,
    backwards: bool,
    inclusive: bool,
    page: int,
    is_cancelled: Callable[[], bool],
) -> FoundLine | None:
    """The next line on which a text occurs, or None. Blocks.

    Args:
        window: what is shown.
        text: what is looked for.
        line: where the line begins at which the search begins, and how far it is known.
        backwards: whether to look upwards.
        inclusive: whether that line itself is looked at first.
        page: how many lines there should be above a far match.
        is_cancelled: whether nobody waits any more.

    Raises:
        CancelledError: ``is_cancelled`` said so.
        OcituiError: the file cannot be read.
    """
    pages, encoding, region = window.pages, window.encoding, window.region
    start, known = line
    stop = line_stop(encoding, pages.read, max(start, known - encoding.unit), pages.size, is_cancelled)
    if backwards:
        here = stop if inclusive else start
        parts = ((region.first, here), (here, pages.size))
    else:
        here = start if inclusive else stop
        parts = ((here, pages.size), (region.first, here))
    needle = Needle(text, encoding.encode, encoding.unit)
    find = find_backward if backwards else find_forward
    for is_wrapped, (begin, end) in enumerate(parts):
        found = find(needle, pages.read_through, begin, end, is_cancelled)
        if found is not None:
            begins = line_start(encoding, pages.read, found[0], is_cancelled)
            is_known = region.line_at(begins) is not None
            there = window if is_known else TextWindow.around(pages, encoding, begins, page, is_cancelled)
            return FoundLine(there, begins, found[0], bool(is_wrapped))
    return None
