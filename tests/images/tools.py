"""Running the tools of others, and saying so where they are missing."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

IN_CI = os.environ.get("CI") == "true"

is_allowed = True
"""Whether the test that runs may start other programs: it is marked ``peer``."""


def require_tool(name: str) -> str:
    """The path of a program that a test cannot do without.

    Where it is missing the test is skipped, with the reason; in CI (``CI=true``) it fails,
    because there a skipped test is one that nobody runs.
    """
    assert is_allowed, f"a test that runs {name} is marked peer"
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is None:
        _not_here(f"{name} is not installed (on Debian: apt-get install {_PACKAGES.get(name, name)})")
    return str(path)


def require_root() -> None:
    """Skip, or in CI fail, a test that needs to be root: device nodes, owners, chroot."""
    if os.geteuid() != 0:
        _not_here("only root can do this")


_PACKAGES = {
    "bsdtar": "libarchive-tools",
    "setcap": "libcap2-bin",
    "igzip": "isal",
    "busybox": "busybox-static",
    "xz": "xz-utils",
    "ctr-remote": "stargz-snapshotter",
    "nginx": "nginx-light",
    "htpasswd": "apache2-utils",
    "mksquashfs": "squashfs-tools",
    "mke2fs": "e2fsprogs",
    "mkfs.erofs": "erofs-utils",
}


def _not_here(reason: str) -> None:
    if IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def run(*command: str | Path, input: bytes | None = None, environment: Mapping[str, str] | None = None) -> bytes:
    """Run a command and return what it wrote to standard output; where it fails, show all it said."""
    surroundings = {**os.environ, **(environment or {})}
    done = subprocess.run([str(part) for part in command], input=input, capture_output=True, env=surroundings)
    if done.returncode:
        said = (done.stdout + done.stderr).decode("utf-8", "backslashreplace")
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}")
    return done.stdout
