"""The dialog on which one of a repository's tags is chosen."""

from collections.abc import Callable, Sequence
from functools import partial

from textual import on

from ocitui.display import count_noun
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.page.prompt_page import PromptPage
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.row_list import RowList

_USUAL = "latest"
"""The tag that is meant where none is named."""


class TagsPage(PromptPage):
    """Lists the tags that have what is typed in them; gives the one that is chosen to whoever opens it, and closes."""

    BINDING_GROUP_TITLE = "Choose a tag"

    def __init__(self, tags: Sequence[str], take: Callable[[str], object]) -> None:
        """
        Args:
            tags: in the order in which they are listed.
            take: called with the tag.
        """
        super().__init__()
        self._tags = tags
        self._take = take
        self.prompt = Prompt("tag:", "type to filter", enter="open")
        self.lines: RowList[str] = RowList(
            self._parts,
            tags,
            copied=lambda tag: tag,
            notice="no such tag",
            enter=("open", "Open the image of this tag"),
            id="tags",
        )

    def on_mount(self) -> None:
        """Begin on the tag that is usual, where there is one."""
        super().on_mount()
        self.call_after_refresh(partial(self._show, self._tags))

    @on(Prompt.Edited)
    def _edited(self) -> None:
        typed = self.prompt.text.strip().casefold()
        self._show([tag for tag in self._tags if typed in tag.casefold()])

    def _show(self, tags: Sequence[str]) -> None:
        self.lines.show_rows(tags, tags.index(_USUAL) if _USUAL in tags else 0)
        self.lines.repaint_all()
        self.prompt.show([(f"{count_noun(len(tags), 'tag')} ", "prompt--notice")])

    def choose(self) -> None:
        """Give up the dialog for the tag under the cursor."""
        tag = self.lines.row
        if tag is not None and not self.is_dismissed:
            self.dismiss()
            self._take(tag)

    def _parts(self, tag: str, width: int) -> list[Part]:
        typed = self.prompt.text.strip()
        at = tag.casefold().find(typed.casefold())
        return [(tag[:at], ""), (tag[at : at + len(typed)], "lines--match"), (tag[at + len(typed) :], "")]
