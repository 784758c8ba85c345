"""Tars to measure on: of this machine's own files, and of as many invented ones as are wanted."""

import os
import stat
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

ENTRIES = 42_000
"""Files of a tar of real files, about; their folders come on top."""
BYTES = 600_000_000
"""What they hold, about."""

BLOCK = 512
SOURCE = Path("/usr")


def real_names(source: Path = SOURCE, total: int = BYTES) -> list[str]:
    """Files and folders below a folder of this machine, about `ENTRIES` and a total of bytes, parents first.

    Every so many a file is taken, from all over, up to a size that leaves the sum right.
    """
    sizes = dict(_files(source))
    names = sorted(sizes)
    names = names[:: max(1, round(len(names) / ENTRIES))]
    cap = 1 << 16
    while sum(sizes[name] for name in names if sizes[name] <= cap) < total and cap < 1 << 30:
        cap *= 2
    chosen = {name for name in names if sizes[name] <= cap}
    folders = {str(parent) for name in chosen for parent in Path(name).parents if parent != Path()}
    return sorted(chosen | folders, key=lambda name: name.split("/"))


def _files(source: Path) -> Iterator[tuple[str, int]]:
    top = source.parent
    for folder, _, names in os.walk(source):
        for name in names:
            path = Path(folder, name)
            status = path.lstat()
            is_wanted = stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)
            text = str(path.relative_to(top))
            if is_wanted and os.access(path, os.R_OK, follow_symlinks=False) and text.isprintable():
                yield text, status.st_size


def write_real(target: Path, names: Iterable[str], source: Path = SOURCE) -> None:
    """Let GNU tar write these files."""
    listed = "\0".join(names).encode()
    options = ("--format=gnu", "--no-recursion", "--numeric-owner", "--null", "--verbatim-files-from", "-T", "-")
    subprocess.run(["tar", "-C", source.parent, "-cf", target, *options], input=listed, check=True)


def folder(name: str) -> bytes:
    """The header of a folder."""
    return _header(f"{name}/".encode(), 0, b"5", 0o755)


def file(name: str, size: int = 0, fill: bytes = b"x") -> bytes:
    """The header of a file and what is in it."""
    return _header(name.encode(), size, b"0", 0o644) + (fill * size).ljust(-(-size // BLOCK) * BLOCK, b"\0")


END = bytes(2 * BLOCK)
"""What closes a tar."""

_TIME = 1_715_680_800
_OWNER = b"0000000\x000000000\x00"
_TAIL = b"ustar\x0000".ljust(BLOCK - 257, b"\0")
_FIXED = sum(_OWNER) + sum(_TAIL) + 8 * ord(" ")


def _header(name: bytes, size: int, kind: bytes, mode: int) -> bytes:
    varying = b"%07o\0%b%011o\0%011o\0" % (mode, _OWNER, size, _TIME)
    total = sum(name) + sum(varying) - sum(_OWNER) + _FIXED + kind[0]
    return b"%b%b%06o\0 %b%b%b" % (name.ljust(100, b"\0"), varying, total, kind, bytes(100), _TAIL)


def write_folders(target: Path, top: str, folders: int, files: int) -> None:
    """A folder of folders of files, each file of up to one block, nothing of them alike but their kind."""
    with target.open("wb", buffering=1 << 20) as sink:
        sink.write(folder(top))
        for number in range(folders):
            name = f"{top}/folder-{number:05}"
            sink.write(folder(name))
            sink.writelines(file(f"{name}/file-{nth:03}.txt", (number * 7 + nth) % BLOCK + 1) for nth in range(files))
        sink.write(END)


def write_flat(target: Path, top: str, files: int) -> None:
    """One folder of files."""
    with target.open("wb", buffering=1 << 20) as sink:
        sink.write(folder(top))
        sink.writelines(file(f"{top}/entry-{nth:06}.txt", nth % BLOCK + 1) for nth in range(files))
        sink.write(END)
