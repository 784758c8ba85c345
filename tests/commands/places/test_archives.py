"""Archives say what the layouts in them say, whoever packed them, and break off with a message."""

import tarfile
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import write_layout
from tests.images.tools import require_tool
from tests.images.tools import run as run_tool
from tests.images.with_skopeo import copy


def test_cut_at_every_tenth(tmp_path: Path, run: Run) -> None:
    layers = [write_tar([file("etc/motd", f"{number}\n"), file("a", bytes(5000))]) for number in range(2)]
    layout = write_layout(tmp_path / "image", layers)
    whole = tmp_path / "whole"
    with tarfile.open(whole, "w") as archive:
        archive.add(layout.path, "")
    data = whole.read_bytes()
    cut = tmp_path / "cut"
    for tenth in range(10):
        cut.write_bytes(data[: len(data) * tenth // 10])
        for arguments in (["inspect", cut], ["ls", "-R", cut], ["which", cut, "/etc/motd"], ["cat", cut, "/etc/motd"]):
            done = run(*arguments)
            assert done.code in (0, 2), (tenth, arguments)
            assert "Traceback" not in done.err
            assert bool(done.err) == (done.code == 2), (tenth, arguments, done.err)


@pytest.mark.peer
@pytest.mark.parametrize("maker", ["skopeo", "buildah", "tar"])
def test_real_archives_say_the_same_as_the_layout(
    maker: str, umoci_layout: Path, tmp_path: Path, run: Run, request: pytest.FixtureRequest
) -> None:
    archive = tmp_path / "image.tar"
    layout = f"{umoci_layout}:umoci"
    match maker:
        case "skopeo":
            copy(f"oci:{layout}", f"oci-archive:{archive}:umoci")
        case "buildah":
            buildah = [require_tool("buildah"), "--root", tmp_path / "root", "--runroot", tmp_path / "run"]
            buildah += ["--storage-driver", "vfs"]
            image = run_tool(*buildah, "pull", "--quiet", f"oci:{layout}").decode().strip()
            run_tool(*buildah, "push", "--quiet", image, f"oci-archive:{archive}:umoci")
        case _:
            run_tool(require_tool("tar"), "-C", umoci_layout, "-cf", archive, ".")
    for arguments in (["ls", "-R", "-l"], ["which", "/usr/bin/tool"], ["cat", "/usr/bin/tool"]):
        command, *rest = arguments
        expected, found = run(command, layout, *rest), run(command, f"{archive}:umoci", *rest)
        if command == "which":  # the compressed layers need not be the same to the bit
            assert found.code == expected.code == 0
            assert found.out.splitlines()[0] == expected.out.splitlines()[0]
        else:
            assert (found.code, found.out, found.err) == (expected.code, expected.out, expected.err)
