"""Layers are read by forks here: see `tests.forked`."""

from collections.abc import Iterator

import pytest

from tests.forked import forked_workers


@pytest.fixture(autouse=True, scope="package")
def _forked() -> Iterator[None]:
    with forked_workers():
        yield
