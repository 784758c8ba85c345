"""Where the program starts when no image is named: what could be opened, to choose from."""

import textwrap
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from ocitui.display import format_size, printable
from ocitui.errors import OcituiError
from ocitui.spec.reference import Reference
from ocitui.transports.nearby import Nearby, Source
from ocitui.transports.opening import open_reference
from ocitui.transports.transport import Transport
from ocitui.tui.rows.bars import Bar, hint_parts, progress_bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part, cut_start
from ocitui.tui.start.rows import Section, StartRows
from ocitui.tui.terminal.clipboard import copy
from ocitui.tui.terminal.work import in_background

INTERVAL = 0.1
"""Seconds between images that are shown as they come, and between numbers that say how far a copy is."""
_MESSAGE_LINES = 3
_BAR_WIDTH = 16
_CANCEL_WIDTH = 14
_HINTS = (("⏎", "open"), ("/", "search"), ("y", "copy"), ("r", "look again"))
_ALWAYS = (("?", "help"), ("q", "quit"))
_ALWAYS_WIDTH = 17


class Opening:
    """An image that is being opened. It may be given up."""

    def __init__(self, text: str) -> None:
        self.text = text
        """The reference."""
        self.is_given_up = False
        """Whether nobody waits for it any more."""
        self.said = 0.0


class _GivenUpError(Exception):
    """Ends the reading of an image that nobody waits for any more."""


