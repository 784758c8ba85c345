"""Layers of which something is waste."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocitui.demo.tar import Entry, file
from ocitui.image.squash.stack_names import StackNames
from tests.image.stacks import close, stack_of


@contextmanager
def named(folder: Path, *layers: list[Entry] | None) -> Iterator[StackNames]:
    stack = stack_of(folder, *layers)
    try:
        yield StackNames(stack)
    finally:
        close(stack)


def text(name: str, size: int, mode: int = 0o644) -> Entry:
    return file(name, b"x" * size, mode)
