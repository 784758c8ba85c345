"""Pane 4: the files of a layer, while it is read and after."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from ocitui.cells import cells, wrap
from ocitui.display import count_noun, format_exact_size, format_size, printable
from ocitui.image.merged.words import STILL_IN_IMAGE
from ocitui.image.words import mode_text, owner_text, utc_text
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.files.columns import bounded
from ocitui.tui.files.layer_source import LayerSource
from ocitui.tui.files.merged_source import MergedSource
from ocitui.tui.files.rows import EntryRows
from ocitui.tui.files.source import Row
from ocitui.tui.files.tree import EntryTree
from ocitui.tui.rows.bars import progress_bar
from ocitui.tui.rows.keys import CANCEL, READ_AGAIN, key_text
from ocitui.tui.rows.row import Part

if TYPE_CHECKING:
    from ocitui.image.filesystem.filesystem import FileEntry
    from ocitui.layers.scan.progress import ScanProgress

_WORDS = {
    EntryKind.WHITEOUT: "deletes this name from the layers below",
    EntryKind.OPAQUE: "hides everything that the layers below have in this folder",
    EntryKind.UNKNOWN: "an entry of a type that ocitui does not know",
}


_NARROWEST = 8


class FilesPane(EntryTree):
    """The tree of one layer, or what there is to do to see it."""

    class Seen(Message):
        """Other rows are in sight, though the cursor did not move."""

        def can_replace(self, message: Message) -> bool:
            """A later one makes an earlier one needless."""
            return isinstance(message, FilesPane.Seen)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._index: LayerIndex | None = None
        self._is_growing = False
        self._progress: ScanProgress | None = None
        self._offer: Sequence[Part] = ()
        self._problems: Sequence[str] = ()
        self._notes: Sequence[str] = ()
        self._waiting = ""
        self._nothing = ""
        self._stall = ""
        self._remedy: Sequence[Part] = ()

    def offer(self, text: str, *, is_problem: bool = False, remedy: str = "") -> None:
        """Show no files, and say why or how to get them.

        Args:
            text: what is said.
            is_problem: whether it is what went wrong.
            remedy: what can be done; it stays in sight where there is no room for all of the text.
        """
        self._forget()
        mark = "✗ " if is_problem else ""
        self._offer = [(f"{mark}{printable(text)}", "lines--bad" if is_problem else "lines--muted")]
        self._remedy = [(f"  {remedy}", "lines--accent")] if remedy else ()
        self.show_source(None)
        self.repaint_all()

    def show_layer(
        self,
        index: LayerIndex,
        source: LayerSource,
        *,
        is_growing: bool,
        problems: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Show the files of a layer; what is open and under the cursor stays, by its path.

        Args:
            index: the layer's index.
            source: its rows.
            is_growing: whether the layer is still being read.
            problems: what is wrong with the layer; safe to draw.
            notes: what is odd about it; safe to draw.
        """
        self._problems, self._notes = problems, notes
        was_growing, before = self._is_growing, self._index
        self._index, self._is_growing = index, is_growing
        self._offer, self._remedy = [("no files in this layer", "lines--muted")], ()
        if not is_growing:
            self._progress, self._stall = None, ""
        if was_growing and before is not None and not is_growing:
            self._go_on_with(source)
            before.close()
        else:
            self.swap_source(source, changes=source.has_removals)
            if was_growing and before is not None and before is not index:  # it was begun again
                before.close()
        self.repaint_all()

    def show_merged(self, source: MergedSource, waiting: str, damage: str, nothing: str) -> None:
        """Show layers over each other; what is open stays open.

        Args:
            source: which layers, and which view of them.
            waiting: which layers are not in it yet, or why; empty where all are.
            damage: which layers are in it in part; empty where none is.
            nothing: what is said where there is nothing of what is to be shown.
        """
        self._forget()
        self._nothing = nothing
        self.swap_source(source, layers=True, changes=True)
        self.waits_for(waiting, damage)

    def waits_for(self, waiting: str, damage: str) -> None:
        """Say which layers are not in what is shown, or why, and which are in it in part; empty where all are whole."""
        self._waiting = waiting or damage
        is_bad = self._waiting.startswith("✗")
        self._offer = [(self._waiting or self._nothing, "lines--bad" if is_bad else "lines--muted")]
        key = key_text(READ_AGAIN, self.app)
        says_how = not waiting or not is_bad or f"; {key} " in waiting
        self._remedy = () if says_how else [(f"  {key} looks again", "lines--accent")]
        self.repaint_all()

    def show_stall(self, stall: str) -> None:
        """Say that the layer is not read on; empty where it is."""
        self._stall = stall
        if self._index is None:
            self._offer = [
                (printable(stall) if stall else "reading the layer…", "lines--bad" if stall else "lines--muted")
            ]
            self._remedy = [(f"  {self._stall_remedy}", "lines--accent")] if stall else ()
        self.repaint_all()

    def show_progress(self, progress: ScanProgress) -> None:
        """Show how far the layer is read, and the files that came since."""
        self._progress = progress
        self._stall = ""
        if self._index is not None and self._is_growing:
            self.refresh_source()
        elif self._index is None:
            self._offer, self._remedy = [("reading the layer…", "lines--muted")], ()
            self.repaint_all()

    def _go_on_with(self, source: LayerSource) -> None:
        """Change to the finished index of the layer that is shown: the same entries, and their totals."""
        if self._rows is None:
            self.show_source(source, changes=source.has_removals)
        else:
            self._rows.source = source
            self._shows_changes = source.has_removals
            self._arrange()
            self.refresh_source()

    def _take(self, rows: EntryRows, listings: dict[int, array[int]]) -> None:
        """Take new listings, and let others know that more may be known of what is under the cursor."""
        super()._take(rows, listings)
        self.post_message(self.Highlighted(self, self.cursor))

    def scroll_rows(self, rows: int) -> None:
        """Move the view, and leave the cursor where it is."""
        super().scroll_rows(rows)
        self.post_message(self.Seen())

    def refresh_rows(self, cursor: int | None = None) -> None:
        """Show rows that changed: a folder that was opened has others in sight."""
        super().refresh_rows(cursor)
        self.post_message(self.Seen())

    def on_resize(self) -> None:
        """More or fewer rows are in sight, or the first."""
        super().on_resize()
        self.post_message(self.Seen())

    def on_unmount(self) -> None:
        """Let go of the index of a layer that is still being read."""
        self._forget()

    def _forget(self) -> None:
        if self._index is not None and self._is_growing:
            self._index.close()
        self._index, self._is_growing, self._progress = None, False, None
        self._problems = self._notes = ()
        self._waiting = self._stall = ""
        self._remedy = ()

    def empty_parts(self, width: int) -> Sequence[Part]:
        """A hint on how to get files here, or the reason why there are none and what can be done."""
        return [*self._offer, *self._remedy]

    def empty_rows(self, width: int) -> Sequence[Sequence[Part]]:
        """The same over several rows, where it is too long for one: what went wrong often stands at the end."""
        parts = self.empty_parts(width)
        if sum(cells(text) for text, _ in parts) <= width:
            return [parts]
        rows = [[(line, style)] for text, style in self._offer for line in wrap(text, max(width, _NARROWEST))]
        return [*rows, [(text.strip(), style) for text, style in self._remedy]]

    # What is said around it.

    @property
    def entry_under_cursor(self) -> FileEntry | None:
        """The entry under the cursor, in the layer it comes from.

        Raises:
            LayerError: its index cannot be read any more.
        """
        return None if self.source is None or self.row is None else self.source.entry(self.row.id)

    @property
    def totals(self) -> str:
        """Number of entries and bytes in the layer."""
        if self._stall:
            return f"✗ {self._stall}"
        if self._progress is not None:
            return self._progress_text()
        if self._index is None or self._is_growing:
            return self._waiting
        count = count_noun(self._index.summary.entry_count, "entry", "entries")
        summary = self._index.summary
        if not summary.basis.is_scan:
            return f"{count} · from its table ({summary.basis.source.value}), not checked"
        return f"{count} · {format_size(summary.unpacked_size)} tar"

    def _progress_text(self) -> str:
        if self._progress is None:
            return ""
        done, total = self._progress.blob_bytes, self._progress.blob_size
        said = f"{format_size(done)} / {format_size(total)} · {count_noun(self._progress.entries, 'entry', 'entries')}"
        unverified = " · not verified yet" if self._progress.is_listed else ""
        return f"{progress_bar(done, total, 16)} {said}{unverified}"

    def status_parts(self) -> list[Part]:
        """The entry under the cursor; while the layer is read, the progress; else its problem."""
        if self._stall:
            return [
                (f" ✗ {self._stall} ", "bar--bad"),
                (f" {self._stall_remedy} ", "bar--accent"),
                *self._entry_parts(),
            ]
        if self._progress is not None:
            text = f" reading {self._progress_text()}  {key_text(CANCEL, self.app)} cancels "
            return [(text, "bar--accent"), *self._entry_parts()]
        problems = [(f" ✗ {self._problems[0]} ", "bar--bad")] if self._problems else []
        notes = [(f"  note: {self._notes[0]}", "bar--muted")] if self._notes else []
        return [*problems, *self._entry_parts(), *notes]

    @property
    def _stall_remedy(self) -> str:
        return f"{key_text(READ_AGAIN, self.app)} starts it again  {key_text(CANCEL, self.app)} cancels"

    def _entry_parts(self) -> list[Part]:
        row, path = self.row, self.path
        if row is None or path is None:
            return []
        return [(f" {printable(path)}", ""), (f"  {_facts(row)}", "bar--muted")]


def _facts(row: Row) -> str:
    """Return the facts for which the columns have no room."""
    if row.kind in _WORDS:
        return _WORDS[row.kind]
    size = row.below_bytes if row.directory is not None else row.size
    facts = [mode_text(row), owner_text(row)]
    if size is not None and row.kind in {EntryKind.FILE, EntryKind.DIRECTORY}:
        facts.append(bounded(format_exact_size(size), size, row.bound))
    if row.mark == "-":
        facts.append("deleted by this layer")
    elif row.detail.startswith(("deleted in", "replaced in")):
        facts.append(f"{row.detail.replace(' in ', ' by layer ')}, {STILL_IN_IMAGE}")
    elif row.detail:
        facts.append(f"changed in {row.detail}")
    if row.changes_below:
        facts.append(f"{row.changes_below} below")
    if row.below_entries is not None and not row.bound:
        facts.append(f"{count_noun(row.below_entries, 'entry', 'entries')} below")
    if row.link is not None:
        facts.append(f"{'same file as' if row.kind is EntryKind.HARDLINK else '→'} {printable(row.link)}")
    facts.append(utc_text(row))
    return "  ".join(facts)
