"""What people come for, played with the keys that it takes; a job that comes to take more of them is noticed here."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ocitui.tui.rows.lines import Lines
from tests.tui.explorer import Explorer, explore


class Job(NamedTuple):
    """A job, from where it begins to where the answer is on the screen."""

    before: tuple[str, ...]
    """The keys to where it begins, from the first screen."""
    keys: tuple[str, ...]
    """The keys that it takes."""
    at_most: int
    """The keys that it may take, text included."""
    is_answered: Callable[[Explorer], bool]


def shown(screen: Explorer) -> str:
    """All text on the screen."""
    return "\n".join(strip.text for strip in screen.app.screen._compositor.render_strips())


def focused(screen: Explorer) -> str:
    """The text of the list that has the focus."""
    lines = screen.app.screen.focused
    assert isinstance(lines, Lines)
    return screen.text(lines)


def files_show(path: bytes, label: str) -> Callable[[Explorer], bool]:
    """True if the cursor of the files is on a path, and its row says from which layer it is."""

    def is_shown(screen: Explorer) -> bool:
        row = screen.files.row
        return screen.files.path == path and row is not None and row.label == label

    return is_shown


JOBS = {
    "which layer a file is from": Job((), ("ctrl+o", *"bin/awk", "enter"), 9, files_show(b"/usr/bin/awk", "1")),
    "what became of a file": Job(
        (), ("f", *"deploy_key"), 11, lambda screen: "deleted by layer 7" in shown(screen).replace("  ", " ")
    ),
    "what it holds": Job(("f", *"deploy_key"), ("enter", "enter"), 2, lambda screen: "PRIVATE KEY" in shown(screen)),
    "what is wasted": Job((), ("W",), 1, lambda screen: "is waste" in shown(screen)),
    "what is large": Job((), ("B",), 1, lambda screen: "usr/" in focused(screen)),
    "which packages are large": Job(("B",), ("3",), 1, lambda screen: "[3 packages]" in shown(screen)),
    "what differs between platforms": Job((), ("D", "enter"), 2, lambda screen: "only in A" in focused(screen)),
    "whether all is intact": Job((), ("g", "V"), 2, lambda screen: "verified" in screen.bar("status")),
    "a file on disk": Job(("ctrl+o", *"etc/hostname", "enter"), ("x", "enter"), 2, lambda _: Path("hostname").exists()),
    "the files of a layer": Job(("3", "g"), ("enter",), 1, lambda screen: screen.files.row_count > 5),
    "all files": Job((), (), 1, lambda screen: screen.files.row_count > 5),
    "what it comes to": Job((), (), 1, lambda screen: "unpacked · 58.5 % wasted" in screen.bar("title")),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", JOBS)
async def test_a_job(name: str, demo_layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = JOBS[name]
    async with explore(demo_layout, opens_files=True, is_read=True) as screen:
        await screen.press(*job.before, *job.keys)
        assert job.is_answered(screen), shown(screen)
    assert len(job.keys) <= job.at_most
