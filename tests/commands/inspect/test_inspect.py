"""``ocitui inspect`` on sound and on damaged images."""

import json
from pathlib import Path

import pytest

from ocitui.demo.layout import LayoutWriter
from ocitui.demo.tar import Entry, file, write_tar
from tests.commands.conftest import Run, spawn_on_terminal, without_colours, without_status
from tests.images.layout_writer import REMOVE, LayerSpec, write_layout

NGINX_MANIFEST = "sha256:b77780a5c0973c290799dea52ccbc975f61954907de8108d6f99e65a44fa7623"
TAR = write_tar([file("etc/motd", "hello")])
HOSTILE = "\x1b]0;owned\x07\x1b[31m\u202etxt.exe\x9b2J\r\n\x00[red]"


def test_nginx_shows_fifteen_entries_against_six_layers(run: Run, nginx_layout: Path) -> None:
    done = run("inspect", nginx_layout)
    assert (done.code, done.message) == (0, "6 layers missing")
    rows = done.lines[done.lines.index("history") + 2 :]
    assert len(rows) == 15
    assert [row[0] for row in rows] == list("1·····23456····")
    assert sum("blob missing" in row for row in rows) == 6
    assert rows[0].endswith("ADD file:a2405ebb9892 /")
    assert rows[-1].endswith('CMD ["nginx", "-g", "daemon off;"]')
    assert any(NGINX_MANIFEST in line for line in done.lines)


def test_nginx_as_json(run: Run, nginx_layout: Path) -> None:
    done = run("inspect", "--json", nginx_layout)
    assert (done.code, done.message) == (0, "6 layers missing")
    image = done.json["image"]
    assert done.json["schemaVersion"] == 1
    assert image["digest"] == NGINX_MANIFEST
    assert [layer["missing"] for layer in image["layers"]] == [True] * 6
    assert [row["layer"] for row in image["history"]] == [1, *[None] * 5, 2, 3, 4, 5, 6, *[None] * 4]
    assert image["config"]["config"]["StopSignal"] == "SIGQUIT"
    assert done.json["problems"] == []
    assert image["layers"][0]["unpackedSize"] is None


def test_nginx_as_a_dockerfile(run: Run, nginx_layout: Path) -> None:
    done = run("inspect", "--dockerfile", nginx_layout)
    assert done.code == 0  # no layer is needed for it
    assert done.lines[0] == "ADD file:a2405ebb9892 /"
    assert done.lines[6:8] == ["RUN set -x \\", "    && addgroup --system --gid 101 nginx \\"]
    assert done.lines[-1] == 'CMD ["nginx", "-g", "daemon off;"]'


def test_the_demo_shows_all_that_it_holds(run: Run, demo_layout: Path) -> None:
    done = run("inspect", demo_layout)
    assert (done.code, done.err) == (0, "")
    for words in ("latest  index", "image  linux/arm64/v8", "attestation", "1.3.2  image", "provenance", "signature"):
        assert any(words in line for line in done.lines), words
    assert "stop signal  SIGINT" in done.text


def test_a_tag_starts_at_its_image(run: Run, demo_layout: Path) -> None:
    done = run("inspect", "--json", f"{demo_layout}:1.3.2")
    assert done.json["tree"]["kind"] == "image"
    assert done.json["image"]["tag"] == "1.3.2"
    assert len(done.json["image"]["layers"]) == 3


def test_json_holds_exact_descriptors(run: Run, demo_layout: Path) -> None:
    tree = run("inspect", "--json", demo_layout).json["tree"]
    index = json.loads((demo_layout / "index.json").read_text())
    stored = {descriptor["digest"]: descriptor for descriptor in index["manifests"]}
    for node in tree["children"]:
        assert node["descriptor"] == stored[node["descriptor"]["digest"]]


