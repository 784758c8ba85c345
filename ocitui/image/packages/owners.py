"""The owners of paths, as far as the databases of package managers in the final filesystem tell.

Read are dpkg's, apk's, and rpm's where it is in SQLite. Of rpm's older forms (Berkeley DB,
ndb) it is said that they are not read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice

from ocitui.errors import OcituiError
from ocitui.image.merged.holes import ContentReader
from ocitui.image.merged.paths import join, split
from ocitui.image.merged.row import MergedRow
from ocitui.image.merged.tree import MergedTree
from ocitui.layers.entry import EntryKind
from ocitui.layers.pathnames import components

_DATABASE_LIMIT = 1 << 28
"""Bytes of a database in SQLite, which is copied to a temporary file; the largest hold a few dozen megabytes."""

_TEXT_LIMIT = 1 << 26
"""Bytes of all databases that are text: all of Debian's desktops together have a tenth."""

_LINE_LIMIT = 1 << 16
"""Bytes of a line of one."""

PACKAGES_LIMIT = 100_000
"""Packages of all databases."""

PATHS_LIMIT = 500_000
"""Paths that they own."""

_PATHS_SIZE = 1 << 26
"""Bytes of these."""

DPKG_LISTS = b"var/lib/dpkg/info"
DPKG_STATUS = b"var/lib/dpkg/status"
DPKG_PARTS = b"var/lib/dpkg/status.d"
"""The folder in which distroless images keep a file for each package, beside the digests of its files."""

APK_DATABASES = (b"lib/apk/db/installed", b"usr/lib/apk/db/installed")
RPM_DATABASES = (b"var/lib/rpm/rpmdb.sqlite", b"usr/lib/sysimage/rpm/rpmdb.sqlite", b"usr/share/rpm/rpmdb.sqlite")
RPM_NOT_READ = (b"var/lib/rpm/Packages", b"var/lib/rpm/Packages.db", b"usr/lib/sysimage/rpm/Packages.db")


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package. Its texts are as raw as the image's."""

    manager: str
    """``dpkg``, ``apk`` or ``rpm``."""
    name: str
    version: str


