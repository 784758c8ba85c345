"""``ocitui history``: instructions and layers as ``inspect`` has them, without the rest."""

from pathlib import Path

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run, spawn_on_terminal, without_colours
from tests.images.layout_writer import write_layout

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
    names = ("digest", "tag", "platform", "layers", "history", "historyProblems")
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


def test_a_terminal_sees_ages_within_its_width(demo_layout: Path) -> None:
    code, written = spawn_on_terminal("history", f"{demo_layout}:latest", columns=60)
    assert code == 0
    assert all(len(line) <= 60 for line in without_colours(written).splitlines())
