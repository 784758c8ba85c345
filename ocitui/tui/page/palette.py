"""The command palette: what can be done here, found by part of its name."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, runtime_checkable

from textual import on
from textual.fuzzy import FuzzySearch
from textual.screen import Screen
from textual.widget import Widget

from ocitui.tui.page.prompt import Prompt
from ocitui.tui.page.prompt_page import PromptPage
from ocitui.tui.rows.keys import BoundKey, Kind, active_keys, key_names, keys_out_of_focus
from ocitui.tui.rows.row import Part, mark_spans
from ocitui.tui.rows.row_list import RowList

KEY_WIDTH = 14


class Command(NamedTuple):
    """Something that can be done."""

    title: str
    """The description of what it does, safe to draw."""
    run: Callable[[], Awaitable[object] | None]
    keys: str = ""
    """The keys that do it, as they are shown."""
    word: str = ""
    """The name in footers; it is found by that, too."""


class _Match(NamedTuple):
    command: Command
    letters: Sequence[int]


@runtime_checkable
class BringsForward(Protocol):
    """A screen that shows some of its lists only when they are gone to."""

    def bring_forward(self, widget: Widget) -> None:
        """Bring a list in sight and the focus to it."""
        ...


class Palette(PromptPage):
    """Lists commands, and does what is chosen once it is left."""

    BINDING_GROUP_TITLE = "Commands"

    def __init__(self, commands: Sequence[Command], label: str, hint: str) -> None:
        """
        Args:
            commands: in the order in which they are listed while nothing is typed.
            label: what stands before the line that is typed on.
            hint: what is said on it while it is empty.
        """
        super().__init__()
        self._commands = commands
        self.prompt = Prompt(label, hint, enter="run")
        self.lines: RowList[_Match] = RowList(
            _match_parts,
            _matches("", commands),
            notice="no such command",
            enter=("run", "Run the command"),
            id="commands",
        )

    @on(Prompt.Edited)
    def _edited(self) -> None:
        self.lines.show_rows(_matches(self.prompt.text, self._commands))
        self.lines.repaint_all()

    def choose(self) -> None:
        """Do what is under the cursor."""
        match = self.lines.row
        if match is not None and not self.is_dismissed:
            self.dismiss()
            self.app.call_later(match.command.run)


def commands_of(screen: Screen[Any]) -> list[Command]:
    """Return the commands of a screen and its other lists, but for moving; those that mean nothing now come last."""
    here = [bound for bound in active_keys(screen) if bound.key.kind is not Kind.MOVE]
    others = [bound for bound in keys_out_of_focus(screen) if bound.key.action != "choose"]
    found = {(bound.key.action, bound.key.description): bound for bound in [*others, *here]}
    return [
        Command(
            bound.key.description, partial(_run, screen, bound), key_names(bound.keys), bound.word or bound.key.hint
        )
        for bound in sorted(found.values(), key=lambda bound: (bound.key.stays, not bound.key.hint, -bound.key.worth))
        if bound.key.description and bound.key.action != "commands"
    ]


async def _run(screen: Screen[Any], bound: BoundKey) -> None:
    node = bound.node
    if isinstance(node, Widget) and node.can_focus and not node.has_focus:
        if isinstance(screen, BringsForward):
            screen.bring_forward(node)
        else:
            node.focus()
    await screen.app.run_action(bound.key.action, node)


def _matches(typed: str, commands: Sequence[Command]) -> list[_Match]:
    """The commands that have these letters in this order, the likeliest first; far less likely ones are left out."""
    if not typed.strip():
        return [_Match(command, ()) for command in commands]
    search = FuzzySearch()
    found = [(*search.match(typed.strip(), "".join(_texts(command))), command) for command in commands]
    best = max((score for score, _, _ in found), default=0.0)
    found.sort(key=lambda each: -each[0])
    return [_Match(command, letters) for score, letters, command in found if score and score > best / 2]


def _texts(command: Command) -> tuple[str, str]:
    is_said = command.word.casefold() in command.title.casefold()
    return command.title, "" if is_said else f"  {command.word}"


def _match_parts(match: _Match, width: int) -> list[Part]:
    command, letters = match
    texts: list[Part] = list(zip(_texts(command), ("", "lines--muted"), strict=True))
    marked = mark_spans(texts, [(at, at + 1) for at in sorted(letters)], "lines--match")
    return [(f"{command.keys:<{KEY_WIDTH}} ", "lines--accent"), *marked]
