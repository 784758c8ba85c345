"""``ocitui cache``."""

from pathlib import Path

import pytest

from ocitui.commands.cache import read_size
from ocitui.errors import UsageError
from tests.commands.conftest import Run


def test_it_says_where_and_how_much(run: Run, demo_layout: Path, cache_dir: Path) -> None:
    assert run("cache", "--json").json["layers"] == 0
    for number in (1, 2, 3):
        run("ls", demo_layout, "--layer", number)
    found = run("cache", "--json").json
    assert found["place"] == str(cache_dir)
    assert found["layers"] == 3
    assert found["size"] > 0
    assert run("cache").lines[:2] == [f"place    {cache_dir}", f"holds    3 layers, {found['size'] / 1000:.1f} kB"]


def test_pruning_removes_what_was_not_used(run: Run, demo_layout: Path) -> None:
    for number in (1, 2, 3):
        run("ls", demo_layout, "--layer", number)
    before = run("cache", "--json").json["size"]
    assert run("cache", "--prune", before, "--json").json["layers"] == 3
    after = run("cache", "--prune", before - 1, "--json").json
    assert after["layers"] == 2
    assert after["removed"]["layers"] == 1


def test_clearing_removes_everything(run: Run, demo_layout: Path) -> None:
    run("ls", demo_layout, "--layer", 1)
    assert "removed  1 layer, " in run("cache", "--clear").text
    assert run("cache", "--json").json["layers"] == 0


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("500MB", 500_000_000), ("1.5 GiB", 1_610_612_736), ("2k", 2000), ("7b", 7), ("1T", 10**12)],
)
def test_sizes_as_people_write_them(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "1X", "MB", "1iB", "1e3", "١", "nan"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError):
        read_size(text)
