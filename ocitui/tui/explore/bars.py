"""What the lines above and below the panes say."""

from collections.abc import Sequence

from textual.screen import Screen

from ocitui.display import format_size, printable
from ocitui.image.history.instruction import read_instruction
from ocitui.image.image import Image, Layer
from ocitui.image.node import Node
from ocitui.tui.explore.arrangement import Panes
from ocitui.tui.explore.files_pane import FilesPane
from ocitui.tui.explore.history_pane import HistoryPane
from ocitui.tui.explore.image_pane import ImagePane, node_label
from ocitui.tui.explore.summary_lines import SummaryLines
from ocitui.tui.rows.bars import Bar, hint_parts
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.view.json_view import JsonView

ALWAYS_WIDTH = 17
"""Columns for the keys that are said everywhere."""
FACTS_WIDTH = 100
"""Columns from which the title has room for the size of the image."""

_HINTS: dict[type[Lines], list[tuple[str, str]]] = {
    ImagePane: [("⏎", "open"), ("v", "JSON"), ("d", "Dockerfile"), ("V", "verify"), ("D", "compare")],
    HistoryPane: [("⏎", "files"), ("space", "unfold"), ("o", "original"), ("d", "Dockerfile")],
    FilesPane: [
        ("⏎", "open"),
        ("w", "which"),
        ("m", "merged"),
        ("u", "filter"),
        ("s", "sort"),
        ("[ ]", "layer"),
        ("b", "exact"),
    ],
    JsonView: [("⏎", "fold, follow digest"), ("v", "summary")],
    SummaryLines: [("⏎", "unfold, follow digest"), ("v", "JSON")],
}


class ExploreBars:
    """The title, the context of a pane that is alone, the status line and the keys."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen

    def _bar(self, name: str) -> Bar:
        return self._screen.query_one(f"#{name}", Bar)

    def title(self, place: str, image: Image | None, problems: int, panes: Panes) -> None:
        """What is open, and which panes there are where not all are in sight."""
        parts: list[Part] = [(" ocitui ", "bar--accent"), (f" {printable(place)}  ", "")]
        if image is not None:
            parts.append((image.label, "bar--accent"))
            if self._screen.app.size.width >= FACTS_WIDTH:
                layers = len(image.layers)
                facts = f"{layers} layer{'' if layers == 1 else 's'} · {format_size(image.size)}"
                parts.append((f"  {facts}", "bar--muted"))
        if problems:
            parts.append((f"  ✗ {problems} problem{'' if problems == 1 else 's'}", "bar--bad"))
        right: list[Part] = []
        for pane in panes.all if not panes.is_wide else ():
            is_current = pane is panes.current
            text = f"[{pane.number}] {pane.title} " if is_current else f" {pane.number} "
            right.append((text, "bar--accent" if is_current else "bar--muted"))
        self._bar("title").say(parts, right)

    def context(self, node: Node, image: Image | None, layer: Layer | None, right: str, view: str) -> None:
        """What a pane that is alone shows: a layer (or a view of several) with its instruction, or another node."""
        text = f" {node_label(node)}"
        if layer is not None and image is not None:
            row = image.row_of(layer)
            instruction = (
                printable(read_instruction(row.entry).line) if row is not None and row.entry is not None else ""
            )
            where = f"{f'{view}, ' if view else ''}layer {layer.number} of {len(image.layers)}"
            where += "" if view else f" · {format_size(layer.descriptor.size)}"
            text = f" {where} · {instruction}"
        self._bar("context").say([(text, "bar--muted")], [(f"{right} ", "bar--muted")] if right else [])

    def status(self, parts: Sequence[Part]) -> None:
        """What is under the cursor."""
        self._bar("status").say(parts)

    def say(self, message: str) -> None:
        """Say something once, until the cursor moves."""
        self._bar("status").say([(f" {printable(message)}", "bar--good")])

    def hints(self, lines: Lines | None) -> None:
        """The keys of the pane that has the focus."""
        own = next((hints for kind, hints in _HINTS.items() if isinstance(lines, kind)), [])
        shared = [("/", "search"), ("f", "find"), ("y", "copy"), ("tab", "pane")]
        always = hint_parts([("?", "help"), ("q", "quit")], 40)
        self._bar("hints").say(hint_parts([*own, *shared], self._screen.app.size.width - ALWAYS_WIDTH), always)


def node_parts(node: Node) -> list[Part]:
    """What is wrong with a node, else its digest and media type."""
    if node.problems:
        return [(f" ✗ {node.problems[0]}", "bar--bad")]
    if node.digest is None:
        return []
    media_type = node.descriptor.media_type if node.descriptor else ""
    return [(f" {node.digest}", ""), (f"  {printable(media_type)}", "bar--muted")]
