"""A program in a terminal, key by key: what the terminal got, and what stands on it then."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyte
from pyte.screens import Screen

from tests.commands.conftest import REPOSITORY
from tests.patience import PATIENCE
from tests.tui.real_terminal import RealTerminal

LEFT, RIGHT = "│├╭╰▐", "│┤╮╯▐"
"""What stands at the sides of a frame, a scroll bar among them."""


class Walk:
    """Presses keys and keeps everything that was written."""

    def __init__(
        self, arguments: tuple[object, ...], size: tuple[int, int], folder: Path, environment: Mapping[str, str] | None
    ) -> None:
        """Start the program.

        Args:
            arguments: what follows the program's name.
            size: columns and rows.
            folder: its current folder.
            environment: variables beside those of the tests.
        """
        surroundings = {**os.environ, "PYTHONPATH": str(REPOSITORY), "ESCDELAY": "20", **(environment or {})}
        self.screen = Screen(*size)
        self.everything = b""
        self.text = ""
        """What stands on the screen, row by row."""
        self._follows_escape = False
        self._stream = pyte.ByteStream(self.screen)
        self._terminal = RealTerminal(
            [sys.executable, "-m", "ocitui", *map(str, arguments)], size, surroundings, folder
        )
        self._take(self._terminal.settle(first=True))

    def press(self, key: str, until: str = "") -> None:
        """Press a key, and wait for a text on the screen where one must come.

        On a busy machine Esc and the key that follows it may be taken for one key: both are pressed once more.
        """
        follows_escape, self._follows_escape = self._follows_escape, key == "\x1b"
        self._take(self._terminal.press(key))
        begun = again = time.monotonic()
        while until and until not in self.text:
            now = time.monotonic()
            assert now < begun + PATIENCE, f"after {key!r} expected {until!r}, found\n{self.text}"
            if now > again + PATIENCE / 8:
                again = now
                if follows_escape:
                    self._take(self._terminal.press("\x1b"))
                    self._take(self._terminal.settle())
                self._take(self._terminal.press(key))
            self._take(self._terminal.settle())

    def _take(self, written: bytes) -> None:
        if written:
            self.everything += written
            self._stream.feed(written)
            self.text = "\n".join(self.screen.display)
            frames_line_up(self.screen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.everything += self._terminal.quit()
        self._terminal.__exit__()
        assert kind is not None or self._terminal.code == 0


@dataclass(frozen=True)
class Frame:
    """What is between two corners, as far down as its left side is in sight."""

    top: int
    left: int
    right: int
    bottom: int

    def covers(self, row: int, column: int) -> bool:
        """Whether a place is within it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def frames_line_up(screen: Screen) -> None:
    """Every frame has its right side below its corner, on each row: nothing in it was wider than was thought.

    But where another frame lies over it, a dialog's.
    """
    frames = list(_frames(screen))
    for frame in frames:
        if frame.right < 0:  # its corner is not in sight
            lies_over = any(other.left > frame.left and other.covers(frame.top, other.left) for other in frames)
            assert lies_over, screen.display[frame.top]
            continue
        for row in range(frame.top, frame.bottom + 1):
            if screen.buffer[row][frame.right].data not in RIGHT:
                lies_over = any(other.covers(row, frame.right) for other in frames if other is not frame)
                assert lies_over, f"row {row}, {frame}:\n" + "\n".join(screen.display)


def _frames(screen: Screen) -> Iterator[Frame]:
    for top in range(screen.lines):
        cells = screen.buffer[top]
        for left in range(screen.columns):
            if cells[left].data != "╭":
                continue
            ends = [column for column in range(left, screen.columns) if cells[column].data == "╮"]
            bottom = top
            while bottom + 1 < screen.lines and screen.buffer[bottom][left].data != "╰":
                if screen.buffer[bottom + 1][left].data not in LEFT:
                    break
                bottom += 1
            yield Frame(top, left, ends[0] if ends else -1, bottom)
