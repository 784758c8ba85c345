"""Commands are run here as the tests of commands run them; images with hostile words, and canaries around folders."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocitui.commands.opened.layer_index import layer_cache
from tests.commands.conftest import _own_cache, run
from tests.hostile.extract.canary import Yard
from tests.hostile.images import WORDS, hostile_layout
from tests.hostile.invocations import RULES

__all__ = ["_own_cache", "run", "yard"]


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layout whose every word is hostile."""
    return hostile_layout(tmp_path_factory.mktemp("hostile") / "image").path


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its words the other way round, so that every field differs."""
    return hostile_layout(tmp_path_factory.mktemp("hostile") / "other", tuple(reversed(WORDS.values()))).path


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules for `ci` that nothing keeps."""
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    path.write_text(RULES)
    return path


@pytest.fixture
def known(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One cache for all tests that ask for it: the layers of the hostile images are read once."""
    folder = tmp_path_factory.getbasetemp() / "known"
    monkeypatch.setenv("OCITUI_CACHE_DIR", str(folder))
    layer_cache.cache_clear()
    yield folder
    layer_cache.cache_clear()


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A folder to extract into, and canaries."""
    root = tmp_path / "yard"
    root.mkdir()
    return Yard.make(root)
