"""Verifying from the panes: what is chosen, in the background, with marks in the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from ocitui.display import format_size, printable
from ocitui.image.image import Image
from ocitui.image.node import Node
from ocitui.layers.cache import LayerCache
from ocitui.transports.transport import Transport
from ocitui.tui.explore.path_actions import PathsScreen
from ocitui.tui.rows.bars import progress_bar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.row import Part
from ocitui.tui.scans import STALLED
from ocitui.tui.verify.verifying import Verifying

if TYPE_CHECKING:  # loaded when it is opened
    from ocitui.tui.verify.screen import FindingsScreen

_BAR = 12


class VerifyScreen(PathsScreen):
    """Verifies the node that is chosen, with all below it; the top stands for everything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("V", "verify", "Verify what is chosen in the image; once more: what was found"),
    ]

    def __init__(self, transport: Transport, top: Node, chosen: Node, image: Image | None, cache: LayerCache) -> None:
        """See `PanesScreen`."""
        super().__init__(transport, top, chosen, image, cache)
        self.verifying = Verifying(self, transport, top, cache)
        """What was verified in this session."""
        self._outcome: list[Part] = []

    def on_mount(self) -> None:
        """Let the tree show what was verified."""
        self.image_tree.mark_of = self.verifying.mark
        self.image_tree.is_wrong_below = self.verifying.is_wrong_below

    def action_verify(self) -> None:
        """Verify what is chosen; while it runs, and where that was just done, show what was found."""
        if self.verifying.is_running or self.verifying.start_node is self.chosen:
            self._show_findings()
        else:
            self._start(self.chosen)

    def _start(self, node: Node) -> None:
        self._outcome = []
        self.verifying.start(node)
        self._say_verifying()

    def action_cancel_scan(self) -> None:
        """Break off verifying, else the scan of a layer."""
        if self.verifying.is_running:
            self.verifying.cancel()
            self.verifying.start_node = None  # V begins anew
            self.say("verifying was broken off; V begins again")
        else:
            super().action_cancel_scan()

    def _show_findings(self) -> None:
        from ocitui.tui.verify.screen import FindingsScreen

        self.app.push_screen(FindingsScreen(self, self.verifying))

    def _say_verifying(self) -> None:
        if self.verifying.silence >= STALLED:
            text = f" ✗ verifying has not moved for {self.verifying.silence:.0f} s "
            self.bars.status([(text, "bar--bad"), (" esc stops it, V begins again", "bar--accent")])
            return
        done, size, left = self.verifying.progress
        figures = f"{format_size(done)} of {format_size(size)} · {left:,} to go · esc stops"
        self.bars.status([(f" verifying {progress_bar(done, size, _BAR)} ", "bar--accent"), (figures, "bar--muted")])

    @on(Verifying.Progress)
    def _verifying_went_on(self) -> None:
        self.image_tree.repaint_all()
        if self.verifying.is_running:
            self._say_verifying()
        self._tell_findings()

    @on(Verifying.Ended)
    def _verifying_ended(self, event: Verifying.Ended) -> None:
        from ocitui.tui.verify.screen import count_parts

        self.image_tree.repaint_all()
        self._tell_findings()
        if event.problem:
            self.say(event.problem)
        elif not self.verifying.is_cancelled:
            count = len(self.verifying.last)
            blobs = "1 blob" if count == 1 else f"{count:,} blobs"
            parts = count_parts(self.verifying)
            self._outcome = [(f" verified {blobs}  ", "bar--accent"), *parts, ("  V shows findings", "bar--muted")]
            self._say_status()
        self.look_up_known_layers()

    def _say_status(self) -> None:
        """How verifying came out stays until the cursor moves, though what was read on the way is shown."""
        if self._outcome:
            self.bars.status(self._outcome)
        else:
            super()._say_status()

    @on(Lines.Highlighted)
    def _cursor_moved(self, event: Lines.Highlighted) -> None:
        if self._outcome and event.lines is self.focused_lines:
            self._outcome = []
            self._say_status()

    def _tell_findings(self) -> None:
        screen = self._findings_screen()
        if screen is not None:
            screen.findings_changed()

    def _findings_screen(self) -> FindingsScreen | None:
        from ocitui.tui.verify.screen import FindingsScreen

        return next((screen for screen in self.app.screen_stack if isinstance(screen, FindingsScreen)), None)

    def on_findings_screen_asked(self, event: FindingsScreen.Asked) -> None:
        """Go to a blob, or verify once more."""
        if event.what == "again":
            if self.verifying.start_node is not None:
                self._start(self.verifying.start_node)
                self._tell_findings()
            return
        screen = self._findings_screen()
        node = next((node for node in self.top.walk() if node.digest == event.digest), None)
        if screen is not None:
            screen.dismiss()
        if node is None:
            self.say(f"no document names {printable(str(event.digest))}")
            return
        self.image_tree.reveal(node)
        self.show_node(node)

    def on_unmount(self) -> None:
        """End what is under way."""
        self.verifying.cancel()
