"""Names of properties in any letter case, and more than once: as Go 1.19.8 was seen to read them."""

import json

import pytest

from ocitui.image.documents.recognition import told
from ocitui.spec import clause
from ocitui.spec.config import Config
from ocitui.spec.document import load_object
from ocitui.spec.index import Index
from ocitui.spec.manifest import Manifest
from ocitui.spec.media_type import OCI_CONFIG, OCI_LAYER, DocumentKind, kind_of_object
from ocitui.spec.problem import Severity
from ocitui.spec.properties import Properties
from tests.spec.strategies import CONFIG, DIGEST, INDEX, MANIFEST


def config(text: str) -> Config:
    return Config.parse(text.encode(), "x")


@pytest.mark.parametrize(
    ("text", "user", "env", "labels"),
    [
        ('{"config":{"User":"1000","user":"root"}}', "root", (), {}),
        ('{"config":{"user":"root","User":"1000"}}', "1000", (), {}),
        ('{"config":{"User":"1000","User":"root"}}', "root", (), {}),
        ('{"config":{"User":"1000","USER":null}}', "1000", (), {}),
        ('{"config":{"Env":["a=b"],"env":null}}', "", (), {}),
        ('{"config":{"Labels":{"a":"1"},"labels":{"b":"2"}}}', "", (), {"a": "1", "b": "2"}),
        ('{"config":{"Labels":{"a":"1"},"labels":null}}', "", (), {}),
        ('{"config":{"Labels":{"a":"1","A":"2"}}}', "", (), {"a": "1", "A": "2"}),
        ('{"config":{"User":"1"},"Config":{"Env":["x=y"]}}', "1", ("x=y",), {}),
        ('{"config":{"User":"1"},"config":{"Env":["x=y"]}}', "1", ("x=y",), {}),
        ('{"config":{"User":"1"},"config":null}', "1", (), {}),
        ('{"config":{"User":"1"},"CONFIG":{"USER":"2"}}', "2", (), {}),
        ('{"config":{"u\\u017fer":"1"}}', "1", (), {}),
        ('{"config":{"\\u212aser":"1"}}', "", (), {}),
    ],
)
def test_what_counts_is_what_go_reads(text: str, user: str, env: tuple[str, ...], labels: dict[str, str]) -> None:
    execution = config(text).execution
    assert (execution.user, execution.env, execution.labels) == (user, env, labels)


def test_lists_that_repeat_are_read_item_by_item() -> None:
    text = '{"history":[{"created_by":"a","empty_layer":true},{"created_by":"b"}],"History":[{"created_by":"c"}]}'
    history = config(text).history
    assert history is not None
    assert [(entry.created_by, entry.empty_layer) for entry in history] == [("c", True)]
    found = Properties({"a": [1, {"b": 1}, 2], "A": [None, {"c": 2}, 3, 4]}).get("a")
    assert found == [1, {"b": 1, "c": 2}, 3, 4]


@pytest.mark.slow
def test_many_repetitions_take_no_time() -> None:
    pairs = ",".join(f'"{name}":[{{"a":1}},{{"a":2}}]' for name in ("x", "X") * 20_000)
    found = Properties(load_object(f"{{{pairs}}}".encode(), "x")).get("x")
    assert found == [{"a": 1}, {"a": 2}]


def spelled(value: object) -> object:
    """A document with all names in capitals, but for those in maps."""
    if isinstance(value, list):
        return [spelled(item) for item in value]
    if not isinstance(value, dict):
        return value
    maps = {"annotations", "Labels", "ExposedPorts", "Volumes"}
    return {name.upper(): item if name in maps else spelled(item) for name, item in value.items()}


@pytest.mark.parametrize("parse", [Index.parse, Manifest.parse, Config.parse])
def test_every_document_in_capitals_is_the_same(parse: object) -> None:
    documents = {Index.parse: INDEX, Manifest.parse: MANIFEST, Config.parse: CONFIG}
    sound = documents[parse]  # type: ignore[index]
    plain = parse(json.dumps(sound).encode(), "x")  # type: ignore[operator]
    capitals = parse(json.dumps(spelled(sound)).encode(), "x")  # type: ignore[operator]
    assert not capitals.unknown
    for name in ("manifests", "layers", "config", "subject", "annotations", "platform", "execution", "diff_ids"):
        before, after = (getattr(each, name, None) for each in (plain, capitals))
        if isinstance(before, tuple) and before and hasattr(before[0], "digest"):
            before, after = ([each.digest for each in found] for found in (before, after or ()))
        elif hasattr(before, "digest"):
            before, after = before.digest, after.digest  # type: ignore[union-attr]
        assert before == after, name
    found = told("x", capitals.problems, clause.CONFIG)
    assert found
    assert {problem.severity for problem in found} == {Severity.NOTE}


def test_what_is_said_of_other_spellings() -> None:
    found = told("config x", config('{"config":{"user":"a"},"rootfS":{"diff_ids":[]}}').problems, clause.CONFIG)
    assert [(str(problem), problem.severity) for problem in found] == [
        ("config x: rootfs: expected this spelling, found 'rootfS'", Severity.NOTE),
        ("config x: config.User: expected this spelling, found 'user'", Severity.NOTE),
    ]
    found = told("config x", config('{"config":{"User":"a","USER":"b"}}').problems, clause.CONFIG)
    assert [(str(problem), problem.severity) for problem in found] == [
        ("config x: config.User: expected once, found as 'User', 'USER'; the last one counts", Severity.NOTE)
    ]


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"Manifests": []}, DocumentKind.INDEX),
        ({"LAYERS": []}, DocumentKind.MANIFEST),
        ({"Config": {}, "schemaversion": 2}, DocumentKind.MANIFEST),
        ({"RootFS": {}}, DocumentKind.CONFIG),
        ({"OS": "linux", "Architecture": "amd64"}, DocumentKind.CONFIG),
        ({"Manifests": [], "Layers": [], "MediaType": OCI_LAYER}, DocumentKind.LAYER),
        ({"rootf": {}}, DocumentKind.OTHER),
    ],
)
def test_a_document_is_told_by_its_names_in_any_case(document: dict[str, object], kind: DocumentKind) -> None:
    assert kind_of_object(document) is kind


def test_a_made_document_has_no_second_spelling() -> None:
    from ocitui.transports.made import embed, replace_layers, replace_manifests

    made = json.loads(replace_layers({"Layers": [1], "a": 2}, [{"digest": DIGEST}]))
    assert made == {"a": 2, "layers": [{"digest": DIGEST}]}
    assert json.loads(replace_manifests({"MANIFESTS": [1]}, [2])) == {"manifests": [2]}
    assert set(embed({"Digest": "x", "mediaType": OCI_CONFIG}, b"{}")) == {"mediaType", "digest", "size", "data"}
