"""That CI runs what the README tells people to run."""

import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
EXPECTED = {"tests": "python -m pytest", "run": "ocitui demo"}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_readme_marks_its_commands(name: str) -> None:
    printed = subprocess.run([REPOSITORY / ".ci/run", "--print", name], capture_output=True, text=True)
    assert printed.returncode == 0, printed.stderr
    assert EXPECTED[name] in printed.stdout
