"""``ocitui ci``: its verdicts beside dive's own, its settings, and every form it writes."""

import itertools
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from ocitui.demo.tar import file, whiteout, write_tar
from ocitui.image.gate.settings import DIVE_NAMES
from tests.commands.conftest import Result, Run, spawn_on_terminal
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.with_dive_ci import IMAGES, DiveVerdicts, archive_of, ask_dive_ci, layout_of

SETTINGS: dict[str, str | None] = {
    "defaults": None,
    "example": "plugins: [x]\nrules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20Mb\n"
    "  highestUserWastedPercent: 0.5\n  x/y: error\n",
    "strict": "rules: {lowestEfficiency: 1, highestWastedBytes: 0, highestUserWastedPercent: 0}",
    "lax": "rules: {lowestEfficiency: 0, highestWastedBytes: 1 EB, highestUserWastedPercent: 1}",
    "all off": "rules:\n  lowestEfficiency: disabled\n  highestUserWastedPercent: 'disabled'\n",
    "around 1 KB": "rules: {highestWastedBytes: 1.5kB, lowestEfficiency: 5e-1, highestUserWastedPercent: 0x1p-1}",
    "binary": "rules: {highestWastedBytes: 1 KiB, lowestEfficiency: .7, highestUserWastedPercent: 1_0e-2}",
    "capitals": "RULES: {LOWESTEFFICIENCY: 0.4}\n---\nrules: {lowestEfficiency: 1}\n",
    "merged": "a: &a {lowestEfficiency: 0.5, highestWastedBytes: 0b11}\nrules: {<<: *a, highestWastedBytes: 017}",
    "dotted": "rules.lowestEfficiency: 0.3\nrules: {lowestEfficiency: 0.99, highestUserWastedPercent: ~}",
    "not a number": "rules: {lowestEfficiency: NaN, highestUserWastedPercent: .nan}",
    "empty": "",
    # What dive calls misconfigured:
    "off": "rules: {lowestEfficiency: off}",
    "no text": "rules: {highestWastedBytes: ''}",
    "out of range": "rules: {lowestEfficiency: 1.01}",
    "negative": "rules: {highestUserWastedPercent: -0.1}",
    "no size": "rules: {highestWastedBytes: 20 MBs}",
    "too large": "rules: {highestWastedBytes: 20 EB}",
    "a list": "rules: [lowestEfficiency]",
    "a list of numbers": "rules: {lowestEfficiency: [1]}",
    "twice": "rules: {lowestEfficiency: 1, lowestEfficiency: 0}",
    "no YAML": "rules: {",
    "no mapping": "- rules",
}

NUMBERS = ("defaults", "example", "strict", "lax")
"""Settings that every image is judged by; what settings mean does not depend on the image."""
WITH_ALL_SETTINGS = ("demo_layout", "a file changed")


def rules_of(done: Result) -> dict[str, str]:
    return {each["rule"]: each["outcome"].upper() for each in done.json["rules"]}


def assert_as_dive(done: Result, dive: DiveVerdicts) -> None:
    """The same verdicts as dive's; what dive cannot judge by, nobody can."""
    if dive.is_misconfigured:
        assert (done.code, dive.code, done.out) == (2, 1, b"")
        return
    assert done.code == dive.code, done.err
    assert rules_of(done) == {DIVE_NAMES[rule]: status for rule, status in dive.rules.items()}


