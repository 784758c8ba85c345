"""Verifying from the panes: what is chosen, in the background, with marks in the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocitui.display import count_noun, format_size, printable
from ocitui.image.node import Node
from ocitui.spec.digest import Digest
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.choosing import Choosing
from ocitui.tui.explore.shown import Shown
from ocitui.tui.page.page import tell
from ocitui.tui.panes.panes import Panes
from ocitui.tui.rows.bars import progress_bar
from ocitui.tui.rows.keys import CANCEL, VERIFY, Key, key_text
from ocitui.tui.scans.running import STALLED
from ocitui.tui.verify.verifying import Verifying, size_to_fetch

if TYPE_CHECKING:  # loaded when it is opened
    from ocitui.tui.verify.screen import FindingsScreen

_BAR = 12


class VerifyMarks:
    """Verifies the node that is chosen, with all below it; the top stands for everything."""

    def __init__(self, verifying: Verifying, shown: Shown, panes: Panes, bars: ExploreBars, choosing: Choosing) -> None:
        self._verifying = verifying
        self._shown = shown
        self._panes = panes
        self._bars = bars
        self._choosing = choosing
        self._asked: Node | None = None
        panes.image_tree.mark_of = verifying.mark
        panes.image_tree.is_wrong_below = verifying.is_wrong_below

    def verify(self) -> None:
        """Verify what is chosen; while it runs, and where that was just done, show what was found."""
        if self._verifying.is_running or self._verifying.start_node is self._shown.chosen:
            self._show_findings()
        elif not self._asks_to_fetch(self._shown.chosen):
            self.start(self._shown.chosen)

    def _asks_to_fetch(self, node: Node) -> bool:
        """Ask once where much must be fetched from a registry for it; whether the user has to answer first."""
        size = size_to_fetch(node)
        if not self._shown.scans.fetching.allowance.would_exceed(size) or self._asked is node:
            return False
        self._asked = node
        self._bars.refuse(f"V again fetches {format_size(size)} from the registry")
        return True

    def start(self, node: Node) -> None:
        """Verify a node, though it was verified before."""
        self._bars.keep_status(())
        self._verifying.start(node)
        self._show_progress()

    def cancel(self) -> bool:
        """Break off verifying; whether anything was being verified."""
        if not self._verifying.is_running:
            return False
        self._verifying.cancel()
        self._verifying.start_node = None  # verifying begins anew
        self._bars.show_notice(f"verification cancelled; {self._key(VERIFY)} restarts")
        return True

    def _show_findings(self) -> None:
        from ocitui.tui.verify.screen import FindingsScreen

        self._panes.app.push_screen(FindingsScreen(self._panes.screen, self._verifying))

    def _key(self, key: Key) -> str:
        return key_text(key, self._panes.app)

    def _show_progress(self) -> None:
        if self._verifying.silence >= STALLED:
            remedy = f" {self._key(CANCEL)} stops it, {self._key(VERIFY)} begins again"
            text = f" ✗ verifying has not moved for {self._verifying.silence:.0f} s "
            self._bars.status.show([(text, "bar--bad"), (remedy, "bar--accent")])
            return
        done, size, left = self._verifying.progress
        figures = f"{format_size(done)} of {format_size(size)} · {left:,} to go · {self._key(CANCEL)} stops"
        bar = f" verifying {progress_bar(done, size, _BAR)} "
        self._bars.status.show([(bar, "bar--accent"), (figures, "bar--muted")])

    def went_on(self) -> None:
        """More was read, or reported."""
        self._panes.image_tree.repaint_all()
        if self._verifying.is_running:
            self._show_progress()
        self._tell_findings()

    def ended(self, event: Verifying.Ended) -> None:
        """It came to its end; how it came out is said until the cursor moves."""
        from ocitui.tui.verify.screen import count_parts

        self._panes.image_tree.repaint_all()
        self._tell_findings()
        if event.problem:
            self._bars.show_notice(event.problem, "bar--bad")
        elif not self._verifying.is_cancelled:
            count = len(self._verifying.last)
            blobs = count_noun(count, "blob")
            said = [(f" {self._verifying.subject}: {blobs} verified  ", "bar--accent"), *count_parts(self._verifying)]
            if any(report.problems for report in self._verifying.last):
                said.append((f"{self._key(VERIFY)} shows findings", "bar--muted"))
            self._bars.keep_status(said)

    def _tell_findings(self) -> None:
        screen = self._findings_screen()
        if screen is not None:
            tell(screen, screen.findings_changed)

    def _findings_screen(self) -> FindingsScreen | None:
        from ocitui.tui.verify.screen import FindingsScreen

        return next((each for each in self._panes.app.screen_stack if isinstance(each, FindingsScreen)), None)

    def verify_again(self) -> None:
        """Verify the same once more."""
        if self._verifying.start_node is not None:
            self.start(self._verifying.start_node)
            self._tell_findings()

    def go_to_blob(self, digest: Digest | None) -> None:
        """Go to the document or the layer of a digest."""
        screen = self._findings_screen()
        node = next((node for node in self._shown.top.walk() if node.digest == digest), None)
        if screen is not None:
            screen.dismiss()
        if node is None:
            self._bars.refuse(f"no document names {printable(str(digest))}")
        else:
            self._choosing.go_to(node)
