"""The main documents of images that are more than images, in ``ocitui inspect``."""

from pathlib import Path

from tests.commands.conftest import Run
from tests.image.test_flavoured import BOOTSTRAP, FLATPAK, RAFS_6, image_of, tar_of


def test_inspect_has_them(tmp_path: Path, run: Run) -> None:
    layout, _, _ = image_of(tmp_path / "it", FLATPAK, layers=[(tar_of(bytes(RAFS_6)), BOOTSTRAP)])
    done = run("inspect", layout.path)
    assert "\n[Context]\n  shared   network;ipc;\n  sockets  x11;\\u202ewayland;\n" in done.text
    titles = [each["title"] for each in run("inspect", layout.path, "--json").json["image"]["contents"]]
    assert titles == ["Flatpak", "[Application]", "[Context]", "[Session Bus Policy]", "Nydus bootstrap, layer 1"]
