"""Reading JSON that may be anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.errors import DocumentError
from ocitui.spec.document import DEPTH_LIMIT, VALUES_LIMIT, Measures, load_embedded, load_json, load_object, type_name
from tests.spec.strategies import JSON

NAME = " (Expecting property name enclosed in double quotes)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "x: expected a JSON document, found nothing"),
        (b" \n\t", "x: expected a JSON document, found nothing"),
        (b"\x1f\x8b\x08", "x: expected UTF-8, found byte 0x8b at 1"),
        (b'\xef\xbb\xbf{"a": "\xff"}', "x: expected UTF-8, found byte 0xff at 10"),
        (b'{"a": 1,}', f"x: expected JSON, found something else at line 1, column 9{NAME}"),
        (b'{\n"a" 1}', "x: expected JSON, found something else at line 2, column 5 (Expecting ':' delimiter)"),
        (b"{} {}", "x: expected JSON, found something else at line 1, column 4 (Extra data)"),
        (b"{'a': 1}", f"x: expected JSON, found something else at line 1, column 2{NAME}"),
        (b'{"a": NaN}', "x: expected JSON, found NaN, which is no number in JSON"),
        (b'{"a": -Infinity}', "x: expected JSON, found -Infinity, which is no number in JSON"),
        (b'{"a": 1e999}', "x: expected JSON, found the number 1e999, which is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "x: expected JSON, found a number of 5,000 digits"),
        (b"[" * 100_000, "x: expected JSON nested at most 200 deep, found it deeper"),
        (b'{"a":' * 100_000, "x: expected JSON nested at most 200 deep, found it deeper"),
        (b'{"a": [' + b"{}," * 1_000_000 + b"0]}", "x: expected at most 300,000 values in such a document, found more"),
        (b"null", "x: expected a JSON object, found null"),
        (b"[1]", "x: expected a JSON object, found a list"),
        (b"true", "x: expected a JSON object, found true"),
        (b'"a\\u001b\\ud800"', "x: expected a JSON object, found the text 'a\\x1b\\ud800'"),
        (b"-1.50", "x: expected a JSON object, found the number -1.5"),
    ],
)  # fmt: skip
def test_what_is_no_object(raw: bytes, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_object(raw, "x")
    assert str(caught.value) == message


@pytest.mark.slow
def test_what_is_nested_or_long_and_within_the_limits() -> None:
    deep: object = 1
    for _ in range(DEPTH_LIMIT):
        deep = [deep]
    assert load_json(json.dumps(deep).encode(), "x") == deep
    many = ['[{,\\"'] * (VALUES_LIMIT - 1)  # what stands in a text is not counted
    assert load_json(json.dumps(many).encode(), "x") == many
    assert Measures.of(json.dumps([[], {}, [1, {"a": "[,"}, 2]] * 9000).encode()) == Measures(7 * 9000 + 1, 3)


@given(JSON)
def test_every_json_value_reads_as_the_standard_library_reads_it(value: object) -> None:
    raw = json.dumps(value).encode()
    assert load_json(raw, "x") == value
    assert load_json(b"\xef\xbb\xbf" + raw, "x") == value
    assert type_name(value)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_read_or_are_refused(raw: bytes) -> None:
    said = ""
    try:
        load_json(raw, "x")
    except DocumentError as error:
        said = str(error)
    assert not said or (said.startswith("x: expected ") and said.isprintable())


def test_of_repeated_names_the_last_one_counts() -> None:
    assert load_object(b'{"a": 1, "b": {}, "a": 2}', "x") == {"a": 2, "b": {}}


def test_half_of_a_surrogate_pair_in_an_embedded_document_is_told() -> None:
    for half in ("\ud800", "\udc80", "\udfff"):
        with pytest.raises(DocumentError, match="label: expected a JSON document, found half of a surrogate"):
            load_embedded(f'{{"a": "{half}"}}', "label")
    assert load_embedded('{"a": "\\ud800ü\\ud83d\\ude00"}', "label") == {"a": "\ud800ü\U0001f600"}
