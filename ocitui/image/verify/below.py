"""The layers below a layer, as far as its entries need them."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ocitui.display import quote
from ocitui.image.merged.stack import LayerStack
from ocitui.image.verify.entry_check import each_problem, misled_text
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.pathnames import components
from ocitui.layers.refused import Entries, NamedEntry, Refused
from ocitui.spec import clause
from ocitui.spec.problem import Problem, Severity


class Below:
    """The layers below one, as far as they are known."""

    def __init__(self, own: LayerIndex, indexes: Sequence[LayerIndex | None]) -> None:
        """
        Args:
            own: the index of the layer.
            indexes: those of the layers below it; None for one that is not known.
        """
        self._own = own
        self._stack = LayerStack(indexes)

    def has_target(self, path: bytes) -> bool | None:
        """True if a hard link finds its target with the layers below; None where that cannot be told.

        It may be in one of them, or in the layer itself by way of a symbolic link in one of them.
        """
        name = b"/".join(components(path)[0])
        found = self._stack.located(len(self._stack), name) if name else None
        if found is not None:
            path, merged = found
            if merged is not None:
                return True
            own = self._own.lookup(path)
            if own is not None and own.directory is None:
                return True
        return None if self._stack.unknown else False

    def problems(self, refused: Refused) -> Iterator[Problem]:
        """Yield the folders of the layer that have no entry of their own, and are no folders in the layers below.

        Args:
            refused: what is found in the layer alone.
        """
        links, files = Entries(), Entries()
        ended: set[int] = set()  # directories in which the layers below have nothing
        for wanted in refused.unblocked():
            path = refused.path_of(wanted) if wanted.parent not in ended else b""
            merged = self._stack.merged_entry(len(self._stack), path) if path else None
            if merged is not None and merged.row.directory is not None:
                continue
            ended.add(wanted.directory or ROOT)
            if merged is None:
                continue
            _, row = self._stack.link_target(merged.layer, merged.row) or (0, merged.row)
            (links if row.kind == EntryKind.SYMLINK else files).add(_named(path, row.link))
        yield from each_problem(links, _through, clause.APPLYING, Severity.WARNING)
        yield from each_problem(files, _over, clause.APPLYING, Severity.WARNING)
        yield from self._misled(refused)

    def _misled(self, refused: Refused) -> Iterator[Problem]:
        """Yield the links of the layer that have entries below them, and lead to no folder of the layers below."""
        misled, dangling = Entries(), Entries()
        for link, path in refused.dangling:
            found = self._stack.located(len(self._stack), b"/".join(components(path)[0]))
            resolved, merged = found or (path, None)  # None: the links lead in a circle
            if not resolved or (merged is None and self._stack.unknown):
                continue
            if merged is not None and (merged.row.directory is not None or merged.row.kind == EntryKind.SYMLINK):
                continue
            is_dangling = merged is None and found is not None
            (dangling if is_dangling else misled).add(partial(NamedEntry, link.path, link.target))
        yield from each_problem(misled, misled_text, clause.APPLYING, Severity.ERROR)
        yield from each_problem(dangling, _dangling, clause.APPLYING, Severity.WARNING)


def _dangling(entry: NamedEntry) -> str:
    return misled_text(entry, "does not exist: umoci makes it, vfs refuses the layer")


def _named(path: bytes, target: bytes | None) -> Callable[[], NamedEntry]:
    return lambda: NamedEntry(path, target or b"")


def _through(entry: NamedEntry) -> str:
    found = f"a symbolic link to {quote(entry.target, 200)} in a layer below"
    return f"{_expected(entry)}, found {found}: overlay makes a folder in its place, umoci and vfs follow it"


def _over(entry: NamedEntry) -> str:
    found = "a file in a layer below"
    return f"{_expected(entry)}, found {found}: overlay makes a folder in its place, umoci and vfs refuse the layer"


def _expected(entry: NamedEntry) -> str:
    return f"{quote(entry.path, 200)}: expected a folder, since entries without one of its own are in it"
