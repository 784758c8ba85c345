"""Commands are run here as the tests of commands run them; what is extracted has canaries around it."""

from pathlib import Path

import pytest

from tests.commands.conftest import _own_cache, run
from tests.hostile.canary import Yard

__all__ = ["_own_cache", "run", "yard"]


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """A folder to extract into, and canaries."""
    root = tmp_path / "yard"
    root.mkdir()
    return Yard.make(root)
