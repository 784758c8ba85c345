"""The files with settings: read as dive reads its own, and ours with a clear message for every wrong value."""

from pathlib import Path

import pytest

from ocitui.errors import UsageError
from ocitui.image.gate.config_rules import NoRoot, RequiredLabel, RequiredUser
from ocitui.image.gate.dive_file import DIVE_DEFAULTS, read_dive_rules
from ocitui.image.gate.numbers import read_bytes, read_number, read_ratio
from ocitui.image.gate.path_rules import ForbiddenPaths, ForbiddenShippedPaths, PathLimit
from ocitui.image.gate.settings import _RULES, read_gate
from ocitui.image.gate.size_rules import MaxGrowth, MaxLayers, MaxLayerSize, MaxSize, MaxUnpackedSize
from ocitui.image.gate.waste_rules import Disabled, HighestWastedBytes, LowestEfficiency


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("20Mb", 20_000_000),
        ("20 MiB", 20 << 20),
        ("1.5ki", 1536),
        ("1,000", 1000),
        (".5k", 500),
        ("1.9999KB", 1999),
        ("0", 0),
        ("2e", 2 * 10**18),
        ("7 PB ", 7 * 10**15),
        ("3TiB", 3 << 40),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert read_bytes(text) == size


@pytest.mark.parametrize("text", ["", "-1", "20 MBs", "MB", "1.2.3", "20E", "1e3", " 20", "1_0", "٣", "1 000", "++1"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match="must be a size"):
        read_bytes(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.5", 0.5), ("+.5", 0.5), ("1_0e-1", 1.0), ("0x1p-2", 0.25), ("0x_8P-0_4", 0.5), ("0x.8p0", 0.5), ("1e-999", 0)],
)
def test_numbers_as_go_reads_them(text: str, number: float) -> None:
    assert read_ratio(text) == number


@pytest.mark.parametrize(
    "text", ["", " 0.5", "0.5 ", "0x1", "-nan", "1e999", "0.5f", "_1", "1__0", "0xp1", "0x_.8p0", "0x8_p0", "off"]
)
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["1.5", "-0.1", "inf", "-inf", "false"])
def test_what_is_no_ratio(text: str) -> None:
    with pytest.raises(UsageError, match="must be a number from 0 to 1, or disabled"):
        read_ratio(text)


def test_defaults_stay_where_nothing_is_said() -> None:
    for text in (
        "",
        "rules:",
        "rules: ~",
        "# nothing",
        "other: 1",
        "rules:\n  lowestEfficiency:\n  lowest-efficiency: 1",
    ):
        assert read_dive_rules(text, "x") == DIVE_DEFAULTS


