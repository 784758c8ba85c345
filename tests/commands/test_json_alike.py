"""JSON of all commands is alike: indented by two blanks, with paths from the root, and times as RFC 3339."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocitui.commands.group import commands
from tests.commands.conftest import Run

pytestmark = pytest.mark.usefixtures("demo_was_read")

INVOCATIONS = {
    "inspect": ["inspect", "IMAGE", "--json"],
    "inspect --files": ["inspect", "IMAGE", "--json", "--files"],
    "inspect --format": ["inspect", "IMAGE", "--format", "json"],
    "history": ["history", "IMAGE", "--json"],
    "attestations": ["attestations", "IMAGE", "--json"],
    "signatures": ["signatures", "IMAGE", "--json"],
    "tags": ["tags", "PLACE", "--json"],
    "ls": ["ls", "IMAGE", "--json", "-R"],
    "ls, of several": ["ls", "IMAGE", "--json", "etc", "/usr/*"],
    "ls, of a layer": ["ls", "IMAGE", "--json", "-R", "--layer", "7"],
    "which": ["which", "IMAGE", "--json", "etc/passwd", "/bin/sh", "/home/**"],
    "find": ["find", "IMAGE", "--json", "type:file,link,dir,whiteout"],
    "find, in archives": ["find", "IMAGE", "--json", "type:file,link,dir,whiteout", "--nested"],
    "find, contents": ["find", "IMAGE", "--json", "text:paperboat"],
    "file": ["file", "IMAGE", "--json", "/usr/bin/*", "/etc/passwd", "/home"],
    "waste": ["waste", "IMAGE", "--json", "--by", "package", "--same-content", "--base", "first"],
    "diff": ["diff", "PLACE:latest", "PLACE:1.3.2", "--json", "-u"],
    "diff, in archives": ["diff", "PLACE:latest", "PLACE:1.3.2", "--json", "--nested"],
    "diff, of layers": ["diff", "IMAGE", "--layer", "5", "--layer", "8", "--json"],
    "diff, a section": ["diff", "IMAGE", "--layer", "5", "--layer", "8", "--json", "--only", "history"],
    "verify": ["verify", "IMAGE", "--json"],
    "ci": ["ci", "IMAGE", "--format", "json"],
    "cache": ["cache", "--json"],
}
"""``IMAGE`` is one of the demo, ``PLACE`` where it is."""

AS_WRITTEN = {"link", "target"}
"""Fields that hold what a link holds, whatever that is."""
OF_A_PLACE = {"place", "reference", "settings"}

_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_PATHS = {"path", "resolved", "sameAs", "deletes"}


def test_every_command_with_json_is_here() -> None:
    taken = set()
    for name in commands.list_commands(None):  # type: ignore[arg-type]
        command = commands.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        if any("--json" in option.opts for option in command.params):
            taken.add(name)
    assert taken == {words[0] for words in INVOCATIONS.values() if "--json" in words}


def values(found: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no object and no list, with the name of the field that it is in."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from values(value, key)
    elif isinstance(found, list):
        for each in found:
            yield from values(each, name)
    else:
        yield name, found


@pytest.fixture
def paths(run: Run, demo_layout: Path) -> set[str]:
    """The paths of all layers without the slash before them, as far as that tells them from names."""
    found = run("find", f"{demo_layout}:latest", "-0", "type:file,link,dir,whiteout").out.split(b"\0")
    return {path.decode(errors="replace")[1:] for path in found if path.count(b"/") > 1}


@pytest.mark.slow
@pytest.mark.parametrize("name", INVOCATIONS)
def test_json_is_alike(run: Run, demo_layout: Path, paths: set[str], name: str) -> None:
    assert "etc/passwd" in paths
    words = [
        word.replace("IMAGE", f"{demo_layout}:latest").replace("PLACE", str(demo_layout)) for word in INVOCATIONS[name]
    ]
    done = run(*words)
    assert done.code in (0, 1), done.err
    assert done.text == json.dumps(done.json, indent=2) + "\n"
    for field, value in values(done.json):
        if not isinstance(value, str):
            continue
        if field in _PATHS:
            assert value.startswith("/"), (field, value)
        if field not in AS_WRITTEN | OF_A_PLACE:
            assert value not in paths, (field, value)
        for date in _DATE.finditer(value):
            assert _RFC_3339.match(value, date.start()), (field, value)
