"""Thousands of random keys in the program itself; ``python -m tests.hostile.soak`` presses as many as are wanted."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ocitui.tui.explore.screen import ExploreScreen
from ocitui.tui.panes.image_pane import ImagePane
from ocitui.tui.rows.row import Part
from ocitui.tui.save.screen import SaveScreen
from tests.hostile.soak import images
from tests.hostile.soak.run import Outcome, apart, replay, soak
from tests.hostile.soak.session import WAIT, running
from tests.hostile.soak.shrink import shrink
from tests.hostile.soak.walk import bound_keys
from tests.hostile.soak.watch import count_children

KEYS = {"demo": 120, "large": 100}
"""How many are pressed here, of the 10,000 of a whole soak: what both have time for in half a minute."""
SIZES = {"demo": (80, 24), "large": (120, 34)}
GROWTH = {"demo": 40_000_000, "large": 150_000_000}
"""Bytes that the process may grow by after the first check: caches that have an end fill up meanwhile."""
DEEP = {"FindScreen", "ImageDiffScreen", "JumpScreen", "OtherImageScreen", "SaveScreen", "SizesScreen"}
DEEP |= {"TimelineScreen", "ViewScreen", "WasteScreen", "FindingsScreen", "HelpScreen", "Palette", "TextScreen"}
"""Screens that the tour at the beginning opens."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return images.demo_image(tmp_path_factory.mktemp("soak"))


def assert_sound(outcome: Outcome, image: str, children: int) -> None:
    """Nothing broke, nothing was left behind, nothing grew without an end."""
    assert not outcome.failure, f"{outcome.failure}\nafter these steps: {outcome.steps}"
    assert outcome.keys >= KEYS[image]
    held = outcome.held
    settled, last = held[0], held[-1]
    assert last is not settled
    assert last.memory - settled.memory < GROWTH[image], [each.memory for each in held]
    assert last.files <= settled.files + 30, [each.files for each in held]
    assert last.threads <= max(8, (os.cpu_count() or 1) + 6), [each.threads for each in held]
    assert {each.children for each in held} == {children}
    assert len(last.screens) <= 8, f"screens that were left are still there: {last.screens}"


@pytest.mark.parametrize(("image", "seed"), [("demo", 1), ("large", 3)], ids=["demo", "large"])
def test_random_keys(image: str, seed: int, tmp_path: Path) -> None:
    place = images.demo_image(tmp_path) if image == "demo" else images.large_image(tmp_path, layers=8)
    others = [images.other_image(tmp_path), images.demo_image(tmp_path / "o"), tmp_path / "missing", Path(__file__)]
    children = count_children()
    outcome = soak(place, others, seed=seed, keys=KEYS[image], size=SIZES[image], every=KEYS[image] // 2)
    assert_sound(outcome, image, children)
    assert outcome.screens >= DEEP


def test_every_key_of_the_program_may_be_pressed() -> None:
    keys = bound_keys()
    assert {"W", "B", "V", "D", "w", "f", "ctrl+o", "x", "X", "left_square_bracket", "enter", "colon"} <= set(keys)


def test_a_pane_that_shows_something_else_is_found(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = ["3", "g", "enter", WAIT, "1", "home", "down", "down", "right", "right", "up", *["down"] * 20, WAIT]
    assert replay(demo, steps, (80, 24), pages=0).failure == ""
    apps: list[object] = []
    row_parts = ImagePane.row_parts

    def other_parts(self: ImagePane, index: int, width: int) -> Sequence[Part]:
        """The program that is tried draws something else than a fresh start."""
        apps.append(self.app)
        return [*row_parts(self, index, width), ("!", "")] if self.app is apps[0] else row_parts(self, index, width)

    monkeypatch.setattr(ImagePane, "row_parts", other_parts)
    assert "pane 1" in replay(demo, steps, (80, 24)).failure


def test_errors_that_nobody_sees_are_found(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: ExploreScreen) -> None:
        def fail() -> None:
            raise ValueError("in a thread")

        self.run_worker(fail, thread=True, exit_on_error=False)

    monkeypatch.setattr(ExploreScreen, "action_waste", broken)
    assert "in a thread" in replay(demo, ["W", WAIT], (80, 24)).failure


def test_a_failure_is_shrunk_to_what_it_needs() -> None:
    runs: list[int] = []

    def fails(steps: list[int]) -> bool:
        runs.append(len(steps))
        return 3 in steps and 700 in steps and steps.index(3) < steps.index(700)

    assert shrink(range(1000), fails) == [3, 700]
    assert len(runs) < 200


async def test_a_soak_saves_only_where_it_works(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    with apart(tmp_path / "apart"):
        async with running(demo, (80, 24)) as session:
            await session.perform("3", "g", "enter", WAIT, "4", "x", WAIT)
            assert isinstance(session.app.screen, SaveScreen)
            await session.perform("ctrl+u", f"type {tmp_path / 'outside'}", "enter", WAIT)
            await session.perform("ctrl+u", "type inside", "enter", WAIT)
            assert os.path.lexists("inside")
            await session.leave()
    assert not (tmp_path / "outside").exists()


def test_the_same_seed_presses_the_same(demo: Path) -> None:
    found = [soak(demo, [demo], seed=3, keys=40, size=(80, 24), every=1000, has_tour=False) for _ in range(2)]
    assert [each.failure for each in found] == ["", ""]
    assert found[0].steps[:20] == found[1].steps[:20]
