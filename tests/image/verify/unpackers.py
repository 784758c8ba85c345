"""Programs that unpack all layers of an image over each other, and what comes of it."""

import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.images import with_containerd
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.storages import release
from tests.images.tools import require_root, require_tool

IMAGE = "image"
_ATTEMPTS = 5
_COLLECTED = re.compile(r"parent snapshot \S+ does not exist")


@dataclass(frozen=True)
class Refuses:
    """It does not unpack the image; these are words of its complaint."""

    words: str


Outcome = str | Refuses
"""A refusal, or what is there in the end: paths, folders with a slash, links with ``-> target``."""

Unpacker = Callable[[Path], Outcome]
"""Unpacks the layout ``image`` in an empty folder of the test."""


def write_image(folder: Path, layers: Sequence[bytes]) -> Path:
    """Write the layout, with layers that are not compressed."""
    return write_layout(folder / IMAGE, [LayerSpec(layer, "none") for layer in layers], tag="it").path


def with_umoci(folder: Path) -> Outcome:
    """``umoci raw unpack``, which applies each layer to the files of those below, following links."""
    done = _run(folder, require_tool("umoci"), "raw", "unpack", "--image", f"{IMAGE}:it", "root")
    return _complaint(done) if done.returncode else listing(folder / "root")


def with_storage(folder: Path, driver: str) -> Outcome:
    """``buildah from`` and ``buildah mount`` with a storage of their own: ``vfs`` copies, ``overlay`` mounts."""
    root = folder / "storage"
    storage = ("--root", root, "--runroot", folder / "run", "--storage-driver", driver)
    buildah = (folder, require_tool("buildah"), *storage)
    done = _run(*buildah, "from", f"oci:{IMAGE}:it")
    try:
        if done.returncode == 0:
            done = _run(*buildah, "mount", done.stdout.strip())
        return _complaint(done) if done.returncode else listing(Path(done.stdout.strip()))
    finally:
        if driver == "overlay" and done.returncode == 0:
            _run(*buildah, "umount", "--all")
        release(root)


def with_vfs(folder: Path) -> Outcome:
    """See `with_storage`."""
    return with_storage(folder, "vfs")


def with_overlay(folder: Path) -> Outcome:
    """See `with_storage`."""
    return with_storage(folder, "overlay")


class WithContainerd:
    """``ctr image import`` and ``ctr image mount``, over overlay."""

    def __init__(self, daemon: with_containerd.Containerd) -> None:
        self._daemon = daemon

    def __call__(self, folder: Path) -> Outcome:
        archive, root, name = folder / "it.tar", folder / "mounted", f"test/{folder.name.lower()}"
        root.mkdir()
        _run(folder, require_tool("tar"), "-C", IMAGE, "-cf", str(archive), ".")
        self._daemon.load(archive, name)
        complaint = self._mount(f"{name}:it", root)
        if complaint is not None:
            return complaint
        try:
            return listing(root)
        finally:
            self._daemon.ctr("image", "unmount", root)

    def _mount(self, image: str, root: Path) -> Refuses | None:
        """Mount an image, once more where containerd's own garbage collection took the lower layer meanwhile."""
        for attempt in range(_ATTEMPTS):
            try:
                self._daemon.ctr("image", "mount", image, root)
            except AssertionError as error:
                if attempt + 1 == _ATTEMPTS or not _COLLECTED.search(str(error)):
                    return Refuses(str(error))
            else:
                break
        return None


@contextmanager
def overlay_mounts(folder: Path) -> Iterator[None]:
    """Skip where overlay cannot be mounted, as in most containers."""
    require_root()
    for name in ("lower", "upper", "work", "mounted"):
        (folder / name).mkdir()
    options = ",".join(f"{name}dir={folder / name}" for name in ("lower", "upper", "work"))
    done = _run(folder, "mount", "-t", "overlay", "overlay", "-o", options, str(folder / "mounted"))
    if done.returncode:
        pytest.skip(f"no overlay here: {done.stderr}")
    _run(folder, "umount", str(folder / "mounted"))
    yield


def listing(root: Path) -> str:
    """What is below a folder, by path."""
    top = os.fsencode(root)
    found = []
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            path = os.path.join(folder, name)
            shown = os.fsdecode(os.path.relpath(path, top))
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                shown += f" -> {os.readlink(os.fsdecode(path))}"
            found.append(shown + "/" * stat.S_ISDIR(mode))
    return ", ".join(sorted(found))


def _complaint(done: "subprocess.CompletedProcess[str]") -> Refuses:
    return Refuses(done.stderr)


def _run(
    folder: Path, *command: str | Path, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    surroundings = {**os.environ, "NO_COLOR": "1", **(environment or {})}
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
