"""Ratios in percent, with as many digits as tell them apart."""

import pytest

from ocitui.image.gate.waste_rules import _percents


@pytest.mark.parametrize(
    ("limit", "found", "said"),
    [
        (0.9, 0.9971913553289644, ("90.00 %", "99.72 %")),
        (0.9, 0.9, ("90.00 %", "90.00 %")),
        (0.9, 0.899999, ("90.0000 %", "89.9999 %")),
        (0.1, 1.120488362488826, ("10.00 %", "112.05 %")),
        (1, 0.9999999, ("100.00000 %", "99.99999 %")),
    ],
)
def test_two_that_differ_never_read_alike(limit: float, found: float, said: tuple[str, str]) -> None:
    assert _percents(limit, found) == said
