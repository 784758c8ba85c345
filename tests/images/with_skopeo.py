"""Images that skopeo copied: from one compression or transport to another."""

from pathlib import Path
from typing import Literal

from tests.images.tools import require_tool, run


def copy(source: str, target: str, *options: str) -> None:
    """``skopeo copy``, without a look at the machine's own policy or settings."""
    skopeo = require_tool("skopeo")
    run(skopeo, "--insecure-policy", "copy", "--quiet", *options, source, target)


def recompress(source: str, layout: Path, compression: Literal["gzip", "zstd", "none"], tag: str = "latest") -> Path:
    """Copy an image into a layout whose layers are all compressed alike.

    Args:
        source: the image as skopeo names it, like ``oci:./layout:tag``.
        layout: the folder of the new layout, or of one to add the image to.
        compression: of the new layers.
        tag: of the new image.
    """
    if compression != "none":
        copy(source, f"oci:{layout}:{tag}", "--dest-compress-format", compression)
        return layout
    # An oci: target always compresses; a dir: keeps what it is given.
    plain = layout.with_name(f"{layout.name}.dir")
    copy(source, f"dir:{plain}", "--dest-decompress")
    copy(f"dir:{plain}", f"oci:{layout}:{tag}", "--preserve-digests")
    return layout


def login(registry: str, user: str, password: str, authfile: Path) -> None:
    """``skopeo login``, which writes a file of credentials."""
    authfile.parent.mkdir(parents=True, exist_ok=True)
    options = ("--username", user, "--password", password, "--authfile", authfile, "--tls-verify=false")
    run(require_tool("skopeo"), "login", *options, registry)
