"""What a program and all that it starts ask of Linux: sockets, programs, files that are made."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.images.tools import require_tool

_CALLS = "socket,connect,bind,execve,execveat,open,openat,creat,mkdir,mkdirat,mknod,mknodat"
_LINE = re.compile(r"(?:\[pid +)?\d+\]? +(\w+)\((.*)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\.\.\.)?')
_FOLDER = re.compile(r"(?:AT_FDCWD|\d+)<([^>]*)>, ")


@dataclass
class Trace:
    """What was asked for, whether it was given or not."""

    sockets: list[str] = field(default_factory=list)
    """The families of sockets that were made; pairs of sockets, which lead nowhere, are not among them."""
    connected: set[str] = field(default_factory=set)
    """Where to: a path, or the whole address."""
    bound: set[str] = field(default_factory=set)
    programs: list[list[str]] = field(default_factory=list)
    """Each with its arguments, long ones cut off."""
    opened: set[str] = field(default_factory=set)
    """Paths that were opened, made or not."""
    made: dict[str, int] = field(default_factory=dict)
    """Files and folders that were made, and with which mode they were first."""


def traced(command: Sequence[str], log: Path) -> list[str]:
    """The command that runs a command and writes down what it asks for."""
    how = ["-f", "--seccomp-bpf", "-qq", "-y", "-s", "300"]
    options = [*how, "-e", f"trace={_CALLS}", "-e", "signal=none", "-o", str(log)]
    return [require_strace(), *options, "--", *command]


def require_strace() -> str:
    """Skip where it is not installed, may not look, or stops at every call instead of those that it is to tell."""
    strace = require_tool("strace")
    attempt = [strace, "-f", "--seccomp-bpf", "-o", "/dev/null", "true"]
    if subprocess.run(attempt, capture_output=True, check=False).returncode:
        pytest.skip("strace before 5.3, or this machine does not let one process look at another")
    return strace


def read_trace(log: Path) -> Trace:
    """Understand what was written down."""
    found = Trace()
    for call, rest in _calls(log.read_text(errors="replace")):
        strings = [text for text, _ in _STRING.findall(rest)]
        match call:
            case "socket":
                found.sockets.append(rest.partition(",")[0])
            case "connect" | "bind":
                known = found.connected if call == "connect" else found.bound
                path = re.search(r'sun_path=@?"([^"]*)"', rest)
                known.add(path[1] if path else rest[rest.index("{") : rest.index("}") + 1])
            case "execve" | "execveat":
                found.programs.append(strings[1:])
            case _:
                _file(found, call, rest, strings[0] if strings else "")
    return found


def _file(found: Trace, call: str, rest: str, name: str) -> None:
    folder = _FOLDER.match(rest)
    path = str(Path(folder[1], name)) if folder else name
    found.opened.add(path)
    mode = None
    if call.startswith("open") and ("O_CREAT" in rest or "O_TMPFILE" in rest):
        mode = re.search(r"O_[A-Z_|]+, (0\d*)", rest)
    elif not call.startswith("open"):
        mode = re.search(r'", (?:S_IF[A-Z]+\|)?(0\d+)', rest)
    if mode is not None:
        found.made.setdefault(path, int(mode[1], 8))


def _calls(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is not None:
            yield found[1], found[2]


def environment(base: Mapping[str, str], **more: str) -> dict[str, str]:
    """An environment of few words, so that nothing of the machine's own is in it."""
    return {name: base[name] for name in ("PATH", "LC_ALL", "TERM", "COLORTERM", "TZ") if name in base} | more
