"""Large documents, of whose lists only some properties are kept: compared with what reads all of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.errors import DocumentError
from ocitui.spec import lean_document
from ocitui.spec.document import load_object
from ocitui.spec.lean_document import load_lean_object

KEPT = {"packages": ("name", "refs"), "files": ("name",)}
NAMES = st.sampled_from(["packages", "files", "predicate", "name", "refs", "other", 'é\n"'])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(autouse=True, scope="module")
def _every_document_is_large() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lean_document, "LARGE", 0)
        yield


def pruned(value: dict[str, object], depth: int = 0) -> dict[str, object]:
    found = dict(value)
    for name, item in value.items():
        if isinstance(item, list) and name in KEPT:
            keep = KEPT[name]
            found[name] = [
                {k: v for k, v in each.items() if k in keep} if isinstance(each, dict) else each for each in item
            ]
        elif isinstance(item, dict) and name == "predicate" and not depth:
            found[name] = pruned(item, 1)
    return found


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.sampled_from([None, 1, "\t"]))
def test_it_is_the_document_without_what_is_not_kept(value: dict[str, object], indent: int | str | None) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    assert load_lean_object(raw, "x", KEPT, inside="predicate") == pruned(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", '{"a"}', '{"a": 1,}', '{"packages": [1,]}', '{"packages": [1 2]}', '{"packages": [{"a": }]}'),
        *('{"a": 1} x', '{"a": NaN}', '{"packages": [1e999]}', "{1: 2}", '{"packages": [', '{"predicate": {"a": 1}'),
        *('{"packages": [' + "[" * 5000 + "]" * 5000 + "]}", '{"predicate": ' + "[" * 100_000, '{"a": "\\q"}'),
    ],
)
def test_what_is_wrong_is_told_as_of_every_document(text: str) -> None:
    with pytest.raises(DocumentError) as expected:
        load_object(text.encode(), "x")
    with pytest.raises(DocumentError) as found:
        load_lean_object(text.encode(), "x", KEPT, inside="predicate")
    assert str(found.value) == str(expected.value)


def test_bytes_that_are_no_text_and_too_many_values_are_refused() -> None:
    for raw in (b'{"a": "\xff"}', b'{"packages": [%s1]}' % (b"1," * 2000)):
        with pytest.raises(DocumentError) as expected:
            load_object(raw, "x", 1000)
        with pytest.raises(DocumentError) as found:
            load_lean_object(raw, "x", KEPT, 1000)
        assert str(found.value) == str(expected.value)
