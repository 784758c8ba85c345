"""What the mouse does in a pane of rows: wheel, thumb, clicks."""

from textual import events

from ocitui.tui.rows.rows_view import RowsView

WHEEL_ROWS = 3


class MouseRows(RowsView):
    """Rows under a mouse. The wheel moves the view and leaves the cursor, for other panes follow the cursor."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None, disabled: bool = False
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._drags_thumb = False
        self._is_fresh = False  # the focus came just now, perhaps by a click

    def move_cursor(self, index: int) -> None:
        """Put the cursor on a row and bring it in sight."""
        raise NotImplementedError

    def action_choose(self) -> None:
        """Open what is under the cursor."""
        raise NotImplementedError

    def scroll_rows(self, rows: int) -> None:
        """Move the view, and leave the cursor where it is; the next key brings it back in sight."""
        self._top = self._clamp_top(self._top + rows)
        self._repaint()

    def on_focus(self) -> None:
        """A click that brings the focus here does not open anything yet."""
        self._is_fresh = True

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three rows down, and the cursor stays."""
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three rows up, and the cursor stays."""
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the scroll thumb."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.x == self.size.width - 1 and self.row_count > self.page_height:
            self._drags_thumb = True
            self.capture_mouse()
            self._drag_to(offset.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Scroll while the thumb is held."""
        if self._drags_thumb:
            self._drag_to(event.get_content_offset_capture(self).y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let the thumb go."""
        if self._drags_thumb:
            self.release_mouse()

    def _drag_to(self, y: int) -> None:
        height = self.page_height
        top = round((y - self._header_height) * (self.row_count - height) / max(1, height - 1))
        self.scroll_rows(top - self._top)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor; on the row under the cursor, open it."""
        event.stop()
        focused_now, self._is_fresh = self._is_fresh, False
        if self._drags_thumb:
            self._drags_thumb = False
            return
        offset = event.get_content_offset(self)
        index = None if offset is None else self.row_at(offset.y)
        if index is None:
            return
        if index == self._cursor and not focused_now:
            self.action_choose()
        else:
            self.move_cursor(index)
