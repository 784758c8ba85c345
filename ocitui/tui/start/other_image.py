"""The dialog that asks which image to compare with, and opens it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from ocitui.display import format_size, printable
from ocitui.errors import UsageError
from ocitui.image.documents.tree import build_tree
from ocitui.image.image import Image
from ocitui.image.node import Node
from ocitui.image.selection import build_frugal_tree, select_content, select_image, select_node
from ocitui.spec.platform import Platform
from ocitui.spec.reference import REGISTRY, Reference
from ocitui.transports.transport import Transport
from ocitui.tui.page.page import Page
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.start.opening import Opener
from ocitui.tui.start.other_form import OtherForm


@dataclass(frozen=True, slots=True)
class OtherImage:
    """The image that was chosen."""

    image: Image
    transport: Transport | None
    """The place of the image; None for the place that is open."""


class OtherImageScreen(Page, ModalScreen[OtherImage | None]):
    """Ends with the image that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("escape", "back", "Cancel", id="cancel", hint="cancel", worth=10, stays=True),
    ]
    DEFAULT_CSS = """
    OtherImageScreen {
        align: center middle;
        background: $background 60%;
        & > Pane { width: 90%; max-width: 110; height: 1fr; max-height: 18; }
        &.-small > Pane { width: 100%; }
        &:ansi { background: ansi_default; }
    }
    """

    def __init__(self, image: Image, others: Sequence[Image]) -> None:
        """
        Args:
            image: the image to compare; another place is opened for its platform, if it has an image for it.
            others: the other images of the place that is open.
        """
        super().__init__()
        self._image = image
        self._images = others
        self._opener = Opener(
            self,
            self._finish,
            on_progress=self._went_on,
            on_opened=self.dismiss,
            on_failed=self._failed,
            on_said=lambda text: self.show_notice(text, ""),
        )

    def compose(self) -> ComposeResult:
        """The form, and what is said of it."""
        parts = Vertical(OtherForm(self._images, id="form"), Bar(id="status"), KeysBar())
        yield Pane(None, "Compare", parts, id="other")

    @property
    def is_opening(self) -> bool:
        """True if an image is being opened."""
        return self._opener.is_busy

    @property
    def _form(self) -> OtherForm:
        return self.query_one(OtherForm)

    def on_mount(self) -> None:
        """Begin to type."""
        self.set_class(self.app.size.width < 100 or self.app.size.height < 30, "-small")
        self.query_one("#other", Pane).describe(self._image.label)
        self._form.focus()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self._opener.give_up()

    @on(Lines.Chosen, "#form")
    def _chosen(self) -> None:
        image = self._form.image
        if image is not None:
            self.dismiss(OtherImage(image, None))
        elif self._form.text and not self.is_opening:
            self.show_notice(f"opening {printable(self._form.text)}", "")
            self._opener.open(self._form.text)

    def _finish(self, transport: Transport, reference: Reference) -> OtherImage:
        platform = self._image.platform
        is_frugal = reference.transport == REGISTRY
        top = build_frugal_tree(transport, platform) if is_frugal else build_tree(transport)
        node = select_node(top, reference, platform)
        other = select_content(node, None) if self._image.is_artifact else _image_of(node, platform)
        if self._image.is_artifact and not other.is_artifact:
            raise UsageError("this is an image, which cannot be compared with an artifact")
        return OtherImage(other, transport)

    def _went_on(self, place: str, done: int, total: int | None) -> None:
        self.show_notice(f"reading {printable(place)}: {format_size(done)}", "")

    def _failed(self, reference: str, problem: str) -> None:
        self.show_notice(f"✗ {printable(problem)}", "bar--bad")

    def action_back(self) -> None:
        """Give up what is being opened, or close."""
        if self.is_opening:
            self._opener.give_up()
            self.show_notice("given up", "")
        else:
            self.dismiss(None)


def _image_of(node: Node, platform: Platform | None) -> Image:
    """The image for a platform, else the one that is opened without saying which."""
    try:
        return select_image(node, platform)
    except UsageError:
        return select_image(node, None)
