"""The dialog that saves a file, a folder or a whole tree: asks where, writes, says what was written."""

import os
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen

from ocitui.display import count_noun, format_size, printable
from ocitui.errors import OcituiError
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport, reason_of
from ocitui.image.extract.target import is_safe
from ocitui.tui.page.page import Page
from ocitui.tui.rows.bars import Bar, progress_bar
from ocitui.tui.rows.keys import Key
from ocitui.tui.rows.keys_bar import KeysBar
from ocitui.tui.rows.lines import Lines
from ocitui.tui.rows.pane import Pane
from ocitui.tui.rows.row import Part
from ocitui.tui.rows.text_lines import TextLines
from ocitui.tui.save.form import SaveForm
from ocitui.tui.save.rows import report_rows
from ocitui.tui.save.target import SaveTarget, TargetError, find_target

OnProgress = Callable[[ExtractionReport, bytes], object]
Save = Callable[[Path, bytes, ExtractionOptions, OnProgress, Callable[[], bool]], ExtractionReport]
"""Writes to disk; called in a thread. Is given the folder to write into, the name to give there, what to
keep, what to call with the report so far and the path at hand, and what says whether to stop. May
raise `OcituiError` and `OSError`."""

OPTIONS = ("keep owners, and all permissions", "write devices and pipes", "keep extended attributes")


class Phase(Enum):
    """The phases of the dialog."""

    ASKING = "asking"
    CONFIRMING = "confirming"
    WRITING = "writing"
    DONE = "done"