def test_scalars_are_printed_as_yaml_means_them() -> None:
    for text, found in {
        "0x14": "20",
        "0o17": "15",
        "017": "15",
        "0b11": "3",
        "1_000": "1000",
        "2e1": "20",
        "1e-5": "0.00001",
        ".inf": "+Inf",
        "-.inf": "-Inf",
        ".NaN": "NaN",
        "08": "8",
        "'0x14'": "0x14",
        '"~"': "~",
        '""': "",
        "9" * 500: "9" * 500,
    }.items():
        assert read_dive_rules(f"rules: {{highestWastedBytes: {text}}}", "x")["highestWastedBytes"] == found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "x: must be a mapping, not a list"),
        ("rules: []", "x: rules: must be a mapping, not a list"),
        ("rules: on", "x: rules: must be a mapping, not the text 'on'"),
        ("a: [", "x: not valid YAML at line 1: "),
        ("a: 1\na: 2", "x: the key 'a' is there twice, again at line 2"),
        ("? [a]\n: 1", "x: keys must be texts, not a list"),
        ("rules: {lowestEfficiency: [1]}", "x: rules.lowestEfficiency: must be a number or a text, not a list"),
        ("a: \x00", "x: not valid YAML"),
        ("[" * 5000, "x: not valid YAML"),
        ("*a", "x: not valid YAML at line 1: "),
    ],
)
def test_what_is_no_dive_file(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        read_dive_rules(text, "x")
    assert str(error.value).startswith(message)


def test_every_rule_of_our_own_file() -> None:
    gate = read_gate(
        """
        [gate]
        lowest-efficiency = 1
        highest-wasted-bytes = "20MB"
        highest-user-wasted-percent = false
        max-size = 1000
        max-unpacked-size = "1GiB"
        max-layer-size = 1.5e3
        max-layers = 12
        max-growth = "12.5 %"
        base = "./base"
        no-root = true
        required-user = "app"
        required-labels = ["a", "b=c=*", "d="]
        forbidden-paths = ["/etc/*.key", "**/.git/"]
        forbidden-shipped-paths = ["**/*.pem"]
        ignored-paths = ["/usr/share/doc"]
        [[gate.paths]]
        glob = "/usr/**"
        max-size = "1k"
        [[gate.paths]]
        glob = "**/*.pyc"
        max-count = 0
        """,
        "x",
    )
    assert list(gate.rules.values()) == [
        (LowestEfficiency(1.0),),
        (HighestWastedBytes(20_000_000),),
        (Disabled("highest-user-wasted-percent"),),
        (MaxSize(1000),),
        (MaxUnpackedSize(1 << 30),),
        (MaxLayerSize(1500),),
        (MaxLayers(12),),
        (MaxGrowth(0.125, is_percent=True),),
        (NoRoot(),),
        (RequiredUser("app"),),
        (RequiredLabel("a"), RequiredLabel("b", "c=*"), RequiredLabel("d", "")),
        (ForbiddenPaths((b"etc/*.key", b"**/.git")),),
        (ForbiddenShippedPaths((b"**/*.pem",)),),
        (PathLimit(b"usr/**", 1000), PathLimit(b"**/*.pyc", None, 0)),
    ]
    assert (gate.base, gate.ignored) == ("./base", (b"usr/share/doc",))


def test_the_example_of_the_documentation_is_one() -> None:
    document = Path(__file__).parents[3] / "ocitui/docs/ci.md"
    example = document.read_text().split("```toml\n")[1].split("```")[0]
    assert read_gate(example, "ci.md").rules.keys() == _RULES.keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x: gate: must be a table, not none"),
        ("gate = 1", "x: gate: must be a table, not 1"),
        ("[gates]", "x: no key 'gates'; did you mean gate?"),
        ("[gate", "x: not valid TOML: "),
        ("[gate]\nmax-sise = 1", "x: gate: no key 'max-sise'; did you mean max-size?"),
        ("[gate]\nxyzzy = 1", "x: gate: no key 'xyzzy'; the keys are base, forbidden-paths, "),
        ("[gate]\nno-rot = true", "x: gate: no key 'no-rot'; did you mean no-root?"),
        ("[gate]\nmax-size = true", "x: gate.max-size: must be a size like 20MB, 1.5 GiB or 1000, not true"),
        ("[gate]\nmax-size = -1", "x: gate.max-size: must be a size like 20MB, 1.5 GiB or 1000, not -1"),
        ("[gate]\nmax-size = '1 XB'", "x: gate.max-size: must be a size like 20MB, 1.5 GiB or 1000, not '1 XB'"),
        ("[gate]\nmax-layers = 1.5", "x: gate.max-layers: must be a number from 0 on, not 1.5"),
        (
            "[gate]\nlowest-efficiency = 90",
            "x: gate.lowest-efficiency: must be a number from 0 to 1, or disabled, not 90",
        ),
        ("[gate]\nlowest-efficiency = nan", "x: gate.lowest-efficiency: must be a number from 0 to 1, not nan"),
        (
            "[gate]\nlowest-efficiency = true",
            "x: gate.lowest-efficiency: must be a number from 0 to 1, or disabled, not true",
        ),
        ("[gate]\nno-root = 'yes'", "x: gate.no-root: must be true or false, not 'yes'"),
        ("[gate]\nrequired-user = ''", "x: gate.required-user: must be a string, not an empty string"),
        ("[gate]\nrequired-labels = 'a'", "x: gate.required-labels: must be a list of strings, not 'a'"),
        ("[gate]\nrequired-labels = ['=a']", "x: gate.required-labels: must be name or name=pattern, not '=a'"),
        ("[gate]\nforbidden-paths = []", "x: gate.forbidden-paths: needs at least one pattern"),
        (
            "[gate]\nforbidden-paths = ['*.pem']",
            "x: gate.forbidden-paths: must be a pattern from the root (/etc/*.key) or ",
        ),
        (
            "[gate]\nforbidden-paths = ['/a/../b']",
            "x: gate.forbidden-paths: must be a pattern without // . and .., not ",
        ),
        ("[gate]\nforbidden-paths = ['/']", "x: gate.forbidden-paths: must be a pattern from the root"),
        ("[gate]\npaths = 1", "x: gate.paths: must be tables [[gate.paths]], not 1"),
        ("[[gate.paths]]\nglob = '/a'", "x: gate.paths[1]: needs glob, and max-size or max-count"),
        ("[[gate.paths]]\nglob = '/a'\nmax-sze = 1", "x: gate.paths[1]: no key 'max-sze'; did you mean max-size?"),
        (
            "[gate]\nmax-growth = '-1%'",
            "x: gate.max-growth: must be a percentage like 10%, or a size like 20MB, not '-1%'",
        ),
        ("[gate]\nmax-growth = 'nan%'", "x: gate.max-growth: must be a percentage"),
        ("[gate]\nbase = 'x'", "x: gate.base: needs max-growth beside it"),
        ("[gate]\nmax-size = 1979-05-27", "x: gate.max-size: must be a size like 20MB, 1.5 GiB or 1000, not a date"),
        ("[gate]\nmax-size = '\\u202e\x1b'", "x: not valid TOML"),
        ('[gate]\n"\\u001b[2J" = 1', "x: gate: no key '\\x1b[2J'; the keys are "),
    ],
)
def test_every_wrong_value_is_one_message(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        read_gate(text, "x")
    assert str(error.value).startswith(message)
    assert str(error.value).isprintable()
