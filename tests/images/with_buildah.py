"""Images that buildah built from a Containerfile, each instruction a layer."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.images.tools import require_root, require_tool, run

_CONTAINERFILE = """\
FROM scratch
COPY rootfs/ /
RUN /bin/busybox --install -s /usr/bin
ENV PATH=/usr/bin:/bin LANG=C.UTF-8
LABEL org.opencontainers.image.title="built by buildah"
RUN mkdir -p /data/old /data/tree/deep && echo a > /data/old/a && echo b > /data/b && echo c > /data/c \\
    && ln /data/c /data/hard && ln -s c /data/soft && echo t > /data/tree/deep/t && chmod 1777 /tmp
RUN rm /data/b && rm -rf /data/old /data/tree && mkdir /data/old && echo new > /data/old/n && chmod 600 /data/c
COPY hello.txt /srv/hello.txt
WORKDIR /srv
EXPOSE 8080
USER 1000:1000
CMD ["/bin/sh"]
"""
_OTHER_PLATFORM = """\
FROM scratch
COPY hello.txt /srv/hello.txt
LABEL org.opencontainers.image.title="built by buildah, for another machine"
"""


@dataclass(frozen=True)
class Buildah:
    """buildah with a storage of its own, so that the user's images are left alone."""

    work: Path

    @classmethod
    def prepare(cls, work: Path) -> "Buildah":
        """Write the build context: busybox as ``rootfs/bin/busybox``, and a text."""
        require_root()
        busybox = require_tool("busybox")
        context = work / "context"
        for folder in ("bin", "etc", "tmp", "usr/bin"):
            (context / "rootfs" / folder).mkdir(parents=True)
        shutil.copy(busybox, context / "rootfs/bin/busybox")
        os.symlink("busybox", context / "rootfs/bin/sh")
        (context / "hello.txt").write_text("hello\n")
        (context / "Containerfile").write_text(_CONTAINERFILE)
        (context / "Containerfile.other").write_text(_OTHER_PLATFORM)
        (work / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        return cls(work)

    def build(self, name: str, form: Literal["oci", "docker"]) -> None:
        """Build the image for this machine: five layers, and empty history entries."""
        self._run("bud", "--isolation", "chroot", "--layers", "--format", form, "--tag", name, self.work / "context")

    def build_other_platform(self, name: str, platform: str = "linux/arm64") -> None:
        """Build an image of one ``COPY``, which needs no such machine."""
        file = self.work / "context" / "Containerfile.other"
        self._run(
            "bud", "--format", "oci", "--platform", platform, "--tag", name, "--file", file, self.work / "context"
        )

    def push(self, name: str, target: str) -> None:
        """Copy an image out of the storage, to a target like ``oci:./layout:tag``."""
        self._run("push", "--signature-policy", self.work / "policy.json", name, target)

    def push_index(self, name: str, images: list[str], target: str) -> None:
        """Put images of several platforms into one index, and copy it out of the storage."""
        self._run("manifest", "create", name)
        for image in images:
            self._run("manifest", "add", name, image)
        policy = self.work / "policy.json"
        self._run("manifest", "push", "--signature-policy", policy, "--all", name, target)

    def _run(self, command: str, *rest: str | Path) -> None:
        storage = ("--storage-driver", "vfs", "--root", self.work / "storage", "--runroot", self.work / "run")
        run(require_tool("buildah"), *storage, command, *rest)
