"""The start screen where no image is named: a choice of what could be opened."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key as KeyPressed
from textual.events import Paste, Resize
from textual.message import Message
from textual.screen import Screen

from ocitui.cells import cut_start
from ocitui.display import format_size, printable
from ocitui.image.selection import build_frugal_tree
from ocitui.spec.reference import REGISTRY, Reference
from ocitui.transports.nearby import Nearby, Source
from ocitui.transports.transport import Transport
from ocitui.tui.page.page import Page
from ocitui.tui.rows.bars import Bar, progress_bar
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.start.first_letters import FirstLetters
from ocitui.tui.start.held_keys import HeldKeys
from ocitui.tui.start.looking import Looking
from ocitui.tui.start.messages import Messages
from ocitui.tui.start.opening import Opener
from ocitui.tui.start.rows import Section, StartRows
from ocitui.tui.start.tags import TagsPage
from ocitui.tui.start.typed import TypedReference

_BAR_WIDTH = 16
_CANCEL_WIDTH = 14


class StartScreen(Page, Screen[None]):
    """Lists images from every source as they come, opens the one that is chosen, and says so with `Opened`."""

    BINDING_GROUP_TITLE = "Open an image"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("ctrl+o", "type", "Type a path or reference", id="type-path", hint="type path", worth=70),
        Key("r", "look_again", "Rescan", id="rescan", hint="rescan", worth=60),
        Key("y", "copy", "Copy the reference", hint="copy", worth=54),
        Key("escape", "leave", "Cancel, or back to the image", id="cancel", hint="cancel", worth=10, stays=True),
    ]

    class Opened(Message):
        """The chosen image is open."""

        def __init__(self, transport: Transport, reference: Reference) -> None:
            super().__init__()
            self.transport = transport
            self.reference = reference

    class Returned(Message):
        """The user goes back to the image that was open before."""

    class _Came(Message):
        def __init__(self, section: Section, images: Sequence[Nearby], problem: str | None) -> None:
            super().__init__()
            self.section = section
            self.images = images
            self.problem = problem
            """The problem that ended the scan, empty if none did; None while it goes on."""

    def __init__(
        self,
        sources: Sequence[Source],
        where: str,
        notice: str = "",
        prepare: Callable[[], object] = lambda: None,
        *,
        has_previous: bool = False,
    ) -> None:
        """
        Args:
            sources: where to look, in the order of the screen.
            where: the folder that is looked into, for the title.
            notice: what went wrong before, to begin with.
            prepare: called in the thread that opens an image, once it is open.
            has_previous: whether an image was open before, to go back to.
        """
        super().__init__()
        sections = [Section(source) for source in sources]
        self._looking = Looking(sections, self._tell)
        self._rows = StartRows(sections, id="images")
        self._where = where
        self._notice = notice
        self._noticed: str | None = None  # what the notice is about
        self._prepare = prepare
        self._has_previous = has_previous
        self._opener = Opener(
            self,
            self._finish,
            on_progress=self._went_on,
            on_opened=self._opened,
            on_failed=self._failed,
            on_said=self._say,
            on_tags=self._offer_tags,
        )
        self._messages = Messages()
        self._typed = FirstLetters()
        self._held = HeldKeys(self, self._typed)

    @property
    def is_busy(self) -> bool:
        """True if images are looked for, or one is being opened."""
        return self._opener.is_busy or self._looking.is_under_way

    def compose(self) -> ComposeResult:
        """The list, and the bars around it."""
        yield Bar(id="title")
        yield self._rows
        yield self._messages
        yield KeysBar()

    def on_mount(self) -> None:
        """Begin to look everywhere at once."""
        self._rows.focus()
        self._looking.begin()

    def on_unmount(self) -> None:
        """Let go of what is under way."""
        self._looking.stop()
        self._opener.give_up()

    @on(Resize)
    def _resized(self) -> None:
        title: list[Part] = [(" ocitui ", "bar--accent"), (" open an image, or type where it is", "")]
        self.query_one("#title", Bar).show(title, [(f"{printable(self._where)} ", "bar--muted")])
        self._show_status()

    # Looking.

    def action_look_again(self) -> None:
        """Look again where no look is under way."""
        self._looking.look_again()
        self._rows.sections_changed()

    def _tell(self, section: Section, images: Sequence[Nearby], problem: str | None) -> None:
        """Take what a look has found, from its thread, which may live longer than the screen."""
        with suppress(RuntimeError):  # the event loop is closed
            self.post_message(self._Came(section, images, problem))

    @on(_Came)
    def _came(self, event: _Came) -> None:
        before = self._rows.copy_text
        event.section.add(event.images)
        if event.problem is not None:
            event.section.end(event.problem)
        self._rows.sections_changed()
        if self._rows.copy_text != before and not self._opener.is_busy:
            self._show_status()

    # Opening.

    @on(Lines.Chosen, "#images")
    def _chosen(self) -> None:
        image = self._rows.image
        if image is not None:
            self._open(image.reference)

    def _open(self, reference: str, *, lists_tags: bool = False) -> None:
        self._notice = ""
        self._opener.open(reference, lists_tags=lists_tags)
        self.refresh_bindings()
        if self._dialog is None:
            self._messages.show([(f" opening {printable(reference)}", "")])

    async def on_key(self, event: KeyPressed) -> None:
        """Take letters for the first of a path or a reference, but one that is a key for that if nothing follows."""
        if not event.is_printable or event.character is None or event.character.isspace():
            self._typed.forget()
            await self._held.act()
            return
        self._typed.add(event.character, event.time)
        if self._held.begins_word(event):
            self._ask(self._typed.take())
        elif not self._held.hold(event):
            await self._held.act()
            return
        event.stop()
        event.prevent_default()

    def action_type(self) -> None:
        """Ask for a path or a reference; where the key is a letter, those just before it are its first."""
        typed = self._typed.take()
        self._ask(typed if len(typed) > 1 else "")

    @on(StartRows.PathTyped)
    def _path_typed(self, event: StartRows.PathTyped) -> None:
        self._ask(event.path, opens=True)

    def on_paste(self, event: Paste) -> None:
        """Take what is pasted for a path or a reference, which is still to be opened."""
        event.stop()
        self._ask(next(iter(event.text.strip().splitlines()), ""))

    def _ask(self, text: str = "", *, opens: bool = False) -> None:
        self._typed.forget()
        self._held.forget()
        dialog = TypedReference(partial(self._open, lists_tags=True), self._give_up, text)
        self.app.push_screen(dialog)
        if opens:
            dialog.call_after_refresh(dialog.choose)

    def _offer_tags(self, reference: str, tags: list[str]) -> None:
        """Let choose one of the tags of a repository that was typed without one."""
        dialog = self._dialog
        if dialog is not None:
            dialog.show_waiting()
            self.app.push_screen(TagsPage(tags, lambda tag: dialog.open(f"{reference}:{tag}")))

    @property
    def _dialog(self) -> TypedReference | None:
        """The dialog on which a reference was typed, while that is being opened: it says how that goes."""
        screens = self.app.screen_stack
        return next((each for each in screens if isinstance(each, TypedReference) and each.is_opening), None)

    def _say(self, text: str) -> None:
        if self._dialog is not None:
            self._dialog.show_said(text)
        else:
            self.show_notice(text, "bar--muted")

    def _give_up(self) -> str:
        """Open nothing; return the reference that was being opened."""
        reference = self._opener.give_up()
        self.refresh_bindings()
        return reference

    def _finish(self, transport: Transport, reference: Reference) -> tuple[Transport, Reference]:
        self._prepare()
        if reference.transport == REGISTRY:  # so that the screen that comes next need not wait for it
            build_frugal_tree(transport, None, has_referrers=True)
        return transport, reference

    def _went_on(self, place: str, done_bytes: int, total: int | None) -> None:
        done, rest = format_size(done_bytes), ""
        if total:
            rest = f" of {format_size(total)}  {progress_bar(done_bytes, total, _BAR_WIDTH)}"
        room = self.app.size.width - len(f" reading : {done}{rest}") - _CANCEL_WIDTH
        shown = cut_start(printable(place), max(_CANCEL_WIDTH, room))
        if self._dialog is not None:
            self._dialog.show_said(f"reading {shown}: {done}{rest}")
            return
        self._messages.show([(f" reading {shown}: ", ""), (done, "bar--accent"), (rest, "")])

    def _opened(self, opened: tuple[Transport, Reference]) -> None:
        self.post_message(self.Opened(*opened))

    def _failed(self, reference: str, problem: str) -> None:
        if self._dialog is not None:
            self._dialog.show_failure(printable(problem))
            return
        self._notice, self._noticed = problem, reference
        self._show_status()

    def action_leave(self) -> None:
        """Give up opening an image; where none is being opened, go back to the one that was open before."""
        if not self._opener.is_busy:
            if self._has_previous:
                self.post_message(self.Returned())
            else:
                self.show_notice("q quits", "bar--muted")
            return
        self.show_notice(f"cancelled opening {printable(self._give_up())}")

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        if key.action == "copy" and self._rows.image is None:
            return key.hinted("")
        if key.action != "leave" or self._opener.is_busy:
            return key
        return key.hinted("back" if self._has_previous else "")

    # What the bars say.

    @on(Lines.Highlighted, "#images")
    def _moved(self) -> None:
        if self._rows.was_moved and self._rows.copy_text != self._noticed:
            self._notice = ""
        if not self._opener.is_busy:
            self._show_status()

    @property
    def main_list(self) -> Lines:
        """The images."""
        return self._rows

    def show_notice(self, text: str, style: str = "bar--good") -> None:
        """Show what a key has done."""
        self._messages.show([(f" {text}", style)])

    def _show_status(self) -> None:
        self.refresh_bindings()
        if self._notice:
            self._messages.complain(self._notice)
        elif not self._opener.is_busy:
            text = self._rows.copy_text
            self._messages.show([(f" {printable(text)}", "bar--muted")] if text else [])
