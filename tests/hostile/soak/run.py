"""A soak: steps in one program, and now and then a fresh one beside it that must look the same."""

import asyncio
import os
import shutil
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from unittest.mock import patch

from ocitui.tui.save import target
from tests.hostile.soak.panes import PAGES, differences, draw_page, draw_panes, stale
from tests.hostile.soak.place import Place, bring, read_place, tidy
from tests.hostile.soak.session import WAIT, running
from tests.hostile.soak.walk import Walk
from tests.hostile.soak.watch import Held, watch_errors

CHECK = "check"
"""The step that holds the program against a fresh start."""


@dataclass
class Outcome:
    """What came of a soak."""

    steps: list[str] = field(default_factory=list)
    """Every step, so that it can be done again."""
    keys: int = 0
    checks: int = 0
    restarts: int = 0
    failure: str = ""
    """What went wrong first; empty where nothing did."""
    held: list[Held] = field(default_factory=list)
    """What the process held at each check."""
    screens: set[str] = field(default_factory=set)
    """The kinds of screens that were there."""
    slowest: tuple[float, str] = (0.0, "")


@contextmanager
def apart(folder: Path) -> Iterator[None]:
    """Work in an empty folder; nothing is saved, cached or sent anywhere else."""
    work, home, before = folder / "work", folder / "home", Path.cwd()
    for each in (work, home):
        each.mkdir(parents=True, exist_ok=True)
    surroundings = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DOWNLOAD_DIR": str(home),
        "DOCKER_HOST": f"unix://{home}/no-engine",
        "CONTAINER_HOST": f"unix://{home}/no-engine",
    }
    find = target.find_target

    def find_target(text: str, default_name: bytes, *, is_folder: bool) -> target.SaveTarget:
        found = find(text, default_name, is_folder=is_folder)
        if not found.folder.resolve().is_relative_to(work.resolve()):
            raise target.TargetError("the soak saves only where it works")
        return found

    os.chdir(work)
    try:
        with (
            patch.dict(os.environ, surroundings),
            patch("ocitui.tui.save.screen.find_target", find_target),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("error")
            yield
    finally:
        os.chdir(before)


class Soak:
    """Steps in a program that is started on an image."""

    def __init__(self, image: Path, size: tuple[int, int], pages: int = 2) -> None:
        """
        Args:
            image: what is looked into.
            size: columns and rows of the terminal.
            pages: pages over the panes that each check looks at, besides the panes.
        """
        self._image = image
        self._size = size
        self._pages = pages

    async def walk(self, walk: Walk, keys: int, every: int) -> Outcome:
        """Press random keys.

        Args:
            walk: chooses them.
            keys: how many.
            every: how many are between two checks.
        """
        outcome = Outcome()

        def steps() -> Iterator[str]:
            due = every
            while outcome.keys < keys:
                yield walk.next(self.session)
                if outcome.keys >= due:
                    due += every
                    yield CHECK

        await self._perform(steps(), outcome)
        return outcome

    async def replay(self, steps: Sequence[str]) -> Outcome:
        """Perform steps, and check in the end."""
        outcome = Outcome()
        await self._perform(iter([*steps, CHECK]), outcome)
        return outcome

    async def _perform(self, steps: Iterator[str], outcome: Outcome) -> None:
        with watch_errors() as errors:
            try:
                while await self._run(steps, outcome, errors):
                    outcome.restarts += 1
            except Exception as error:
                where = traceback.extract_tb(error.__traceback__)[-4:]
                outcome.failure = f"{type(error).__name__}: {error}\n{''.join(traceback.format_list(where))}"
        outcome.failure = outcome.failure or "; ".join(errors)

    async def _run(self, steps: Iterator[str], outcome: Outcome, errors: list[str]) -> bool:
        """Perform steps in one program; whether it was left before they were all done."""
        async with running(self._image, self._size) as self.session:
            session = self.session
            for step in steps:
                outcome.steps.append(step)
                if step == CHECK:
                    outcome.failure = await self._check(outcome)
                    _empty(Path.cwd())
                else:
                    await session.perform(step)
                    outcome.keys += len(step) - 5 if step.startswith("type ") else step != WAIT
                    if step == WAIT:
                        outcome.failure = next(stale(session), "")
                outcome.failure = outcome.failure or "; ".join(errors)
                if outcome.failure:
                    return False
                if session.is_over:
                    return True
                outcome.screens.add(type(session.app.screen).__name__)
            outcome.slowest = session.slowest
        return False

    async def _check(self, outcome: Outcome) -> str:
        """Hold the program against a fresh start; what is different."""
        outcome.checks += 1
        session = self.session
        await tidy(session)
        outcome.held.append(Held.now())
        place = read_place(session)
        pages = Random(outcome.checks).sample(sorted(PAGES), self._pages)
        async with running(self._image, place.size) as fresh:
            await bring(fresh, place)
            found = _places(place, read_place(fresh))
            found += differences(await draw_panes(session), await draw_panes(fresh))
            for page in pages if not found else ():
                found += differences(await draw_page(session, page), await draw_page(fresh, page))
        return "\n".join(found)


def _places(here: Place, fresh: Place) -> list[str]:
    names = [name for name in here.__slots__] if hasattr(here, "__slots__") else list(vars(here))
    return [
        f"place, {name}: {getattr(here, name)!r}, and the fresh start {getattr(fresh, name)!r}"
        for name in names
        if getattr(here, name) != getattr(fresh, name)
    ]


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def soak(
    image: Path,
    others: Sequence[Path],
    seed: int,
    keys: int,
    size: tuple[int, int],
    every: int = 250,
    *,
    has_tour: bool = True,
) -> Outcome:
    """Press keys in a program on an image, first those of a tour through its pages, then random ones; see `Outcome`."""
    with tempfile.TemporaryDirectory() as folder, apart(Path(folder)):
        walk = Walk(seed, others, size, has_tour=has_tour)
        return asyncio.run(Soak(image, size).walk(walk, keys, every))


def replay(image: Path, steps: Sequence[str], size: tuple[int, int], pages: int = 2) -> Outcome:
    """Perform these steps in a program on an image; the check in the end looks at so many pages over the panes."""
    with tempfile.TemporaryDirectory() as folder, apart(Path(folder)):
        return asyncio.run(Soak(image, size, pages).replay(steps))
