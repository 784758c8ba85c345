"""The actions on files in the panes: show, compare and save them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.image.image import Image
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.timeline import PathChange, Version
from ocitui.image.merged.words import version_facts
from ocitui.image.words import mode_text, owner_text
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.nested.entry import MARK, MemberEntry
from ocitui.layers.nested.errors import NoArchiveError
from ocitui.layers.nested.names import is_archive_name
from ocitui.tui.content.entry_contents import EntryContents
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.layer_files import LayerFiles
from ocitui.tui.explore.shown import Shown
from ocitui.tui.files.archives import OpenArchive
from ocitui.tui.files.source import EntrySource
from ocitui.tui.panes.panes import Panes

if TYPE_CHECKING:  # the screens over the panes are loaded when they are opened, after the first paint
    from ocitui.layers.nested.archive import Archive
    from ocitui.tui.page.path_page import Request
    from ocitui.tui.save.screen import Save
    from ocitui.tui.view.screen import ViewScreen


class FileActions:
    """Opens the screens that are about one file, and archives as folders."""

    class ArchiveRead(Message):
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

    def __init__(self, shown: Shown, panes: Panes, bars: ExploreBars, files: LayerFiles) -> None:
        self._shown = shown
        self._panes = panes
        self._bars = bars
        self._files = files

    # Contents.

    def open(self) -> None:
        """Show the file under the cursor; of a link, what it leads to."""
        found = self._entry_under_cursor()
        path = (self._panes.files.path or b"").strip(b"/")
        if found is None or self._shown.image is None:
            return
        number, entry = found
        if isinstance(entry, MemberEntry) and entry.kind is EntryKind.SYMLINK:
            self._follow_link_in_archive(number, entry, path)
            return
        if entry.kind is EntryKind.SYMLINK:
            self._follow_link(path)
            return
        file = self._file_of(number, entry)
        if file is None:
            target = f", a link to {printable(entry.link)}" if entry.link else ""
            self._bars.refuse(f"{printable(path)}: nothing to read in a {entry.kind.word}{target}")
        elif is_archive_name(entry.name) and entry.name:
            self.open_archive()
        else:
            self.view(*file, path)

    def open_archive(self) -> None:
        """Open the file under the cursor as an archive, in a thread."""
        found, source, row = self._entry_under_cursor(), self._panes.files.source, self._panes.files.row
        path, contents = (self._panes.files.path or b"").strip(b"/"), self._shown.contents
        file = None if found is None else self._file_of(*found)
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
            screen.post_message(self.ArchiveRead(source, row.id, archive, problem))

        screen.run_worker(read, thread=True, group="archive", exclusive=True, exit_on_error=False)

    def take_archive(self, event: ArchiveRead) -> None:
        """Show an archive that was opened as a folder; a file that is none in the viewer."""
        files, found = self._panes.files, event.archive
        if files.source is not event.source:
            return  # something else is shown by now
        if event.problem:
            self._bars.show_notice(event.problem, "bar--bad")
        if found is not None and self._shown.image is not None:
            self._shown.merged.archives(self._shown.image).add(found.layer, found.entry, found.archive)
            files.open_archive(event.id)
        elif not event.problem and files.row is not None and files.row.id == event.id:
            under = self._entry_under_cursor()
            file = None if under is None else self._file_of(*under)
            if file is not None:
                self.view(*file, (files.path or b"").strip(b"/"))

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

    def _follow_link_in_archive(self, number: int, entry: MemberEntry, path: bytes) -> None:
        """Show what a symbolic link in an archive leads to, inside that."""
        from ocitui.layers.nested.archive import Archive

        assert isinstance(entry.archive, Archive)
        target = entry.archive.at(entry.archive.path_in(entry), follows_last=True)
        file = None if target is None else self._file_of(number, target)
        if target is None:
            self._bars.refuse(f"/{printable(path)} leads to {printable(entry.link or b'')}, which is missing")
        elif file is not None:
            self.view(*file, entry.archive.path_of(target), f"linked from /{printable(path)}")
        else:
            self._panes.files.reveal_path(entry.archive.path_of(target))

    def _entry_under_cursor(self) -> tuple[int, Entry] | None:
        """The layer and the entry of the row under the cursor of the files."""
        source, row = self._panes.files.source, self._panes.files.row
        if source is None or row is None:
            return None
        found = source.entry(row.id)
        return found.layer, found.entry

    def _file_of(self, number: int, entry: Entry) -> tuple[int, Entry] | None:
        """The file that an entry is, or another name of; None where it is none."""
        image = self._shown.image
        if isinstance(entry, MemberEntry):
            target = entry.archive.hard_link_target(entry)
            return (number, target) if target is not None and target.kind is EntryKind.FILE else None
        if entry.kind is EntryKind.HARDLINK and image is not None:
            found = self._shown.merged.tree(image, number).link_target(number, entry)
            return found if found is not None and found[1].kind is EntryKind.FILE else None
        return (number, entry) if entry.kind is EntryKind.FILE else None

    def _follow_link(self, path: bytes) -> None:
        """Show what a symbolic link leads to in the filesystem up to the layer that is shown."""
        image, layer, merged = self._shown.image, self._shown.layer, self._shown.merged
        if image is None or layer is None:
            return
        top = layer.number
        found = merged.tree(image, top).at(path, follows_last=True)
        if found.path is None or found.row is None:
            lost = " in a circle" if found.path is None else f" to /{printable(found.path)}, which is missing"
            waiting = merged.waiting(image.layers[:top]) or merged.damage(image.layers[:top])
            self._bars.refuse(f"/{printable(path)} leads{lost}{f' ({waiting})' if waiting else ''}")
            return
        file = self._file_of(found.row.layer, found.row.entry)
        if file is not None:
            self.view(*file, found.path, f"linked from /{printable(path)}")
        elif not self._panes.files.reveal_path(found.path):
            merged.show_merged()
            self._files.open(layer)
            self._panes.files.reveal_path(found.path)

    def view(self, number: int, entry: Entry, path: bytes, *more: str) -> None:
        """Show what a file of a layer holds."""
        from ocitui.tui.view.screen import ViewScreen

        contents = self._shown.contents
        if contents is None:
            return
        try:
            contents.look_again(number)
            contents.reader(number)
        except OcituiError as error:
            self._bars.show_notice(str(error), "bar--bad")
            return
        facts = (self._name_of(number), mode_text(entry), owner_text(entry), *more)
        shown = EntryContents(contents, number, entry)
        self._panes.app.push_screen(ViewScreen(shown, b"/" + path, facts, on_close=self._shown.interrupt))

    # A version of a path.

    def take_version(self, what: Request, path: bytes, touch: PathChange) -> None:
        """Show, save or compare what a layer left at a path, or what it deleted."""
        version = touch.after or touch.before
        content = version.content if version is not None else None
        if what == "view" and content is not None:
            self.view(*content, path)
        elif what == "save" and content is not None:
            self._save_file(*content, b"/" + path)
        elif what == "compare" and touch.before is not None:
            self._compare(touch.before, touch.after, path)

    def _compare(self, before: Version, after: Version | None, path: bytes) -> None:
        """Compare a version of a path with the one before."""
        from ocitui.tui.compare.files_screen import CompareScreen

        if self._shown.contents is None:
            return
        was, now = (self._contents_of(version) for version in (before, after))
        facts = version_facts(before, after)
        title = self._name_of(after.layer) if after is not None else "deleted"
        names = (self._name_of(before.layer), title)
        screen = CompareScreen(was, now, b"/" + path, *names, facts, on_close=self._shown.interrupt)
        self._panes.app.push_screen(screen)

    def _name_of(self, number: int) -> str:
        """The short name of a layer of the image that is shown."""
        return self._shown.layers[number - 1].name

    def _contents_of(self, version: Version | None) -> EntryContents | None:
        contents = self._shown.contents
        if version is None or version.content is None or contents is None:
            return None
        number, entry = version.content
        return EntryContents(contents, number, entry) if entry.kind is EntryKind.FILE else None

    # Saving.

    def save(self) -> None:
        """Save what is under the cursor of the files."""
        from ocitui.tui.explore.saving import save_below, save_file
        from ocitui.tui.save.screen import SaveScreen

        files, contents, layer = self._panes.files, self._shown.contents, self._shown.layer
        source, row, path = files.source, files.row, files.path
        if contents is None or source is None or row is None or path is None or layer is None:
            self._bars.refuse(self._shown.lack or "open a layer and put the cursor on a file or a folder first")
            return
        save: Save | None = None
        found = source.entry(row.id)
        if row.mark != Mark.DELETED.value:
            save = save_below(contents, source.files, found)
        elif (file := self._file_of(found.layer, found.entry)) is not None:
            save = save_file(contents, *file)
        if save is None:
            self._bars.refuse(f"{printable(path)}: a deleted folder is saved from the layer that has it")
            return
        size = row.below_bytes if row.directory is not None else row.size
        self._panes.app.push_screen(SaveScreen(save, path, is_folder=found.directory is not None, size=size))

    def save_tree(self) -> None:
        """Save the root filesystem up to the layer that is shown, or all of it."""
        from ocitui.image.filesystem.merged import MergedFilesystem
        from ocitui.tui.explore.saving import save_below
        from ocitui.tui.save.screen import SaveScreen

        contents, image, merged = self._shown.contents, self._shown.image, self._shown.merged
        if contents is None or image is None or not image.layers:
            self._bars.refuse(self._shown.lack)
            return
        top = self._shown.layer or image.layers[-1]
        waiting = merged.waiting(image.layers[: top.number])
        if waiting:
            self._shown.scans.want(image.layers[: top.number])
            self._bars.refuse(f"{waiting}; save again when all are known")
            return
        files = MergedFilesystem(merged.tree(image, top.number))
        save = save_below(contents, files, files.root)
        self._panes.app.push_screen(SaveScreen(save, b"/", name=b"rootfs", is_folder=True))

    def save_viewed(self, screen: ViewScreen) -> None:
        """Save what the viewer shows."""
        viewed, path = screen.contents, screen.path
        if isinstance(viewed, EntryContents):
            raw = path if isinstance(path, bytes) else path.encode("utf-8", "surrogateescape")
            self._save_file(viewed.layer, viewed.entry, raw)

    def _save_file(self, number: int, entry: Entry, path: bytes) -> None:
        """Save one file of a layer."""
        from ocitui.tui.explore.saving import save_file
        from ocitui.tui.save.screen import SaveScreen

        contents = self._shown.contents
        if contents is not None:
            self._panes.app.push_screen(SaveScreen(save_file(contents, number, entry), path, size=entry.size))
