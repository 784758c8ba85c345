"""Artifacts whose layers have an image's types: what is verified of them, and what can be opened."""

from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import LayerSpec, write_layout

TARS = [write_tar([file("a", "a")]), write_tar([file("b", "b")])]


@pytest.mark.parametrize(
    ("config_type", "config"),
    [
        ("application/vnd.buildkit.cacheconfig.v0", b'{"layers": [], "records": []}'),
        ("application/vnd.unknown.config.v1+json", b"{}"),
        ("application/vnd.cncf.helm.config.v1+json", b'{"name": "mychart"}'),
    ],
)
def test_an_artifact_is_intact_and_its_tars_can_be_listed(
    config_type: str, config: bytes, run: Run, tmp_path: Path
) -> None:
    helm = {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar"}
    specs = [LayerSpec(TARS[0]), LayerSpec(TARS[1], descriptor=helm)]
    layout = write_layout(tmp_path / "it", specs, config=config, config_descriptor={"mediaType": config_type})
    done = run("verify", layout.path)
    assert (done.code, done.lines[-1].partition(":")[0]) == (0, "intact")
    assert "nothing found" in done.lines[-1]
    done = run("ls", f"{layout.path}@{layout.manifest}")
    assert (done.code, done.lines) == (0, ["a", "b"])
    assert run("ls", f"{layout.path}@{layout.manifest}", "--layer", "2").lines == ["b"]
    assert run("inspect", "--json", layout.path).json["image"] is None


def test_a_file_with_the_type_of_a_tar_is_no_damage(run: Run, tmp_path: Path) -> None:
    layout = write_layout(
        tmp_path / "it",
        [LayerSpec(b"", blob=b'{"a": 1}\n')],
        config=b"{}",
        config_descriptor={"mediaType": "application/vnd.unknown.config.v1+json"},
    )
    assert run("verify", layout.path).code == 0
