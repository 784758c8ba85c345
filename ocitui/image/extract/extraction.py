"""Writes files, folders, a layer or the merged tree to disk.

Contents are written in the order of the layers' streams, so that each layer is unpacked
once. What cannot be written is listed, and the rest is written.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby
from pathlib import Path
from threading import Lock
from time import monotonic

from ocitui.display import printable
from ocitui.errors import OcituiError
from ocitui.image.extract.items import ExtractionItem
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport, reason_of
from ocitui.image.extract.target import ExtractionTarget, FileIdentity, identity_of, is_safe
from ocitui.layers.entry import DEVICE_KINDS, WHITEOUT_KINDS, Entry, EntryKind
from ocitui.layers.reader import LayerReader

_AT_ONCE = 100_000
"""Files whose order is decided at once, so that a layer of millions needs no gigabytes."""

_INTERVAL = 0.05
_DEFAULTS = ExtractionOptions()
_FATAL = frozenset({errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)})
_UMASK_LOCK = Lock()
_NODES = {
    EntryKind.CHARACTER_DEVICE: stat.S_IFCHR,
    EntryKind.BLOCK_DEVICE: stat.S_IFBLK,
    EntryKind.FIFO: stat.S_IFIFO,
}


class _Stop(Exception):
    """Nothing more can or should be written."""


class Extraction:
    """One extraction into one folder."""

    def __init__(
        self,
        folder: Path,
        reader_of: Callable[[int], LayerReader],
        options: ExtractionOptions = _DEFAULTS,
        *,
        on_progress: Callable[[ExtractionReport, bytes], object] | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """
        Args:
            folder: where to; made where it is missing.
            reader_of: reads the files of a layer, by the layer's number; may raise `OcituiError`.
            options: what is kept.
            on_progress: called about twenty times a second with the report so far and the path at hand.
            is_cancelled: asked often; once it says so nothing more is written, and no file is left half.
        """
        self._folder = folder
        self._reader_of = reader_of
        self._options = options
        self._on_progress = on_progress
        self._is_cancelled = is_cancelled
        self._due = 0.0
        self._made: list[tuple[bytes, Entry]] = []
        self._written: dict[tuple[int, int], tuple[bytes, FileIdentity]] = {}
        self._report = ExtractionReport()
        self._umask = _umask()
        self._target: ExtractionTarget

    def run(self, items: Iterable[ExtractionItem]) -> ExtractionReport:
        """Write all items. Folders come before what is in them; one without a path is the chosen folder itself.

        Folders that are there keep their mode, owner and time, the chosen one too.

        Raises:
            UsageError: the folder cannot be made or opened, or this system cannot do it safely.
        """
        with ExtractionTarget(self._folder, self._options.overwrite) as target:
            self._target = target
            files: list[ExtractionItem] = []
            try:
                for item in items:
                    self._pause(item.path)
                    if not item.path:
                        if target.is_made:
                            self._made.append((b"", item.entry))
                    elif item.entry.kind is EntryKind.FILE:
                        files.append(item)
                    else:
                        self._attempt(item, self._write_other)
                    if len(files) >= _AT_ONCE:
                        self._write_files(files)
                self._write_files(files)
            except _Stop:
                pass
            for path, entry in reversed(self._made):
                self._finish_folder(path, entry)
        return self._report

    def _write_files(self, files: list[ExtractionItem]) -> None:
        files.sort(key=lambda item: (item.layer, item.entry.offset or 0, item.path))
        for number, found in groupby(files, key=lambda item: item.layer):
            items = list(found)
            with self._expecting(number, items):
                for item in items:
                    self._pause(item.path)
                    self._attempt(item, self._write_file)
        files.clear()

    def _expecting(self, number: int, items: Sequence[ExtractionItem]) -> AbstractContextManager[None]:
        try:
            return self._reader_of(number).expecting(item.entry for item in items)
        except OcituiError:  # is told of each of them
            return nullcontext()

    def _attempt(self, item: ExtractionItem, write: Callable[[ExtractionItem], None]) -> None:
        if not is_safe(item.path):
            self._report.fail(item.path, "its name is no file's name")
            return
        try:
            write(item)
        except OcituiError as error:
            self._report.fail(item.path, str(error))
        except OSError as error:
            self._report.fail(item.path, reason_of(error))
            if error.errno in _FATAL:
                raise _Stop from None

    def _write_other(self, item: ExtractionItem) -> None:
        path, entry, report = item.path, item.entry, self._report
        kind = entry.kind
        if kind is EntryKind.DIRECTORY:
            if self._target.make_folder(path):
                self._made.append((path, entry))
            report.folders += 1
        elif kind is EntryKind.SYMLINK:
            self._target.make_symlink(path, entry.link or b"")
            self._set_metadata(path, entry)
            report.links += 1
        elif kind in _NODES:
            if not self._options.devices:
                self._report.leave_out(path, f"a {kind.word} is written only when it is asked for")
                return
            if entry.device is None and kind in DEVICE_KINDS:
                self._report.leave_out(path, "its device numbers cannot be read")
                return
            device = os.makedev(*entry.device) if entry.device else 0
            self._target.make_node(path, _NODES[kind] | 0o600, device)
            self._set_metadata(path, entry)
            report.nodes += 1
        elif kind in WHITEOUT_KINDS:
            self._report.leave_out(
                path, f"is {'an opaque whiteout' if kind is EntryKind.OPAQUE else 'a whiteout'}, which is no file"
            )
        elif kind is EntryKind.HARDLINK:
            self._report.fail(path, f"is a hard link to {printable(entry.link or b'')}, which is missing")
        else:
            self._report.fail(path, "is of an unknown type")

    def _write_file(self, item: ExtractionItem) -> None:
        entry, key = item.entry, (item.layer, item.entry.id)
        known = self._written.get(key)
        if known is not None and self._target.make_link(item.path, *known):
            self._report.files += 1
            return
        reader = self._reader_of(item.layer)
        with self._target.new_file(item.path) as file:
            for start, piece in reader.data_chunks(entry):  # holes stay holes
                os.lseek(file, start, os.SEEK_SET)
                _write_all(file, piece)
                self._report.size += len(piece)
                self._pause(item.path)
            os.ftruncate(file, entry.size)
            self._set_all(item.path, file, entry)
            identity = identity_of(os.fstat(file))
        self._written[key] = item.path, identity
        self._report.files += 1

    # Metadata

    def _set_metadata(self, path: bytes, entry: Entry) -> None:
        """Set what belongs to something that is neither a file nor a folder."""
        is_link = entry.kind is EntryKind.SYMLINK
        with self._target.unopened(path, stat.S_IFLNK if is_link else _NODES[entry.kind]) as (name, how):
            with self._report.failing(path, "its owner cannot be set"):
                if self._options.owners:
                    os.chown(name, entry.uid, entry.gid, **how)
            if not is_link:
                with self._report.failing(path, "its mode cannot be set"):
                    os.chmod(name, self._mode(entry), **how)
            with self._report.failing(path, "its time cannot be set"):
                os.utime(name, ns=(entry.mtime_ns, entry.mtime_ns), **how)

    def _finish_folder(self, path: bytes, entry: Entry) -> None:
        """Set what belongs to a folder, once everything is in it."""
        try:
            self._set_all(path, self._target.folder(path), entry)
        except OSError as error:
            self._report.fail(path, reason_of(error), is_written=True)

    def _set_all(self, path: bytes, file: int, entry: Entry) -> None:
        with self._report.failing(path, "its owner cannot be set"):
            if self._options.owners and (entry.is_described or entry.is_implied):
                os.chown(file, entry.uid, entry.gid)
        with self._report.failing(path, "its mode cannot be set"):
            os.chmod(file, self._mode(entry))
        if self._options.xattrs:
            for name, value in entry.xattrs.items():
                with self._report.failing(path, f"the extended attribute {printable(name)} cannot be set"):
                    _set_xattr(file, name, value)
        with self._report.failing(path, "its time cannot be set"):
            if entry.is_described or entry.mtime_ns != 0:
                os.utime(file, ns=(entry.mtime_ns, entry.mtime_ns))

    def _mode(self, entry: Entry) -> int:
        if self._options.owners:
            return entry.mode & 0o7777
        return entry.mode & (0o1777 if entry.kind is EntryKind.DIRECTORY else 0o777) & ~self._umask

    def _pause(self, path: bytes) -> None:
        if self._is_cancelled():
            self._report.is_cancelled = True
            raise _Stop
        if self._on_progress is not None and monotonic() >= self._due:
            self._on_progress(self._report, path)
            self._due = monotonic() + _INTERVAL


def _umask() -> int:
    """The permissions that the user gives nobody. They cannot be asked for without being set, strictly meanwhile."""
    with _UMASK_LOCK:
        found = os.umask(0o077)
        os.umask(found)
    return found


def _set_xattr(file: int, name: bytes, value: bytes) -> None:
    if not hasattr(os, "setxattr"):
        raise OSError("this system has none")
    os.setxattr(file, name, value)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
