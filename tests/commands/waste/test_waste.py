"""``ocitui waste``."""

import json
from pathlib import Path

import pytest

from ocitui.demo.tar import Entry, directory, file, hard_link, whiteout, write_tar
from tests.commands.conftest import Run, spawn_on_terminal, without_status
from tests.images.layout_writer import LayerSpec, write_layout

BASE = [
    directory("etc"),
    file("etc/motd", "x" * 400),
    file("srv/.ssh/id_rsa", "-----BEGIN PRIVATE KEY-----\nM\n"),
    file("big", "b" * 2000),
]
LAYERS = [
    BASE,
    [whiteout("srv"), file("etc/motd", "y" * 500)],
    [file("big", "b" * 2000, 0o600), whiteout("etc/motd"), file("esc\x1b[31m", "1")],
    [file("esc\x1b[31m", "22")],
]


def layout(folder: Path, layers: "list[list[Entry]]" = LAYERS, name: str = "image", **options: object) -> Path:
    return write_layout(folder / name, [write_tar(layer) for layer in layers], **options).path  # type: ignore[arg-type]


def test_text(tmp_path: Path, run: Run) -> None:
    result = run("waste", layout(tmp_path))
    assert result.code == 0
    assert result.err == ""
    assert result.text == (
        "2.9 kB of 4.9 kB unpacked is waste (59.42 %): 5 files at 4 paths\n"
        "efficiency 40.58 %; as dive counts, 41.17 % and 4.9 kB wasted\n"
        "\n"
        "possible secrets or caches:\n"
        "  kind  size  why                    path\n"
        "  key   30 B  layer 1, deleted by 2  /srv/.ssh/id_rsa\n"
        "\n"
        "by layer:\n"
        "  layer  unpacked  wasted  waste caused  instruction\n"
        "      1    2.4 kB  2.4 kB                COPY layer-1 /\n"
        "      2     500 B   500 B         430 B  COPY layer-2 /\n"
        "      3    2.0 kB     1 B        2.5 kB  COPY layer-3 /\n"
        "      4       2 B                   1 B  COPY layer-4 /\n"
        "\n"
        "by path:\n"
        "    size  why                                              path\n"
        "  2.0 kB  layer 1, only mode changed by 3                  /big\n"
        "   900 B  layers 1 to 2, 2 copies, replaced, deleted by 3  /etc/motd\n"
        "    30 B  layer 1, deleted by 2                            /srv/.ssh/id_rsa\n"
        "     1 B  layer 3, replaced by 4                           /esc\\x1b[31m\n"
    )


def test_nothing_is_waste(tmp_path: Path, run: Run) -> None:
    result = run("waste", layout(tmp_path, [[file("a", "1"), hard_link("b", "a")]]))
    assert result.lines[:2] == [
        "0 B of 1 B unpacked is waste (0.00 %): 0 files at 0 paths",
        "efficiency 100.00 %; as dive counts, 100.00 % and 0 B wasted",
    ]
    assert "by path" not in result.text


def test_a_wrong_diff_id_makes_no_figure_doubtful(tmp_path: Path, run: Run) -> None:
    """The blob has the digest of its descriptor, so its contents are certain: it is the config that is wrong."""
    tars = [write_tar(layer) for layer in LAYERS]
    good = run("waste", "--json", write_layout(tmp_path / "good", tars).path)
    specs = [tars[0], LayerSpec(tars[1], diff_id="sha256:" + "ab" * 32), *tars[2:]]
    odd = run("waste", "--json", write_layout(tmp_path / "odd", specs).path)
    before, after = json.loads(good.text), json.loads(odd.text)
    assert after["doubtfulLayers"] == before["doubtfulLayers"] == []
    assert run("waste", tmp_path / "odd").lines[:2] == run("waste", tmp_path / "good").lines[:2]


def test_an_image_without_layers(tmp_path: Path, run: Run) -> None:
    result = run("waste", layout(tmp_path, []))
    assert result.code == 0
    assert result.lines[0] == "0 B of 0 B unpacked is waste: 0 files at 0 paths"


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (
            "layer",
            [
                "  layer  unpacked  wasted  waste caused  instruction",
                "      1    2.4 kB  2.4 kB                COPY layer-1 /",
            ],
        ),
        ("directory", ["    size  files  directory", "  2.9 kB      5  /"]),
        ("instruction", ["  wasted  waste caused  instruction", "     1 B        2.5 kB  COPY layer-3 /"]),
        ("package", ["  wasted   final  files  package", "  2.9 kB  2.0 kB      2  (no package)"]),
    ],
)
def test_one_table_alone(by: str, expected: list[str], tmp_path: Path, run: Run) -> None:
    result = run("waste", layout(tmp_path), "--by", by)
    assert result.code == 0
    assert result.lines[3:6] == [f"by {by}:", *expected]
    assert sum(line.startswith(("by ", "left")) for line in result.lines) == 1


