"""An index that is renamed while it is opened: its scan came to its end just then."""

from pathlib import Path

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
