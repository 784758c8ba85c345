"""Pane 3: each history entry in order, with the layer it made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from ocitui.cells import cells, cut, fit, wrap
from ocitui.display import (
    NOT_SET,
    format_age,
    format_count,
    format_exact_size,
    format_size,
    format_time,
    printable,
)
from ocitui.image.history.instruction import LINE_LIMIT, UNFOLDED_LIMIT, Instruction, read_instruction
from ocitui.image.history.pairing import HistoryRow
from ocitui.image.history.words import layer_text, origin_lines, origin_text
from ocitui.image.image import Image
from ocitui.image.known_bases import KnownBase, base_text
from ocitui.image.words import no_layers_text
from ocitui.layers.basis import SCANNED, Basis
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part

_PROBLEM, _BASE = -1, -2
"""Rows that are none of the history: what is wrong with it, and what the layers above are."""

_MISSING = "missing"
MISSING_SIGN = ("∅", "blob missing")
"""A sign of nodes and layers, and its meaning."""


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """Facts of a layer that was indexed."""

    unpacked_size: int | None
    """Bytes after decompression."""
    file_count: int | None
    is_damaged: bool = False
    basis: Basis = SCANNED
    """The words for what its index rests on."""


class HistoryPane(Lines):
    """The history against the layers; long instructions unfold."""

    BINDING_GROUP_TITLE = "3 History"
    LEGEND: ClassVar[Sequence[tuple[str, str]]] = (
        ("●", "the layer whose files are shown"),
        ("✗", "the layer is damaged"),
        MISSING_SIGN,
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("enter", "choose", "Show the files of this layer", hint="files", worth=100),
        Key("space", "toggle_fold", "Unfold the instruction", hint="unfold", worth=70),
        Key("o", "toggle_original", "Instructions exactly as the config has them", hint="original", worth=57),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._image: Image | None = None
        self._instructions: list[Instruction | None] = []
        self._unfolded: set[int] = set()
        self._index: list[tuple[int, int]] = []  # (row of the history, or one of those below; line of it)
        self._unfolded_texts: dict[tuple[int, bool, int], list[str]] = {}
        self._facts: Mapping[int, LayerFacts] = {}
        self._bases: dict[Image, Sequence[KnownBase]] = {}
        self._missing: frozenset[int] = frozenset()
        self.opened: int | None = None
        """The number of the layer whose files are shown."""
        self.is_exact = False
        """True if sizes are shown to the last byte, and times as dates."""
        self.is_original = False
        """True if instructions are shown as the config has them."""

    def show_image(self, image: Image | None) -> None:
        """Show the history of another image."""
        if image is self._image:
            return
        self._image = image
        rows = image.history.rows if image else ()
        self._instructions = [read_instruction(row.entry) if row.entry else None for row in rows]
        self._missing = (
            frozenset(node.number or 0 for node in image.node.children if node.is_missing) if image else frozenset()
        )
        self._unfolded.clear()
        self._unfolded_texts.clear()
        self._facts = {}
        self._collect()
        self.repaint_all()
        self.refresh_rows(0)

    def show_bases(self, image: Image, bases: Sequence[KnownBase]) -> None:
        """Show what an image is built on, each base below the last of its layers. Others are said in pane 2."""
        self._bases[image] = bases = [base for base in bases if base.layers]
        if image is self._image and bases:
            key = self._index[min(self.cursor, len(self._index) - 1)] if self._index else None
            self._collect()
            self.refresh_rows(self._index.index(key) if key in self._index else 0)

    def show_facts(self, facts: Mapping[int, LayerFacts]) -> None:
        """Show what is known of the layers, by their number."""
        self._facts = facts
        if self._unfolded:  # what the index rests on is said there
            self._unfolded_texts.clear()
            self._collect()
        self.refresh_rows()

    @property
    def history_row(self) -> HistoryRow | None:
        """The row under the cursor; None where that is no entry and no layer."""
        if self._image is None or not self._index:
            return None
        position, _ = self._index[min(self.cursor, len(self._index) - 1)]
        return self._image.history.rows[position] if position >= 0 else None

    @property
    def instruction(self) -> Instruction | None:
        """The instruction of the row under the cursor."""
        if not self._index:
            return None
        position, _ = self._index[min(self.cursor, len(self._index) - 1)]
        return self._instructions[position] if position >= 0 else None

    @property
    def said(self) -> str:
        """The instruction of the row under the cursor, or what made its layer."""
        row, instruction = self.history_row, self.instruction
        if instruction is not None:
            return printable(instruction.line)
        return origin_text(self._image.history, row.layer, LINE_LIMIT) if self._image and row and row.layer else ""

    @property
    def copy_text(self) -> str | None:
        """The instruction under the cursor: as a Dockerfile has it, or the original where that is shown."""
        if self.instruction is None:
            return None
        return self.instruction.original if self.is_original else self.instruction.text

    @property
    def row_count(self) -> int:
        """Entries, what they unfold to, and what is wrong with them."""
        return len(self._index)

    def reveal_layer(self, number: int) -> None:
        """Put the cursor on the row of a layer."""
        if self._image is None or (self.history_row is not None and self.history_row.only_layer == number):
            return
        for index, (position, line) in enumerate(self._index):
            if position >= 0 and line == 0 and self._image.history.rows[position].layer == number:
                self.move_cursor(index)
                return

    def on_resize(self) -> None:
        """Wrap anew what is unfolded."""
        if self.is_original and self._unfolded and self._index:
            position, line = self._index[self.cursor]
            self._collect()
            here = [n for n, key in enumerate(self._index) if key[0] == position and key[1] <= line]
            self._cursor = here[-1]  # on the same thing as before, which is no news
        super().on_resize()

    def _collect(self) -> None:
        if self._image is None:
            self._index = []
            return
        bases = self._bases.get(self._image, ())
        rows = self._image.history.rows
        last = {row.layer: position for position, row in enumerate(rows) if row.layer is not None}
        self._index = [(_PROBLEM, n) for n in range(len(self._image.history.problems))]
        for position, row in enumerate(rows):
            self._index.append((position, 0))
            if position in self._unfolded:
                self._index += [(position, n + 1) for n in range(len(self._unfolded_lines(position)))]
            if row.layer is not None and last[row.layer] == position:
                self._index += [(_BASE, n) for n, base in enumerate(bases) if base.layers == row.layer]

    def _unfolded_lines(self, position: int) -> list[str]:
        """Return the lines that an instruction unfolds to, safe to draw."""
        key = (position, self.is_original, self.size.width)
        if key not in self._unfolded_texts:
            self._unfolded_texts[key] = self._unfold(position)
        return self._unfolded_texts[key]

    def _unfold(self, position: int) -> list[str]:
        assert self._image is not None
        instruction, number = self._instructions[position], self._image.history.rows[position].layer
        lines = []
        if number is not None and instruction is None:
            lines = origin_lines(self._image.history, number, LINE_LIMIT)
        if instruction is not None:
            cut = instruction.cut(UNFOLDED_LIMIT)
            if self.is_original:
                lines = wrap(printable(cut.original), max(20, self.size.width - 8))
            else:
                lines = list(map(printable, cut.lines))
            if cut is not instruction:
                lines.append(f"… of {len(instruction.original):,} characters, all of them in the JSON")
        if number is not None:
            layer = self._image.layers[number - 1]
            lines += [f"digest   {layer.descriptor.digest or 'none'}", f"diff ID  {layer.diff_id or 'none'}"]
            facts = self._facts.get(number)
            if facts is not None and not facts.basis.is_scan:
                lines.append(facts.basis.text)
        return lines

    # Unfolding.

    def action_toggle_fold(self) -> None:
        """Unfold the instruction under the cursor over lines, or fold it."""
        if self._index and (position := self._index[self.cursor][0]) >= 0:
            self._unfolded ^= {position}
            self._collect()
            self.refresh_rows(self._index.index((position, 0)))

    def action_expand(self) -> None:
        """Unfold the instruction under the cursor."""
        if self._index and 0 <= self._index[self.cursor][0] not in self._unfolded:
            self.action_toggle_fold()

    def action_collapse(self) -> None:
        """Fold the instruction under the cursor."""
        if self._index and self._index[self.cursor][0] in self._unfolded:
            self.action_toggle_fold()

    def action_toggle_original(self) -> None:
        """Show instructions as the config has them, or as a Dockerfile does."""
        self.is_original = not self.is_original
        position = self._index[self.cursor][0] if self._index else 0
        self._collect()
        self.refresh_rows(next((n for n, key in enumerate(self._index) if key[0] == position), 0))

    # Drawing.

    def header_parts(self, width: int) -> Sequence[Part] | None:
        """The names of the columns."""
        return [(self._columns(width, "#", "stored", "tar", "files", "instruction", "made"), "lines--header")]

    def empty_parts(self, width: int) -> Sequence[Part]:
        """The reason why there is no history."""
        lack = "no image is chosen" if self._image is None else no_layers_text(self._image.node)
        return [(lack, "lines--muted")]

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """An entry with its layer; entries that made none are dimmed and have a dot."""
        assert self._image is not None
        position, line = self._index[index]
        if position == _BASE:
            return [(f"   ╰ {printable(base_text(self._bases[self._image][line]))}", "lines--accent")]
        if position == _PROBLEM:
            return [(f"✗ {printable(self._image.history.problems[line])}", "lines--warn")]
        if line:
            lines = self._unfolded_lines(position)
            return [(f"      {lines[line - 1] if line <= len(lines) else ''}", "lines--muted")]
        row, instruction = self._image.history.rows[position], self._instructions[position]
        made = ""
        if row.entry is not None and row.entry.created is not None:
            made = format_time(row.entry.created) if self.is_exact else format_age(row.entry.created)
        text = self._text(row, instruction)
        if row.layer is None:
            return [(self._columns(width, layer_text(row), "", "", "", text, made), "lines--muted")]
        said = format_exact_size if self.is_exact else format_size
        facts = self._facts.get(row.layer)
        layer = self._image.layers[row.layer - 1]
        size = said(layer.descriptor.size)
        unpacked = (
            said(facts.unpacked_size)
            if facts and facts.unpacked_size is not None
            else (_MISSING if row.layer in self._missing else "")
        )
        files = format_count(facts.file_count) if facts else ""
        is_damaged = facts is not None and facts.is_damaged
        mark = "✗" if is_damaged else "●" if row.layer == self.opened else ""
        line_text = self._columns(width, f"{mark or ' '}{row.layer:>3}", size, unpacked, files, text, made)
        return [(line_text, "lines--bad" if is_damaged else "lines--warn" if row.is_unpaired else "")]

    def row_text(self, index: int) -> str:
        """The whole instruction, so that a search finds what is cut from sight."""
        position, line = self._index[index]
        instruction = self._instructions[position] if position >= 0 and line == 0 else None
        return printable(instruction.original) if instruction else super().row_text(index)

    def _text(self, row: HistoryRow, instruction: Instruction | None) -> str:
        if instruction is None:
            return origin_text(self._image.history, row.layer, LINE_LIMIT) if self._image and row.layer else ""
        cut = instruction.cut(LINE_LIMIT)
        text = cut.original if self.is_original else cut.text
        if not text and row.entry is not None:
            text = f"({row.entry.comment[:LINE_LIMIT]})" if row.entry.comment else NOT_SET
        count = len(cut.lines) if cut is instruction else 0
        more = f"  (+{count - 1})" if count > 1 and not self.is_original else ""
        return f"{printable(text)}\0{more}"

    def _columns(self, width: int, number: str, size: str, unpacked: str, files: str, text: str, made: str) -> str:
        """One line, its columns dropped from the least needed on where the pane is narrow."""
        exact = 8 if self.is_exact else 0
        left = f"{number:>4} {size:>{10 + exact}} "
        if width >= 84:
            left += f"{unpacked:>{10 + exact}} {files:>7}  "
        elif unpacked:
            left = f"{number:>4} {'∅ ' + size if unpacked == _MISSING else size:>{10 + exact}} "
        right = f" {made:<{19 if self.is_exact else 8}}" if width >= 64 else ""
        text, _, more = text.partition("\0")
        room = width - cells(left) - cells(right)
        shown = cut(text, room - cells(more)) + more if cells(text) + cells(more) > room else text
        return left + fit(shown, room) + right
