"""A list of values: where the cursor goes when others are shown, and what is said and copied."""

from textual.app import App, ComposeResult

from ocitui.tui.rows.row_list import RowList


class Fruits(App[None]):
    """A list of pairs: a name, and a number that changes."""

    def __init__(self) -> None:
        super().__init__()
        self.fruits: RowList[tuple[str, int]] = RowList(
            lambda row, width: [(f"{row[0]} {row[1]}"[:width], "")],
            [("apple", 1), ("pear", 2), ("plum", 3)],
            header=lambda width: "name"[:width],
            key=lambda row: row[0],
            copied=lambda row: row[0],
            notice="no fruit",
        )

    def compose(self) -> ComposeResult:
        yield self.fruits

    def drawn(self) -> list[str]:
        """The lines of the list as they are drawn now, but for the cursor."""
        return [self.fruits.render_line(y).text[1:].rstrip() for y in range(4)]


async def test_the_cursor_stays_on_its_value() -> None:
    app = Fruits()
    async with app.run_test():
        app.fruits.move_cursor(1)
        app.fruits.keep_row([("fig", 0), ("apple", 1), ("pear", 9)])
        assert app.fruits.row == ("pear", 9)
        assert app.fruits.copy_text == "pear"
        app.fruits.keep_row([("fig", 0), ("apple", 1)], 1)
        assert app.fruits.row == ("apple", 1), "what it was on is gone"
        app.fruits.show_rows([("fig", 0), ("apple", 1)])
        assert app.fruits.row == ("fig", 0)


async def test_rows_have_a_header_and_no_rows_a_notice() -> None:
    app = Fruits()
    async with app.run_test():
        assert app.drawn() == ["name", "apple 1", "pear 2", "plum 3"]
        app.fruits.show_rows([])
        assert app.drawn() == ["name", "no fruit", "", ""]
        assert (app.fruits.row, app.fruits.copy_text, app.fruits.row_count) == (None, None, 0)
