"""podman with a storage of its own, and its service, which is an engine with docker's API."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.images.tools import require_root, require_tool, run
from tests.patience import PATIENCE


@dataclass(frozen=True)
class Podman:
    """podman on a storage that is not the user's."""

    work: Path
    state: Path
    """The folder of what runs, whose path podman wants to be of 50 characters at most."""

    @classmethod
    @contextlib.contextmanager
    def prepare(cls, work: Path) -> Iterator["Podman"]:
        """An empty storage."""
        require_root()
        require_tool("podman")
        with tempfile.TemporaryDirectory(prefix="ocitui-", ignore_cleanup_errors=True) as state:
            yield cls(work, Path(state))

    def load(self, archive: Path, tag: str) -> None:
        """Take an image in, and give it a name."""
        said = self.run("load", "--quiet", "--input", archive).decode()
        self.run("tag", said.rpartition("Loaded image:")[2].strip(), tag)

    def save(self, name: str, target: Path, form: str) -> Path:
        """``podman save``: ``docker-archive``, ``oci-archive``, ``oci-dir`` or ``docker-dir``."""
        self.run("save", "--quiet", "--format", form, "--output", target, name)
        return target

    def run(self, *arguments: str | Path) -> bytes:
        """Run podman."""
        return run(require_tool("podman"), *self._storage, *arguments)

    @contextlib.contextmanager
    def service(self) -> Iterator[str]:
        """Run podman's service; gives what ``DOCKER_HOST`` is to be."""
        with tempfile.TemporaryDirectory(prefix="ocitui-") as folder:  # a socket's path must be short
            path = Path(folder, "podman.sock")
            command = [require_tool("podman"), *self._storage, "system", "service", "--time", "0", f"unix://{path}"]
            words = [str(word) for word in command]
            with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                try:
                    _wait_for(path)
                    yield f"unix://{path}"
                finally:
                    process.terminate()
                    process.wait(PATIENCE)

    @property
    def _storage(self) -> tuple[str | Path, ...]:
        return ("--storage-driver", "vfs", "--root", self.work / "storage", "--runroot", self.state)


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as found:
            found.connect(str(path))
            return
        if time.monotonic() > deadline:
            raise AssertionError("podman's service did not start")
        time.sleep(0.05)