def test_what_is_known_of_a_layer_is_said(run: Run, demo_layout: Path) -> None:
    assert " tar " not in run("inspect", demo_layout).text
    run("ls", demo_layout, "--layer", "1")
    assert " tar " in run("inspect", demo_layout).text
    layers = run("inspect", "--json", demo_layout).json["image"]["layers"]
    assert layers[0]["unpackedSize"] > layers[0]["size"]
    assert layers[0]["entries"] > layers[0]["files"] > 0
    assert layers[1]["entries"] is None


def test_a_pipe_is_never_cut(run: Run, demo_layout: Path) -> None:
    assert max(map(len, run("inspect", demo_layout).lines)) > 300


@pytest.mark.slow
@pytest.mark.parametrize("columns", [40, 80, 160])
def test_a_terminal_is_filled_and_not_overflown(demo_layout: Path, columns: int) -> None:
    code, found = spawn_on_terminal("inspect", demo_layout, columns=columns)
    assert code == 0
    lines = without_colours(found).split("\r\n")
    table = lines[lines.index("history") + 1 :]
    assert max(map(len, table)) == columns
    assert b"\x1b[2m" in found


@pytest.mark.slow
def test_no_color_means_no_escapes(demo_layout: Path) -> None:
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert b"\x1b" not in without_status(spawn_on_terminal("inspect", demo_layout, environment=environment)[1])


@pytest.mark.slow
def test_hostile_texts_never_reach_a_terminal(tmp_path: Path) -> None:
    layout = write_layout(
        tmp_path / "image",
        [LayerSpec(TAR, descriptor={"annotations": {HOSTILE: HOSTILE}})],
        tag=HOSTILE,
        config={
            "author": HOSTILE,
            "os": HOSTILE,
            "config": {"Env": [HOSTILE], "Labels": {HOSTILE: HOSTILE}, "Cmd": [HOSTILE], "User": HOSTILE},
            "history": [{"created_by": f"RUN /bin/sh -c {HOSTILE} # buildkit", "comment": HOSTILE}, {"created_by": 1}],
        },
    )
    for options in ([], ["--json"], ["--dockerfile"]):
        for environment in ({"NO_COLOR": "1"}, {"NO_COLOR": "1", "TERM": "dumb"}):
            _, found = spawn_on_terminal("inspect", layout.path, *options, environment=environment)
            assert found
            text = found.decode().replace("\r\n", "\n")
            assert not {c for c in text if not c.isprintable()} - {"\n"}


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"config": b"not JSON"}, "expected JSON"),
        ({"config_descriptor": {"digest": "sha256:../../x"}}, "config.digest"),
        ({"manifest": {"layers": REMOVE}}, "layers: expected a list"),
        ({"manifest": b"[]"}, "expected a JSON object"),
        ({"manifest_descriptor": {"size": -1}}, "size"),
        ({"manifest_descriptor": {"digest": 7}}, "digest"),
        ({"index": {"manifests": None}}, "manifests: expected a list"),
        ({"index": b""}, "index.json"),
        ({"oci_layout": b""}, "oci-layout"),
        ({"oci_layout": {"imageLayoutVersion": "9"}}, "imageLayoutVersion"),
        ({"config": {"rootfs": REMOVE}}, "expected 1 diff ID"),
    ],
)
def test_damaged_documents_are_2_and_one_message(
    run: Run, tmp_path: Path, overrides: dict[str, object], said: str
) -> None:
    layout = write_layout(tmp_path / "image", [TAR], **overrides)  # type: ignore[arg-type]
    done = run("inspect", layout.path)
    assert done.code == 2
    assert said in done.message
    assert "index.json" in done.text
    assert run("inspect", "--json", layout.path).json["problems"]


def test_history_that_does_not_line_up_is_said(run: Run, tmp_path: Path) -> None:
    history = [{"created_by": "RUN a # buildkit"}, {"created_by": "RUN b # buildkit"}]
    layout = write_layout(tmp_path / "image", [TAR], config={"history": history})
    done = run("inspect", layout.path)
    assert done.code == 0
    assert "expected 1 layer, found 2 entries" in done.text
    assert [line.split() for line in done.lines[-2:]] == [["1?", "RUN", "a"], ["1?", "RUN", "b"]]
    none = write_layout(tmp_path / "none", [TAR], config={"history": REMOVE})
    done = run("inspect", none.path)
    assert "found no history" in done.text
    assert "no history" in done.lines[-1]
    assert "# layer 1: (no history entry)" in run("inspect", "--dockerfile", none.path).text


