"""What programs read: each format is valid, and gives the words back as the image has them."""

import base64
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ocitui.commands.ci.report import defuse
from tests.hostile.images import HALVES, WORDS, names
from tests.hostile.terminal.terminal import into_pipe

pytestmark = pytest.mark.usefixtures("known")

_WORDS = set(WORDS.values())


def read_json(*arguments: object) -> Any:
    """JSON that a command wrote, in nothing but visible ASCII."""
    printed = into_pipe(*arguments)
    assert printed.code in (0, 1)
    assert re.fullmatch(rb"[ -~\n]*", printed.out)
    return json.loads(printed.out)


def exact(found: dict[str, str], name: str) -> bytes:
    """The bytes of a field that stands for a name."""
    return base64.b64decode(found[f"{name}Bytes"]) if f"{name}Bytes" in found else found[name].encode()


def test_the_words_of_documents(image: Path) -> None:
    config = read_json("inspect", image, "--json")["image"]["config"]
    execution = config["config"]
    assert {*_WORDS, *HALVES, ""} == set(execution["Labels"]) == set(execution["Labels"].values())
    assert execution["Entrypoint"] == [*WORDS.values(), *HALVES, ""]
    comments = [entry["comment"] for entry in config["history"] if entry.get("empty_layer")]
    assert comments == [*WORDS.values(), *HALVES]


def test_the_names_of_files(image: Path) -> None:
    wanted = set(names())
    listed = read_json("ls", image, "--json")["entries"]
    assert wanted <= {exact(entry, "name") for entry in listed}
    assert wanted <= {exact(entry, "link") for entry in listed if "link" in entry}
    found = read_json("find", image, "type:file", "--json")["hits"]
    assert wanted <= {exact(hit, "path")[1:] for hit in found}
    touched = read_json("which", image, "*", "--json")["paths"]
    assert wanted <= {exact(each, "path").lstrip(b"/") for each in touched}
    whole = read_json("inspect", image, "--json", "--files")
    assert wanted <= {exact(entry, "name") for entry in whole["files"]}


def test_the_names_of_a_difference(image: Path, other: Path) -> None:
    found = read_json("diff", image, "--layer", "1", "--layer", "2", "--json")
    paths = {exact(each, "path").lstrip(b"/") for each in found["paths"]}
    assert set(names()[:10]) <= paths
    assert read_json("diff", image, other, "--json")


def test_the_names_of_waste(image: Path) -> None:
    found = read_json("waste", image, "--json")
    paths = {exact(each, "path").lstrip(b"/") for each in found["paths"]}
    assert set(names()[:10]) <= paths


def test_what_dive_writes(image: Path) -> None:
    found = read_json("inspect", image, "--format", "dive")
    paths = {file["path"] for layer in found["layer"] for file in layer["fileList"]}
    assert {word.replace("/", "∕") for word in _WORDS} <= paths


def test_reports_of_rules(image: Path, rules: Path) -> None:
    written = {
        name: into_pipe("ci", image, "--config", rules, "--format", name).out.decode()
        for name in ("text", "json", "junit", "sarif", "github")
    }
    for name, text in written.items():
        assert not re.search(r"##\w*\[", text), name  # a command to a runner, wherever it stands
        assert "\r" not in text
    for line in written["github"].splitlines():
        assert re.match(r"::(error|notice) title=[^:,]*::", line)
        assert "::" not in re.sub(r"^::\w+ title=[^:]*::", "", line).replace("::error file=x::owned", "")
    for line in written["text"].splitlines():
        assert not line.lstrip().startswith("::")
    cases = ElementTree.fromstring(written["junit"]).findall(".//testcase")
    assert len(cases) == 7
    assert any("/\\x1b[2J" in (case.findtext("failure") or "") for case in cases)
    found = json.loads(written["json"])
    places = [place for rule in found["rules"] for place in rule["places"]]
    assert {b"/" + name for name in names()} <= {exact(place, "path") for place in places}
    results = json.loads(written["sarif"])["runs"][0]["results"]
    locations = [place["physicalLocation"] for result in results for place in result.get("locations", ())]
    uris = {place["artifactLocation"]["uri"] for place in locations}
    assert len(uris) > len(names())
    assert all(re.fullmatch(r"[A-Za-z0-9%/._~-]+", uri) for uri in uris)


@pytest.mark.parametrize("format_", ["text", "json", "junit", "sarif", "github"])
def test_no_command_to_a_runner(format_: str) -> None:
    for text in ("##[error]x", "a ##vso[task.x]y", "###[x", "##teamcity[a", "##VSO[a"):
        assert not re.search(r"##\w*\[", defuse(text, format_))
    assert defuse("## Title, #1, [x]", format_) == "## Title, #1, [x]"
