"""Images with tables of contents, as stargz-snapshotter's ``ctr-remote`` makes them of others."""

from pathlib import Path
from typing import Literal

from tests.images import with_containerd, with_skopeo
from tests.images.tools import require_tool, run

_NAME = "made.here/image"


def convert(source: str, folder: Path, kind: Literal["estargz", "zstdchunked"]) -> Path:
    """Convert an image.

    Args:
        source: as skopeo names it.
        folder: one for the layout and for what else is needed, which must not exist.
        kind: the table that its layers are to have.

    Returns:
        The layout, in which the image is ``1``.
    """
    program = require_tool("ctr-remote")
    folder.mkdir(parents=True)
    with_skopeo.copy(source, f"oci-archive:{folder}/before.tar:latest")
    with with_containerd.running(folder / "store") as containerd:
        containerd.load(folder / "before.tar", _NAME)
        image = (program, "--address", containerd.address, "image")
        run(*image, "convert", "--oci", f"--{kind}", f"{_NAME}:latest", f"{_NAME}:1")
        run(*image, "export", folder / "after.tar", f"{_NAME}:1")
    with_skopeo.copy(f"oci-archive:{folder}/after.tar", f"oci:{folder}/layout:1", "--preserve-digests")
    return folder / "layout"
