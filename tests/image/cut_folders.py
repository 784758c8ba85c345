"""Tests of a module that are run twice: with folders as they are, and cut into pieces as those of very many names.

A quick run has only the second.
"""

from collections.abc import Iterator

import pytest

from ocitui.image.merged import listing, spans


@pytest.fixture(scope="module", autouse=True, params=[pytest.param("whole", marks=pytest.mark.slow), "cut"])
def folders(request: pytest.FixtureRequest) -> Iterator[None]:
    """Import it into a module, and each of its tests is run both ways."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "cut":
            patch.setattr(spans, "PIECE", 1)
            patch.setattr(spans, "_LEAST_STEP", 1)
            patch.setattr(spans, "_IN_ONE", 1)
            patch.setattr(listing, "_NAMES_KEPT", 0)
        yield
