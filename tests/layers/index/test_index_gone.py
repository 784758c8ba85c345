"""An index that is renamed while it is opened: its scan came to its end just then."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.errors import LayerError
from ocitui.layers.index.index import LayerIndex
from tests.image.stacks import index_of


def test_it_is_no_index_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with index_of(write_tar([file("a", "x")]), tmp_path) as index:
        path = index.path

    def gone(self: Path, **_: bool) -> None:
        raise FileNotFoundError(2, "No such file or directory", str(self))

    monkeypatch.setattr(Path, "stat", gone)
    with pytest.raises(LayerError, match="cannot be opened"):
        LayerIndex(path, is_live=True)


def test_another_process_puts_its_index_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with index_of(write_tar([file("a", "x")]), tmp_path) as index:
        path = index.path
    (tmp_path / "other").mkdir()
    with index_of(write_tar([file(f"file-{number}", "x") for number in range(2000)]), tmp_path / "other") as index:
        other = index.path
    assert path.stat().st_size != other.stat().st_size
    connect = sqlite3.connect

    def replaced_since(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        if other.exists():
            other.replace(path)
        return connection

    monkeypatch.setattr(sqlite3, "connect", replaced_since)
    with LayerIndex(path) as index:
        assert index.summary.entry_count == 2000
