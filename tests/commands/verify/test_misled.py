"""Entries whose path goes through a link that leads to no folder."""

from pathlib import Path

import pytest

from ocitui.demo.tar import Entry, directory, file, symlink, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import write_layout

TO_FILE = "'l': expected a folder, since entries of the layer are in it, found a link to 'a', which leads to no folder"
TO_NOTHING = (
    "found a link to 'a', which does not exist: umoci and containerd make it, containers/storage refuses the layer"
)
TO_FILE_BELOW = "found a link to 'a', which is a file in a layer below: containerd makes a folder there"
OUT = "which is not in the layer itself: containers/storage with overlay refuses the layer"


def test_the_root_has_a_name(run: Run, tmp_path: Path) -> None:
    done = run("verify", write_layout(tmp_path / "image", [write_tar([directory("."), directory(".")])]).path)
    assert "warning: '/': expected one entry in the layer, found several" in done.text


@pytest.mark.parametrize(
    ("layers", "code", "said"),
    [
        # What each unpacker does: tests/image/verify/unpacker_cases.py
        ([[file("a"), symlink("l", "a"), file("l/x")]], 1, f"error: {TO_FILE}"),
        ([[file("a"), symlink("k", "/a"), symlink("l", "a"), file("l/x")]], 1, f"error: {TO_FILE}"),
        ([[file("a")], [symlink("l", "a"), file("l/x")]], 0, TO_FILE_BELOW),
        (
            [[symlink("l", "a"), file("l/x")]],
            0,
            TO_NOTHING,
        ),
        ([[file("b")], [symlink("l", "a"), file("l/x")]], 0, TO_NOTHING),
        ([[directory("a")], [symlink("l", "a"), file("l/x")]], 0, OUT),
        ([[directory("a/b")], [symlink("l", "../a/b"), file("l/x")]], 0, OUT),
        # The path to a link is followed as well: k is t/k.
        (
            [
                [
                    directory("t"),
                    file("x"),
                    directory("t/x"),
                    symlink("l", "t/u"),
                    directory("t/u"),
                    symlink("l/k", "../x"),
                    file("l/k/y"),
                ]
            ],
            0,
            "",
        ),
        ([[directory("a"), symlink("l", "a"), file("l/x")]], 0, ""),
        ([[directory("a"), symlink("k", "a"), symlink("l", "k"), file("l/x")]], 0, ""),
        ([[file("a"), symlink("l", "a"), directory("a"), file("l/x")]], 0, ""),
    ],
)
def test_it_is_said_as_unpackers_take_it(
    run: Run, tmp_path: Path, layers: list[list[Entry]], code: int, said: str
) -> None:
    done = run("verify", write_layout(tmp_path / "image", [write_tar(layer) for layer in layers]).path)
    assert done.code == code
    assert said in done.out.decode()
    if not said:
        assert "expected a folder" not in done.out.decode()
