"""Places whose names, tags and records are hostile: opened, or refused with one message, and shown as text."""

from collections.abc import Iterator

import pytest

from tests.hostile.places import HostilePlaces, hostile_places
from tests.hostile.terminal.safety import OURS, STATUS, check, check_calm, check_error
from tests.hostile.terminal.terminal import into_pipe, on_terminal

_COMMANDS = (("inspect",), ("ls",), ("verify",), ("ci",), ("inspect", "--json"), ("verify", "--json"))


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostilePlaces]:
    found = hostile_places(tmp_path_factory.mktemp("places") / "here")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in found.environment.items():
            patch.setenv(name, value)
        yield found


def test_each(places: HostilePlaces) -> None:
    for name, reference in places.references.items():
        for command in _COMMANDS:
            printed = on_terminal(*command, "--", reference)
            check_calm(printed)
            check(printed.out)
            check(printed.err, OURS | STATUS)
            if not printed.out and printed.code == 2:
                check_error(printed)
            check_calm(into_pipe(*command, "--", reference))
        if name.startswith(("layout", "tag", "oci archive")):
            assert into_pipe("ls", "--", reference).out == b"etc\n", name


def test_what_is_near_is_named_as_text(places: HostilePlaces) -> None:
    for number, _ in enumerate(places.references):
        printed = on_terminal("inspect", f"{places.folder}/{number}a")
        check_calm(printed)
        check(printed.err, OURS | STATUS)
