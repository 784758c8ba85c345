"""``ocitui keys``: a settings file in which everything is as by default; and a broken one on the command line."""

import re
import tomllib
from pathlib import Path

import pytest

from ocitui.__main__ import main
from ocitui.commands.open import start_screen
from ocitui.errors import UsageError
from ocitui.tui.key_names import keys_by_page
from ocitui.tui.settings import DEFAULTS
from ocitui.tui.settings_file import parse_settings


def test_what_it_prints_changes_nothing(config_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys"]) == 0
    text = capsys.readouterr().out
    assert parse_settings(text, "settings.toml") == DEFAULTS
    assert set(tomllib.loads(text)["keys"]) == {key.name for keys in keys_by_page().values() for key in keys}
    assert str(config_dir / "settings.toml") in text.splitlines()[0]


def test_what_is_commented_out_is_valid_too(capsys: pytest.CaptureFixture[str]) -> None:
    main(["keys"])
    text = re.sub(r"(?m)^# (?=[a-z]+ = )", "", capsys.readouterr().out)
    assert parse_settings(text, "settings.toml").theme == "ocitui-dark"


def test_a_broken_file_is_told_before_there_is_a_screen(config_dir: Path) -> None:
    (config_dir / "settings.toml").write_text('[keys]\nfind = "W"\n')
    with pytest.raises(UsageError, match="find and waste have the same key, W"):
        start_screen(None, mouse=False)
    (config_dir / "settings.toml").write_text("[keys")
    with pytest.raises(UsageError, match="not valid TOML"):
        start_screen(None, mouse=False)
