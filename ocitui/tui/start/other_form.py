"""The form that asks for another image: a line for its place, and the other images of this one."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType

from ocitui.cells import cut_start
from ocitui.display import count_noun, format_size, printable
from ocitui.image.image import Image
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.search_bar import SearchBar
from ocitui.tui.save.target import complete_path

OFFERED = 12
"""Names that completion shows."""

_LABEL = "compare with  "
_MOVING = frozenset({"enter", "escape", "tab", "up", "down", "pageup", "pagedown"})


class OtherForm(Lines):
    """The first row is typed on, whichever row the cursor is on; the others are images to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Compare with this image", hint="compare", worth=100),
        Key("tab", "complete", "Complete the path", hint="complete", worth=90),
        Key("slash", "search"),
    ]

    def __init__(self, images: Sequence[Image], *, id: str | None = None) -> None:
        """
        Args:
            images: what may be chosen.
        """
        super().__init__(id=id)
        self._typed = SearchBar()
        self._images = images
        self._offers: list[str] = []
        self._cursor = 1 if images else 0

    @property
    def text(self) -> str:
        """The place as typed."""
        return self._typed.text.strip()

    @property
    def image(self) -> Image | None:
        """The image under the cursor; None on the line that is typed."""
        return self._images[self.cursor - 1] if 0 < self.cursor <= len(self._images) else None

    # What Lines asks.

    @property
    def row_count(self) -> int:
        """The line, the images, and what completion offers."""
        return 1 + len(self._images) + len(self._offers)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One row of the form."""
        if index == 0:
            return self._line(width)
        if index <= len(self._images):
            image = self._images[index - 1]
            digest = image.node.digest.short if image.node.digest is not None else ""
            facts = f"  {digest}  {count_noun(len(image.layers), 'layer')}, {format_size(image.size)} stored"
            return [(f"{image.label or 'image'}", ""), (facts, "lines--muted")]
        return [(" " * len(_LABEL) + printable(self._offers[index - 1 - len(self._images)]), "lines--muted")]

    def _line(self, width: int) -> Sequence[Part]:
        text, caret = self._typed.text, self._typed.caret
        label: Part = (_LABEL, "lines--muted")
        caret_style = "lines--caret" if self.cursor == 0 else ""
        if not text:
            hint = "another image: ./dir, ./x.tar, oci:dir:tag, docker-daemon:name …"
            return [label, (" ", caret_style), (hint, "lines--muted")]
        head = cut_start(printable(text[:caret]), max(4, width - len(_LABEL) - 3))
        return [
            label,
            (head, ""),
            (printable(text[caret : caret + 1]) or " ", caret_style),
            (printable(text[caret + 1 :]), ""),
        ]

    def move_cursor(self, index: int) -> None:
        """Only the line and the images can be gone to."""
        super().move_cursor(min(index, len(self._images)))
        self.repaint_all()

    def style_of(self, name: str, *, under_cursor: bool = False) -> Style:
        """The caret is seen in the row under the cursor."""
        return super().style_of(name, under_cursor=under_cursor and name != "lines--caret")

    # Keys.

    def on_key(self, event: events.Key) -> None:
        """Keys are text, but for those that move."""
        if event.key in _MOVING:
            return
        outcome = self._typed.press(event.key, event.character)
        if outcome == "edited":
            self._edited()
        if outcome != "ignored" or event.is_printable:
            event.stop()
            event.prevent_default()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell the footer that keys are text."""
        return character is not None and character.isprintable()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text into the line."""
        self._typed.insert(event.text)
        self._edited()
        event.stop()

    def _edited(self) -> None:
        self._offers = []
        self.move_cursor(0)

    def action_complete(self) -> None:
        """Complete the path, and show how it may go on."""
        text, found = complete_path(self._typed.text)
        if text != self._typed.text:
            self._typed = SearchBar(text)
        self.move_cursor(0)
        self._offers = found[:OFFERED] if len(found) > 1 else []
        if len(found) > OFFERED:
            self._offers[-1] = "…"
        self.repaint_all()

    def action_search(self) -> None:
        """There is nothing to search in a form."""