@dataclass
class Owners:
    """The owner of each path that a package has."""

    packages: list[Package] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Databases that are there and were not read, and why."""
    _owner: dict[bytes, Package] = field(default_factory=dict)
    _size: int = 0

    def of(self, path: bytes) -> Package | None:
        """The package that a path belongs to; None for one that is nobody's.

        Args:
            path: from the root, without a slash at its beginning and without links on the way.
        """
        return self._owner.get(path)

    def add(self, package: Package, paths: Iterable[bytes]) -> None:
        """Take a package and its paths; the first owner of a path stays.

        Raises:
            OcituiError: there are more than are held.
        """
        if len(self.packages) >= PACKAGES_LIMIT:
            raise OcituiError(f"expected at most {PACKAGES_LIMIT:,} packages, found more")
        self.packages.append(package)
        for path in paths:
            self._owner.setdefault(path, package)
            self._size += len(path)
            if len(self._owner) > PATHS_LIMIT or self._size > _PATHS_SIZE:
                limit = f"{PATHS_LIMIT:,} paths with {_PATHS_SIZE:,} bytes"
                raise OcituiError(f"expected at most {limit} that packages own, found more")


Listed = tuple[Package, Iterable[bytes]]
"""A package, and the paths that its database says it has, as it spells them."""


def read_owners(tree: MergedTree, reader: ContentReader) -> Owners:
    """Read every database that the final filesystem has.

    Args:
        tree: the merged tree of all layers.
        reader: reads files of the layers.
    """
    owners, files = Owners(), _Files(tree, reader)
    resolved = _Resolver(tree)
    sources: list[tuple[bytes, Callable[[], Iterator[Listed]]]] = [
        (DPKG_LISTS, partial(_dpkg, files)),
        (DPKG_PARTS, partial(_dpkg_parts, files)),
        *((path, partial(_apk, files, path)) for path in APK_DATABASES),
        *((path, partial(_rpm, files, path)) for path in RPM_DATABASES),
    ]
    for path, read in sources:
        try:
            for package, paths in read():
                owners.add(package, map(resolved, paths))
        except OcituiError as error:
            owners.problems.append(f"packages, /{path.decode()}: {error}")
    for path in RPM_NOT_READ:
        if files.row(path) is not None:
            owners.problems.append(
                f"packages, /{path.decode()}: expected a database in SQLite, found another, which is not read"
            )
    return owners


class _Files:
    """Files of the final filesystem by path, links followed."""

    def __init__(self, tree: MergedTree, reader: ContentReader) -> None:
        self._tree = tree
        self._reader = reader
        self._left = _TEXT_LIMIT

    def row(self, path: bytes) -> MergedRow | None:
        """Return the row at a path; None where it is missing."""
        return self._tree.at(path, follows_last=True).row

    def read(self, path: bytes) -> Iterator[bytes] | None:
        """Return the contents of a file, in pieces; None where it is missing.

        Raises:
            OcituiError: it cannot be read, or is larger than any database.
        """
        row = self.row(path)
        return self._pieces(row, _DATABASE_LIMIT) if row is not None else None

    def lines(self, row: MergedRow | None) -> Iterator[bytes]:
        """The lines of a row's file, without what ends them; none where it is no file.

        Raises:
            OcituiError: it cannot be read, or it and those before it are larger than all databases are.
        """
        rest = b""
        for piece in (row is not None and self._pieces(row, self._left)) or ():
            self._left -= len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
            if len(rest) > _LINE_LIMIT:
                raise OcituiError(f"expected lines of at most {_LINE_LIMIT:,} bytes, found a longer one")
        if rest:
            yield rest

    def _pieces(self, row: MergedRow, limit: int) -> Iterator[bytes] | None:
        inode = self._tree.link_target(row.layer, row.entry)
        if inode is None or inode[1].kind is not EntryKind.FILE:
            return None
        if inode[1].size > limit:
            raise OcituiError(f"expected at most {limit:,} bytes, found {inode[1].size:,}")
        return self._reader.read(*inode)

    def folder(self, path: bytes) -> list[MergedRow]:
        """Return the entries of a directory; none where it is missing."""
        row = self.row(path)
        return [] if row is None or row.directory is None else list(self._tree.children(row.path))


class _Resolver:
    """The real place of a path that a database spells in its own way: below ``/usr`` instead of ``/bin``."""

    def __init__(self, tree: MergedTree) -> None:
        self._tree = tree
        self._folders: dict[bytes, bytes] = {b"": b""}

    def __call__(self, path: bytes) -> bytes:
        folder, name = split(path.strip(b"/"))
        known = self._folders.get(folder)
        if known is None:
            found = self._tree.stack.resolve(self._tree.top, b"/".join(components(folder)[0]), with_last=True)
            known = self._folders[folder] = found.path if found is not None else folder
        return join(known, name)


# dpkg: Debian, Ubuntu, distroless.


def _dpkg(files: _Files) -> Iterator[Listed]:
    versions = dict(islice(_stanzas(files.lines(files.row(DPKG_STATUS))), PACKAGES_LIMIT))
    for row in files.folder(DPKG_LISTS):
        if not row.name.endswith(b".list"):
            continue
        name = row.name.removesuffix(b".list").partition(b":")[0]  # libc6:amd64.list
        yield (
            Package("dpkg", _text(name), _text(versions.get(name, b""))),
            (path for path in files.lines(row) if path.strip(b"/.")),
        )


def _dpkg_parts(files: _Files) -> Iterator[Listed]:
    rows = {row.name: row for row in files.folder(DPKG_PARTS)}
    for row in rows.values():
        if row.name.endswith(b".md5sums"):
            continue
        lines = files.lines(rows.get(row.name + b".md5sums"))
        for name, version in _stanzas(files.lines(row)):
            yield Package("dpkg", _text(name), _text(version)), (line[32:].strip() for line in lines if len(line) > 32)
            break


def _stanzas(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Name and version of each paragraph. deb-status(5), deb822(5)."""
    name = version = b""
    for line in chain(lines, (b"",)):
        if not line:
            if name:
                yield name, version
            name = version = b""
        elif line.startswith(b"Package:"):
            name = line[8:].strip()
        elif line.startswith(b"Version:"):
            version = line[8:].strip()


# apk: Alpine, Wolfi.


def _apk(files: _Files, path: bytes) -> Iterator[Listed]:
    """Each package is a paragraph of lines ``P:name``, ``V:version``, ``F:folder``, ``R:file in it``."""
    name = version = folder = b""
    paths: list[bytes] = []
    size = 0
    for line in chain(files.lines(files.row(path)), (b"",)):
        match line[:2]:
            case b"":
                if name:
                    yield Package("apk", _text(name), _text(version)), paths
                name = version = folder = b""
                paths, size = [], 0
            case b"P:":
                name = line[2:]
            case b"V:":
                version = line[2:]
            case b"F:":
                folder = line[2:]
            case b"R:" if size < _PATHS_SIZE and len(paths) <= PATHS_LIMIT:  # which is said when they are taken
                paths.append(join(folder, line[2:]))
                size += len(paths[-1])


def _rpm(files: _Files, path: bytes) -> Iterator[Listed]:
    data = files.read(path)
    if data is not None:
        from ocitui.image.packages.rpm import read_rpm_database

        for name, version, paths in read_rpm_database(data):
            yield Package("rpm", _text(name), _text(version)), paths


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
