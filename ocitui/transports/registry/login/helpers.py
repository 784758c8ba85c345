"""Credential helpers: the only programs of others that are started, and only where the user's own files name one.

Implements the protocol of docker-credential-helpers: ``docker-credential-NAME get``, with
the registry on standard input and JSON on standard output.
"""

import json
import os
import re
import subprocess
import threading
from contextlib import suppress
from time import monotonic
from typing import IO

from ocitui.display import printable, quote

LIMIT = 5.0
"""Seconds that a helper may take: one that asks a network may take very long where there is none."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_ANSWER = 1 << 16
_STEP = 0.01
_NONE = "credentials not found in native keychain"
"""The answer of every helper that it knows nothing of a registry."""


def ask_helper(name: str, server: str) -> tuple[str, str, str]:
    """Ask a helper for a registry's credentials.

    Args:
        name: as a file of credentials says it; the program is called ``docker-credential-<name>``.
        server: the registry.

    Returns:
        User and secret, which are empty where it knows none; and why it could not be asked,
        safe to draw.
    """
    if not _NAME.fullmatch(name):
        return "", "", f"{quote(name)} is not the name of a credential helper"
    program = f"docker-credential-{name}"
    path = find_program(program)
    if path is None:
        return "", "", f"the credential helper {program} is not installed"
    try:
        code, answer = _run([path, "get"], server.encode())
    except subprocess.TimeoutExpired:
        return "", "", f"the credential helper {program} took longer than {LIMIT:g} seconds"
    except OSError as error:
        return "", "", f"the credential helper {program} cannot be started: {error.strerror or error}"
    if code:
        said = answer[:300].decode("utf-8", "replace").strip()
        return "", "", "" if said == _NONE else f"the credential helper {program} failed: {printable(said)}"
    return _read(answer, program)


def _run(command: list[str], question: bytes) -> tuple[int, bytes]:
    """Ask a program; return its exit code and what it wrote.

    What it starts and leaves behind may hold its output open: an answer that is whole by then is enough.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it took too long.
    """
    end = monotonic() + LIMIT
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    assert process.stdout is not None
    parts: list[bytes] = []
    reading = threading.Thread(target=_take, args=(process.stdout, parts), name="helper", daemon=True)
    reading.start()
    with suppress(OSError):  # it need not listen
        process.stdin.write(question)
        process.stdin.close()
    try:
        code = process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    while reading.is_alive() and monotonic() < end and not _is_json(b"".join(parts)):
        reading.join(_STEP)
    return code, b"".join(parts)


def _take(output: IO[bytes], parts: list[bytes]) -> None:
    with output:
        while part := os.read(output.fileno(), _ANSWER):
            if sum(map(len, parts)) < _ANSWER:  # and whoever writes more need not wait
                parts.append(part)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text[:_ANSWER])
    except (ValueError, RecursionError):
        return False
    return True


def find_program(name: str) -> str | None:
    """A program in ``PATH``; never one of the current folder, which may be an image's."""
    suffixes = ("", ".exe") if os.name == "nt" else ("",)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if not os.path.isabs(folder):
            continue
        for suffix in suffixes:
            path = os.path.join(folder, name + suffix)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    return None


def _read(answer: bytes, program: str) -> tuple[str, str, str]:
    try:
        found = json.loads(answer[:_ANSWER])
        user, secret = found["Username"], found["Secret"]
    except (ValueError, TypeError, KeyError, RecursionError):
        user = secret = None
    if not isinstance(user, str) or not isinstance(secret, str):
        return "", "", f"the credential helper {program}: its answer is not JSON with Username and Secret"
    return user, secret, ""
