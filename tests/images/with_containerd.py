"""A containerd of our own, which imports images into a store in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.images.tools import require_root, require_tool, run
from tests.patience import PATIENCE

CONTENT = "io.containerd.content.v1.content"
DATABASE = "io.containerd.metadata.v1.bolt/meta.db"

_UNUSED = (
    *("grpc.v1.cri", "internal.v1.opt"),
    *(f"snapshotter.v1.{name}" for name in ("aufs", "btrfs", "devmapper", "overlayfs", "zfs")),
)
"""Plugins that cannot work everywhere; an import needs none of them."""


@dataclass(frozen=True)
class Containerd:
    """A daemon that runs."""

    store: Path
    address: Path
    """Its socket."""

    def ctr(self, *arguments: str | Path, namespace: str = "default") -> str:
        """Run a command of its client."""
        return run(require_tool("ctr"), "--address", self.address, "--namespace", namespace, *arguments).decode()

    def load(self, archive: Path, name: str, namespace: str = "default") -> None:
        """Import an archive; tags in it are put behind the name."""
        self.ctr("image", "import", "--no-unpack", "--base-name", name, archive, namespace=namespace)


@contextmanager
def running(store: Path, *, has_overlay: bool = False) -> Iterator[Containerd]:
    """Start it on a store, which it makes where there is none, and stop it in the end.

    Args:
        store: its folder.
        has_overlay: whether overlay can be mounted, so that images can be unpacked.
    """
    require_root()
    containerd = require_tool("containerd")
    require_tool("ctr")
    work = Path(tempfile.mkdtemp(prefix="ctrd-", dir="/tmp"))  # the path of a socket may have 107 bytes
    unused = [f"io.containerd.{name}" for name in _UNUSED if not has_overlay or not name.endswith("overlayfs")]
    (work / "config.toml").write_text(f"version = 2\ndisabled_plugins = {unused}\n")
    places = ("--config", work / "config.toml", "--root", store, "--state", work / "state", "--address", work / "s")
    try:
        with (
            (work / "log").open("wb") as log,
            subprocess.Popen([containerd, *places], stdout=log, stderr=log) as daemon,
        ):
            try:
                started = Containerd(store, work / "s")
                _await(daemon, started, work / "log")
                yield started
            finally:
                daemon.terminate()
    finally:
        shutil.rmtree(work)


def _await(daemon: "subprocess.Popen[bytes]", started: Containerd, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            started.ctr("version")
            return
        except AssertionError:
            if daemon.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"containerd does not start:\n{log.read_text()}") from None
            time.sleep(0.05)


def copy_store(store: Path, target: Path) -> Path:
    """A store to damage."""
    return Path(shutil.copytree(store, target, symlinks=True, ignore=lambda _, names: {"tmpmounts"} & set(names)))


def blob(store: Path, digest: str) -> Path:
    """The file of a blob."""
    return store / CONTENT / "blobs" / digest.replace(":", os.sep)
