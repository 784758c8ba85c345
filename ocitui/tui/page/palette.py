"""The command palette."""

from textual import on
from textual.command import CommandList, CommandPalette
from textual.widgets import Input

from ocitui.tui.page.page import Page


class Palette(Page, CommandPalette):
    """Textual's, which keys that come faster than it opens or closes would end with an error."""

    @on(Input.Changed)
    def _typed_too_late(self, event: Input.Changed) -> None:
        """Begin to gather no commands for a list that is about to be gone."""
        if self.is_dismissed:
            event.stop()
            event.prevent_default()

    def _action_command_list(self, action: str) -> None:
        """Move in the list, once it has a height by which a page is measured."""
        if self.query_one(CommandList).scrollable_content_region or not action.startswith("page"):
            super()._action_command_list(action)
