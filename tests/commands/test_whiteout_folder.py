"""A folder that is called like a whiteout: all commands agree that it is a folder."""

from pathlib import Path

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import write_layout


def test_ls_cat_which_find_and_verify_agree(run: Run, tmp_path: Path) -> None:
    layers = [[file("d/s/kept", "1")], [file("d/.wh.s/x", "22")]]
    layout = write_layout(tmp_path / "image", [write_tar(layer) for layer in layers]).path
    assert run("ls", layout, "-R").lines == ["d/", "d/.wh.s/", "d/.wh.s/x", "d/s/", "d/s/kept"]
    assert run("ls", layout, "-R", "--layer", 2).lines == ["d/", "d/.wh.s/", "d/.wh.s/x"]
    assert run("cat", layout, "d/.wh.s/x").out == b"22"
    assert run("cat", layout, "d/.wh.s/x", "--layer", 2).out == b"22"
    which = run("which", layout, "d/.wh.s/x", "--json").json["paths"][0]
    assert (which["answer"], [touch["layer"] for touch in which["touches"]]) == ("present", [2])
    kept = run("which", layout, "d/s/kept", "--json").json["paths"][0]
    assert (kept["answer"], [touch["layer"] for touch in kept["touches"]]) == ("present", [1])
    assert [line.split("\t")[-1] for line in run("find", layout, "d/.wh.s/*").lines] == ["/d/.wh.s/x"]
    done = run("verify", layout)
    assert done.code == 0
    assert "folders in the paths of entries have names like whiteouts, and are folders: .wh.s" in done.out.decode()
