"""The actions of a comparison of two images on the path under the cursor: compare it, or open an archive in place."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.message_pump import MessagePump

from ocitui.display import printable
from ocitui.errors import CancelledError, OcituiError
from ocitui.image.diff.paths import PathDiff
from ocitui.image.merged.changes import Aspect, Mark
from ocitui.image.merged.words import version_facts
from ocitui.image.words import owner_text, path_text
from ocitui.tui.compare.diff_tree import DiffTree
from ocitui.tui.compare.images import TwoImages
from ocitui.tui.rows.bars import Bar

if TYPE_CHECKING:
    from textual.screen import Screen

    _Base = Screen[None]
else:
    _Base = MessagePump  # the kind of screen follows where it is used


class OpensDifferences(_Base):
    """Put it before the kind of screen."""

    is_busy: bool
    """True while layers are indexed or compared."""
    images: TwoImages
    """The two images that are compared."""
    stopped: threading.Event
    """Set once nobody waits any more."""
    inside: Mapping[bytes, Sequence[PathDiff]]
    """The differences inside the archives that were opened, by their paths."""
    not_inside: Mapping[str, None]
    """The reasons why some of what is in them is not compared, each once."""
    _is_opening = False

    class _Opened(Message):
        """It is known what differs inside an archive; None where it cannot be opened."""

        def __init__(self, path: PathDiff, members: Sequence[PathDiff] | None, problems: Sequence[str]) -> None:
            super().__init__()
            self.path = path
            self.members = members
            self.problems = problems

    @property
    def differences(self) -> DiffTree:
        """The tree of what differs."""
        return self.query_one(DiffTree)

    def lay_out_again(self) -> None:
        """Make the rows of paths anew."""
        raise NotImplementedError

    def detail(self, path: PathDiff) -> str:
        """Return the values of each side that differ."""
        versions = self.images.versions(path)
        if path.mark is not Mark.MODIFIED:
            where = "only in B" if path.mark is Mark.ADDED else "only in A"
            names = (self.images.name_of(n, each) for n, each in enumerate(versions) if each is not None)
            return f"{where}, {next(names)}"
        facts = version_facts(*versions)
        said = [f"{label} {old or '(none)'} → {new or '(none)'}" for label, old, new in facts if old != new]
        inside = ["the same inside"] if self.inside.get(path.path) == () else []
        return ", ".join([*(["content"] if Aspect.CONTENT in path.change.aspects else []), *said, *inside])

    def action_compare_file(self) -> None:
        """Compare the file under the cursor, also where it is an archive."""
        node = self.differences.node
        if node is not None and isinstance(node.item, PathDiff) and not node.item.is_directory:
            self.open_path(node.item)

    @on(DiffTree.Opening)
    def _open_archive(self, message: DiffTree.Opening) -> None:
        if self._is_opening or self.is_busy:
            return
        self._is_opening = True
        self.query_one("#status", Bar).show([(f" comparing inside {path_text(message.path.path)}…", "bar--muted")])
        self.run_worker(partial(self._look_inside, message.path), thread=True, group="open", exit_on_error=False)

    def _look_inside(self, path: PathDiff) -> None:
        """Compare an archive member by member, in a thread."""
        try:
            members, problems = self.images.inside(path, self.stopped.is_set)
        except CancelledError:
            return
        except OcituiError as error:
            members, problems = None, [str(error)]
        self.post_message(self._Opened(path, members, problems))

    @on(_Opened)
    def _opened(self, message: _Opened) -> None:
        self._is_opening = False
        if message.problems and not message.members:
            self.show_problem(printable(message.problems[0]))
            return
        if message.members is None:
            self.open_path(message.path)  # it is an archive but for its name
            return
        # Another dictionary each time: a thread may be making rows of the one before.
        self.inside = {**self.inside, message.path.path: message.members}
        self.not_inside = {**self.not_inside, **dict.fromkeys(message.problems)}
        self.lay_out_again()

    def open_path(self, path: PathDiff) -> None:
        """Compare both versions, or show the only one."""
        from ocitui.tui.compare.files_screen import CompareScreen
        from ocitui.tui.view.screen import ViewScreen

        try:
            before, after = self.images.versions(path)
            old, new = self.images.file_of(0, before), self.images.file_of(1, after)
        except OcituiError as error:
            self.show_problem(str(error))
            return
        name = b"/" + path.path
        if before is not None and after is not None:
            facts = version_facts(before, after)
            titles = f"A, {self.images.name_of(0, before)}", f"B, {self.images.name_of(1, after)}"
            self.app.push_screen(CompareScreen(old, new, name, *titles, facts))
            return
        letter, file, version = ("A", old, before) if before is not None else ("B", new, after)
        if file is not None and version is not None:
            owner = owner_text(version.inode)
            layer = self.images.name_of("AB".index(letter), version)
            self.app.push_screen(ViewScreen(file, name, (f"{letter}, {layer}", owner)))
            return
        self.show_problem(f"{printable(path.path)}: nothing to read in it")

    def show_problem(self, text: str) -> None:
        self.query_one("#status", Bar).show([(f" ✗ {text}", "bar--bad")])
