"""The keys of the main screen that open pages, and what the pages ask it for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from ocitui.tui.explore.file_actions import FileActions
from ocitui.tui.explore.pages import Pages
from ocitui.tui.explore.verify_marks import VerifyMarks

if TYPE_CHECKING:  # the screens over the panes are loaded when they are opened, after the first paint
    from textual.screen import Screen

    from ocitui.tui.page.path_page import PathRequested
    from ocitui.tui.verify.screen import FindingsScreen

    _Base = Screen[None]
else:
    _Base = MessagePump  # the kind of screen follows where it is used


class OpensPages(_Base):
    """Put it before the kind of screen."""

    pages: Pages
    """Opens the pages over the panes."""
    file_actions: FileActions
    """The actions on a file."""
    verify_marks: VerifyMarks
    """Verifies what is chosen."""

    def action_find(self) -> None:
        """Search all layers at once."""
        self.pages.find()

    def action_jump(self) -> None:
        """Go to a path of the final filesystem by some of its letters."""
        self.pages.jump()

    def action_waste(self) -> None:
        """Show the bytes that are stored but not visible in the final image."""
        self.pages.waste()

    def action_sizes(self) -> None:
        """Show where the bytes of the image are."""
        self.pages.sizes()

    def action_timeline(self) -> None:
        """Show what every layer did to the path under the cursor of the files."""
        self.pages.timeline()

    def action_dockerfile(self) -> None:
        """Show the whole history as a Dockerfile."""
        self.pages.dockerfile()

    def action_packages(self) -> None:
        """Show the packages that SBOMs list."""
        self.pages.read_packages()

    def action_compare_images(self) -> None:
        """Ask for another image, and compare with it."""
        self.pages.compare_images()

    def action_save(self) -> None:
        """Save what is under the cursor of the files."""
        self.file_actions.saves.save()

    def action_save_tree(self) -> None:
        """Save the root filesystem up to the layer that is shown, or all of it."""
        self.file_actions.saves.save_tree()

    def action_verify(self) -> None:
        """Verify what is chosen; while it runs, and where that was just done, show what was found."""
        self.verify_marks.verify()

    def on_path_requested(self, event: PathRequested) -> None:
        """A page asks for something to be done with a path."""
        if event.touch is None or event.what == "go":
            self.pages.take_path(event)
            if event.what == "go" and event.layer is not None:
                self.file_actions.archives.open_way(event.layer, event.path)
        else:
            self.file_actions.take_version(event.what, event.path, event.touch)

    def on_findings_screen_blob_requested(self, event: FindingsScreen.BlobRequested) -> None:
        """Show a blob."""
        self.verify_marks.go_to_blob(event.digest)

    def on_findings_screen_verify_requested(self) -> None:
        """Verify everything once more."""
        self.verify_marks.verify_again()
