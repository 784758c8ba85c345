"""``ocitui history``: instructions and layers as ``inspect`` has them, without the rest."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run, spawn_on_terminal, without_colours
from tests.images.layout_writer import LayerSpec, write_layout

TAR = write_tar([file("etc/motd", "hello\n")])
BUD = [
    {"created_by": "/bin/sh -c #(nop) COPY dir:ebbac1c70491 in /srv/app/", "empty_layer": True},
    {"created_by": "/bin/sh -c #(nop) COPY file:2f115e06fb56 in /srv/", "empty_layer": True},
    {"created_by": '/bin/sh -c #(nop) CMD ["/srv/app"]', "comment": "FROM localhost/base:1"},
]
"""As ``buildah bud`` without ``--layers`` writes it: one layer of all instructions."""


def test_the_table_is_that_of_inspect(run: Run, demo_layout: Path) -> None:
    done = run("history", f"{demo_layout}:latest")
    assert (done.code, done.err) == (0, "")
    assert done.text
    assert run("inspect", demo_layout).text.endswith("\nhistory\n" + done.text)


def test_json_is_that_of_inspect(run: Run, demo_layout: Path) -> None:
    found = run("history", demo_layout, "--json").json
    whole = run("inspect", demo_layout, "--json").json
    image = whole["image"]
    names = ("digest", "tag", "platform", "layers", "history", "historyProblems", "bases")
    assert found == {
        **{name: whole[name] for name in ("schemaVersion", "place", "reference")},
        **{name: image[name] for name in names},
    }


def test_one_layer_of_several_instructions_says_so(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [TAR], config={"history": BUD})
    done = run("history", layout.path)
    assert done.code == 0
    assert "one of: COPY dir:ebbac1c70491" in done.text


def test_a_history_that_does_not_fit_is_told(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [TAR, TAR], config={"history": [{"created_by": "RUN a"}]})
    done = run("history", layout.path)
    assert done.lines[0].startswith("! ")
    assert run("history", layout.path, "--json").json["historyProblems"]


def test_a_config_that_is_missing_is_2(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [TAR])
    layout.remove(layout.config)
    done = run("history", layout.path)
    assert (done.code, done.message) == (2, f"config {layout.config}: blob missing")
    assert "(no history entry)" in done.text


def test_what_is_taken_from_a_config_of_other_bytes_is_2(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [TAR, write_tar([file("etc/motd", "other\n")])])
    sound = write_layout(tmp_path / "sound", [TAR])
    layout.replace(layout.config, layout.blob(layout.config).read_bytes().replace(b"COPY layer", b"RUN forged"))
    said = f"config {layout.config}: "
    for command in (
        ["history", layout.path],
        ["which", layout.path, "etc/motd"],
        ["which", layout.path, "etc/motd", "--oneline"],
        ["waste", layout.path],
        ["diff", sound.path, layout.path],
    ):
        done = run(*command)
        assert (done.code, done.message.startswith(said), done.err.count("\n")) == (2, True, 1), (command, done.err)
        assert "forged" in done.text
    for command in (["which", layout.path, "etc/motd", "--json"], ["waste", layout.path, "--json"]):
        done = run(*command)
        assert done.code == 2
        assert done.json["problems"][0].startswith(said)
    for command in (["ls", layout.path], ["cat", layout.path, "etc/motd"], ["find", layout.path, "motd"]):
        assert (run(*command).code, run(*command).err) == (0, ""), command


@pytest.mark.parametrize("command", ["inspect", "history", "digest", "tags"])
def test_layers_that_are_not_as_said_do_not_matter_where_documents_alone_are_asked(
    command: str, run: Run, tmp_path: Path
) -> None:
    other = write_tar([file("etc/issue", "hello\n")])
    layout = write_layout(tmp_path / "image", [TAR, other])
    size = layout.blob(layout.layers[1]).stat().st_size
    layout.truncate(layout.layers[1], 40)
    damaged = f"layer {layout.layers[1]}: expected {size:,} bytes, found 40"
    is_of_layers = command in {"inspect", "history"}
    done = run(command, layout.path)
    assert (done.code, done.err) == (0, f"ocitui: {damaged}\n" if is_of_layers else "")
    layout.remove(layout.layers[0])
    done = run(command, layout.path)
    assert (done.code, done.err) == (0, f"ocitui: 1 layer missing; {damaged}\n" if is_of_layers else "")
    assert run("ls", layout.path).code == 2


@pytest.mark.parametrize("command", ["inspect", "history"])
def test_a_manifest_that_is_wrong_of_its_layers_is_damaged(command: str, run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [LayerSpec(TAR, descriptor={"digest": "sha256:no"})])
    done = run(command, layout.path)
    assert done.code == 2
    assert done.message.startswith(f"manifest {layout.manifest}: ")


def test_an_image_of_nothing_says_so(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [], config={"history": []})
    done = run("history", layout.path)
    assert (done.code, done.message) == (0, f"manifest {layout.manifest}: it has no layers and no history")


def test_a_terminal_sees_ages_within_its_width(demo_layout: Path) -> None:
    code, written = spawn_on_terminal("history", f"{demo_layout}:latest", columns=60)
    assert code == 0
    assert all(len(line) <= 60 for line in without_colours(written).splitlines())


def test_what_an_image_is_built_on(run: Run, tmp_path: Path) -> None:
    base, app = (
        write_layout(tmp_path / name, [LayerSpec(tar) for tar in tars], tag=tag).path
        for name, tag, tars in (("debian", "12", [TAR]), ("app", "1", [TAR, write_tar([file("app", "x")])]))
    )
    assert run("history", base).code == 0  # which remembers it
    done = run("history", app)
    assert (done.code, done.lines[-2]) == (0, "built on")
    assert done.lines[-1].startswith(f"  base  layer 1 is {base}:12, seen on ")
    assert run("inspect", app, "--json").json["image"]["bases"] == run("history", app, "--json").json["bases"] != []
    assert "  base  layer 1 is" not in run("history", base).text