class SaveScreen(Page, ModalScreen[ExtractionReport | None]):
    """Asks for a path, asks again before anything is replaced, and ends with what was written, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Key("o", "confirm(True)", "Overwrite", id="overwrite", hint="overwrite", worth=80),
        Key("k", "confirm(False)", "Keep existing files", id="keep-existing", hint="keep existing files", worth=85),
        Key("enter", "go_on", "Save, create the folder, or close", id="choose", hint="create it", worth=90),
        Key("escape,q", "back", "Back, stop, or close", hint="back", worth=10, stays=True),
    ]
    DEFAULT_CSS = """
    SaveScreen {
        align: center middle;
        background: $background 60%;
        & > Pane { width: 90%; max-width: 110; height: 18; max-height: 100%; }
        &.-small > Pane { width: 100%; }
        &:ansi { background: ansi_default; }
        & TextLines { display: none; }
        &.-done TextLines { display: block; }
        &.-done SaveForm { display: none; }
    }
    """

    class Progress(Message):
        """So much was written."""

        def __init__(self, size: int, files: int, path: str) -> None:
            super().__init__()
            self.size = size
            self.files = files
            self.path = path

        def can_replace(self, message: Message) -> bool:
            """A later figure makes an earlier one needless."""
            return isinstance(message, SaveScreen.Progress)

    class Finished(Message):
        """The writing ended."""

        def __init__(self, report: ExtractionReport | None, problem: str = "") -> None:
            super().__init__()
            self.report = report
            self.problem = problem

    def __init__(
        self,
        save: Save,
        path: bytes,
        *,
        folder: Path | None = None,
        name: bytes | None = None,
        is_folder: bool = False,
        size: int | None = None,
        is_root: bool | None = None,
    ) -> None:
        """
        Args:
            save: what writes.
            path: what is saved, as raw as the image has it.
            folder: where to save it, as a suggestion; None for the current folder.
            name: what to call it there, as a suggestion; None for its own name.
            is_folder: whether it is a folder, or a whole tree.
            size: bytes to write, if that is known.
            is_root: whether owners and devices can be written; None to find out.
        """
        super().__init__()
        self._save = save
        self._path = path
        own = path.rstrip(b"/").rpartition(b"/")[2] if name is None else name
        self._default_name = own if is_safe(own) else b"rootfs" if is_folder else b"file"
        self._folder = folder
        self._is_folder = is_folder
        self._total = size
        can_all = is_root if is_root is not None else hasattr(os, "geteuid") and os.geteuid() == 0
        self._options = OPTIONS if can_all else ()
        self._phase = Phase.ASKING
        self._target: SaveTarget | None = None
        self._stopped = threading.Event()
        self._report: ExtractionReport | None = None

    def compose(self) -> ComposeResult:
        """The form, the report that takes its place, and two lines under them."""
        start = os.path.join(self._folder or "", os.fsdecode(self._default_name))
        if self._folder is None and start.startswith("~"):  # else the name would mean somebody's home
            start = os.path.join(".", start)
        size = "" if self._total is None else f" · {format_size(self._total)}"
        yield Pane(
            None,
            f"Save {printable(self._path) or '/'}{size}",
            Vertical(
                SaveForm(start, self._options, id="form"),
                TextLines(id="report", enter=("close", "Close")),
                Bar(id="status"),
                KeysBar(),
            ),
            id="save",
        )

    @property
    def phase(self) -> Phase:
        """The phase of the dialog."""
        return self._phase

    @property
    def _form(self) -> SaveForm:
        return self.query_one(SaveForm)

    def on_mount(self) -> None:
        """Begin to ask."""
        self.set_class(self.app.size.width < 100, "-small")
        self._form.focus()
        self._enter(Phase.ASKING)

    def on_unmount(self) -> None:
        """Write no more when the dialog is gone."""
        self._stopped.set()

    def _enter(self, phase: Phase, status: list[Part] | None = None) -> None:
        self._phase = phase
        self.refresh_bindings()
        self.query_one("#status", Bar).show(status or [])

    def adapt_key(self, key: Key) -> Key:
        """A key as it reads at this moment."""
        target, is_asked = self._target, self._phase is Phase.CONFIRMING
        match key.action:
            case "confirm(True)" if target is not None and target.has_folder:
                return key.hinted("overwrite files of the same names")
            case "confirm(False)" if target is None or target.is_taken or not target.has_folder:
                return key.hinted("")
            case "go_on" if not is_asked or target is None or target.is_taken or target.has_folder:
                return key.hinted("")
            case "back":
                words = {Phase.ASKING: "cancel", Phase.WRITING: "stop", Phase.DONE: "close"}
                return key.hinted(words.get(self._phase, key.hint))
        return key

    # Asking.

    @on(SaveForm.Edited)
    def _edited(self) -> None:
        if self._phase in (Phase.ASKING, Phase.CONFIRMING):
            self._enter(Phase.ASKING)

    @on(Lines.Chosen, "#form")
    def _chosen(self) -> None:
        self.action_go_on()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters answer only while something is asked."""
        if action == "confirm":
            return self._phase is Phase.CONFIRMING
        return super().check_action(action, parameters)

    def action_go_on(self) -> None:
        """Enter: save, make the folder that is missing, or close."""
        if self._phase is Phase.ASKING:
            try:
                target = find_target(self._form.text, self._default_name, is_folder=self._is_folder)
            except TargetError as error:
                self._enter(Phase.ASKING, [(f" ✗ {error}", "bar--bad")])
                return
            self._target = target
            if target.question:
                self.set_focus(None)  # letters are answers now
                self._enter(Phase.CONFIRMING, [(f" {target.question}", "bar--accent")])
            else:
                self._write(overwrite=False)
        elif self._phase is Phase.CONFIRMING and self._target is not None:
            if not self._target.is_taken and not self._target.has_folder:
                self._write(overwrite=False)
        elif self._phase is Phase.DONE:
            self.dismiss(self._report)

    def action_confirm(self, overwrite: bool) -> None:
        """Answer what was asked."""
        target = self._target
        if target is not None and (target.has_folder or (target.is_taken and overwrite)):
            self._write(overwrite=overwrite)

    def action_back(self) -> None:
        """Escape: stop writing, go back to the path, or close."""
        if self._phase is Phase.WRITING:
            self._stopped.set()
            self.query_one("#status", Bar).show([(" stopping…", "")])
        elif self._phase is Phase.CONFIRMING:
            self._form.focus()
            self._enter(Phase.ASKING)
        else:
            self.dismiss(self._report)

    # Writing.

    def _write(self, *, overwrite: bool) -> None:
        target = self._target
        assert target is not None
        on = [self._form.is_on(number) for number in range(len(self._options))] or [False] * len(OPTIONS)
        options = ExtractionOptions(overwrite=overwrite, owners=on[0], devices=on[1], xattrs=on[2])
        self.set_focus(None)
        self._enter(Phase.WRITING, [(f" writing to {printable(str(target.path))}", "")])
        self.run_worker(lambda: self._run(target, options), thread=True, group="save", exit_on_error=False)

    def _run(self, target: SaveTarget, options: ExtractionOptions) -> None:
        """Write, in a thread of its own."""

        def report_progress(report: ExtractionReport, path: bytes) -> None:
            self.post_message(self.Progress(report.size, report.files, printable(path)))

        try:
            report = self._save(target.folder, target.name, options, report_progress, self._stopped.is_set)
        except OcituiError as error:
            self.post_message(self.Finished(None, str(error)))
        except OSError as error:
            self.post_message(self.Finished(None, f"{printable(str(target.folder))}: {reason_of(error)}"))
        else:
            self.post_message(self.Finished(report))

    @on(Progress)
    def _went_on(self, message: Progress) -> None:
        if self._phase is not Phase.WRITING or self._stopped.is_set():
            return
        done = f"{format_size(message.size)}"
        bar = ""
        if self._total:
            bar = f"{progress_bar(message.size, self._total, 16)} "
            done = f"{done} / {format_size(self._total)}"
        files = count_noun(message.files, "file")
        text = f" {bar}{done} · {files} · "
        self.query_one("#status", Bar).show([(text, ""), (message.path, "bar--muted")])

    @on(Finished)
    def _finished(self, message: Finished) -> None:
        self._report = message.report
        target = self._target
        assert target is not None
        place = printable(str(target.path))
        rows: list[list[Part]] = [[(f"✗ {message.problem}", "lines--bad")]]
        if message.report is not None:
            rows = report_rows(message.report, place)
        self.query_one(TextLines).show_rows(rows)
        self.add_class("-done")
        self.query_one(TextLines).focus()
        self._enter(Phase.DONE)

    @on(Lines.Chosen, "#report")
    def _report_chosen(self) -> None:
        self.action_go_on()
