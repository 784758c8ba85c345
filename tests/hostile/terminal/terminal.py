"""A command in this process, whose output goes to a terminal that keeps every byte."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from ocitui.__main__ import main


class Terminal(io.BytesIO):
    """Bytes that were written to what says of itself that it is a terminal."""

    def isatty(self) -> bool:
        """It does."""
        return True


@dataclass(frozen=True)
class Printed:
    """What a command wrote, and how it ended."""

    code: int
    out: bytes
    err: bytes

    @property
    def both(self) -> bytes:
        """All of it."""
        return self.out + self.err


@contextmanager
def streams(kind: type[io.BytesIO], encoding: str) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Standard output and standard error as Python makes them for this encoding."""
    out, err = kind(), kind()
    with pytest.MonkeyPatch.context() as patch:
        for name, stream, errors in (("stdout", out, "strict"), ("stderr", err, "backslashreplace")):
            patch.setattr(sys, name, io.TextIOWrapper(stream, encoding, errors, write_through=True))
        yield out, err


def run_on(kind: type[io.BytesIO], *arguments: object, encoding: str = "utf-8", columns: int = 100) -> Printed:
    """Run a command with its output going to `Terminal`, or as into a pipe, to `io.BytesIO`."""
    with pytest.MonkeyPatch.context() as patch, streams(kind, encoding) as (out, err):
        patch.setenv("COLUMNS", str(columns))
        code = main([str(argument) for argument in arguments])
        sys.stdout.flush()
        return Printed(code, out.getvalue(), err.getvalue())


def on_terminal(*arguments: object, encoding: str = "utf-8", columns: int = 100) -> Printed:
    """Run a command on a terminal of so many columns."""
    return run_on(Terminal, *arguments, encoding=encoding, columns=columns)


def into_pipe(*arguments: object, encoding: str = "utf-8") -> Printed:
    """Run a command whose output is read by another program."""
    return run_on(io.BytesIO, *arguments, encoding=encoding)
