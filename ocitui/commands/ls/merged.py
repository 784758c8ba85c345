"""``ocitui ls`` without a layer: the final filesystem, all layers over each other."""

from collections.abc import Iterator
from dataclasses import replace

from ocitui.commands.opened.image import OpenImage
from ocitui.commands.opened.place import report
from ocitui.commands.output.entries import Listed, write_json_entries, write_list
from ocitui.commands.output.json import SCHEMA_VERSION, text_fields, text_or_null
from ocitui.display import printable
from ocitui.errors import NotFoundError
from ocitui.image.merged.provenance import Answer, find_provenance
from ocitui.image.merged.totals import MergedTotals
from ocitui.image.merged.tree import ROOT_FOLDER, MergedRow, MergedTree
from ocitui.layers.entry import Entry
from ocitui.layers.pathnames import components


def list_merged(opened: OpenImage, path: bytes, *, is_long: bool, is_recursive: bool, end: bytes, as_json: bool) -> int:
    """Write what is at a path of the final filesystem, and return the exit code.

    ``--json`` writes what `ocitui.commands.output.entries.write_json_list` says, with ``"image"``,
    a digest, in place of ``"layer"``; each entry has the number of its ``"layer"``.

    Raises:
        NotFoundError: it is not there, and no layer is missing that could have it.
    """
    problems = [*opened.all_problems()]
    name = b"/".join(components(path)[0])
    found = MergedListing.at(opened, name, follows_last=not is_long)
    if found is None:
        if opened.cannot_tell(name):
            return report(problems)
        answer = find_provenance(opened.stack, name, opened.problems)
        touches = answer.timeline.changes
        by = f": layer {touches[-1].layer} deleted it" if answer.answer is Answer.DELETED else ""
        raise NotFoundError(f"{printable(path)}: not in the final filesystem{by}")
    entries = found.listed(is_recursive, with_totals=is_long or as_json)
    if as_json:
        digest = text_or_null(opened.image.node.digest)
        head = {"schemaVersion": SCHEMA_VERSION, "place": opened.place.transport.place, "image": digest}
        write_json_entries({**head, **text_fields("path", path)}, entries, {"problems": problems})
    else:
        write_list(entries, is_long=is_long, is_recursive=is_recursive, end=end)
    return report(problems)


class MergedListing:
    """The files to list."""

    def __init__(self, tree: MergedTree, row: MergedRow | None) -> None:
        """
        Args:
            tree: the final filesystem.
            row: an entry of it; None for the root.
        """
        self._tree = tree
        self._row = row
        self._totals = MergedTotals(tree)

    @classmethod
    def at(cls, opened: OpenImage, path: bytes, *, follows_last: bool) -> "MergedListing | None":
        """Return the listing of a path, with the links on the way followed; a final link only if it leads to a
        directory.
        """
        for is_followed in (True, False) if follows_last else (False,):
            found = opened.tree.at(path, follows_last=is_followed)
            if found.is_there and (not is_followed or found.row is None or found.row.directory is not None):
                return cls(opened.tree, found.row)
        return None

    def listed(self, is_recursive: bool, *, with_totals: bool) -> Iterator[Listed]:
        """The entry, or what is in the directory, or everything below it."""
        if self._row is not None and self._row.directory is None:
            rows = iter([self._row])
        elif is_recursive:
            rows = self._tree.walk(ROOT_FOLDER if self._row is None else self._row.directory or ROOT_FOLDER)
        else:
            rows = iter(self._tree.children(b"" if self._row is None else self._row.path))
        for row in rows:
            yield Listed(row.path, self._entry(row, with_totals), row.layer)

    def _entry(self, row: MergedRow, with_totals: bool) -> Entry:
        """The entry as it is in the final filesystem: what is below it, or what it is a hard link to."""
        entry = row.entry if row.entry.name == row.name else replace(row.entry, name=row.name)
        if row.directory is not None:
            totals = self._totals.of(row.path) if with_totals else None
            if totals is None:
                return replace(entry, directory=row.directory)
            return replace(entry, directory=row.directory, below_entries=totals.entries, below_bytes=totals.bytes)
        inode = self._tree.link_target(row.layer, row.entry)
        if inode is None or (inode[0], inode[1].id) == (row.layer, row.entry.id):
            return entry
        other = inode[1]
        return replace(
            entry,
            mode=other.mode,
            uid=other.uid,
            gid=other.gid,
            size=other.size,
            mtime_ns=other.mtime_ns,
            device=other.device,
            extras=other.extras,
        )