def test_only_the_first_rows(tmp_path: Path, run: Run) -> None:
    result = run("waste", layout(tmp_path), "--by", "path", "-n", "1")
    assert result.lines[3] == "by path, the first 1 of 4:"
    assert len(result.lines) == 6


def test_json(tmp_path: Path, run: Run) -> None:
    document = run("waste", layout(tmp_path), "--json").json
    assert document["schemaVersion"] == 1
    assert (document["wastedBytes"], document["shippedBytes"], document["base"]) == (2931, 4933, None)
    assert document["dive"]["inefficientBytes"] == 4903
    assert document["problems"] == []
    key = {"kind": "key", "pattern": "id_rsa", "path": "/srv/.ssh/id_rsa", "bytes": 30, "contentMatches": True}
    assert document["secrets"] == [key]
    motd = document["paths"][1]
    assert (motd["path"], motd["bytes"], motd["firstLayer"], motd["madeIn"]) == ("/etc/motd", 900, 1, 3)
    assert motd["copies"][0] == {
        "layer": 1,
        "bytes": 400,
        "madeIn": 2,
        "why": "replaced",
        "modified": ["content"],
        "contentCompared": True,
        "sameAs": None,
    }
    first = document["layers"][0]
    assert (first["instruction"], first["createdBy"]) == ("COPY layer-1 /", "COPY layer-1 / # buildkit")
    assert (first["shippedBytes"], first["wastedBytes"], first["madeWasteBytes"]) == (2430, 2430, 0)
    assert document["packages"] is document["duplicates"] is None


def test_contents_are_read_where_asked_for(tmp_path: Path, run: Run) -> None:
    big = "z" * 70_000
    image = layout(tmp_path, [[file("a", big), file("m", "1").at(5)], [file("b", big), file("m", "1").at(6)]])
    assert "replaced by 2 (same size)" in run("waste", image).text
    text = run("waste", image, "--same-content").text
    assert "another 70.0 kB also exist at a second path: 1 file" in text
    assert "only time changed by 2" in text
    assert "/b    /a" in text
    (duplicate,) = run("waste", image, "--same-content", "--json").json["duplicates"]
    assert (duplicate["path"], duplicate["sameAs"], duplicate["why"]) == ("/b", "/a", "same content")


def test_the_base(tmp_path: Path, run: Run) -> None:
    image, base = layout(tmp_path), layout(tmp_path, LAYERS[:2], "base")
    for asked, left_out in (("first", 0), (base, 430), ("none", None)):
        document = run("waste", image, "--base", asked, "--json").json
        assert document["wastedBytes"] == 2931 - (left_out or 0)
        assert (document["base"] or {}).get("wastedBytes") == left_out
    assert (
        "left out: 430 B that are waste in the base image, 2 layers alone" in run("waste", image, "--base", base).text
    )


def test_the_base_that_is_known(tmp_path: Path, run: Run) -> None:
    image, base = layout(tmp_path), layout(tmp_path, LAYERS[:2], "base")
    done = run("waste", image, "--base", "auto")
    assert (done.code, done.message[:59]) == (2, "--base auto: no base image is known that this one is built ")
    assert run("inspect", base).code == 0
    done = run("waste", image, "--base", "auto", "--json")
    assert done.message.startswith("base image: layers 1–2 are ")
    assert "base:latest, seen on " in done.message
    assert done.json["base"] == {"layers": 2, "from": "auto", "wastedBytes": 430, "leftOut": True}
    (found,) = run("inspect", "--json", image).json["image"]["bases"]
    assert (found["layers"], found["evidence"], found["seenIn"]) == (2, ["layers"], str(base))
    assert "built on" in run("inspect", image).lines


def test_another_image_is_no_base(tmp_path: Path, run: Run) -> None:
    other = layout(tmp_path, [[file("x")]], "other")
    longer = layout(tmp_path, [*LAYERS, [file("more")]], "longer")
    result = run("waste", layout(tmp_path), "--base", other)
    assert result.code == 2
    assert "its layers are not the first ones of the image: layer 1 is" in result.message
    assert "more than the 4 of the image" in run("waste", layout(tmp_path), "--base", longer).message


def test_a_base_that_the_annotation_names_is_said_and_counts(tmp_path: Path, run: Run) -> None:
    tars = [write_tar(layer) for layer in LAYERS]
    base = write_layout(tmp_path / "image", tars[:2], tag="base")
    old = (tmp_path / "image" / "index.json").read_bytes()
    annotations = {"org.opencontainers.image.base.digest": base.manifest}
    write_layout(tmp_path / "image", tars, tag="top", manifest={"annotations": annotations})
    path = tmp_path / "image" / "index.json"
    both = json.loads(old)["manifests"] + json.loads(path.read_bytes())["manifests"]
    path.write_text(json.dumps({"schemaVersion": 2, "manifests": both}))
    document = run("waste", f"{tmp_path / 'image'}:top", "--json").json
    assert document["base"] == {"layers": 2, "from": "annotation", "wastedBytes": 430, "leftOut": False}
    assert document["wastedBytes"] == 2931
    assert "of it: 430 B that are waste in the base image, 2 layers" in run("waste", f"{tmp_path / 'image'}:top").text


