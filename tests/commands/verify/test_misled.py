"""Entries whose path goes through a link that leads to no folder."""

from pathlib import Path

import pytest

from ocitui.demo.tar import Entry, directory, file, symlink, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import write_layout

TO_FILE = "'l': expected a folder, since entries of the layer are in it, found a link to 'a', which leads to no folder"
TO_NOTHING = "found a link to 'a', which does not exist: umoci makes it, vfs refuses the layer"


@pytest.mark.parametrize(
    ("layers", "code", "said"),
    [
        # umoci 0.4.7 and buildah 1.28.2, with vfs and overlay, refuse the first three: not a directory
        ([[file("a"), symlink("l", "a"), file("l/x")]], 1, f"error: {TO_FILE}"),
        ([[file("a"), symlink("k", "/a"), symlink("l", "a"), file("l/x")]], 1, f"error: {TO_FILE}"),
        ([[file("a")], [symlink("l", "a"), file("l/x")]], 1, f"error: {TO_FILE}"),
        # umoci makes the folder, containers/storage does not
        (
            [[symlink("l", "a"), file("l/x")]],
            0,
            TO_NOTHING,
        ),
        ([[file("b")], [symlink("l", "a"), file("l/x")]], 0, TO_NOTHING),
        ([[directory("a")], [symlink("l", "a"), file("l/x")]], 0, ""),
        ([[directory("a/b")], [symlink("l", "../a/b"), file("l/x")]], 0, ""),
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
