"""Credential helpers: the only programs of others that are started, and only where the user's own files name one.

Implements the protocol of docker-credential-helpers: ``docker-credential-NAME get``, with
the registry on standard input and JSON on standard output.
"""

import json
import os
import re
import subprocess

from ocitui.display import printable, quote

LIMIT = 5.0
"""Seconds that a helper may take: one that asks a network may take very long where there is none."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_ANSWER = 1 << 16
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
        done = subprocess.run(
            [path, "get"], input=server.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return "", "", f"the credential helper {program} took longer than {LIMIT:g} seconds"
    except OSError as error:
        return "", "", f"the credential helper {program} cannot be started: {error.strerror or error}"
    if done.returncode:
        said = done.stdout[:300].decode("utf-8", "replace").strip()
        return "", "", "" if said == _NONE else f"the credential helper {program} failed: {printable(said)}"
    return _read(done.stdout, program)


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
