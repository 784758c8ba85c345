"""The dialog on which a path or a reference is typed."""

from collections.abc import Callable

from ocitui.tui.page.prompt import Prompt
from ocitui.tui.page.prompt_page import PromptPage
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.start.rows import WAYS

_FORMS = (
    ("./layout  ./image.tar", "a folder or an archive, recognised by content"),
    ("oci:./layout:tag", "an image of a layout by its tag"),
    ("docker://nginx", "an image in a registry; docker://host:port/name:tag"),
    ("docker-daemon:nginx", "an image of an engine; podman: and containers-storage: likewise"),
    ("…@sha256:…", "a manifest by its digest"),
    *((way.command, way.what) for way in WAYS),
)
_WIDTH = 38


class TypedReference(PromptPage):
    """Gives the text to whoever opens it, and closes."""

    BINDING_GROUP_TITLE = "Open a path or reference"

    def __init__(self, take: Callable[[str], object]) -> None:
        """
        Args:
            take: called with what was typed.
        """
        super().__init__()
        self._take = take
        self.prompt = Prompt("open:", "path or reference", enter="open")
        self.lines: RowList[tuple[str, str]] = RowList(_form_parts, _FORMS, copied=lambda form: form[0], id="forms")

    def choose(self) -> None:
        """Give up the dialog for what was typed."""
        text = self.prompt.text.strip()
        if text and not self.is_dismissed:
            self.dismiss()
            self._take(text)


def _form_parts(form: tuple[str, str], width: int) -> list[Part]:
    return [(f"{form[0]:<{_WIDTH}} ", ""), (form[1], "lines--muted")]
