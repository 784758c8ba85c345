"""JSON that cannot act on a terminal."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.commands.output.json import (
    dump,
    path_fields,
    text_fields,
    text_or_null,
    write_array,
    write_closed,
    write_json,
    write_opened,
)
from ocitui.spec.digest import Digest


def test_json_is_printable_ascii() -> None:
    text = {"key\x7f": "".join(map(chr, range(0x100))) + "\u2028\u202e\U000e0001"}
    written = dump(text)
    assert all(character == "\n" or " " <= character <= "~" for character in written)
    assert json.loads(written) == text


def test_written_is_a_line_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"a": "\x7f", "b": 1})
    assert capsys.readouterr().out == '{\n  "a": "\\u007f",\n  "b": 1\n}\n'


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda below: st.lists(below) | st.dictionaries(st.text(st.characters(codec="utf-8")), below),
    max_leaves=20,
)


@pytest.mark.slow
@given(VALUES)
def test_it_is_indented_as_the_standard_library_does(value: Any) -> None:
    assert dump(value) == json.dumps(value, indent=2).replace("\x7f", "\\u007f")


@pytest.mark.parametrize("items", [[], [1], [{"c": [1, {"d": []}]}, {}, [[]]]])
def test_what_is_written_piece_by_piece_is_the_same_as_at_once(
    capsys: pytest.CaptureFixture[str], items: list[Any]
) -> None:
    write_opened({"a": {"b": 1}}, "items")
    write_array(items)
    write_closed({"problems": ["x"]})
    assert capsys.readouterr().out == json.dumps({"a": {"b": 1}, "items": items, "problems": ["x"]}, indent=2) + "\n"


def test_paths_begin_with_a_slash() -> None:
    assert path_fields("path", b"etc/x") == path_fields("path", b"/etc/x") == {"path": "/etc/x"}
    assert path_fields("path", b"") == {"path": "/"}


def test_bytes_that_are_no_utf8_stand_beside_their_text() -> None:
    assert text_fields("path", "/é\x7f".encode()) == {"path": "/é\x7f"}
    assert text_fields("path", b"/\xff\x1b") == {"path": "/\\xff\\x1b", "pathBytes": "L/8b"}


def test_no_digest_is_null() -> None:
    digest = Digest.parse("sha256:" + "0" * 64)
    assert text_or_null(digest) == str(digest)
    assert text_or_null(None) is None
