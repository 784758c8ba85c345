"""The save dialog, opened on a file, a folder, or the root filesystem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocitui.display import printable
from ocitui.image.merged.changes import Mark
from ocitui.layers.entry import Entry
from ocitui.tui.content.entry_contents import EntryContents
from ocitui.tui.explore.bars import ExploreBars
from ocitui.tui.explore.shown import Shown
from ocitui.tui.panes.panes import Panes

if TYPE_CHECKING:  # the screens over the panes are loaded when they are opened, after the first paint
    from ocitui.tui.save.screen import Save
    from ocitui.tui.view.screen import ViewScreen


class Saves:
    """Opens the save dialog."""

    def __init__(self, shown: Shown, panes: Panes, bars: ExploreBars) -> None:
        self._shown = shown
        self._panes = panes
        self._bars = bars

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
        elif (file := self._shown.file_of(found.layer, found.entry)) is not None:
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
            self.save_file(viewed.layer, viewed.entry, raw)

    def save_file(self, number: int, entry: Entry, path: bytes) -> None:
        """Save one file of a layer."""
        from ocitui.tui.explore.saving import save_file
        from ocitui.tui.save.screen import SaveScreen

        contents = self._shown.contents
        if contents is not None:
            self._panes.app.push_screen(SaveScreen(save_file(contents, number, entry), path, size=entry.size))
