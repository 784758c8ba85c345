"""The path that a misspelled one was meant to be."""

from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, symlink, whiteout
from ocitui.image.filesystem.layer import LayerFilesystem
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.filesystem.nearest import nearest_path, nearest_words
from ocitui.image.merged.tree import MergedTree
from tests.image.stacks import close, stack_of

LOWER = [
    directory("usr"),
    directory("usr/bin"),
    file("usr/bin/git", "1"),
    file("usr/bin/tic", "1"),
    file("usr/bin/gone", "1"),
    file("usr/x.war", "1"),
    symlink("bin", "usr/bin"),
    file("\x1b[2J", ""),
]
UPPER = [whiteout("usr/bin/gone")]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        (b"/usr/bin/gti", b"usr/bin/git"),
        (b"usr/bni/git", b"usr/bin/git"),
        (b"usr/bni", b"usr/bin"),
        (b"/bin/gits", b"bin/git"),
        (b"/usr/../usr/bn/tic", b"usr/bin/tic"),
        (b"/usr/bni/gti", None),  # two names are wrong
        (b"/usr/bin/gon", None),  # a deleted file is not there
        (b"/usr/bin/git/x", None),
        (b"/usr/x.war/WEB-INF/lib", b"usr/x.war!/WEB-INF/lib"),
        (b"/usr/x.war", None),
        (b"/zzz", None),
        (b"/", None),
    ],
)
def test_one_misspelled_name_is_recognised(tmp_path: Path, path: bytes, meant: bytes | None) -> None:
    stack = stack_of(tmp_path, LOWER, UPPER)
    assert nearest_path(MergedFilesystem(MergedTree(stack)), path) == meant
    close(stack)


def test_a_layer_alone_has_no_suggestion_from_another_nor_its_whiteouts(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, LOWER, UPPER)
    lower, upper = (stack.index_of(number) for number in (1, 2))
    assert lower is not None
    assert upper is not None
    assert nearest_path(LayerFilesystem(lower, 1), b"usr/bin/gti") == b"usr/bin/git"
    assert nearest_path(LayerFilesystem(upper, 2), b"usr/bin/gti") is None
    assert nearest_path(LayerFilesystem(upper, 2), b"usr/bin/gon") is None
    close(stack)


def test_names_are_safe_to_draw(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, LOWER)
    assert nearest_words(MergedFilesystem(MergedTree(stack)), b"\x1b[2") == r"; did you mean /\x1b[2J?"
    assert nearest_words(MergedFilesystem(MergedTree(stack)), b"zzz") == ""
    close(stack)
