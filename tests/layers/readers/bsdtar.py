"""What ``bsdtar`` (libarchive) says of a tar."""

import re
import subprocess
from pathlib import Path
from shlex import quote

from ocitui.layers.entry import EntryKind
from tests.images.tools import require_tool
from tests.layers.readers.batch import run_for_each
from tests.layers.readers.row import SECOND, Answer, Row, read_mode, unescape

_SURROUNDINGS = {"TZ": "UTC", "LC_ALL": "C", "PATH": "/usr/bin:/bin"}

_LIST = ("--numeric-owner", "-tvf")
_TIMES = ("-cf", "-", "--format=mtree", "--options=mtree:!all,mtree:time")

_LINE = re.compile(
    rb"(?P<mode>\S{10})\S? +\d+ +(?P<uid>-?\d+) +(?P<gid>-?\d+) +(?P<size>-?\d+|\d+,\d+) "
    rb"\w+ +\d+ +[\d:]+ (?P<path>.*?)(?: (?:->|link to) (?P<link>.*))?"
)
_TIME = re.compile(rb" time=(-?\d+)\.(\d+)")


def listing(tar: Path, has_times: bool = True) -> Answer:
    """``bsdtar -tv``, with the times of its conversion to mtree, since it prints only days.

    That reads all data, so that it can be left out.
    """
    done = _run(*_LIST, tar)
    times = _run(*_TIMES, f"@{tar}").stdout if has_times else b""
    return _answer(done.stdout, done.stderr, times)


def listings(folder: Path) -> dict[str, Answer]:
    """The same of ``it.tar`` in each folder below one, by the folder's name."""
    program = require_tool("bsdtar")
    times = f"{program} {' '.join(map(quote, _TIMES))} @it.tar >times 2>/dev/null"
    run_for_each(folder, f"{times}; {program} {' '.join(_LIST)} it.tar", _SURROUNDINGS)
    return {
        each.name: _answer(*((each / name).read_bytes() for name in ("out", "err", "times")))
        for each in folder.iterdir()
    }


def _answer(output: bytes, errors: bytes, times: bytes) -> Answer:
    known = _times(times)
    return Answer(tuple(_row(line, known) for line in output.splitlines()), errors.decode("utf-8", "replace"))


def contents(tar: Path, name: str) -> bytes:
    """``bsdtar -xO``: what one file holds."""
    done = _run("-xOf", tar, name)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run(*arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
    command = [require_tool("bsdtar"), *arguments]
    return subprocess.run(command, capture_output=True, env=_SURROUNDINGS, check=False)


def _times(mtree: bytes) -> dict[bytes, int]:
    """Of each path what its last entry says; nothing where the tar is damaged."""
    times: dict[bytes, int] = {}
    for line in mtree.splitlines()[1:]:
        name, time = line.partition(b" ")[0], _TIME.search(line)
        if time:
            times[_plain(unescape(name))] = int(time[1]) * SECOND + int(time[2])
    return times


def _row(line: bytes, times: dict[bytes, int]) -> Row:
    found = _LINE.fullmatch(line)
    assert found, line
    kind, mode = read_mode(found["mode"].decode())
    if found["link"] is not None and kind is EntryKind.FILE:
        kind = EntryKind.HARDLINK
    path = unescape(found["path"])
    major, comma, minor = found["size"].decode().partition(",")
    return Row(
        path=path.rstrip(b"/"),
        kind=kind,
        size=int(major) if kind in (EntryKind.FILE, EntryKind.UNKNOWN) else 0,
        mode=mode,
        uid=int(found["uid"]),
        gid=int(found["gid"]),
        mtime_ns=times.get(_plain(path)),
        link=None if found["link"] is None else unescape(found["link"]),
        device=(int(major), int(minor)) if comma else None,
    )


def _plain(path: bytes) -> bytes:
    """A path as both listings have it, or nearly: those that do not match have no time."""
    return path.strip(b"/").removeprefix(b"./")
