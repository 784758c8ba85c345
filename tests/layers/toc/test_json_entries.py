"""Entries of a table are found alike however the table is written, and however it comes."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ocitui.layers.toc.errors import TableError
from ocitui.layers.toc.json_entries import JsonEntries

ENTRIES: list[dict[str, Any]] = [
    {"name": 'a},{"b', "xattrs": {"x": "eA=="}, "nested": [{"a": 1}, {"b": {"c": "}, {"}}]},
    {},
    {"name": "},{", "size": 1 << 62},
    {"name": "\N{GRINNING FACE} \\", "list": []},
] * 50


def read(text: str, size: int) -> list[dict[str, Any]]:
    """The entries of a table that comes in pieces of so many bytes."""
    raw = text.encode()
    return list(JsonEntries(raw[at : at + size] for at in range(0, len(raw), size)))


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 16])
@pytest.mark.parametrize(
    "layout", [{"separators": (",", ":")}, {}, {"indent": "\t"}, {"indent": 1, "separators": (" ,\n", ":")}]
)
def test_entries_are_those_of_the_whole(layout: dict[str, Any], size: int) -> None:
    text = json.dumps({"version": 1, "entries": ENTRIES, "more": [{}, {}]}, **layout)
    assert read(text, size) == ENTRIES


@pytest.mark.parametrize("between", [",", ", ", "\n,\n\t"])
def test_what_is_no_entry_among_many_is_said(between: str) -> None:
    parts = [json.dumps(entry) for entry in ENTRIES]
    for wrong, said in (
        ("7", "expected an object as an entry, found the number 7"),
        ('{"name": nope}', "expected JSON"),
    ):
        text = f'{{"entries": [{between.join([*parts, wrong, *parts])}]}}'
        with pytest.raises(TableError, match=said):
            read(text, 1 << 20)


def test_a_table_that_looks_like_another_is_not_read_over_and_over() -> None:
    """What looks like the end of an entry and is none costs one try for each piece."""

    def pieces() -> Iterator[bytes]:
        yield b'{"entries": [{},{}'
        for _ in range(4):
            yield b",{}" * 20_000 + b',{"a":[{},{' + b"}]}"
        yield b"]}"

    start = time.process_time()
    assert sum(map(len, JsonEntries(pieces()).batches())) == 2 + 4 * 20_001
    assert time.process_time() - start < 60
