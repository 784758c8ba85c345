"""The viewer: what one file holds, as text, as JSON, or as bytes; and what it says of itself."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from ocitui.display import format_size, printable
from ocitui.errors import CancelledError, OcituiError
from ocitui.image.described.describe import Description, describe_file, may_be_described, sections_of
from ocitui.image.encoding import SNIFFED, UTF8
from ocitui.image.file_kind import FileKind, tell_kind
from ocitui.tui.content.contents import Contents
from ocitui.tui.content.pages import Pages
from ocitui.tui.page.page import Page
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.terminal.threads import deferred
from ocitui.tui.view.facts_view import FactsView
from ocitui.tui.view.hex_view import HexView
from ocitui.tui.view.json_scan import JsonError, scan_json
from ocitui.tui.view.json_view import JsonView
from ocitui.tui.view.text_view import TextView

JSON_LIMIT = 1 << 22
"""Bytes of a document that is formatted; a larger one is shown as the text it is."""
_NAMES = {"said": "facts", "json": "JSON", "text": "text", "hex": "hex"}
"""The views by their ids, and what they are called."""


class ViewScreen(Page, Screen[None]):
    """One file over the whole screen. Only what is shown of it is read."""

    BINDING_GROUP_TITLE = "Viewer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key(
            "v",
            "next_view",
            "Text, hexadecimal, facts; JSON formatted or as it is",
            id="view-as",
            hint="view",
            worth=90,
        ),
        Key("x", "save", "Save the file", hint="save", worth=60),
        Key("y", "copy", "Copy the line, value or bytes", hint="copy", worth=54),
        Key("escape", "stop_or_close", "Back, or cancel the jump", id="cancel", hint="back", worth=10, stays=True),
        Key("q", "dismiss", "Back", id="close"),
    ]
    DEFAULT_CSS = """
    ViewScreen {
        layout: vertical;
        & > #facts { background: $background; }
        & > Lines { display: none; }
        & > Lines.-shown { display: block; }
    }
    """

    class SaveRequested(Message):
        """The user wants the file saved."""

        def __init__(self, screen: "ViewScreen") -> None:
            super().__init__()
            self.screen = screen
            """The viewer; its `contents` and `path` say which file."""

    def __init__(
        self,
        contents: Contents,
        path: bytes | str,
        facts: Sequence[str] = (),
        *,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        """
        Args:
            contents: what to show. Read in threads, one call at a time.
            path: where the file is in the image, as raw as the image has it.
            facts: other facts to show: its layer, mode, owner, where a link led from.
            on_close: called when the viewer closes, so that a read that blocks can be ended.
        """
        super().__init__()
        self.contents = contents
        """The contents that are shown."""
        self.path = path
        """The path of the file in the image."""
        self._facts = facts
        self._on_close = on_close
        self._pages = Pages(contents)
        self._kind: FileKind | None = None
        self._note = ""
        self._document = b""
        self._views: list[str] = ["text", "hex"]
        self._shown: set[str] = set()
        self._is_closed = False

    def compose(self) -> ComposeResult:
        """The bars, and a view of each kind."""
        yield Bar(id="title")
        yield Bar(id="facts")
        yield FactsView(id="said")
        yield TextView(id="text")
        yield JsonView(id="json")
        yield HexView(id="hex")
        yield Bar(id="status")
        yield KeysBar()

    @property
    def view(self) -> Lines:
        """The view that is shown: a `FactsView`, `TextView`, `JsonView` or `HexView`."""
        return self.query_one(f"#{self._views[0]}", Lines)

    @property
    def kind(self) -> FileKind | None:
        """The kind of the file, once that is known."""
        return self._kind

    def on_mount(self) -> None:
        """Look at the beginning of the file, and show it."""
        self._switch()
        self._show_bars()
        self.run_worker(deferred(self._open), group="open", exclusive=True)

    def on_unmount(self) -> None:
        """Nobody waits for what is being read, or looks at what was."""
        self._is_closed = True
        self._pages.close()
        self._document = b""
        if self._on_close is not None:
            self._on_close()

    async def _open(self) -> None:
        pages, name = self._pages, self._file_name
        try:
            start = await asyncio.to_thread(pages.read, 0, SNIFFED)
            kind = tell_kind(name, start, pages.size)
            is_json = kind.may_be_json and pages.size <= JSON_LIMIT and await self._is_json()
        except OcituiError as error:
            if not self.is_dismissed:
                self._text.problem = str(error)
                self._text.repaint_all()
            return
        if self.is_dismissed:
            return
        self._kind = kind
        if is_json:
            self._views = ["json", "text", "hex"]
        elif kind.encoding is None and pages.size:
            self._views = ["hex", "text"]
        else:
            self._views = ["text", "hex"]
        if may_be_described(name, start, pages.size):
            self._views.insert(0, "said")
            self.run_worker(deferred(self._describe), group="describe", exclusive=True)
        self._switch()
        self._show_bars()

    async def _describe(self) -> None:
        """Read what the file says of itself, while its bytes may be looked at."""
        facts, problem, found = self.query_one(FactsView), "", Description(FileKind(""))
        try:
            found = await asyncio.to_thread(describe_file, self._file_name, self._read_on, self._pages.size)
        except OcituiError as error:
            problem = str(error)
        if self.is_dismissed:
            return
        if found.says_something or problem:
            facts.show_found(sections_of(found), problem)
            return
        self._note = next(iter(found.all_problems), "")
        is_shown = self.view is facts
        self._views.remove("said")
        if is_shown:
            self._switch()
        self._show_bars()

    def _read_on(self, offset: int, size: int) -> bytes:
        if self._is_closed:
            raise CancelledError("the viewer was closed")
        return self._pages.read(offset, size)

    def read_again(self) -> None:
        """Begin anew."""
        self._shown.clear()
        self._text.problem = self.query_one(HexView).problem = ""
        self.run_worker(deferred(self._open), group="open", exclusive=True)

    async def _is_json(self) -> bool:
        try:
            data = await asyncio.to_thread(self._pages.read, 0, self._pages.size)
            await asyncio.to_thread(scan_json, data, lambda: not self.is_attached)
        except JsonError as error:
            if self._file_name.endswith(b".json"):
                self._note = f"no JSON: {error}"
            return False
        except CancelledError:
            return False
        self._document = data
        return True

    @property
    def _file_name(self) -> bytes:
        path = self.path if isinstance(self.path, bytes) else self.path.encode("utf-8", "surrogateescape")
        return path.rpartition(b"/")[2]

    @property
    def _text(self) -> TextView:
        return self.query_one(TextView)

    # Views.

    def action_next_view(self) -> None:
        """Show the file the other way, at the same place."""
        if self._kind is None:
            return
        before = self.view
        self._views = [*self._views[1:], self._views[0]]
        self._switch()
        after = self.view
        if isinstance(before, TextView | HexView) and isinstance(after, TextView | HexView):
            after.go_to(before.cursor_offset)
        self._show_bars()

    def _switch(self) -> None:
        view = self.view
        for other in self.query(Lines):
            other.set_class(other is view, "-shown")
        view.focus()
        if self._kind is None or view.id is None or view.id in self._shown:
            return
        self._shown.add(view.id)
        encoding = self._kind.encoding
        if isinstance(view, TextView):
            name = "" if encoding is None else self._file_name.decode("utf-8", "surrogateescape")
            view.show_text(self._pages, encoding or UTF8, name)
        elif isinstance(view, HexView):
            view.show_bytes(self._pages)
        elif isinstance(view, JsonView):
            view.show_document(self._document)

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        if key.action != "next_view":
            return key
        is_json = "json" in self._views
        return key.hinted("as text" if is_json and self._views[1] == "text" else _NAMES[self._views[1]])

    # What the bars say.

    @on(Lines.Highlighted)
    def _moved(self) -> None:
        self._show_position()
        self._show_facts()

    @on(Resize)
    def _resized(self) -> None:
        self._show_bars()

    def _show_bars(self) -> None:
        shown = "reading…" if self._kind is None else _NAMES[self._views[0]]
        self.query_one("#title", Bar).show([(f" {printable(self.path)}", "bar--accent")], [(f"{shown} ", "bar--muted")])
        self._show_facts()
        self._show_position()
        self.refresh_bindings()

    def _show_facts(self) -> None:
        facts = [printable(fact) for fact in self._facts]
        facts.append(format_size(self._pages.size))
        if self._kind is not None:
            is_json = "json" in self._views
            words = self._kind.describe()
            facts.append(words.replace("text", "JSON", 1) if is_json else words)
        if self._text.language and not is_json_name(self._text.language):
            facts.append(self._text.language)
        right: list[Part] = [(f"{self._note} ", "bar--bad")] if self._note else []
        self.query_one("#facts", Bar).show([(f" {' · '.join(filter(None, facts))}", "bar--muted")], right)

    def _show_position(self) -> None:
        view = self.view
        left: list[Part] = []
        right: list[Part] = []
        if isinstance(view, TextView | HexView):
            left = [(f" {view.position}", "")]
            if view.problem:
                left = [(f" ✗ {view.problem}", "bar--bad")]
            if view.activity:
                right = [(f"{view.activity} ", "bar--muted")]
        self.query_one("#status", Bar).show(left, right)

    # What keys do.

    @property
    def main_list(self) -> Lines:
        """The view that is shown."""
        return self.view

    def action_save(self) -> None:
        """Ask whoever opened the viewer to save the file."""
        self.post_message(self.SaveRequested(self))

    def action_stop_or_close(self) -> None:
        """Stay where the view is while it is on its way to a far place, else close."""
        if self._text.is_going:
            self._text.stop_jump()
        else:
            self.dismiss()


def is_json_name(language: str) -> bool:
    """True if a language is JSON, which is said already."""
    return language.startswith("JSON")
