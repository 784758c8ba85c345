"""Storages of podman, buildah and CRI-O that skopeo made of a layout."""

import subprocess
from pathlib import Path

from tests.images import with_skopeo
from tests.images.tools import require_root, require_tool


def store(layout: str, root: Path, driver: str, name: str) -> Path:
    """Copy an image of a layout, ``./layout:tag``, into a new storage, and return its root."""
    require_root()
    place = f"[{driver}@{root}+{root.with_name('run')}]"
    with_skopeo.copy(f"oci:{layout}", f"containers-storage:{place}{name}")
    release(root)
    return root


def release(root: Path) -> None:
    """Give back the mount that the overlay driver leaves, so that the folder can be removed."""
    subprocess.run([require_tool("umount"), root / "overlay"], capture_output=True)
