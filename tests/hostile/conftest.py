"""Commands are run here as the tests of commands run them."""

from tests.commands.conftest import _own_cache, run

__all__ = ["_own_cache", "run"]
