"""A jump to a path of the final filesystem by a few of its letters."""

from collections.abc import Sequence
from typing import NamedTuple

from textual import on
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer

from ocitui.cells import ELLIPSIS, cells
from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.image.merged.stack import LayerStack
from ocitui.image.search.jump import PathPool, rank, without_scattered
from ocitui.tui.page.gaps import Gaps
from ocitui.tui.page.path_page import PathPage
from ocitui.tui.page.prompt import Prompt
from ocitui.tui.page.prompt_page import PromptPage
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.rows.keys import FIND, key_text
from ocitui.tui.rows.row import Part, mark_spans, skip_cells
from ocitui.tui.rows.row_list import RowList

PAUSE = 0.06
"""Seconds without a key before paths are looked for."""
_NO_PATH = "no such path in the final filesystem; {} searches all layers"
SHOWN = 100
"""Paths that are offered at most."""


class Target(NamedTuple):
    """A path that is offered."""

    path: str
    """With a slash before it; bytes that are not UTF-8 as ``surrogateescape`` keeps them."""
    letters: tuple[int, ...]
    """The positions of its characters that were typed."""


class JumpScreen(PathPage, PromptPage):
    """Asks its owner to go to a path, and closes."""

    BINDING_GROUP_TITLE = "Go to path"

    class _Came(Message):
        def __init__(self, typed: str, targets: Sequence[Target]) -> None:
            super().__init__()
            self.typed = typed
            self.targets = targets

    def __init__(self, owner: MessagePump, source: SearchSource) -> None:
        """
        Args:
            owner: who gets `PathRequested`.
            source: the layers. Call `layers_changed` when more is known of them.
        """
        super().__init__(owner)
        self._source = source
        self.prompt = Prompt("go to:", "path (fuzzy)")
        self.lines: RowList[Target] = RowList(target_parts, enter=("go there", "Go to the path"), id="targets")
        self._pool: PathPool | None = None
        self._timer: Timer | None = None
        self._gaps = Gaps.of(source)
        self._typed = ""
        self._wants_to_go = False

    def on_mount(self) -> None:
        """Have the layers read that are not known."""
        self._source.request_layers()
        self.layers_changed()

    def layers_changed(self) -> None:
        """More layers are known, or it is known that one cannot be searched."""
        count = self._source.layer_count
        stack = LayerStack([self._source.index(number) for number in range(1, count + 1)])
        self._pool = PathPool(stack)
        gaps = self._gaps = Gaps.of(self._source)
        if gaps.waiting:
            self.prompt.show([(f"indexing {len(gaps.waiting)} of {count} layers ", "prompt--notice")])
        else:
            self.prompt.show([(f"✗ {gaps.text} ", "prompt--bad")] if gaps.text else [])
        self._look()

    @on(Prompt.Edited)
    def _edited(self) -> None:
        self._wants_to_go = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._look)

    def _look(self) -> None:
        self._timer = None
        self._typed = typed = self.prompt.text
        pool = self._pool
        if not typed.strip() or pool is None:
            self._offer((), self._gaps.unknown)
            return
        self.run_worker(lambda: self._find(pool, typed), thread=True, group="jump", exit_on_error=False)

    def _find(self, pool: PathPool, typed: str) -> None:
        """Look in a thread; given up when something else is typed."""

        def is_late() -> bool:
            return self._typed != typed or self._pool is not pool or not self.is_attached

        try:
            with pool.lock:
                ranked = sorted(
                    ((*rank(typed, path), path) for path in pool.candidates(typed, is_late)),
                    key=lambda found: (-found[0], found[2]),
                )
            targets: list[Target] = []
            for _, letters, path in without_scattered(ranked):
                if is_late():
                    return
                if pool.is_present(path):
                    targets.append(Target(path, letters))
                    if len(targets) == SHOWN:
                        break
        except OcituiError:
            targets = []  # the panes say what is wrong with the layer
        self.post_message(self._Came(typed, targets))

    @on(_Came)
    def _came(self, event: _Came) -> None:
        if event.typed != self._typed:
            return
        nothing = _NO_PATH.format(key_text(FIND, self.app, typing=True))
        self._offer(event.targets, self._gaps.notice("no such path in the others") or nothing)
        if self._wants_to_go:
            self._go()

    def _offer(self, targets: Sequence[Target], notice: str) -> None:
        self.lines.notice = notice
        self.lines.show_rows(targets)

    def choose(self) -> None:
        """Go to the path under the cursor, once what was typed was looked for."""
        if self._timer is not None or self.lines.row_count == 0:
            self._wants_to_go = True
        else:
            self._go()

    def _go(self) -> None:
        self._wants_to_go = False
        target = self.lines.row
        if target is not None:
            self.request("go", target.path.encode("utf-8", "surrogateescape"))


def target_parts(target: Target, width: int) -> list[Part]:
    """A path with what was typed marked; of one that is too long, the end."""
    path, letters = target
    shown = [printable(character) for character in path]
    starts = [0]
    for text in shown:
        starts.append(starts[-1] + len(text))
    spans = [(starts[letter], starts[letter + 1]) for letter in letters]
    parts = mark_spans([("".join(shown), "")], _joined(spans), "lines--match")
    too_wide = sum(cells(text) for text, _ in parts) - width
    return [(ELLIPSIS, "lines--muted"), *skip_cells(parts, too_wide + 1)] if too_wide > 0 else parts


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that touch, as one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found
