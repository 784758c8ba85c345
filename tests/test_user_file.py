"""The files that a user names, of settings, rules and keys alike."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ocitui.errors import UsageError
from ocitui.image.gate.dive_file import read_dive_file
from ocitui.image.gate.settings import read_gate_file
from ocitui.image.signatures.identity import IdentityCheck
from ocitui.image.signatures.keys import KeyCheck
from ocitui.image.signatures.notary import NotationCheck
from ocitui.image.waste.secret_rules import read_rules
from ocitui.tui.settings_file import read_settings
from ocitui.user_file import SIZE_LIMIT, read_user_text

TEXTS: tuple[Callable[[Path], object], ...] = (read_user_text, read_dive_file, read_gate_file, read_settings)
READERS = (*TEXTS, read_rules, KeyCheck, NotationCheck, lambda path: IdentityCheck("a", "b", path))


@pytest.mark.parametrize("read", READERS)
def test_files_that_cannot_be_read(tmp_path: Path, read: Callable[[Path], object]) -> None:
    large, none = tmp_path / "large\n", tmp_path / "none"
    large.write_bytes(b"#" * (SIZE_LIMIT + 1))
    for path, message in (
        (large, f"{tmp_path}/large\\n: larger than 1,048,576 bytes"),
        (none, f"{none}: cannot be read: No such file or directory"),
    ):
        with pytest.raises(UsageError) as error:
            read(path)
        assert str(error.value) == message


@pytest.mark.parametrize("read", TEXTS)
def test_files_that_are_no_text(tmp_path: Path, read: Callable[[Path], object]) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a = 1\xff")
    with pytest.raises(UsageError) as error:
        read(path)
    assert str(error.value) == f"{path}: not UTF-8: see the byte at offset 5"


def test_other_paths(tmp_path: Path) -> None:
    for path, message in ((tmp_path, "Is a directory"), (Path("a\0b"), "embedded null byte")):
        with pytest.raises(UsageError, match=f"cannot be read: {message}"):
            read_user_text(path)
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbf" + b"a" * (SIZE_LIMIT - 3))
    assert read_user_text(path) == "a" * (SIZE_LIMIT - 3)
