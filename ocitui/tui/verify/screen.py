"""What verifying found, blob by blob, with the clause of each finding."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from ocitui.image.verify.blob_report import SEVERITIES
from ocitui.spec.digest import Digest
from ocitui.tui.page.page import Page
from ocitui.tui.rows.bars import Bar, hint_parts
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.terminal.clipboard import copy
from ocitui.tui.verify.finding_rows import FindingRow, detail_rows, finding_rows
from ocitui.tui.verify.verifying import Verifying


class FindingLines(Lines):
    """A row for each blob with findings, and for each finding."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[FindingRow] = []
        self._is_running = False

    def show_findings(self, rows: list[FindingRow], *, is_running: bool) -> None:
        """Show other rows; the cursor stays on what it is on."""
        before, self._is_running = self.row, is_running
        self._rows = rows
        self.repaint_all()
        self.refresh_rows(rows.index(before) if before in rows else 0)

    @property
    def row(self) -> FindingRow | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def row_parts(self, index: int, width: int) -> Sequence[Part]:
        """One blob, or one finding."""
        return self._rows[index].parts(width)

    def empty_parts(self, width: int) -> Sequence[Part]:
        """Nothing was found."""
        return [("nothing found yet" if self._is_running else "✓ nothing found", "lines--muted")]

    @property
    def copy_text(self) -> str | None:
        """The finding with its clause, or the digest of the blob."""
        if self.row is None:
            return None
        problem = self.row.problem
        if problem is None:
            return str(self.row.report.digest or self.row.report.title)
        return f"{self.row.report.title}: {problem} [{problem.clause}] {problem.clause.url}".rstrip()


class FindingsScreen(Page, Screen[None]):
    """The findings, and below them all of the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,V", "dismiss", "Back", key_display="esc"),
        Binding("r", "again", "Verify once more"),
        Binding("y", "copy", "Copy the finding with its clause"),
    ]
    DEFAULT_CSS = """
    FindingsScreen {
        & > #findings { height: 1fr; }
        & > #finding { height: 45%; max-height: 12; }
    }
    """

    class Asked(Message):
        """A blob is to be gone to, or all is to be verified once more."""

        def __init__(self, what: str, digest: Digest | None = None) -> None:
            super().__init__()
            self.what = what
            """``go`` or ``again``."""
            self.digest = digest

    def __init__(self, owner: MessagePump, verifying: Verifying) -> None:
        """
        Args:
            owner: who is asked to go somewhere, or to verify once more.
            verifying: what was found.
        """
        super().__init__()
        self._owner = owner
        self._verifying = verifying

    def compose(self) -> ComposeResult:
        """The findings, and the details of one."""
        yield Bar(id="title")
        yield Pane(None, "Findings", FindingLines(id="finding-rows"), id="findings")
        yield Pane(None, "Finding", TextLines(id="detail-rows"), id="finding")
        yield Bar(id="hints")

    def on_mount(self) -> None:
        """Show what was found."""
        self.findings_changed()
        self.query_one(FindingLines).focus()

    def findings_changed(self) -> None:
        """More was found."""
        if not self.is_attached or not self.query(FindingLines):
            return
        verifying = self._verifying
        self.query_one("#title", Bar).say(title_parts(verifying))
        self.query_one(FindingLines).show_findings(finding_rows(verifying.last), is_running=verifying.is_running)
        self._show_details()
        keys = [("⏎", "go to the blob"), ("r", "verify again"), ("y", "copy"), ("/", "search")]
        self.query_one("#hints", Bar).say(hint_parts(keys, 70), hint_parts([("esc", "back")], 20))

    @on(Resize)
    @on(Lines.Highlighted, "#finding-rows")
    def _show_details(self) -> None:
        row = self.query_one(FindingLines).row
        lines = self.query_one("#detail-rows", TextLines)
        lines.show_rows(detail_rows(row, lines.size.width - 2) if row is not None else [])

    @on(Lines.Chosen, "#finding-rows")
    def _chosen(self) -> None:
        row = self.query_one(FindingLines).row
        if row is not None:
            self._owner.post_message(self.Asked("go", row.report.digest))

    def action_again(self) -> None:
        """Verify the same once more."""
        self._owner.post_message(self.Asked("again"))

    def action_copy(self) -> None:
        """Copy the finding under the cursor."""
        text = self.query_one(FindingLines).copy_text
        if text:
            copy(self.app, text)
            self.query_one("#finding", Pane).describe("", "copied")


def title_parts(verifying: Verifying) -> list[Part]:
    """What was verified and how it came out, in one line."""
    count = len(verifying.last)
    parts: list[Part] = [(" Verified  ", "bar--accent"), (f"{count:,} blob{'' if count == 1 else 's'}  ", "")]
    if verifying.is_running:
        parts.append((f"{verifying.progress[2]:,} to go  ", "bar--muted"))
    elif verifying.is_cancelled:
        parts.append(("broken off  ", "bar--bad"))
    return [*parts, *count_parts(verifying)]


def count_parts(verifying: Verifying) -> list[Part]:
    """How many findings there are, by how bad they are."""
    found = [problem.severity for report in verifying.last for problem in report.problems]
    signs = dict(zip(SEVERITIES, (("✗", "bar--bad"), ("?", "bar--bad"), ("!", ""), ("·", "bar--muted")), strict=True))
    parts: list[Part] = []
    for severity in SEVERITIES:
        count = found.count(severity)
        if count:
            plural = "" if count == 1 or severity.value == "not read" else "s"
            parts.append((f"{signs[severity][0]} {count:,} {severity.value}{plural}  ", signs[severity][1]))
    is_settled = not (verifying.is_running or verifying.is_cancelled)
    return parts or ([("✓ nothing found", "bar--good")] if is_settled else [])
