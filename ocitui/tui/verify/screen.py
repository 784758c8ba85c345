"""The findings of verifying, blob by blob, with the clause of each."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

from ocitui.display import count_noun
from ocitui.image.verify.blob_report import SEVERITIES
from ocitui.image.verify.words import NOTHING_FOUND, count_findings
from ocitui.spec.digest import Digest
from ocitui.tui.page.page import Page
from ocitui.tui.rows.bars import Bar
from ocitui.tui.rows.keys import BACK, Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.row_list import RowList
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.verify.rows import FindingRow, detail_rows, finding_rows
from ocitui.tui.verify.verifying import Verifying


class FindingsScreen(Page, Screen[None]):
    """The findings, and below them all of the one under the cursor."""

    BINDING_GROUP_TITLE = "Findings"
    BINDINGS: ClassVar[list[BindingType]] = [
        Key("r", "again", "Verify again", id="verify-again", hint="verify again", worth=80),
        Key("y", "copy", "Copy the finding with its clause", hint="copy", worth=54),
        BACK,
        Key("V", "dismiss", id="verify"),
    ]
    DEFAULT_CSS = """
    FindingsScreen {
        & > #findings { height: 1fr; }
        & > #finding { height: 45%; max-height: 12; }
    }
    """

    class BlobRequested(Message):
        """A blob must be gone to."""

        def __init__(self, digest: Digest | None) -> None:
            super().__init__()
            self.digest = digest
            """None where its descriptor has none."""

    class VerifyRequested(Message):
        """All must be verified once more."""

    def __init__(self, owner: MessagePump, verifying: Verifying) -> None:
        """
        Args:
            owner: who is asked to go somewhere, or to verify once more.
            verifying: what was found.
        """
        super().__init__()
        self._owner = owner
        self._verifying = verifying
        self._findings = RowList(
            FindingRow.parts,
            copied=lambda row: row.text,
            enter=("go there", "Go to the blob in the Image pane"),
            id="finding-rows",
        )

    def compose(self) -> ComposeResult:
        """The findings, and the details of one."""
        yield Bar(id="title")
        yield Pane(None, "Findings", self._findings, id="findings")
        yield Pane(None, "Finding", TextLines(id="detail-rows"), id="finding")
        yield KeysBar()

    def on_mount(self) -> None:
        """Show what was found."""
        self.findings_changed()
        self._findings.focus()

    def findings_changed(self) -> None:
        """More was found."""
        verifying = self._verifying
        self.query_one("#title", Bar).show(title_parts(verifying))
        self._findings.notice = "nothing found yet" if verifying.is_running else "✓ nothing found"
        self._findings.keep_row(finding_rows(verifying.last))
        self._show_details()

    @on(Resize)
    @on(Lines.Highlighted, "#finding-rows")
    def _show_details(self) -> None:
        row = self._findings.row
        lines = self.query_one("#detail-rows", TextLines)
        lines.show_rows(detail_rows(row, lines.size.width - 2) if row is not None else [])

    @on(Lines.Chosen, "#finding-rows")
    def _chosen(self) -> None:
        row = self._findings.row
        if row is not None:
            self._owner.post_message(self.BlobRequested(row.report.digest))

    @property
    def main_list(self) -> Lines:
        """The findings."""
        return self._findings

    def show_notice(self, text: str, style: str = "bar--good") -> None:
        """Show what a key has done, in the frame."""
        self.query_one("#finding", Pane).note(text)

    def action_again(self) -> None:
        """Verify the same once more."""
        self._owner.post_message(self.VerifyRequested())


def title_parts(verifying: Verifying) -> list[Part]:
    """The subject of the verification and its outcome, in one line."""
    count = len(verifying.last)
    parts: list[Part] = [
        (f" Verified {verifying.subject}".rstrip() + "  ", "bar--accent"),
        (f"{count_noun(count, 'blob')}  ", ""),
    ]
    if verifying.is_running:
        parts.append((f"{verifying.progress[2]:,} to go  ", "bar--muted"))
    elif verifying.is_cancelled:
        parts.append(("cancelled  ", "bar--bad"))
    return [*parts, *count_parts(verifying)]


def count_parts(verifying: Verifying) -> list[Part]:
    """Numbers of findings, by severity; and that they are not those of the whole image, where that is so."""
    signs = dict(zip(SEVERITIES, (("✗", "bar--bad"), ("?", "bar--bad"), ("!", ""), ("·", "bar--muted")), strict=True))
    parts: list[Part] = []
    for severity, text in count_findings(verifying.last):
        sign, style = signs[severity]
        parts.append((f"{sign} {text}  ", style))
    is_settled = not (verifying.is_running or verifying.is_cancelled)
    parts = parts or ([(f"✓ {NOTHING_FOUND}  ", "bar--good")] if is_settled else [])
    return [*parts, ("(not the whole image)  ", "bar--muted")] if verifying.is_partial else parts
