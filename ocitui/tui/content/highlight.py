"""The colours of source text, asked of a process of its own."""

from ocitui.tui.content.isolated import run_isolated
from ocitui.tui.content.lexing import Spans

LIMIT = 1 << 19
"""Bytes of a text that gets colours."""
PATIENCE = 10.0
"""Seconds after which a text stays without colours."""
LINE_LENGTH = 1000
"""Characters a line has on average in what nobody wrote by hand, and nobody reads in colours."""


async def highlight(name: str, text: str, patience: float = PATIENCE) -> tuple[str, list[Spans]]:
    """The language of a text and the colours of its lines; ``("", [])`` where there are none.

    Args:
        name: the file's name.
        text: all of it.
        patience: seconds to wait.
    """
    if len(text) > 20 * LINE_LENGTH and text.count("\n") * LINE_LENGTH < len(text):
        return "", []
    data = text.encode("utf-8", "surrogatepass")
    match await run_isolated("ocitui.tui.content.lexing", [name], data, patience):
        case [str(language), list(lines)]:
            return language, lines
    return "", []
