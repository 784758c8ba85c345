"""The actions on files in the panes: view them, follow links, compare versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.image.merged.timeline import PathChange, Version
from ocitui.image.merged.words import version_facts
from ocitui.image.words import mode_text, owner_text
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.nested.entry import MemberEntry
from ocitui.layers.nested.names import is_archive_name
from ocitui.tui.content.entry_contents import EntryContents
from ocitui.tui.explore.archive_folders import ArchiveFolders
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.layer_files import LayerFiles
from ocitui.tui.explore.saves import Saves
from ocitui.tui.explore.shown import Shown
from ocitui.tui.panes.panes import Panes

if TYPE_CHECKING:  # the screens over the panes are loaded when they are opened, after the first paint
    from ocitui.tui.page.path_page import Request


class FileActions:
    """Opens the screens that are about one file."""

    def __init__(self, shown: Shown, panes: Panes, bars: ExploreBars, files: LayerFiles) -> None:
        self._shown = shown
        self._panes = panes
        self._bars = bars
        self._files = files
        self.archives = ArchiveFolders(shown, panes, bars)
        """Opens archives as folders."""
        self.saves = Saves(shown, panes, bars)
        """Opens the save dialog."""

    # Contents.

    def open(self) -> None:
        """Show the file under the cursor; of a link, what it leads to."""
        found = self._panes.files.entry_under_cursor
        path = (self._panes.files.path or b"").strip(b"/")
        if found is None or self._shown.image is None:
            return
        number, entry = found.layer, found.entry
        if isinstance(entry, MemberEntry) and entry.kind is EntryKind.SYMLINK:
            self._follow_link_in_archive(number, entry, path)
            return
        if entry.kind is EntryKind.SYMLINK:
            self._follow_link(path)
            return
        file = self._shown.file_of(number, entry)
        if file is None:
            target = f", a link to {printable(entry.link)}" if entry.link else ""
            self._bars.refuse(f"{printable(path)}: nothing to read in a {entry.kind.word}{target}")
        elif is_archive_name(entry.name) and entry.name:
            self.archives.open()
        else:
            self.view(*file, path)

    def take_archive(self, event: ArchiveFolders.Read) -> None:
        """Show an archive that was opened as a folder; a file that is none in the viewer."""
        if self.archives.take(event):
            files, under = self._panes.files, self._panes.files.entry_under_cursor
            file = None if under is None else self._shown.file_of(under.layer, under.entry)
            if file is not None:
                self.view(*file, (files.path or b"").strip(b"/"))

    def _follow_link_in_archive(self, number: int, entry: MemberEntry, path: bytes) -> None:
        """Show what a symbolic link in an archive leads to, inside that."""
        from ocitui.layers.nested.archive import Archive

        assert isinstance(entry.archive, Archive)
        target = entry.archive.at(entry.archive.path_in(entry), follows_last=True)
        file = None if target is None else self._shown.file_of(number, target)
        if target is None:
            self._bars.refuse(f"/{printable(path)} leads to {printable(entry.link or b'')}, which is missing")
        elif file is not None:
            self.view(*file, entry.archive.path_of(target), f"linked from /{printable(path)}")
        else:
            self._panes.files.reveal_path(entry.archive.path_of(target))

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
        file = self._shown.file_of(found.row.layer, found.row.entry)
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
            self.saves.save_file(*content, b"/" + path)
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
