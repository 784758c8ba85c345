"""The sizes: a folder at a time, the largest files, the packages; of all layers together, or of one."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message_pump import MessagePump
from textual.screen import Screen

from ocitui.cells import cells, cut_start
from ocitui.display import count_noun, format_exact_size, format_size, printable
from ocitui.tui.page.gaps import Gaps
from ocitui.tui.page.path_page import WHICH_KEY, PathPage, Request
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import BACK, Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.sizes.lines import SizeLines
from ocitui.tui.sizes.rows import FolderList, SizeList
from ocitui.tui.sizes.shares import shares_text
from ocitui.tui.sizes.view_sums import FINAL, ViewSums

LISTS = ("folders", "largest files", "packages")
FOLDERS, FILES, PACKAGES = range(3)

_CONSEQUENCE = "not all is counted"
_EMPTY = "nothing is here"


class SizesScreen(PathPage, Screen[None]):
    """Asks its owner to go to a file, or for a path's timeline; adds up again when more layers are known."""

    AUTO_FOCUS = "#size-rows"

    BINDING_GROUP_TITLE = "Disk usage"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("tab", "step_list(1)", "Next list: folders, largest files, packages", id="next-list"),
        Key("shift+tab", "step_list(-1)", "Previous list", id="previous-list"),
        Key("1", "list(0)", "Folders", id="list-folders", hint="list", worth=85),
        Key("2", "list(1)", "Largest files", id="list-files", hint="list", worth=85),
        Key("3", "list(2)", "Packages", id="list-packages", hint="list", worth=85),
        Key("m", "view", "The final filesystem, or one layer", id="layer-or-final", hint="layer / final", worth=80),
        Key("left_square_bracket", "step_layer(-1)", "Previous layer", id="previous-layer", hint="layer", worth=46),
        Key("right_square_bracket", "step_layer(1)", "Next layer", id="next-layer", hint="layer", worth=46),
        WHICH_KEY,
        Key("y", "copy", "Copy the path", hint="copy", worth=54),
        BACK,
        Key("B", "dismiss", id="sizes"),
    ]

    def __init__(self, owner: MessagePump, source: SearchSource, layer: int) -> None:
        """
        Args:
            owner: who gets `PathRequested`.
            source: the layers. Call `layers_changed` when more is known of them.
            layer: the number of the layer that is shown when the final filesystem is not.
        """
        super().__init__(owner)
        self._source = source
        self._layer = layer
        self._view = FINAL
        self._kind = FOLDERS
        self._lines = SizeLines(id="size-rows")
        self._trail: list[str] = []
        self._shown_at = (FINAL, FOLDERS)  # the view and the kind of the list that is on the screen
        self._places: dict[int, bytes] = {}  # by kind of list: where the cursor was
        self._sums = ViewSums(self, source)

    def compose(self) -> ComposeResult:
        """The bar with the subject and its total, the list, the row under the cursor."""
        yield Bar(id="title")
        yield Pane(None, "Sizes", self._lines, id="sizes")
        yield Bar(id="status")
        yield KeysBar()

    def on_mount(self) -> None:
        """Add up what is known, and have the rest read."""
        self._source.request_layers()
        self.layers_changed()
        self._lines.focus()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        self._show_bars()

    def on_screen_resume(self) -> None:
        """Say what is under the cursor again, after another screen."""
        self._show_bars()

    # Adding up.

    def layers_changed(self) -> None:
        """More layers are known, or it is known that one cannot be read."""
        self._sums.layers_changed()
        self._show()

    @on(ViewSums.Added)
    def _added(self, event: ViewSums.Added) -> None:
        if self._sums.take(event) and event.view == self._view:
            self._show()

    @on(ViewSums.Owned)
    def _owned(self, event: ViewSums.Owned) -> None:
        if self._sums.take_packages(event) and event.view == self._view and self._kind == PACKAGES:
            self._show()

    # What is shown.

    def _show(self) -> None:
        """Show the list that is chosen, or have it made; what was shown of it before stays meanwhile."""
        sums, packages = self._sums.of(self._view), self._sums.packages(self._view)
        if sums is None:
            self._wait(self._why_not())
        elif self._kind == FOLDERS:
            self._put(FolderList(sums.tree, self._trail))
        elif self._kind == FILES:
            self._put(sums.largest, "no file has any contents")
        elif packages is None:
            self._sums.read_packages(self._view)
            self._wait("reading who owns what…")
        else:
            self._put(packages.sums, printable(packages.problem))

    def _wait(self, notice: str) -> None:
        if self._lines.shown is not None and self._shown_at == (self._view, self._kind):
            self._show_bars()
        else:
            self._put(None, notice)

    def _put(self, shown: SizeList | None, notice: str = _EMPTY) -> None:
        self._keep_place()
        self._shown_at = self._view, self._kind
        place = self._places.get(self._kind, b"")
        self._lines.show_list(shown, shown.index_of(place) if shown is not None else 0, notice)
        self._show_bars()

    def _keep_place(self) -> None:
        """Remember what is under the cursor; who did not move it stays with the largest, whatever that is later."""
        if (place := self._lines.place) is not None:
            self._places[self._shown_at[1]] = place if self._lines.cursor else b""

    def _why_not(self) -> str:
        """Have the view added up where it can be; what is said meanwhile, or instead."""
        gaps = self._gaps
        if (problem := self._sums.problem(self._view)) is not None:
            return printable(problem)
        if gaps.unknown:
            return gaps.unknown
        if gaps.is_total:
            noun = self._source.layer_noun
            return f"{noun}s are being read…" if self._view == FINAL else f"{noun} {self._view} is being read…"
        self._sums.add_up(self._view)
        return "adding up…"

    def action_list(self, kind: int) -> None:
        """Show one of the lists."""
        self._kind = kind
        self._show()

    @on(Pane.Clicked)
    def _tab_clicked(self, event: Pane.Clicked) -> None:
        if event.part is not None and event.part < len(LISTS):
            self.action_list(event.part)

    def action_step_list(self, step: int) -> None:
        """Show the next list, or the one before."""
        self.action_list((self._kind + step) % len(LISTS))

    def action_view(self) -> None:
        """Change between the final filesystem and the layer."""
        self._go_to_view(self._layer if self._view == FINAL else FINAL)

    def action_step_layer(self, step: int) -> None:
        """Show the layer above or below; from the final filesystem, first the layer that was chosen."""
        if self._view != FINAL:
            self._layer = max(1, min(self._layer + step, self._source.layer_count))
        self._go_to_view(self._layer)

    def _go_to_view(self, view: int) -> None:
        self._view = view
        self._show()

    @on(SizeLines.Turned)
    def _turned(self, event: SizeLines.Turned) -> None:
        here = self._lines.shown
        if not isinstance(here, FolderList):
            return
        if event.is_in:
            self._enter(here)
        elif (above := here.above()) is not None:
            self._go_to_folder(above, _raw(here.trail[-1]))

    def _enter(self, here: FolderList) -> bool:
        """Go into the folder under the cursor; whether it is one."""
        inside = here.inside(self._lines.cursor) if here.count else None
        if inside is None:
            return False
        self._go_to_folder(inside, b"")
        return True

    def _go_to_folder(self, folder: FolderList, place: bytes) -> None:
        self._trail, self._places[FOLDERS] = folder.trail, place
        self._lines.show_list(folder, folder.index_of(place), _EMPTY)
        self._show_bars()

    @on(Lines.Chosen, "#size-rows")
    def _chosen(self) -> None:
        here = self._lines.shown
        if not (isinstance(here, FolderList) and self._enter(here)):
            self.action_request("go")

    @on(Lines.Highlighted, "#size-rows")
    def _moved(self) -> None:
        self._show_status()

    @property
    def main_list(self) -> Lines:
        """The list."""
        return self._lines

    def action_request(self, what: Request) -> None:
        """Ask the owner to do something with the path under the cursor."""
        here = self._lines.shown
        found = here.file(self._lines.cursor) if here is not None and here.count else None
        if found is not None:
            layer, path = found
            self.request(what, path, layer)

    # What the bars say.

    @property
    def _gaps(self) -> Gaps:
        """The layers of the view that are not known."""
        return Gaps.of(self._source, None if self._view == FINAL else (self._view,))

    def _all_problems(self) -> list[str]:
        packages = self._sums.packages(self._view) if self._kind == PACKAGES else None
        owned = packages.owners.problems if packages is not None else ()
        return [*filter(None, (self._sums.problem(self._view), *self._gaps.problems)), *owned]

    def _show_bars(self) -> None:
        if not self.is_mounted:
            return
        gaps, width = self._gaps, self.app.size.width
        part = f"{self._source.layer_noun} {self._view} of {self._source.layer_count}"
        name = "final filesystem" if self._view == FINAL else part
        right: list[Part] = [*gaps.bar_parts(), (f"{name} ", "bar--accent")]
        title: list[Part] = [(" Sizes", "bar--accent")]
        here = self._lines.shown
        if here is not None:
            word = "final" if self._view == FINAL else "unpacked"
            title += [(f"  {format_size(here.total)} {word}", "bar--accent"), (f"  {here.title}", "bar--muted")]
        if isinstance(here, FolderList):
            room = width - sum(cells(text) for text, _ in (*title, *right)) - 3
            title.append((f"  {cut_start(printable(here.path), max(room, 8))}", ""))
        self.query_one("#title", Bar).show(title, right)
        rows = self._lines.row_count
        gap: list[Part] = [("  " + gaps.notice(_CONSEQUENCE), "pane--bad")] if gaps.text and rows else []
        counted = count_noun(rows, "row") if rows or not gaps.text else ""
        self.query_one("#sizes", Pane).describe([*self._tabs(), *gap], counted)
        self._show_status()

    def _tabs(self) -> list[Part]:
        """The lists, with the one that is shown in brackets."""
        return [
            (f"[{number} {name}]" if here else f" {number} {name} ", "" if here else "pane--muted")
            for number, name in enumerate(LISTS, 1)
            for here in (number - 1 == self._kind,)
        ]

    def _show_status(self) -> None:
        bar, here, problems = self.query_one("#status", Bar), self._lines.shown, self._all_problems()
        if here is None or not here.count:
            bar.show([(f" {printable(problems[0])}", "bar--bad")] if problems else [])
            return
        at = self._lines.cursor
        size = format_exact_size(here.size(at))
        parts: list[Part] = [(f" {printable(here.copy_text(at))}", ""), (f"  {size}", "bar--muted")]
        noun = self._source.layer_noun
        shares = shares_text(here.layers(at), noun) if isinstance(here, FolderList) else ""
        if shares or (isinstance(here, FolderList) and here.inside(at) is not None):
            parts.append((f"  {shares}", "bar--muted"))
        elif (found := here.file(at)) is not None:
            made = self._source.instruction(found[0])
            parts.append((f"  {noun} {found[0]}{f': {made}' if made else ''}", "bar--muted"))
        bar.show(parts)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
