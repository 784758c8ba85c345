"""JSON that cannot act on a terminal."""

import json

import pytest

from ocitui.commands.output.json import dump, text_fields, text_or_null, write_json
from ocitui.spec.digest import Digest


@pytest.mark.parametrize("indent", [None, 2])
def test_json_is_printable_ascii(indent: int | None) -> None:
    text = {"key\x7f": "".join(map(chr, range(0x100))) + "\u2028\u202e\U000e0001"}
    written = dump(text, indent=indent)
    assert all(character == "\n" or " " <= character <= "~" for character in written)
    assert json.loads(written) == text


def test_written_is_a_line_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"a": "\x7f", "b": 1})
    assert capsys.readouterr().out == '{\n  "a": "\\u007f",\n  "b": 1\n}\n'


def test_bytes_that_are_no_utf8_stand_beside_their_text() -> None:
    assert text_fields("path", "/é\x7f".encode()) == {"path": "/é\x7f"}
    assert text_fields("path", b"/\xff\x1b") == {"path": "/\\xff\\x1b", "pathBytes": "L/8b"}


def test_no_digest_is_null() -> None:
    digest = Digest.parse("sha256:" + "0" * 64)
    assert text_or_null(digest) == str(digest)
    assert text_or_null(None) is None
