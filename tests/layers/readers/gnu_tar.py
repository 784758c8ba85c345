"""What GNU ``tar`` says of a tar."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ocitui.layers.entry import EntryKind
from tests.images.tools import require_tool
from tests.layers.readers.batch import run_for_each
from tests.layers.readers.row import SECOND, Answer, Row, read_mode, unescape

SURROUNDINGS = {"TZ": "UTC", "LC_ALL": "C", "PATH": "/usr/bin:/bin"}

_LINE = re.compile(
    rb"(?P<mode>\S{10})\S? (?P<uid>-?\d+)/(?P<gid>-?\d+) +(?P<size>\S+) (?P<time>\S+ [\d:]+(?:\.(?P<fraction>\d+))?)"
)
_NAMES = re.compile(rb"(?P<path>.*?)(?: (?:->|link to) (?P<link>.*))?")


_OPTIONS = ("--full-time", "--numeric-owner", "--quoting-style=escape")


def listing(tar: Path) -> Answer:
    """``tar -tv``, taken apart."""
    command: list[str | Path] = [require_tool("tar"), "-tvf", tar, *_OPTIONS]
    done = subprocess.run(command, capture_output=True, env=SURROUNDINGS, check=False)
    return _answer(done.stdout, done.stderr)


def listings(folder: Path) -> dict[str, Answer]:
    """The same of ``it.tar`` in each folder below one, by the folder's name."""
    run_for_each(folder, f"{require_tool('tar')} -tvf it.tar {' '.join(_OPTIONS)}", SURROUNDINGS)
    return {each.name: _answer((each / "out").read_bytes(), (each / "err").read_bytes()) for each in folder.iterdir()}


def _answer(output: bytes, errors: bytes) -> Answer:
    return Answer(tuple(_rows(output.splitlines())), errors.decode("utf-8", "replace"))


def contents(tar: Path, name: str) -> bytes:
    """``tar -xO``: what one file holds."""
    command: list[str | Path] = [require_tool("tar"), "-xOf", tar, name]
    return subprocess.run(command, capture_output=True, env=SURROUNDINGS, check=True).stdout


def _rows(lines: list[bytes]) -> Iterator[Row]:
    width = 0  # of the column of times, which grows with the longest so far
    for line in lines:
        found = _LINE.match(line)
        assert found, line
        width = max(width, len(found["time"]))
        names = _NAMES.fullmatch(line, found.start("time") + width + 1)
        assert names, line
        kind, mode = read_mode(found["mode"].decode())
        size = found["size"].decode()
        major, comma, minor = size.partition(",")
        is_plain = kind in (EntryKind.FILE, EntryKind.UNKNOWN)
        yield Row(
            path=unescape(names["path"]).rstrip(b"/"),
            kind=kind,
            size=int(size) if is_plain else 0,
            mode=mode,
            uid=int(found["uid"]),
            gid=int(found["gid"]),
            mtime_ns=_seconds(found["time"][:19].decode()) * SECOND + int((found["fraction"] or b"").ljust(9, b"0")),
            link=None if names["link"] is None else unescape(names["link"]),
            device=(int(major), int(minor)) if comma else None,
        )


def _seconds(text: str) -> int:
    """Seconds since the epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