def test_a_layout_without_an_image(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [], index={"manifests": []})
    done = run("inspect", layout.path)
    assert done.code == 0
    assert "No image to show" in done.text
    assert run("inspect", "--json", layout.path).json["image"] is None
    assert run("inspect", "--dockerfile", layout.path).code == 2


def test_json_and_dockerfile_exclude_each_other(run: Run, demo_layout: Path) -> None:
    assert run("inspect", "--json", "--dockerfile", demo_layout).code == 2


def test_problems_keep_the_lines_of_the_tree(tmp_path: Path, run: Run) -> None:
    write_layout(tmp_path, [LayerSpec(descriptor={"size": -1}), b""], config={"author": 1}, index={"mediaType": "x"})
    lines = [line.rstrip() for line in run("inspect", tmp_path).lines[2:9]]
    assert [line[:12] for line in lines] == [
        "index.json  ",
        "│  ! index.j",
        "└─ latest  i",
        "   ├─ 2 laye",
        "   │     ! m",
        "   └─ config",
        "         ! c",
    ]


def test_layers_and_other_platforms_may_be_missing_but_no_document(run: Run, tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path)
    here, *others = [
        writer.image({**platform, "history": [{"created_by": "x"}]}, [writer.layer(TAR)], platform=platform)
        for platform in ({"os": "linux", "architecture": name} for name in ("amd64", "arm64", "riscv64"))
    ]
    manifest = json.loads((tmp_path / "blobs/sha256" / here["digest"][7:]).read_text())
    writer.finish([writer.index([here, *others])])

    def remove(digest: str) -> None:
        (tmp_path / "blobs/sha256" / digest[7:]).unlink()

    remove(others[0]["digest"])
    done = run("inspect", tmp_path)
    assert (done.code, done.message) == (0, "1 manifest of another platform missing")
    assert "  missing" in next(line for line in done.lines if "arm64" in line)
    remove(others[1]["digest"])
    remove(manifest["layers"][0]["digest"])
    assert run("inspect", tmp_path).message == "1 layer, 2 manifests of other platforms missing"
    alone = run("inspect", f"{tmp_path}@{others[1]['digest']}")  # which is asked for by name
    assert alone.code == 2
    assert "blob missing" in alone.message
    remove(manifest["config"]["digest"])
    done = run("inspect", tmp_path)
    assert done.code == 2
    assert f"config {manifest['config']['digest']}: blob missing" in done.err
    remove(here["digest"])  # the last image of the index
    assert run("inspect", tmp_path).code == 2


def test_the_mode_and_the_owner_of_the_root_where_they_are_odd(run: Run, tmp_path: Path) -> None:
    odd, plain = (
        Entry(b"./", mode=mode, kind=b"5").owned(*owner) for mode, owner in ((0o1750, (7, 8)), (0o755, (0, 0)))
    )
    for name, layers, said in (
        ("odd", [[plain], [odd], [file("x")]], {"layer": 2, "mode": "1750", "uid": 7, "gid": 8}),
        ("plain", [[odd], [plain]], {"layer": 2, "mode": "0755", "uid": 0, "gid": 0}),
        ("none", [[file("x")]], None),
    ):
        layout = write_layout(tmp_path / name, [write_tar(layer) for layer in layers])
        assert run("inspect", "--json", layout.path).json["image"]["root"] is None  # no layer was read
        assert "root" not in run("inspect", layout.path).lines
        assert run("ls", layout.path).code == 0
        assert run("inspect", "--json", layout.path).json["image"]["root"] == said
        lines = run("inspect", layout.path).lines
        assert ("  /  drwxr-x--T 7:8, as layer 2 says" in lines) == (name == "odd")
        assert ("root" in lines) == (name == "odd")