class StartScreen(Screen[None]):
    """Lists images from every source as they come, opens the one that is chosen, and says so with `Opened`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy the reference, or the command"),
        Binding("r", "look_again", "Look again for images"),
        Binding("escape", "leave", "Give up opening, or quit", key_display="esc"),
    ]
    DEFAULT_CSS = """
    StartScreen {
        & > .more { display: none; }
        & > .more.-shown { display: block; }
    }
    """

    class Opened(Message):
        """The chosen image is open."""

        def __init__(self, transport: Transport, reference: Reference) -> None:
            super().__init__()
            self.transport = transport
            self.reference = reference

    class _Came(Message):
        def __init__(self, section: Section, images: Sequence[Nearby], problem: str | None) -> None:
            super().__init__()
            self.section = section
            self.images = images
            self.problem = problem
            """What ended the look, or nothing; None while it goes on."""

    class _Read(Message):
        def __init__(self, opening: Opening, place: str, done: int, total: int | None) -> None:
            super().__init__()
            self.opening = opening
            self.place = place
            self.done = done
            self.total = total

    class _Ended(Message):
        def __init__(self, opening: Opening, opened: "tuple[Transport, Reference] | None", problem: str = "") -> None:
            super().__init__()
            self.opening = opening
            self.opened = opened
            self.problem = problem

    def __init__(self, sources: Sequence[Source], where: str, notice: str = "") -> None:
        """
        Args:
            sources: where to look, in the order of the screen.
            where: the folder that is looked into, for the title.
            notice: what went wrong before, to begin with.
        """
        super().__init__()
        self._sections = [Section(source) for source in sources]
        self._rows = StartRows(self._sections, id="images")
        self._where = where
        self._notice = notice
        self._noticed: str | None = None  # what the notice is about
        self._opening: Opening | None = None
        self._is_over = False

    @property
    def is_busy(self) -> bool:
        """Whether images are looked for, or one is being opened."""
        return self._opening is not None or any(section.is_looking for section in self._sections)

    def compose(self) -> ComposeResult:
        """The list, and the bars around it."""
        yield Bar(id="title")
        yield self._rows
        yield Bar(id="status")
        for number in range(2, _MESSAGE_LINES + 1):
            more = Bar(id=f"status-{number}")
            more.add_class("more")
            yield more
        yield Bar(id="hints")

    def on_mount(self) -> None:
        """Begin to look everywhere at once."""
        self._rows.focus()
        for section in self._sections:
            in_background(partial(self._look, section))

    def on_unmount(self) -> None:
        """Let go of what is under way."""
        self._is_over = True
        self._give_up()

    @on(Resize)
    def _resized(self) -> None:
        title: list[Part] = [(" ocitui ", "bar--accent"), (" open an image", "")]
        self.query_one("#title", Bar).say(title, [(f"{printable(self._where)} ", "bar--muted")])
        self._say_status()

    # Looking.

    def action_look_again(self) -> None:
        """Look again where no look is under way."""
        for section in self._sections:
            if not section.is_looking:
                section.look_again()
                in_background(partial(self._look, section))
        self._rows.sections_changed()

    def _look(self, section: Section) -> None:
        """List one source, in a thread, and post what there is a few times a second."""
        images: list[Nearby] = []
        due = 0.0
        problem = ""
        try:
            for image in section.source.list_images():
                if self._is_over:
                    return
                images.append(image)
                if time.monotonic() >= due:
                    self._post(self._Came(section, images, None))
                    images, due = [], time.monotonic() + INTERVAL
        except OcituiError as error:
            problem = str(error)
        except Exception as error:  # one source with a defect does not end the others
            problem = _defect(error)
        self._post(self._Came(section, images, problem))

    @on(_Came)
    def _came(self, event: _Came) -> None:
        before = self._rows.copy_text
        event.section.add(event.images)
        if event.problem is not None:
            event.section.end(event.problem)
        self._rows.sections_changed()
        if self._rows.copy_text != before and self._opening is None:
            self._say_status()

    # Opening.

    @on(Lines.Chosen, "#images")
    def _chosen(self) -> None:
        image = self._rows.image
        if image is None:
            self.action_copy()
            return
        self._give_up()
        self._notice = ""
        self._opening = Opening(image.reference)
        self._say([(f" opening {printable(image.reference)}", "")])
        in_background(partial(self._open, self._opening))

    def _open(self, opening: Opening) -> None:
        """Open an image in a thread: it may have to be copied first, which takes minutes."""
        try:
            opened = open_reference(opening.text, partial(self._read, opening))
            import ocitui.tui.app  # noqa: F401  # what comes next, so that it comes at once
        except _GivenUpError:
            return
        except OcituiError as error:
            self._post(self._Ended(opening, None, str(error)))
        except Exception as error:  # the list stays, whatever is wrong with one image
            self._post(self._Ended(opening, None, _defect(error)))
        else:
            self._post(self._Ended(opening, opened))

    def _read(self, opening: Opening, place: str, done: int, total: int | None) -> None:
        """How far it is, told in the thread."""
        if opening.is_given_up:
            raise _GivenUpError
        if time.monotonic() >= opening.said + INTERVAL:
            opening.said = time.monotonic()
            self._post(self._Read(opening, place, done, total))

    @on(_Read)
    def _went_on(self, event: _Read) -> None:
        if event.opening is not self._opening:
            return
        done, rest = format_size(event.done), ""
        if event.total:
            rest = f" of {format_size(event.total)}  {progress_bar(event.done, event.total, _BAR_WIDTH)}"
        room = self.app.size.width - len(f" reading : {done}{rest}") - _CANCEL_WIDTH
        place = cut_start(printable(event.place), max(_CANCEL_WIDTH, room))
        self._say([(f" reading {place}: ", ""), (done, "bar--accent"), (rest, "")])

    @on(_Ended)
    def _ended(self, event: _Ended) -> None:
        if event.opening is not self._opening:
            return
        if event.opened is not None:
            self.post_message(self.Opened(*event.opened))
            return
        self._opening = None
        self._notice, self._noticed = event.problem, event.opening.text
        self._say_status()

    def _give_up(self) -> None:
        if self._opening is not None:
            self._opening.is_given_up = True
            self._opening = None

    def action_leave(self) -> None:
        """Give up opening an image; where none is being opened, quit."""
        if self._opening is None:
            self.app.exit()
            return
        text = self._opening.text
        self._give_up()
        self._say([(f" gave up {printable(text)}", "bar--good")])

    # What the bars say.

    @on(Lines.Highlighted, "#images")
    def _moved(self) -> None:
        if self._rows.was_moved and self._rows.copy_text != self._noticed:
            self._notice = ""
        if self._opening is None:
            self._say_status()

    def action_copy(self) -> None:
        """Copy what is under the cursor (OSC 52) and say what was copied."""
        text = self._rows.copy_text
        if text:
            copy(self.app, text)
            self._say([(f" copied  {printable(text)}", "bar--good")])

    def _say_status(self) -> None:
        own = _HINTS if self._rows.way is None else _HINTS[2:]
        hints = hint_parts(own, self.app.size.width - _ALWAYS_WIDTH)
        self.query_one("#hints", Bar).say(hints, hint_parts(_ALWAYS, 40))
        if self._notice:
            self._complain(self._notice)
        elif self._opening is None:
            text = self._rows.copy_text
            self._say([(f" {printable(text)}", "bar--muted")] if text else [])

    def _complain(self, message: str) -> None:
        """Say what is wrong, on as many lines as it takes."""
        width = max(20, self.app.size.width - 2)
        lines = textwrap.wrap(f"✗ {printable(message)}", width, max_lines=_MESSAGE_LINES, placeholder=" …")
        self._say(*([(f" {line}", "bar--bad")] for line in lines))

    def _say(self, *lines: Sequence[Part]) -> None:
        esc: list[Part] = hint_parts([("esc", "cancel")], 40) if self._opening is not None else []
        self.query_one("#status", Bar).say(lines[0] if lines else [], esc)
        for number in range(2, _MESSAGE_LINES + 1):
            bar = self.query_one(f"#status-{number}", Bar)
            bar.set_class(number <= len(lines), "-shown")
            bar.say(lines[number - 1] if number <= len(lines) else [])

    def _post(self, message: Message) -> None:
        """Post from a thread, which may live longer than the screen."""
        with suppress(RuntimeError):  # the event loop is closed
            self.post_message(message)


def _defect(error: Exception) -> str:
    """An error that is not one of ours, in one line."""
    return f"this is a defect of ocitui ({type(error).__name__}: {str(error)[:300]})"
