"""The dialog on which a path or a reference is typed."""

from collections.abc import Callable

from textual import on

from ocitui.cells import wrap
from ocitui.display import printable
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.page.prompt_page import PromptPage
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.start.rows import WAYS, way_parts

_FORMS = (
    ("./layout  ./image.tar", "a folder or an archive, recognised by content"),
    ("oci:./layout:tag", "an image of a layout by its tag"),
    ("docker://host:port/name:tag", "an image in a registry; no tag lists its tags"),
    ("docker-daemon:nginx", "of an engine, also podman: containers-storage:"),
    ("…@sha256:…", "a manifest by its digest"),
)
_WIDTH = 31
_NARROWEST = 20


class TypedReference(PromptPage):
    """Gives the text to whoever opens it, and stays until that has succeeded: what was typed can be mended."""

    BINDING_GROUP_TITLE = "Open a path or reference"

    def __init__(self, take: Callable[[str], object], give_up: Callable[[], object], text: str = "") -> None:
        """
        Args:
            take: called with what was typed; begins to open it, and says with `show_said` how that goes.
            give_up: ends what is being opened.
            text: what stands on the line at first.
        """
        super().__init__()
        self._take = take
        self._give_up = give_up
        self.is_opening = False
        """True if what was typed is being opened."""
        self._said: tuple[str, str] = ("", "")  # a text, and its style
        self.prompt = Prompt("open:", "path or reference", text, enter="open", has_list=False)
        self.lines: Examples = Examples(id="forms")

    def choose(self) -> None:
        """Have what was typed opened."""
        text = self.prompt.text.strip()
        if text and not self.is_opening and not self.is_dismissed:
            self.open(text)

    def open(self, text: str) -> None:
        """Have a text opened."""
        self.is_opening = True
        self.show_said(f"opening {printable(text)}")
        self._take(text)

    def show_waiting(self) -> None:
        """Nothing is being opened any more, and the text may be typed on."""
        self.is_opening = False
        self.show_said("")

    def show_said(self, text: str, style: str = "lines--muted") -> None:
        """Show under the line how opening goes, safe to draw."""
        self._said = (text, style)
        self._show_rows()

    def show_failure(self, problem: str) -> None:
        """Show what is wrong with the text, which stays, safe to draw."""
        self.is_opening = False
        self.show_said(f"✗ {problem}", "lines--bad")

    async def action_dismiss(self, result: None = None) -> None:
        """Give up what is being opened, or close."""
        if self.is_opening:
            self.is_opening = False
            self._give_up()
            self.show_said("cancelled")
        else:
            self.dismiss()

    def on_resize(self) -> None:
        """Break what is said anew."""
        self._show_rows()

    @on(Prompt.Edited)
    def _edited(self) -> None:
        if not self.is_opening:
            self.show_said("")

    def _show_rows(self) -> None:
        text, style = self._said
        said: list[list[Part]] = []
        if text:
            said = [[(line, style)] for line in wrap(text, max(_NARROWEST, self.lines.size.width - 3))]
        forms: list[list[Part]] = [[(f"{form:<{_WIDTH}} ", ""), (what, "lines--muted")] for form, what in _FORMS]
        ways = [[("To get an image", "lines--accent")], *map(way_parts, WAYS)]
        self.lines.show_rows([*said, *([[]] if said else []), *forms, [], *ways])


class Examples(TextLines):
    """The forms that may be typed: to be read, and nothing to choose."""

    can_focus = False

    def is_under_cursor(self, index: int) -> bool:
        """No row is chosen."""
        return False

    def row_at(self, y: int) -> int | None:
        """No row can be clicked."""
        return None
