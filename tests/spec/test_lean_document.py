"""Large documents, of whose lists only some properties are kept: compared with what reads all of it."""

import binascii
import json
import re
import sys
from typing import TypedDict, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from ocitui.errors import DocumentError
from ocitui.spec import lean_document
from ocitui.spec.document import load_object
from ocitui.spec.lean_document import LeanItems, items_of, load_lean_object


class Ref(TypedDict, total=False):
    other: str | None


class Package(TypedDict, total=False):
    name: str | None
    refs: list[Ref]
    predicate: Ref


class File(TypedDict, total=False):
    name: str | None


KEPT: dict[str, type] = {"packages": Package, "files": File, "payload": bytes}
NAMES = st.sampled_from(["packages", "files", "predicate", "name", "refs", "other", "payload", 'é\n"'])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.text("AQgw+/-_=\n", max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(autouse=True, scope="module")
def _every_document_is_large() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lean_document, "LARGE", 0)
        yield


class Nested(TypedDict, total=False):
    name: str | None
    inner: "list[Nested]"


def test_an_item_that_nests_too_deeply_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_as_newer_python(raw: bytes) -> object:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(20_000)
        try:
            return standard(raw)
        finally:
            sys.setrecursionlimit(before)

    standard = json.loads
    monkeypatch.setattr(lean_document.json, "loads", read_as_newer_python)
    for depth, expected in ((50, 1), (3000, 0)):
        text = b'{"name": 1, "inner": [' * depth + b"]}" * depth
        assert len([*items_of(LeanItems([Raw(text)]), Nested)]) == expected


def test_it_is_the_document_without_what_is_not_kept() -> None:
    document = {
        "packages": [
            {"name": "a", "refs": [{"other": "b", "x": 1}, 2, {"other": 3}], "predicate": {"other": None, "x": []}},
            *({"name": 1, "refs": "b", "predicate": [], "files": []}, None, [], {"refs": None}, {"name": None}),
        ],
        "predicate": {"files": [{"name": "c", "refs": []}], "predicate": {"files": [{"x": 1}]}},
        "refs": [{"x": 1}],
    }
    for mark in ("", "\ud800", "é"):  # the first half of a pair is what the library refuses
        found = load_lean_object(json.dumps({**document, "x": mark}).encode(), "x", KEPT, inside=("predicate",))
        inner = cast(dict[str, object], found["predicate"])
        assert [*items_of(found["packages"], Package)] == [
            {"name": "a", "refs": [{"other": "b"}, {}], "predicate": {"other": None}},
            *({}, {}, {"name": None}),
        ]
        assert [*items_of(inner["files"], File)] == [{"name": "c"}]
        assert [inner["predicate"], found["refs"], found["x"]] == [{"files": [{"x": 1}]}, [{"x": 1}], mark]
        assert isinstance(found["packages"], LeanItems) is (mark != "\ud800")


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.sampled_from([None, 1, "\t"]), st.booleans())
def test_it_is_read_as_what_reads_all_of_it(value: dict[str, object], indent: int | str | None, is_ascii: bool) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    try:
        expected = load_object(raw, "x")
    except DocumentError as error:
        with pytest.raises(DocumentError, match=re.escape(str(error))):
            load_lean_object(raw, "x", KEPT, inside=("predicate",))
        return
    found = load_lean_object(raw, "x", KEPT, inside=("predicate",))
    for each, other in ((found, expected), (found.get("predicate"), expected.get("predicate"))):
        if not isinstance(each, dict) or not isinstance(other, dict):
            assert each == other
            continue
        assert [*each] == [*other]
        for name in each:
            if isinstance(each[name], bytes):
                assert each[name] == binascii.a2b_base64(other[name], strict_mode=True)
            elif name in ("packages", "files") and isinstance(other[name], list):
                assert [*items_of(each[name], KEPT[name])] == [*items_of(other[name], KEPT[name])]
            elif name != "predicate":
                assert each[name] == other[name]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", b""),
        ("QUI=", b"AB"),
        ("QUJD", b"ABC"),
        ("Pz8/", b"???"),
        ("Pz8_", "Pz8_"),
        ("QUI", "QUI"),
        ("QU I=", "QU I="),
    ],
)
def test_a_wanted_text_is_bytes_where_it_is_of_the_common_alphabet(text: str, found: object) -> None:
    for escaped in (json.dumps(text), json.dumps(text).replace("/", "\\/").replace("Q", "\\u0051")):
        raw = f'{{"payload": {escaped}, "name": {escaped}, "predicate": {{"payload": {escaped}}}}}'.encode()
        expected = {"payload": found, "name": text, "predicate": {"payload": found}}
        assert load_lean_object(raw, "x", KEPT, inside=("predicate",)) == expected


def test_an_item_that_python_cannot_hold_is_left_out() -> None:
    items = '{"name": 1, "x": %s}, {"name": 1e999}, {"name": "a"}' % ("9" * 5000)
    found = load_lean_object(f'{{"packages": [{items}]}}'.encode(), "x", KEPT)
    assert [*items_of(found["packages"], Package)] == [{}, {"name": "a"}]


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", '{"a"}', '{"a": 1,}', '{"packages": [1,]}', '{"packages": [1 2]}', '{"packages": [{"a": }]}'),
        *('{"a": 1} x', '{"a": NaN}', "{1: 2}", '{"packages": [', '{"predicate": {"a": 1}'),
        *('{"packages": [' + "[" * 5000 + "]" * 5000 + "]}", '{"predicate": ' + "[" * 100_000, '{"a": "\\q"}'),
    ],
)
def test_what_is_wrong_is_told_as_of_every_document(text: str) -> None:
    with pytest.raises(DocumentError) as expected:
        load_object(text.encode(), "x")
    with pytest.raises(DocumentError) as found:
        load_lean_object(text.encode(), "x", KEPT, inside=("predicate",))
    assert str(found.value) == str(expected.value)


def test_bytes_that_are_no_text_and_too_many_values_are_refused() -> None:
    for raw in (b'{"a": "\xff"}', b'{"packages": [%s1]}' % (b"1," * 2000)):
        with pytest.raises(DocumentError) as expected:
            load_object(raw, "x", 1000)
        with pytest.raises(DocumentError) as found:
            load_lean_object(raw, "x", KEPT, 1000)
        assert str(found.value) == str(expected.value)
