"""A file system that changes between any two steps of whoever works on it, or takes names that differ for one."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ocitui.image.extract import extraction, target

_STEPS = frozenset(
    {
        *("open", "mkdir", "link", "rename", "symlink", "mknod", "unlink", "listdir", "lstat", "stat", "fstat"),
        *("chmod", "chown", "utime", "ftruncate", "setxattr"),
    }
)


class _Everything:
    def __contains__(self, _: object) -> bool:
        return True


class Count:
    """Calls back at each step from one on, and counts them all."""

    def __init__(self, first: int, then: Callable[[], object]) -> None:
        self._first = first
        self._then = then
        self.steps = 0

    def __call__(self) -> None:
        self.steps += 1
        if self.steps > self._first:
            self._then()


class Watched:
    """Stands for ``os``: each step is told of before it is taken, and names in folders may be changed."""

    supports_dir_fd = _Everything()

    def __init__(self, before: Callable[[], object] = int, spell: Callable[[Any], Any] = lambda name: name) -> None:
        self._before = before
        self._spell = spell

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        if name not in _STEPS:
            return found

        def step(*arguments: Any, **options: Any) -> Any:
            self._before()
            if {"dir_fd", "src_dir_fd"} & options.keys():
                arguments = self._spell(arguments[0]), *arguments[1:]
            if "dst_dir_fd" in options:
                arguments = arguments[0], self._spell(arguments[1]), *arguments[2:]
            return found(*arguments, **options)

        return step


@contextmanager
def watched(os_: Watched) -> Iterator[None]:
    """Let extractions work on it."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (extraction, target):
            patch.setattr(module, "os", os_)
        yield
