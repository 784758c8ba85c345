"""An archive that comes through a pipe: ``docker save nginx | ocitui -``."""

import os
import stat
import sys
from collections.abc import Iterator

from ocitui.cache_folder import CacheFolder
from ocitui.errors import UsageError
from ocitui.transports.archives.archive import Archive
from ocitui.transports.archives.spool import CHUNK, Progress, spool

PLACE = "-"


def open_standard_input(what: str, cache: CacheFolder, progress: Progress | None = None) -> Archive:
    """Copy standard input to a temporary file and open that as an archive.

    Args:
        what: what it ought to hold, for messages.
        cache: whose folder the copy goes into.
        progress: is told how far the copying is.

    Raises:
        UsageError: it is a terminal, or closed, or no archive comes.
    """
    try:
        number = sys.__stdin__.fileno() if sys.__stdin__ is not None else -1
        status = os.fstat(number)
    except (OSError, ValueError):
        raise UsageError(f"{PLACE}: no archive comes: standard input is closed") from None
    if os.isatty(number):
        raise UsageError(f"{PLACE}: no archive comes: standard input is a terminal")
    if stat.S_ISDIR(status.st_mode):
        raise UsageError(f"{PLACE}: no archive comes: standard input is a folder")
    copy = spool(_pieces(number), PLACE, cache, progress)
    return Archive(copy.path, PLACE, what=what, cache=cache, progress=progress, copy=copy)


def _pieces(number: int) -> Iterator[bytes]:
    while piece := os.read(number, CHUNK):
        yield piece


def take_terminal() -> bool:
    """Let standard input be the terminal, once the archive was read from it. Says whether there is one."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return False
    os.dup2(terminal, sys.__stdin__.fileno() if sys.__stdin__ is not None else 0)
    os.close(terminal)
    return True
