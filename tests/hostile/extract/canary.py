"""Folders to extract into that have a canary beside them, above them, and at an absolute path: none may change."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

State = dict[str, tuple[object, ...]]
"""Everything about everything in a folder, by path."""


def state_of(folder: Path, *, left_out: Path | None = None) -> State:
    """Type, mode, owner, links, time, extended attributes and contents of a folder and all that is below it.

    Args:
        folder: where to begin.
        left_out: what is not looked into, though at.
    """
    found: State = {}
    for path in _below(folder, left_out):
        status = path.lstat()
        content: object = None
        if stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(status.st_mode):
            content = path.read_bytes()
        is_content = path != left_out
        found[str(path.relative_to(folder))] = (
            status.st_mode if is_content else stat.S_IFMT(status.st_mode),
            (status.st_uid, status.st_gid),
            status.st_nlink if is_content else 0,
            status.st_mtime_ns if is_content else 0,
            status.st_rdev,
            tuple(os.listxattr(path, follow_symlinks=False)),
            content,
        )
    return found


def _below(folder: Path, left_out: Path | None) -> Iterator[Path]:
    yield folder
    if folder == left_out:
        return
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path), left_out)
        else:
            yield Path(entry.path)


@dataclass
class Yard:
    """A folder with a target three levels down, a canary beside it and beside each folder that it is in."""

    root: Path
    _before: State = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path) -> "Yard":
        """Lay everything out in a folder that is there."""
        here = root
        for _ in range(3):
            _make_canary(here / "canary")
            here /= "in"
            here.mkdir()
        _make_canary(here / "canary")
        (here / "target").mkdir()
        yard = cls(root)
        yard._before = yard._now()
        return yard

    @property
    def target(self) -> Path:
        """Where to extract to."""
        return self.root / "in/in/in/target"

    @property
    def canary(self) -> Path:
        """The one right beside it: ``../canary`` for what lies in the target."""
        return self.target.with_name("canary")

    def empty(self) -> None:
        """Take away all that was extracted."""
        os.chmod(self.target, 0o755)
        for entry in os.scandir(self.target):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)

    def fill(self) -> None:
        """Put links into the target that lead out of it, as if the user had them there, or an earlier extraction."""
        for name in ("d", "link", "up", "abs", "a"):
            (self.target / name).symlink_to(self.canary if name != "up" else "..")
        for name in ("f", "file", "n"):
            (self.target / name).symlink_to("../canary/secret")
        (self.target / "mine").write_text("mine")

    def assert_untouched(self) -> None:
        """Nothing outside of the target is new, gone, or in any way different."""
        now = self._now()
        assert now == self._before, {
            path: (self._before.get(path), now.get(path))
            for path in self._before.keys() | now.keys()
            if self._before.get(path) != now.get(path)
        }

    def _now(self) -> State:
        return state_of(self.root, left_out=self.target)


def _make_canary(folder: Path) -> None:
    (folder / "folder").mkdir(parents=True)
    (folder / "secret").write_text("secret")
    (folder / "secret").chmod(0o600)
    (folder / "folder/inner").write_text("inner")
    (folder / "empty").mkdir(0o700)
    (folder / "link").symlink_to("secret")
    os.mkfifo(folder / "pipe")
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (1_000_000_000, 1_000_000_000), follow_symlinks=False)
