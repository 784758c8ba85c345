"""What ``bsdtar`` (libarchive) says of a tar."""

import re
import subprocess
from pathlib import Path

from ocitui.layers.entry import EntryKind
from tests.images.tools import require_tool
from tests.layers.readers.row import SECOND, Answer, Row, read_mode, unescape

_SURROUNDINGS = {"TZ": "UTC", "LC_ALL": "C", "PATH": "/usr/bin:/bin"}

_LINE = re.compile(
    rb"(?P<mode>\S{10})\S? +\d+ +(?P<uid>-?\d+) +(?P<gid>-?\d+) +(?P<size>-?\d+|\d+,\d+) "
    rb"\w+ +\d+ +[\d:]+ (?P<path>.*?)(?: (?:->|link to) (?P<link>.*))?"
)
_TIME = re.compile(rb" time=(-?\d+)\.(\d+)")


def listing(tar: Path, has_times: bool = True) -> Answer:
    """``bsdtar -tv``, with the times of its conversion to mtree, since it prints only days.

    That reads all data, so that it can be left out.
    """
    done = _run("--numeric-owner", "-tvf", tar)
    times = _times(tar) if has_times else {}
    rows = tuple(_row(line, times) for line in done.stdout.splitlines())
    return Answer(rows, done.stderr.decode("utf-8", "replace"))


def contents(tar: Path, name: str) -> bytes:
    """``bsdtar -xO``: what one file holds."""
    done = _run("-xOf", tar, name)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run(*arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
    command = [require_tool("bsdtar"), *arguments]
    return subprocess.run(command, capture_output=True, env=_SURROUNDINGS, check=False)


def _times(tar: Path) -> dict[bytes, int]:
    """Of each path what its last entry says; nothing where the tar is damaged."""
    done = _run("-cf", "-", "--format=mtree", "--options=mtree:!all,mtree:time", f"@{tar}")
    times: dict[bytes, int] = {}
    for line in done.stdout.splitlines()[1:]:
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
