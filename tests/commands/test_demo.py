"""``ocitui demo``."""

import tempfile
from pathlib import Path

import pytest

from tests.commands.conftest import Run, spawn_on_terminal, without_colours


def test_without_a_terminal_it_is_text(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = run("demo")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "demo"
    assert "CMD" in done.text
    assert not list(tmp_path.glob("ocitui-demo-*"))  # nothing stays behind


@pytest.mark.slow
def test_on_a_terminal_text_can_be_asked_for() -> None:
    code, found = spawn_on_terminal("demo", "--text")
    assert code == 0
    assert without_colours(found).startswith("demo\r\n")


def test_another_platform(run: Run) -> None:
    assert "* latest  linux/arm64/v8" in run("demo", "--platform", "linux/arm64").text


@pytest.mark.slow
def test_it_is_kept_where_that_is_asked_for(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "new" / "demo"
    done = run("demo", "--keep", kept)
    assert (done.code, done.lines[0]) == (0, str(kept))
    assert run("inspect", kept).out == done.out
    done = run("demo", "--keep", kept)
    assert (done.code, done.out) == (2, b"")
    assert done.message.endswith("is not empty; --keep writes into a new or empty folder")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("demo", "--keep", empty).code == 0
