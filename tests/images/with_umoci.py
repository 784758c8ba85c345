"""An image that umoci made: each layer is the difference of two states of a root filesystem.

The layers of ``umoci insert`` are real and odd: they end where their last file ends, without
padding and without the two empty blocks. GNU tar lists them and complains, Go reads them.
"""

import os
import shutil
from pathlib import Path

from tests.images.tools import require_tool, run

TAG = "umoci"


def build(layout: Path, work: Path) -> Path:
    """Write a layout of one image with five layers and empty history entries between them.

    Layers: 1 adds files, links and a FIFO; 2 changes content, a mode and a link; 3 deletes a file
    and a folder; 4 replaces ``srv/site`` through an opaque whiteout; 5 deletes ``etc/motd``.
    """
    umoci = require_tool("umoci")
    image = f"{layout}:{TAG}"
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    run(umoci, "init", "--layout", layout)
    run(umoci, "new", "--image", image)
    for number, change in enumerate((_add, _change, _delete), 1):
        bundle = work / f"bundle-{number}"
        run(umoci, "unpack", *rootless, "--image", image, bundle)
        change(bundle / "rootfs")
        created_by = f"/bin/sh -c {change.__name__.strip('_')}"
        run(umoci, "repack", "--image", image, "--history.created_by", created_by, bundle)
        shutil.rmtree(bundle)
        run(umoci, "config", "--image", image, "--config.env", f"STEP={number}")
    site = work / "site"
    site.mkdir()
    (site / "new.html").write_text("<p>new</p>\n")
    run(umoci, "insert", *rootless, "--image", image, "--opaque", site, "/srv/site")
    run(umoci, "insert", *rootless, "--image", image, "--whiteout", "/etc/motd")
    run(umoci, "config", "--image", image, "--config.cmd", "/bin/true", "--config.workingdir", "/srv")
    return layout


def unpack(image: str, bundle: Path) -> Path:
    """``umoci unpack``: the root filesystem as another program merges it.

    Args:
        image: ``folder:tag``; the layers must be gzip or uncompressed.
        bundle: a folder that does not exist yet.
    """
    umoci = require_tool("umoci")
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    run(umoci, "unpack", *rootless, "--image", image, bundle)
    return bundle / "rootfs"


def _add(root: Path) -> None:
    for folder in ("etc", "srv/site/css", "var/cache/old", "usr/bin"):
        (root / folder).mkdir(parents=True)
    (root / "etc/motd").write_text("welcome\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (root / "srv/site/index.html").write_text("<p>old</p>\n")
    (root / "srv/site/css/site.css").write_text("p { color: teal }\n")
    (root / "var/cache/old/blob").write_bytes(b"\0" * 50_000)
    (root / "usr/bin/tool").write_text("#!/bin/sh\n")
    os.link(root / "usr/bin/tool", root / "usr/bin/tool-1.0")
    os.symlink("tool", root / "usr/bin/t")
    os.symlink("/etc/motd", root / "etc/issue")
    os.symlink("usr/bin", root / "bin")
    os.mkfifo(root / "var/pipe")
    (root / "etc/grüße.txt").write_text("Grüße\n")


def _change(root: Path) -> None:
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    (root / "usr/bin/tool").chmod(0o4755)
    (root / "usr/bin/t").unlink()
    os.symlink("tool-1.0", root / "usr/bin/t")


def _delete(root: Path) -> None:
    (root / "etc/issue").unlink()
    shutil.rmtree(root / "var/cache/old")
