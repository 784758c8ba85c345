"""The help screen, made from the bindings themselves."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from ocitui.tui.page.text import TextScreen
from ocitui.tui.rows.row import Part

KEY_WIDTH = 22
_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "⏎",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "asterisk": "*",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
}


class HelpScreen(TextScreen):
    """Every key that does something, by the pane it does it in."""

    def __init__(self, sources: Iterable[tuple[str, type[DOMNode]]]) -> None:
        """
        Args:
            sources: headings, each with the class whose own bindings stand under it.
        """
        super().__init__("Keys", help_rows(sources))


def help_rows(sources: Iterable[tuple[str, type[DOMNode]]]) -> list[list[Part]]:
    """The bindings of these classes as rows."""
    rows: list[list[Part]] = []
    for title, source in sources:
        bindings = [_described(binding) for binding in source.__dict__.get("BINDINGS", ())]
        lines = [line for line in bindings if line is not None]
        if not lines:
            continue
        if rows:
            rows.append([("", "")])
        rows.append([(title, "lines--accent")])
        rows += [[(f"  {keys:<{KEY_WIDTH}}", "lines--strong"), (what, "")] for keys, what in lines]
    return rows


def _described(binding: BindingType) -> tuple[str, str] | None:
    if not isinstance(binding, Binding):
        keys, what = binding[0], binding[2] if len(binding) > 2 else ""
        display = None
    else:
        keys, what, display = binding.key, binding.description, binding.key_display
    if not what:
        return None
    return display or "  ".join(_NAMES.get(key.strip(), key.strip()) for key in keys.split(",")), what
