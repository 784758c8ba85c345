"""That whatever a document holds, reading it gives a value or a `DocumentError`, and says what is wrong."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.display import printable
from ocitui.errors import DocumentError
from ocitui.spec.config import Config
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import (
    base_type,
    is_encrypted,
    is_json,
    is_layer,
    is_nondistributable,
    is_text,
    kind_of,
    kind_of_object,
    short_media_type,
)
from tests.spec.strategies import CONFIG, INDEX, JSON, MANIFEST, mutated

Document = Index | Manifest | Config
PARSERS: list[Callable[[bytes, str], Document]] = [Index.parse, Manifest.parse, Config.parse]

any_parser = pytest.mark.parametrize("parse", PARSERS)


def read(parse: Callable[[bytes, str], Document], raw: bytes) -> Document | None:
    document, said = None, ""
    try:
        document = parse(raw, "x")
    except DocumentError as error:
        said = str(error)
    if document is None:
        assert said.startswith("x: expected ")
        assert said.isprintable()
        return None
    assert document.raw == raw
    assert all(problem.isprintable() for problem in document.problems)
    return document


@any_parser
@given(raw=st.binary(max_size=100))
def test_any_bytes(parse: Callable[[bytes, str], Document], raw: bytes) -> None:
    read(parse, raw)


@pytest.mark.slow
@any_parser
@given(value=JSON)
def test_any_json(parse: Callable[[bytes, str], Document], value: object) -> None:
    document = read(parse, json.dumps(value).encode())
    assert (document is not None) == isinstance(value, dict)


@pytest.mark.slow
@any_parser
@given(raw=mutated(INDEX) | mutated(MANIFEST) | mutated(CONFIG))
def test_any_mutation(parse: Callable[[bytes, str], Document], raw: bytes) -> None:
    document = read(parse, raw)
    if isinstance(document, Manifest):
        assert isinstance(document.is_artifact, bool)
        assert isinstance(document.kind_name, str)
        assert document.layers_size >= 0


@pytest.mark.parametrize(("parse", "document"), zip(PARSERS, (INDEX, MANIFEST, CONFIG), strict=True))
def test_the_sound_documents_have_no_problems(parse: Callable[[bytes, str], Document], document: object) -> None:
    found = read(parse, json.dumps(document).encode())
    assert found is not None
    assert found.problems == ()
    assert not found.unknown


@given(JSON)
def test_any_descriptor(value: object) -> None:
    descriptor = Descriptor.read(value, "here")
    assert all(problem.startswith("here") for problem in descriptor.problems)
    assert all(printable(problem) == problem for problem in descriptor.problems)
    assert descriptor.size is None or 0 <= descriptor.size < 2**63
    assert isinstance(descriptor.name, str)


@given(JSON)
def test_any_object_is_of_some_kind(value: object) -> None:
    if isinstance(value, dict):
        kind_of_object(value)


@given(st.text(max_size=60))
def test_any_media_type(text: str) -> None:
    for ask in (base_type, is_encrypted, is_json, is_layer, is_nondistributable, is_text, kind_of, short_media_type):
        ask(text)