@pytest.mark.peer
@pytest.mark.parametrize("image", IMAGES)
def test_verdicts_are_those_of_dive(
    image: str, run: Run, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = layout_of(image, tmp_path, request)
    archive = archive_of(layout, tmp_path)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    places = itertools.cycle([f"oci:{layout}", archive])  # what settings mean does not depend on the place either
    for name in SETTINGS if image in WITH_ALL_SETTINGS else NUMBERS:
        settings, text = None, SETTINGS[name]
        if text is not None:
            settings = here / ".dive-ci"
            settings.write_text(text)
        dive = ask_dive_ci(archive, settings)
        assert_as_dive(run("ci", next(places), "--format", "json"), dive)
    # Where the limit is what the image has, to the last bit.
    numbers = run("inspect", archive, "--format", "dive").json["image"]
    rules = {"lowestEfficiency": numbers["efficiencyScore"], "highestWastedBytes": numbers["inefficientBytes"]}
    settings = here / ".dive-ci"
    settings.write_text(json.dumps({"rules": rules}))
    done = run("ci", archive, "--format", "json")
    assert_as_dive(done, ask_dive_ci(archive, settings))
    assert [each["outcome"] for each in done.json["rules"][:2]] == ["pass", "pass"]


@pytest.mark.peer
@pytest.mark.parametrize(
    "options",
    [
        ["--lowestEfficiency", "0.1", "--highestUserWastedPercent=disabled"],
        ["--lowestEfficiency=1", "--highestWastedBytes", "1 B"],
        ["--highestWastedBytes=20MB"],
        ["--lowestEfficiency="],
        ["--lowestEfficiency", "2"],
        ["--highestUserWastedPercent", "x"],
    ],
)
@pytest.mark.parametrize("with_file", [False, True])
def test_options_of_dive(
    options: list[str], with_file: bool, run: Run, tmp_path: Path, umoci_layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archive_of(f"{umoci_layout}:umoci", tmp_path)
    monkeypatch.chdir(tmp_path)
    settings = None
    if with_file:
        settings = tmp_path / ".dive-ci"
        settings.write_text("rules: {lowestEfficiency: 0.9999, highestWastedBytes: 2 B}")
    done = run("ci", archive, "--format", "json", *options)
    assert_as_dive(done, ask_dive_ci(archive, settings, *options))


HOSTILE = "n\n::error::x<b>[red]&\x01\u202e##[error]\ufffe]]>"


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WrittenLayout:
    """An image with names that nobody may draw; the current folder is the one it is in."""
    monkeypatch.chdir(tmp_path)
    lower = write_tar([file("a", "1" * 2000), file("secret", "2"), file(HOSTILE, "3" * 30), file(b"\xff\x1b[2J", "4")])
    upper = write_tar([file("a", "5" * 2000), whiteout("secret"), file(HOSTILE, "6" * 30)])
    config = {"config": {"User": HOSTILE, "Labels": {"l": HOSTILE}}}
    return write_layout(tmp_path / "image", [lower, upper], config=config)


OWN = f"""
[gate]
lowest-efficiency = 0.9
highest-wasted-bytes = false
forbidden-paths = ["/*"]
forbidden-shipped-paths = ["/secret"]
required-labels = ["l=x", "l"]
required-user = {json.dumps("app")}
"""


def test_which_settings(layout: WrittenLayout, run: Run) -> None:
    done = run("ci", "image")
    assert "rules  dive's defaults (no .ocitui.toml and no .dive-ci here)" in done.lines
    Path(".dive-ci").write_text("rules: {lowestEfficiency: 0.1, highestUserWastedPercent: disabled}")
    done = run("ci", "image")
    assert (done.code, done.lines[1]) == (0, "rules  .dive-ci")
    assert done.lines[-1] == "PASS  1 passed, 2 skipped"
    Path(".ocitui.toml").write_text("[gate]\nmax-layers = 1")
    done = run("ci", "image")
    assert (done.code, done.lines[1]) == (1, "rules  .ocitui.toml")
    assert done.lines[3:] == ["FAIL  max-layers: expected at most 1 layer, found 2", "FAIL  1 failed"]
    done = run("ci", "image", "--config", ".dive-ci", "--lowestEfficiency", "1")
    assert (done.code, done.lines[1]) == (1, "rules  .dive-ci")
    assert run("ci", "image", "--lowestEfficiency", "1", "--format", "json").json["rules"][1]["outcome"] == "fail"


def test_settings_that_cannot_be_used(layout: WrittenLayout, run: Run) -> None:
    for name, text, options, message in (
        (".ocitui.toml", "[gate]", [], ".ocitui.toml: there are no rules"),
        (".ocitui.toml", "[gate]\nmax-sizes = 1", [], ".ocitui.toml: gate: no key 'max-sizes'; did you mean max-size?"),
        (".ocitui.toml", "[gate]\nmax-size = 1", ["--base", "image"], ".ocitui.toml: --base needs a max-growth rule"),
        (
            ".ocitui.toml",
            "[gate]\nmax-growth = 1",
            [],
            ".ocitui.toml: max-growth needs a base image: base beside it, or",
        ),
        (".ocitui.toml", "[gate]\nmax-growth = 1", ["--base", "nowhere"], "base image nowhere: "),
        ("x.yaml", "a: [", ["--config", "x.yaml"], "x.yaml: not valid YAML"),
        ("x.yaml", "", ["--config", "gone.yaml"], "gone.yaml: cannot be read: No such"),
        ("x.yaml", "", ["--config", "x.yaml", "--lowestEfficiency", "off"], "--lowestEfficiency: must be a number"),
    ):
        Path(name).write_text(text)
        done = run("ci", "image", *options)
        assert (done.code, done.out) == (2, b"")
        assert done.message.startswith(message)
        Path(name).unlink()


def test_growth(layout: WrittenLayout, run: Run, tmp_path: Path) -> None:
    write_layout(tmp_path / "base", [write_tar([file("a", "1" * 2000)])])
    write_layout(tmp_path / "broken", [LayerSpec(write_tar([file("a")]), stored=False)])
    Path(".ocitui.toml").write_text("[gate]\nmax-growth = '10%'\nbase = 'base'")
    assert run("ci", "image").code == 1
    assert run("ci", "image", "--base", "image").code == 0
    done = run("ci", "image", "--base", "broken")
    assert (done.code, done.message[:21]) == (2, "base image: layer 1 (")
    Path(".ocitui.toml").write_text("[gate]\nmax-growth = '1MB'")
    assert run("ci", "image", "--base", "base").code == 0


def test_growth_from_the_base_that_is_known(layout: WrittenLayout, run: Run, tmp_path: Path) -> None:
    tars = [write_tar([file(name, name * 20_000)]) for name in "ab"]
    write_layout(tmp_path / "app", tars)
    Path(".ocitui.toml").write_text("[gate]\nmax-growth = '30kB'\nbase = 'auto'")
    assert run("ci", "app").message.startswith("--base auto: no base image is known")
    run("ls", str(write_layout(tmp_path / "base", tars[:1]).path))
    done = run("ci", "app")
    assert (done.code, done.message[:24]) == (0, "base image: layer 1 is b")
    Path(".ocitui.toml").write_text("[gate]\nmax-growth = '10kB'")
    assert run("ci", "app", "--base", "auto").code == 1


def test_ignored_paths_are_no_waste(layout: WrittenLayout, run: Run) -> None:
    text = "[gate]\nlowest-efficiency = 0.98\nhighest-wasted-bytes = 100\nforbidden-paths = ['/a']\n"
    Path(".ocitui.toml").write_text(text)
    assert run("ci", "image").lines[-1] == "FAIL  3 failed"
    Path(".ocitui.toml").write_text(text + "ignored-paths = ['/a']")
    done = run("ci", "image")
    assert (done.code, done.lines[-1]) == (0, "PASS  3 passed")


@pytest.mark.parametrize("format_", ["text", "json", "junit", "sarif", "github"])
def test_an_image_that_cannot_be_judged(format_: str, run: Run, tmp_path: Path) -> None:
    tar = write_tar([file("a", "1" * 2000)])
    for name, layers, options in (
        ("missing", [LayerSpec(tar, stored=False)], {}),
        ("damaged", [LayerSpec(tar, blob=b"\x1f\x8b broken")], {}),
        ("no config", [LayerSpec(tar)], {"config": b"["}),
    ):
        write_layout(tmp_path / name, layers, **options)  # type: ignore[arg-type]
        done = run("ci", tmp_path / name, "--format", format_)
        assert done.code == 2
        assert done.err.count("\n") == 1
        assert "pass" not in done.text.lower()
        match format_:
            case "json":
                assert (done.json["outcome"], done.json["rules"], len(done.json["problems"])) == ("error", [], 1)
            case "junit":
                assert ElementTree.fromstring(done.out).find(".//testcase/error") is not None
            case "sarif":
                assert done.json["runs"][0]["invocations"][0]["executionSuccessful"] is False
                validate_sarif(done.json)
            case _:
                assert "the image cannot be judged" in done.text
    assert run("ci", tmp_path / "nothing", "--format", format_).code == 2


def test_json(layout: WrittenLayout, run: Run) -> None:
    Path(".ocitui.toml").write_text(OWN)
    done = run("ci", "image", "--format", "json")
    assert done.code == 1
    assert done.out.isascii()
    found = done.json
    assert (found["schemaVersion"], found["outcome"], found["settings"]) == (1, "fail", ".ocitui.toml")
    assert found["image"] == layout.manifest
    rules = {(each["rule"], each["about"]): each for each in found["rules"]}
    assert rules["highest-wasted-bytes", None]["message"] == "the rule is disabled"
    assert rules["required-labels", "l"]["outcome"] == "pass"
    assert rules["forbidden-shipped-paths", None]["places"] == [
        {"path": "/secret", "layer": 1, "digest": layout.layers[0], "size": 0}
    ]
    places = rules["forbidden-paths", None]["places"]
    assert [place["path"] for place in places] == ["/a", f"/{HOSTILE}", "/\\xff\\x1b[2J"]
    assert places[2]["pathBytes"] == "L/8bWzJK"


def test_junit(layout: WrittenLayout, run: Run) -> None:
    Path(".ocitui.toml").write_text(OWN)
    suite = ElementTree.fromstring(run("ci", "image", "--format", "junit").out).find("testsuite")
    assert suite is not None
    assert suite.attrib == {"name": "image", "tests": "7", "failures": "5", "errors": "0", "skipped": "1"}
    cases = {case.attrib["name"]: case for case in suite.iter("testcase")}
    assert list(cases) == [
        "lowest-efficiency",
        "highest-wasted-bytes",
        "forbidden-paths",
        "forbidden-shipped-paths",
        "required-labels l=x",
        "required-labels l",
        "required-user",
    ]
    failure = cases["forbidden-paths"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "expected no /*, found 3"
    assert "/n\\n::error::x<b>[red]&\\x01\\u202e##[error]\\ufffe]]>" in (failure.text or "")


def test_github(layout: WrittenLayout, run: Run) -> None:
    Path(".ocitui.toml").write_text(OWN)
    done = run("ci", "image", "--format", "github")
    assert len(done.lines) == 5
    for line in done.lines:
        assert re.match(r"::error title=[^:,]+::image: ", line), line
        assert "##[" not in line
        assert line.isprintable()
    assert done.lines[3].startswith("::error title=required-labels l=x::image: expected the label 'l' to match 'x', ")
    assert "%0Alayer 2  /a  2,000 B%0A" in done.text
    Path(".ocitui.toml").write_text('[gate]\nmax-layers = 9\nrequired-labels = ["l", "a:b,c%=1"]')
    assert run("ci", "image", "--format", "github").lines == [
        "::error title=required-labels a%3Ab%2Cc%25=1::image: expected the label 'a:b,c%25' to match '1', found none"
    ]
    Path(".ocitui.toml").write_text("[gate]\nmax-layers = 9")
    assert run("ci", "image", "--format", "github").lines == ["::notice title=ocitui ci::image: 1 rule, all kept"]


def test_text_lists_the_heaviest(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_layout(tmp_path / "image", [write_tar([file(f"f{n:02}", "x" * n) for n in range(25)])])
    Path(".ocitui.toml").write_text("[[gate.paths]]\nglob = '/*'\nmax-size = 10")
    assert run("ci", "image").lines[3:6] == [
        "FAIL  paths /*: expected at most 10 B, found 300 B",
        "        layer 1  /f24  24 B",
        "        layer 1  /f23  23 B",
    ]
    assert "        … and 15 more" in run("ci", "image").lines


def test_text_is_safe_to_draw(layout: WrittenLayout, run: Run) -> None:
    Path(".ocitui.toml").write_text(OWN)
    done = run("ci", "image")
    assert all(line.isprintable() for line in done.lines)
    assert not any(line.lstrip().startswith("::") for line in done.lines)


def test_output_to_a_file(layout: WrittenLayout, run: Run) -> None:
    Path(".ocitui.toml").write_text(OWN)
    expected = run("ci", "image", "--format", "junit").text
    done = run("ci", "image", "--format", "junit", "-o", "junit.xml")
    assert Path("junit.xml").read_text() == expected
    assert done.text == run("ci", "image").text
    done = run("ci", "image", "-o", "no/such/folder")
    assert (done.code, done.message) == (
        2,
        "no/such/folder: cannot be written: No such file or directory",
    )


# The parts of the schema of SARIF 2.1.0 (OASIS) that what is written makes use of.
_MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "uri": {"type": "string", "format": "uri-reference"},
                        "uriBaseId": {"type": "string"},
                    },
                }
            },
        },
        "logicalLocations": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: {"type": "string"} for name in ("name", "fullyQualifiedName", "kind")},
            },
        },
    },
}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "level": _LEVEL,
        "message": _MESSAGE,
        "locations": {"type": "array", "items": _LOCATION},
    },
}
_SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"type": "object", "required": ["id"]},
                                    }
                                },
                            }
                        },
                    },
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "properties": {
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["message"],
                                        "properties": {"message": _MESSAGE, "level": _LEVEL},
                                    },
                                }
                            },
                        },
                    },
                    "originalUriBaseIds": {"type": "object"},
                    "results": {"type": ["array", "null"], "items": _RESULT},
                },
            },
        },
    },
}


def validate_sarif(found: Any) -> None:
    jsonschema.Draft7Validator(_SARIF).validate(found)
    run = found["runs"][0]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        # SARIF 2.1.0, 3.27.9: what is no failure has no level.
        assert result["kind"] == "fail" or result["level"] == "none"


def test_sarif(layout: WrittenLayout, run: Run) -> None:
    Path(".ocitui.toml").write_text(OWN)
    done = run("ci", "image", "--format", "sarif")
    assert done.out.isascii()
    validate_sarif(done.json)
    results = done.json["runs"][0]["results"]
    found = [each for each in results if each["ruleId"] == "forbidden-paths"]
    uris = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in found]
    assert uris[0] == "a"
    assert uris[1].startswith("n%0A%3A%3Aerror")
    assert uris[2] == "%FF%1B%5B2J"
    assert found[0]["locations"][0]["logicalLocations"][0]["name"] == "layer 2"


def test_a_terminal_is_told_once_what_is_wrong(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "it", [LayerSpec(write_tar([file("a", "a")]), stored=False)])
    code, shown = spawn_on_terminal("ci", layout.path)
    assert (code, shown.count(b"blob missing")) == (2, 1)
