"""The entries of a filesystem that a glob means."""

from ocitui.errors import NotFoundError, UsageError
from ocitui.image.filesystem.filesystem import FileEntry, Filesystem, Follow
from ocitui.image.glob import MATCHED, PathGlobs, after, is_glob
from ocitui.layers.pathnames import components


def matching_entries(files: Filesystem, glob: bytes) -> list[tuple[bytes, FileEntry]]:
    """Return the entries that match, sorted by path, each with its path as the glob has it.

    The folders before the first component with a sign of globs may be links to folders; below
    that no link is followed.

    Args:
        files: the filesystem.
        glob: see `ocitui.image.glob`; from the root.

    Raises:
        UsageError: a set in the glob is bad.
    """
    parts, _ = components(glob)
    count = next((number for number, part in enumerate(parts) if is_glob(part.decode("latin-1"))), len(parts))
    globs = PathGlobs([b"/".join(parts[count:])])
    try:
        start = files.at(b"/".join(parts[:count]), Follow.TO_DIRECTORY)
    except (NotFoundError, UsageError):
        return []
    found: list[tuple[bytes, FileEntry]] = []
    pending = [(b"/".join(parts[:count]), start, globs.start)] if start.directory is not None else []
    while pending:
        folder, directory, wanted = pending.pop()
        for each in files.children(directory):
            name = each.entry.raw_name
            left = after(wanted, name)
            path = folder + b"/" + name if folder else name
            if MATCHED in left:
                found.append((path, each))
            if each.directory is not None and left - {MATCHED}:
                pending.append((path, each, left - {MATCHED}))
    return sorted(found, key=lambda match: match[0])
