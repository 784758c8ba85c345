"""Docker archives of images of many kinds, and the verdicts of ``dive --ci`` on them."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocitui.demo.tar import (
    Entry,
    character_device,
    directory,
    fifo,
    file,
    hard_link,
    opaque,
    symlink,
    whiteout,
    write_tar,
)
from tests.images import with_skopeo
from tests.images.layout_writer import write_layout
from tests.images.with_dive import require_dive

REAL = {
    "demo_layout": "latest",
    "skopeo_zstd_layout": "latest",
    "skopeo_plain_layout": "latest",
    "umoci_layout": "umoci",
    "buildah_layout": "oci",
    "buildah_docker_layout": "docker",
}
"""Fixtures of layouts that other programs made, each with a tag in it."""

_LOWER = write_tar(
    [
        directory("d"),
        directory("d/e", 0o2755),
        file("d/e/deep", "e" * 700),
        file("d/a", "a" * 1000),
        file("d/b", "b" * 500, 0o4755),
        directory("empty"),
    ]
)

CRAFTED: Mapping[str, list[bytes]] = {
    "one layer": [_LOWER],
    "a file changed": [_LOWER, write_tar([file("d/a", "A" * 900)])],
    "a file deleted": [_LOWER, write_tar([directory("d"), whiteout("d/a")])],
    "a folder deleted": [_LOWER, write_tar([whiteout("d")]), write_tar([directory("d"), file("d/new", "n")])],
    "opaque": [_LOWER, write_tar([directory("d"), opaque("d"), file("d/new", "n" * 10)])],
    "implied folders": [_LOWER, write_tar([file("x/y/z", "z" * 50), whiteout("d/e/deep")])],
    "a whiteout of nothing": [_LOWER, write_tar([whiteout("d/none"), file("d/zz", "z" * 300), file("a", "1")])],
    "every kind": [
        write_tar(
            [
                file("a", "a" * 9),
                hard_link("b", "a"),
                symlink("c", "/a"),
                fifo("f"),
                character_device("g", 1, 3),
                Entry(b"h", kind=b"4", device=(8, 1)),
                directory("t", 0o1777),
            ]
        ),
        write_tar([symlink("a", "c"), file("b", "b" * 20), directory("c")]),
    ],
    "names": [
        write_tar(
            [file(b"\xff\xfe", "1"), file("<&>\u2028", "2" * 5), file("ü/\n\t\x01\x7f", "3"), file(".wh..wh.plnk", "4")]
        ),
        write_tar([file(b"\xff\xfe", "5" * 70), whiteout("ü")]),
    ],
    "a path twice": [write_tar([file("a", "1" * 100), directory("a"), file("a/b", "2"), file("a", "3" * 7)]), _LOWER],
    "the same layer twice": [_LOWER, _LOWER],
    "nothing": [write_tar([])],
    "very small waste": [write_tar([file("big", "b" * 100_000), file("s", "1")]), write_tar([file("s", "2")])],
}
"""Layers that no builder would write like this."""

IMAGES = [*REAL, *CRAFTED]


def layout_of(name: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """One of `IMAGES` as ``folder:tag``."""
    if name in REAL:
        return f"{request.getfixturevalue(name)}:{REAL[name]}"
    path = folder / "layout"
    history = {"history": []} if name == "nothing" else {}
    write_layout(path, CRAFTED[name], config=history)
    return f"{path}:latest"


def archive_of(layout: str, folder: Path) -> Path:
    """A layout as skopeo writes it into a docker archive."""
    archive, plain = folder / "image.tar", folder / "plain"
    with_skopeo.copy(f"oci:{layout}", f"dir:{plain}", "--dest-decompress")  # a docker archive has no zstd
    with_skopeo.copy(f"dir:{plain}", f"docker-archive:{archive}:example:latest")
    return archive


@dataclass(frozen=True)
class DiveVerdicts:
    """What ``dive --ci`` says."""

    code: int
    rules: Mapping[str, str]
    """By dive's names: PASS, FAIL, SKIP, MISCONFIGURED or CONFIGURED; none where dive cannot read its settings."""

    @property
    def is_misconfigured(self) -> bool:
        """Whether there is no verdict at all."""
        return not self.rules or "MISCONFIGURED" in self.rules.values()


def ask_dive_ci(archive: Path, settings: Path | None, *options: str) -> DiveVerdicts:
    """Let dive judge a docker archive."""
    dive = require_dive()
    with tempfile.TemporaryDirectory() as home:
        surroundings = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home}
        surroundings.pop("CI", None)
        config = settings if settings is not None else Path(home, "none")
        command = [dive, "--ci", "--ci-config", config, *options, "--source", "docker-archive", archive]
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    found = re.findall(r"^ +([A-Z]+) *: (\w+)", plain, re.MULTILINE)
    return DiveVerdicts(done.returncode, {rule: status for status, rule in found})
