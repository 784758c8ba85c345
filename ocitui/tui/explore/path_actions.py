"""What can be done with a path: its contents, its timeline, finding others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import get_current_worker

from ocitui.display import format_mode, printable
from ocitui.errors import OcituiError
from ocitui.image.contents import ImageContents
from ocitui.image.image import Image
from ocitui.image.merged.changes import Mark
from ocitui.image.merged.timeline import Timeline, Version, settle_touches, trace
from ocitui.image.node import Node
from ocitui.layers.entry import Entry, EntryKind
from ocitui.layers.index.index import LayerIndex
from ocitui.tui.content.entry_contents import EntryContents
from ocitui.tui.explore.files_pane import FilesPane
from ocitui.tui.explore.layer_files import LayersScreen
from ocitui.tui.files.columns import TYPE_BITS
from ocitui.tui.files.layer_source import LayerSource
from ocitui.tui.files.merged_source import MergedSource
from ocitui.tui.page.page import bring_to_front
from ocitui.tui.rows.lines import Lines
from ocitui.tui.timeline.rows import version_facts

if TYPE_CHECKING:  # the screens over the panes are loaded when they are opened, after the first paint
    from ocitui.tui.find.jump import JumpScreen
    from ocitui.tui.find.screen import FindScreen
    from ocitui.tui.page.asking import AskingScreen
    from ocitui.tui.save.screen import Save
    from ocitui.tui.timeline.screen import TimelineScreen
    from ocitui.tui.view.screen import ViewScreen


class PathsScreen(LayersScreen):
    """Follows a path through the layers of the image."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,ctrl+f", "find", "Search all layers: paths, sizes, types, contents"),
        Binding("ctrl+o", "jump", "Jump to a path by some of its letters"),
        Binding("x", "save", "Save the file or the folder under the cursor"),
        Binding("X", "save_tree", "Save the whole root filesystem up to the layer that is shown"),
        Binding("W", "waste", "Waste: what is shipped and not shown, and why"),
        Binding("B", "sizes", "Bytes: where they are, by folder, by file, by package"),
        Binding("w", "timeline", "Which layers touched this path, and what they did"),
    ]

    class Settled(Message):
        """More is known of the rows in sight."""

    def on_paths_screen_settled(self) -> None:
        """Show it."""
        self.files_pane.refresh_source()

    _contents: ImageContents | None = None
    _contents_of: Image | None = None
    _searched = ""

    def show_node(self, node: Node) -> None:
        """Show a node in every pane."""
        raise NotImplementedError

    @property
    def contents(self) -> ImageContents | None:
        """Reads the files of the image that is shown."""
        if self._contents_of is not self.image:
            self.close_contents()
            image = self._contents_of = self.image
            if image is not None:
                self._contents = ImageContents(self.transport, image, self._index_of(image))
        return self._contents

    def close_contents(self) -> None:
        """Let go of the blobs that were read."""
        if self._contents is not None:
            self._contents.close()
        self._contents = self._contents_of = None

    def _index_of(self, image: Image) -> Callable[[int], LayerIndex | None]:
        def find(number: int) -> LayerIndex | None:
            return self.scans.known(image.layers[number - 1])

        return find

    # Contents.

    @on(Lines.Chosen, "#files-tree")
    def _file_chosen(self) -> None:
        """Show a file; of a link, what it leads to."""
        found = self._entry_under_cursor()
        path = (self.files_pane.path or b"").strip(b"/")
        if found is None or self.image is None:
            return
        number, entry = found
        if entry.kind is EntryKind.SYMLINK:
            self._follow_link(path)
            return
        file = self._file_of(number, entry)
        if file is None:
            target = f", a link to {printable(entry.link)}" if entry.link else ""
            self.say(f"{printable(path)}: nothing to read in a {entry.kind.word}{target}")
        else:
            self.view(*file, path)

    def _entry_under_cursor(self) -> tuple[int, Entry] | None:
        """The layer and the entry of the row under the cursor of the files."""
        source, row = self.files_pane.source, self.files_pane.row
        if row is None:
            return None
        if isinstance(source, MergedSource):
            merged = source.tree.rows([row.id])[0]
            return merged.layer, merged.entry
        if isinstance(source, LayerSource) and self.shown_layer is not None:
            return self.shown_layer.number, source.index.rows([row.id])[0]
        return None

    def _file_of(self, number: int, entry: Entry) -> tuple[int, Entry] | None:
        """The file that an entry is, or another name of; None where it is none."""
        if entry.kind is EntryKind.HARDLINK and self.image is not None:
            tree = self.merged.tree(self.image, number)
            found = tree.inode(number, entry)
            return found if found is not None and found[1].kind is EntryKind.FILE else None
        return (number, entry) if entry.kind is EntryKind.FILE else None

    def _follow_link(self, path: bytes) -> None:
        """Show what a symbolic link leads to in the filesystem up to the layer that is shown."""
        if self.image is None or self.shown_layer is None:
            return
        top = self.shown_layer.number
        resolved = self.merged.stack(self.image).resolve(top, path, with_last=True)
        row = self.merged.tree(self.image, top).find_now(resolved.path) if resolved is not None else None
        if resolved is None or row is None:
            lost = " in a circle" if resolved is None else f" to /{printable(resolved.path)}, which is not there"
            waiting = self.merged.waiting(self.image.layers[:top])
            self.say(f"/{printable(path)} leads{lost}{f' ({waiting})' if waiting else ''}")
            return
        file = self._file_of(row.layer, row.entry)
        if file is not None:
            self.view(*file, resolved.path, f"linked from /{printable(path)}")
        elif not self.files_pane.reveal_path(resolved.path):
            self.merged.show_merged()
            self.open_layer(self.shown_layer)
            self.files_pane.reveal_path(resolved.path)

    def view(self, number: int, entry: Entry, path: bytes, *more: str) -> None:
        """Show what a file of a layer holds."""
        from ocitui.tui.view.screen import ViewScreen

        if self.contents is None:
            return
        try:
            self.contents.look_again(number)
            self.contents.reader(number)
        except OcituiError as error:
            self.say(str(error))
            return
        mode = format_mode(TYPE_BITS.get(entry.kind, 0) | entry.mode)
        facts = (f"layer {number}", mode, f"{entry.uid}:{entry.gid}", *more)
        self.app.push_screen(ViewScreen(EntryContents(self.contents, number, entry), b"/" + path, facts))

    # Search.

    def action_find(self) -> None:
        """Search all layers at once."""
        from ocitui.tui.explore.image_source import ImageSource
        from ocitui.tui.find.screen import FindScreen

        if self.image is None:
            self.say("no image is chosen")
        else:
            source = ImageSource(self.image, self.scans, self.contents)
            self.app.push_screen(FindScreen(self, source, self._searched))

    def action_jump(self) -> None:
        """Go to a path of the final filesystem by some of its letters."""
        from ocitui.tui.explore.image_source import ImageSource
        from ocitui.tui.find.jump import JumpScreen

        if self.image is None:
            self.say("no image is chosen")
        else:
            self.app.push_screen(JumpScreen(self, ImageSource(self.image, self.scans, self.contents)))

    def on_jump_screen_asked(self, event: JumpScreen.Asked) -> None:
        """Go to the path that was chosen."""
        if self.image is None or not self.image.layers:
            return
        bring_to_front(self)
        self.merged.show_merged()
        self._go_to_node(len(self.image.layers))
        self.call_after_refresh(self.files_pane.reveal_path, event.path)

    def on_find_screen_asked(self, event: FindScreen.Asked) -> None:
        """Go to a hit, or show its timeline."""
        self._searched = event.text
        path = event.hit.path.strip(b"/")
        if event.what == "timeline":
            self.show_timeline(path)
        else:
            self.go_to(event.hit.layer, path)

    # Waste.

    def action_waste(self) -> None:
        """Show what the image ships and its final filesystem does not show."""
        from ocitui.tui.explore.image_source import ImageSource
        from ocitui.tui.waste.screen import WasteScreen

        if self.image is None:
            self.say("no image is chosen")
        else:
            self.app.push_screen(WasteScreen(self, ImageSource(self.image, self.scans, self.contents)))

    # Sizes.

    def action_sizes(self) -> None:
        """Show where the bytes of the image are."""
        from ocitui.tui.explore.image_source import ImageSource
        from ocitui.tui.sizes.screen import SizesScreen

        if self.image is None or not self.image.layers:
            self.say("no image with layers is chosen")
        else:
            layer = self.shown_layer or self.layer_of(self.chosen) or self.image.layers[-1]
            source = ImageSource(self.image, self.scans, self.contents)
            self.app.push_screen(SizesScreen(self, source, layer.number))

    def on_asking_screen_asked(self, event: AskingScreen.Asked) -> None:
        """Go to a file that waste or sizes are about, or show its timeline."""
        if event.what == "timeline":
            self.show_timeline(event.path)
        else:
            self.go_to(event.layer, event.path)

    # What only contents can tell.

    @on(Lines.Highlighted, "#files-tree")
    @on(FilesPane.Seen)
    def _settle_in_sight(self) -> None:
        """Find out what takes time to tell of the rows in sight: what is below folders, and what contents say."""
        source, contents = self.files_pane.source, self.contents
        if not isinstance(source, MergedSource) or contents is None:
            return
        in_sight = self.files_pane.ids_in_sight
        ids, folders = source.open_rows(in_sight), source.unsummed(in_sight)
        if not ids and not folders:
            return

        def settle() -> None:
            worker = get_current_worker()
            found = [source.sums.add_up(row, lambda: worker.is_cancelled) for row in folders]
            with suppress(OcituiError):  # the row keeps its question mark
                found += [source.tree.settle(number, contents) for number in ids if not worker.is_cancelled]
            if any(found):
                self.post_message(self.Settled())

        self.run_worker(settle, thread=True, group="settle", exclusive=True, exit_on_error=False)

    # The timeline.

    def action_timeline(self) -> None:
        """Show what every layer did to the path under the cursor of the files."""
        path = self.files_pane.path
        if self.image is None or path is None:
            self.say("open a layer and put the cursor on a file first")
        else:
            self.show_timeline(path.strip(b"/"))

    def show_timeline(self, path: bytes) -> None:
        """Show what every layer did to a path; layers that are not known yet are read meanwhile."""
        from ocitui.tui.timeline.screen import TimelineScreen

        if self.image is not None:
            self.scans.want(self.image.layers)
            self.app.push_screen(TimelineScreen(self, self.image, path, self._trace))

    def _trace(self, path: bytes) -> Timeline:
        assert self.image is not None
        timeline = trace(self.merged.stack(self.image), path)
        if self.contents is None:
            return timeline
        try:
            return settle_touches(timeline, self.contents)
        except OcituiError:
            return timeline

    def on_timeline_screen_asked(self, event: TimelineScreen.Asked) -> None:
        """Do with a version what was asked."""
        from ocitui.tui.explore.saving import save_file
        from ocitui.tui.save.screen import SaveScreen

        version = event.version
        if event.what == "go":
            self.go_to(version.layer, event.path)
        elif event.what == "view" and version.content is not None:
            self.view(*version.content, event.path)
        elif event.what == "save" and version.content is not None and self.contents is not None:
            save = save_file(self.contents, *version.content)
            self.app.push_screen(SaveScreen(save, b"/" + event.path, size=version.content[1].size))
        elif event.what == "compare" and event.touch.before is not None:
            self.compare(event.touch.before, event.touch.after, event.path)

    def compare(self, before: Version, after: Version | None, path: bytes) -> None:
        """Compare a version of a path with the one before."""
        from ocitui.tui.compare.files_screen import CompareScreen

        if self.contents is None:
            return
        was, now = (self._contents_of_version(version) for version in (before, after))
        facts = version_facts(before, after)
        title = f"layer {after.layer}" if after is not None else "deleted"
        screen = CompareScreen(was, now, b"/" + path, f"layer {before.layer}", title, facts)
        self.app.push_screen(screen)

    def _contents_of_version(self, version: Version | None) -> EntryContents | None:
        if version is None or version.content is None or self.contents is None:
            return None
        number, entry = version.content
        return EntryContents(self.contents, number, entry) if entry.kind is EntryKind.FILE else None

    def go_to(self, number: int, path: bytes) -> None:
        """Show a layer alone, with the cursor on a path."""
        if self.image is None:
            return
        bring_to_front(self)
        self.merged.show_alone()
        self._go_to_node(number)
        self.call_after_refresh(self.files_pane.reveal_path, path)

    def _go_to_node(self, number: int) -> None:
        if self.image is not None:
            node = self.image.layer_node(number)
            self.image_tree.reveal(node)
            self.show_node(node)
            self.open_layer(self.image.layers[number - 1])

    # Saving.

    def action_save(self) -> None:
        """Save what is under the cursor of the files."""
        from ocitui.tui.explore.saving import save_file, save_of_layer, save_of_tree
        from ocitui.tui.save.screen import SaveScreen

        source, row, path = self.files_pane.source, self.files_pane.row, self.files_pane.path
        if self.contents is None or row is None or path is None or self.shown_layer is None:
            self.say("open a layer and put the cursor on a file or a folder first")
            return
        size = row.below_bytes if row.directory is not None else row.size
        save: Save | None = None
        if isinstance(source, MergedSource):
            merged = source.tree.rows([row.id])[0]
            if merged.mark is not Mark.DELETED:
                save = save_of_tree(self.contents, source.tree, merged)
            elif (found := self._file_of(merged.layer, merged.entry)) is not None:
                save = save_file(self.contents, *found)
        elif isinstance(source, LayerSource):
            entry = source.index.rows([row.id])[0]
            save = save_of_layer(self.contents, source.index, self.shown_layer.number, entry)
        if save is None:
            self.say(f"{printable(path)}: a deleted folder is saved from the layer that has it")
        else:
            self.app.push_screen(SaveScreen(save, path, is_folder=row.directory is not None, size=size))

    def action_save_tree(self) -> None:
        """Save the root filesystem up to the layer that is shown, or all of it."""
        from ocitui.tui.explore.saving import save_of_tree
        from ocitui.tui.save.screen import SaveScreen

        if self.contents is None or self.image is None or not self.image.layers:
            self.say("no image is chosen")
            return
        top = self.shown_layer or self.image.layers[-1]
        waiting = self.merged.waiting(self.image.layers[: top.number])
        if waiting:
            self.scans.want(self.image.layers[: top.number])
            self.say(f"{waiting}; save again when all are known")
            return
        save = save_of_tree(self.contents, self.merged.tree(self.image, top.number), None)
        self.app.push_screen(SaveScreen(save, b"/", name=b"rootfs", is_folder=True))

    def save_viewed(self, screen: ViewScreen) -> None:
        """Save what the viewer shows."""
        from ocitui.tui.explore.saving import save_file
        from ocitui.tui.save.screen import SaveScreen

        viewed = screen.contents
        if self.contents is not None and isinstance(viewed, EntryContents):
            path = screen.path
            raw = path if isinstance(path, bytes) else path.encode("utf-8", "surrogateescape")
            save = save_file(self.contents, viewed.layer, viewed.entry)
            self.app.push_screen(SaveScreen(save, raw, size=viewed.size))
