"""What shells complete: a name of an image is inserted as a name, whatever it would mean to the shell."""

import os
import sys
import time
from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, write_tar
from tests.commands.conftest import REPOSITORY, Run
from tests.images.layout_writer import write_layout
from tests.images.tools import require_tool
from tests.patience import PATIENCE
from tests.tui.real_terminal import RealTerminal

pytestmark = pytest.mark.peer

NAMES = [
    "1-$(touch owned)`touch owned`;touch owned|touch owned&",
    '2-two  blanks, it\'s "x"',
    "3-*?[a]{b,c}!!~#<>\\n%s",
    "4-ü 日本",
]
"""Each begins with a digit of its own, so that it is the only one."""
HIDDEN = ["5-\x1b[2J", "6-a\nb", "7-cod\u202egpj.exe"]
"""Names that no shell gets: they cannot be typed."""

_SHELLS = {
    "bash": (["bash", "--norc", "-i"], "source {script}\r"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -D -u; source {script}\r"),
    "fish": (["setsid", "--ctty", "--wait", "fish", "--no-config", "-i"], "source {script}\r"),
}
_PROGRAM = """#!/bin/sh
if [ -z "$_OCITUI_COMPLETE" ]; then printf '%s\\0' "$@" >>"{said}"; exit; fi
PYTHONPATH="{repository}" exec "{python}" -m ocitui
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals")
@pytest.mark.parametrize("shell", _SHELLS)
def test_a_name_stays_a_name(shell: str, run: Run, tmp_path: Path) -> None:
    for tool in (shell, "setsid"):
        require_tool(tool)
    image = write_layout(
        tmp_path / "i", [write_tar([directory("d"), *(file(f"d/{name}") for name in (*NAMES, *HIDDEN))])]
    )
    assert run("ls", image.path).code == 0
    script, said, here = tmp_path / "script", tmp_path / "said", tmp_path / "here"
    script.write_bytes(run("completion", shell).out)
    here.mkdir()
    program = tmp_path / "bin" / "ocitui"
    program.parent.mkdir()
    program.write_text(_PROGRAM.format(said=said, repository=REPOSITORY, python=sys.executable))
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "TERM": "dumb",
    }
    command, begin = _SHELLS[shell]
    with RealTerminal(command, (200, 24), environment, here) as terminal:
        terminal.settle(first=True, quiet=0.3)
        terminal.press(begin.format(script=script))
        for name in (*NAMES, *HIDDEN):
            terminal.press(f"ocitui cat {tmp_path}/i d/{name[:2]}\t")
            terminal.press("\r")  # waits in the terminal for its turn, as typed ahead
        deadline = time.monotonic() + PATIENCE
        while len(found := _paths(said)) < len(NAMES) + len(HIDDEN) and time.monotonic() < deadline:
            terminal.settle()
    assert found == [*NAMES, *(name[:2] for name in HIDDEN)]
    assert list(here.iterdir()) == []  # nothing was run


def _paths(said: Path) -> list[str]:
    """What the program was given as paths, each time that it was run."""
    words = said.read_bytes().decode().split("\0") if said.exists() else []
    return [word.removeprefix("d/") for word in words if word.startswith("d/")]