def test_more_patterns(tmp_path: Path, run: Run) -> None:
    own = tmp_path / "patterns"
    own.write_text("greeting  motd\n")
    assert "  greeting  900 B  " in run("waste", layout(tmp_path), "--secrets", own).text
    own.write_text("greeting\n")
    assert run("waste", layout(tmp_path), "--secrets", own).message.endswith("needs a kind and a glob, not 'greeting'")


def test_the_patterns_are_shown(run: Run) -> None:
    lines = run("waste", "--list-secrets").lines
    assert "key      id_rsa" in lines
    assert "cache    /var/lib/apt/lists/**" in lines


def test_a_missing_layer_is_said(tmp_path: Path, run: Run) -> None:
    specs = [LayerSpec(write_tar(layer), stored=number != 1) for number, layer in enumerate(LAYERS)]
    image = write_layout(tmp_path / "image", specs)
    result = run("waste", image.path)
    assert result.code == 2
    assert result.message == f"layer 2 ({image.layers[1]}): blob missing"
    assert result.lines[1] == "layer 2 of 4 is missing or damaged: there may be more"
    assert "layer 1, deleted by 3" in result.text
    document = run("waste", image.path, "--json").json
    assert document["dive"] is document["efficiency"] is document["layers"][1]["shippedBytes"] is None
    assert document["layers"][1]["wastedBytes"] is document["layers"][1]["madeWasteBytes"] is None
    assert document["problems"] == [result.message]


def test_nothing_is_claimed_where_all_layers_are_missing(nginx_layout: Path, run: Run) -> None:
    document = run("waste", nginx_layout, "--json").json
    assert document["shippedBytes"] is document["wastedBytes"] is None
    assert {each["wastedBytes"] for each in document["layers"]} == {None}
    assert run("waste", nginx_layout).lines[0] == "unknown: 6 of 6 layers are missing or damaged"


def test_a_damaged_layer_is_said(tmp_path: Path, run: Run) -> None:
    image = write_layout(tmp_path / "image", [LayerSpec(write_tar(layer), "none") for layer in LAYERS])
    image.truncate(image.layers[0], 700)
    result = run("waste", image.path)
    assert result.code == 2
    assert result.message.startswith(f"layer 1 ({image.layers[0]}): ")
    assert result.lines[0].endswith("paths")


def test_a_terminal_gets_no_more_than_fits(tmp_path: Path) -> None:
    code, out = spawn_on_terminal("waste", layout(tmp_path), columns=60, environment={"NO_COLOR": "1"})
    assert code == 0
    out = without_status(out)
    assert b"\x1b" not in out
    tables = out.decode().partition("possible secrets or caches")[2].splitlines()
    assert max(map(len, tables)) <= 60


def test_a_damaged_layer_makes_lower_bounds_of_the_sums(tmp_path: Path, run: Run) -> None:
    tars = [write_tar(layer) for layer in LAYERS]
    tars[2] = tars[2][:2700]  # the whiteout and what follows are lost
    image = write_layout(tmp_path / "image", tars).path
    result = run("waste", image)
    assert result.code == 2
    assert result.lines[0].startswith("at least ")
    assert result.lines[1] == "layer 3 of 4 is missing or damaged: there may be more"
    assert "efficiency" not in result.text
    document = run("waste", image, "--json").json
    assert document["efficiency"] is document["dive"] is None
    assert document["doubtfulLayers"] == [3]
    left_out = run("waste", image, "--base", "first", "--json").json
    assert left_out["efficiency"] is None, "also where the base image is left out"
    assert run("waste", layout(tmp_path, name="sound"), "--json").json["doubtfulLayers"] == []


def test_a_layer_of_several_instructions_has_them_all(tmp_path: Path, run: Run) -> None:
    nop = "/bin/sh -c #(nop) "
    made = [f"{nop}COPY dir:0123456789abcdef in / ", f"{nop}COPY file:123456789abcdef0 in /f "]
    history = [*({"created_by": text, "empty_layer": True} for text in made), {"created_by": f'{nop}CMD ["/f"]'}]
    (layer,) = run("waste", layout(tmp_path, [BASE], config={"history": history}), "--json").json["layers"]
    assert layer["createdBy"] is None
    assert layer["candidates"] == [{"position": n, "createdBy": text} for n, text in enumerate(made)]
    assert layer["reason"] == "built as one layer"
