"""Archives that open as folders in the files: the one under the cursor, and those on the way to a path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from ocitui.errors import OcituiError
from ocitui.image.image import Image
from ocitui.layers.entry import Entry
from ocitui.layers.nested.entry import MARK
from ocitui.layers.nested.errors import NoArchiveError
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.shown import Shown
from ocitui.tui.files.archives import OpenArchive
from ocitui.tui.files.source import EntrySource
from ocitui.tui.panes.panes import Panes

if TYPE_CHECKING:  # loaded when an archive is opened
    from ocitui.layers.nested.archive import Archive


class ArchiveFolders:
    """Opens archives beside the screen, and shows them as folders."""

    class Read(Message):
        """An archive was opened, or could not be."""

        def __init__(self, source: EntrySource, id_: int, archive: OpenArchive | None, problem: str = "") -> None:
            """
            Args:
                source: where its row is.
                id_: the number of its row.
                archive: the archive; None where it could not be opened.
                problem: what is wrong with it; empty for a file that is no archive.
            """
            super().__init__()
            self.source = source
            self.id = id_
            self.archive = archive
            self.problem = problem

    class WayOpened(Message):
        """The archives on the way to a path were opened."""

        def __init__(self, image: Image, path: bytes, archives: Sequence[OpenArchive], problem: str) -> None:
            """
            Args:
                image: the image.
                path: leads into them.
                archives: from the outermost.
                problem: the reason why no further one was opened; empty where the path is there.
            """
            super().__init__()
            self.image = image
            self.path = path
            self.archives = archives
            self.problem = problem

    def __init__(self, shown: Shown, panes: Panes, bars: ExploreBars) -> None:
        self._shown = shown
        self._panes = panes
        self._bars = bars

    def open(self) -> None:
        """Open the file under the cursor as an archive, in a thread."""
        found, source, row = self._panes.files.entry_under_cursor, self._panes.files.source, self._panes.files.row
        path, contents = (self._panes.files.path or b"").strip(b"/"), self._shown.contents
        file = None if found is None else self._shown.file_of(found.layer, found.entry)
        if file is None or source is None or row is None or contents is None:
            return
        number, entry = file
        screen = self._panes.screen

        def read() -> None:
            archive, problem = None, ""
            try:
                archive = OpenArchive(number, entry, contents.archive(number, entry, path))
                problem = next(iter(archive.archive.problems), "")
            except NoArchiveError:
                pass
            except OcituiError as error:
                problem = str(error)
            screen.post_message(self.Read(source, row.id, archive, problem))

        screen.run_worker(read, thread=True, group="archive", exclusive=True, exit_on_error=False)

    def take(self, event: Read) -> bool:
        """Show an archive that was opened as a folder; whether it is a file under the cursor that is none."""
        files, found = self._panes.files, event.archive
        if files.source is not event.source:
            return False  # something else is shown by now
        if event.problem:
            self._bars.show_notice(event.problem, "bar--bad")
        if found is not None and self._shown.image is not None:
            self._shown.merged.archives(self._shown.image).add(found.layer, found.entry, found.archive)
            files.open_archive(event.id)
            return False
        return not event.problem and files.row is not None and files.row.id == event.id

    def open_way(self, number: int, path: bytes) -> None:
        """Open the archives on the way to a path in a layer, in a thread, where it leads into any."""
        image, contents, screen = self._shown.image, self._shown.contents, self._panes.screen
        index = None if image is None else self._shown.scans.known(image.layers[number - 1])
        if MARK + b"/" not in path or image is None or contents is None or index is None:
            return
        known = {(one.layer, one.entry.id): one.archive for one in self._shown.merged.archives(image).opened}

        def read() -> None:
            from ocitui.image.filesystem.layer import LayerFilesystem
            from ocitui.image.filesystem.nested import NestedFilesystem

            opened: list[OpenArchive] = []

            def open_archive(layer: int, entry: Entry, path: bytes) -> Archive:
                archive = known.get((layer, entry.id)) or contents.archive(layer, entry, path)
                opened.append(OpenArchive(layer, entry, archive))
                return archive

            problem = ""
            try:
                NestedFilesystem(LayerFilesystem(index, number), open_archive).at(path)
            except OcituiError as error:
                problem = str(error)
            screen.post_message(self.WayOpened(image, path, opened, problem))

        screen.run_worker(read, thread=True, group="archive", exclusive=True, exit_on_error=False)

    def take_way(self, event: WayOpened) -> None:
        """Put the cursor on a path in archives that are open by now."""
        if event.image is not self._shown.image:
            return  # another one is shown by now
        archives = self._shown.merged.archives(event.image)
        for one in event.archives:
            archives.add(one.layer, one.entry, one.archive)
        if event.problem:
            self._bars.show_notice(event.problem, "bar--bad")
        self._panes.files.reveal_in_archive(event.path)
