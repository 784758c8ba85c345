"""The layers below a layer, as far as its entries need them."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import partial

from ocitui.display import quote
from ocitui.image.merged.paths import join
from ocitui.image.merged.stack import LayerStack
from ocitui.image.verify.entry_check import CIRCLE, blocked_text, blocked_whiteout_text, each_problem, link_text
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.index.placed import Target
from ocitui.layers.pathnames import components
from ocitui.layers.refused import LINKS_OF_LINUX, Entries, NamedEntry, Refused
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
        self._top = len(indexes)
        self._stack = LayerStack([*indexes, own])
        self._known_over_files: frozenset[int] | None = None

    def link_problems(self, refused: Refused) -> Iterator[Problem]:
        """Yield the hard links of the layer that do not find their target in it.

        Args:
            refused: what is found in the layer alone.

        Raises:
            LayerError: see `ocitui.layers.index.placing.link_targets`.
        """
        absent, found, own, unknown, hidden, lost = (Entries() for _ in range(6))
        missed = unknown if self._stack.unknown else absent
        number = self._top + 1
        wanted = refused.absent_links, refused.whiteout_links
        targets = self._stack.strict_targets(number).found if self._top and any(wanted) else {}
        for ids, nowhere in zip(wanted, (missed, hidden), strict=True):
            for id_ in ids:
                target = targets.get(id_)
                group = nowhere if target is None else own if target[0] == number else found
                if group is found and refused.is_below(id_, self._over_files(refused)):
                    group = lost
                group.add(partial(refused.named, id_))
        yield from self._blocking_links(refused, targets)
        yield from each_problem(absent, self._absent, clause.HARDLINKS, Severity.ERROR)
        yield from each_problem(lost, partial(_target_text, _BELOW_FILE), clause.HARDLINKS, Severity.ERROR)
        for group, words in ((found, _BELOW), (own, _BY_LINK), (hidden, _WHITEOUT), (unknown, _UNKNOWN)):
            yield from each_problem(group, partial(_target_text, words), clause.HARDLINKS, Severity.WARNING)

    def _blocking_links(self, refused: Refused, targets: Mapping[int, Target]) -> Iterator[Problem]:
        """Yield the hard links to what is below the layer that have entries below them, unless they are followed."""
        entries, whiteouts = Entries(), Entries()
        for id_, whiteouts_only in refused.blocked_links:
            if id_ not in targets and self._stack.unknown:
                continue
            if id_ not in targets or not self._is_followed(refused.named(id_).path, targets[id_]):
                (whiteouts if whiteouts_only else entries).add(partial(refused.named, id_))
        yield from each_problem(entries, blocked_text, clause.APPLYING, Severity.ERROR)
        yield from each_problem(whiteouts, blocked_whiteout_text, clause.WHITEOUTS, Severity.WARNING)

    def _is_followed(self, path: bytes, target: Target) -> bool:
        """True if a hard link is another name of a symbolic link that leads to no file."""
        layer = self._stack.layers[target[0] - 1]
        row = layer.index.rows([target[1]])[0] if layer is not None else None
        if row is None or row.kind is not EntryKind.SYMLINK:
            return False
        link = row.link or b""
        return self._end(link if link.startswith(b"/") else join(path.rpartition(b"/")[0], link)) not in _NO_FOLDER

    def _over_files(self, refused: Refused) -> frozenset[int]:
        """The directories of the layer without an entry of their own in whose place a layer below has a file."""
        if self._known_over_files is None:
            found = set()
            for wanted in refused.unblocked():
                merged = self._stack.merged_entry(self._top, refused.path_of(wanted))
                if merged is None or merged.row.directory is not None or wanted.directory is None:
                    continue
                _, row = self._stack.link_target(merged.layer, merged.row) or (0, merged.row)
                if row.kind != EntryKind.SYMLINK:
                    found.add(wanted.directory)
            self._known_over_files = frozenset(found)
        return self._known_over_files

    def _absent(self, entry: NamedEntry) -> str:
        merged = self._stack.located(self._top, b"/".join(components(entry.target)[0]))
        is_below = merged is not None and merged[1] is not None and merged[1].row.directory is None
        return _target_text(_REMOVED if is_below else _NOT_FOUND, entry)

    def problems(self, refused: Refused) -> Iterator[Problem]:
        """Yield the folders of the layer that have no entry of their own, and are no folders in the layers below.

        Args:
            refused: what is found in the layer alone.
        """
        found: dict[tuple[bool, str], Entries] = {}
        ended: set[int] = set()  # directories in which the layers below have nothing
        for wanted in refused.unblocked():
            path = refused.path_of(wanted) if wanted.parent not in ended else b""
            merged = self._stack.merged_entry(self._top, path) if path else None
            if merged is not None and merged.row.directory is not None:
                continue
            directory = wanted.directory or ROOT
            ended.add(directory)
            if merged is None:
                continue
            _, row = self._stack.link_target(merged.layer, merged.row) or (0, merged.row)
            is_link = row.kind == EntryKind.SYMLINK
            others = (_OVER_LINK[self._end(path)] if is_link else _OVER_FILE)[refused.has_whiteouts_only(directory)]
            found.setdefault((is_link, others), Entries()).add(partial(NamedEntry, path, row.link or b""))
        for (is_link, others), entries in found.items():
            yield from each_problem(entries, partial(_over, is_link, others), clause.APPLYING, Severity.WARNING)
        yield from self._dangling(refused)

    def _dangling(self, refused: Refused) -> Iterator[Problem]:
        """Yield the links of the layer that have entries below them, and lead out of the layer."""
        for dangling in refused.dangling:
            end = self._end(dangling.path)
            if end in _NOWHERE:
                yield Problem(link_text(dangling.entry, _NOWHERE[end]), clause.APPLYING)
            else:
                which = _LINK_OUT[end][dangling.has_whiteouts_only]
                yield Problem(link_text(dangling.entry, which), clause.APPLYING, Severity.WARNING)

    def _end(self, path: bytes) -> "_End":
        """Return the end of a path in the layers below."""
        resolved = self._stack.resolve(self._top, path, with_last=True)
        if resolved is None:
            return _End.CIRCLE
        merged = self._stack.merged_entry(self._top, resolved.path) if resolved.path else None
        if merged is None and resolved.path:
            if self._stack.unknown:
                return _End.UNKNOWN
            return _End.THROUGH_FILE if self._is_below_file(resolved.path) else _End.NOTHING
        if merged is not None and merged.row.directory is None:
            return _End.FILE
        return _End.FOLDER if len(resolved.links) <= LINKS_OF_LINUX else _End.FAR

    def _is_below_file(self, path: bytes) -> bool:
        """True if the first thing that is there on the way up from a path is no folder."""
        found = None
        while found is None and (path := path.rpartition(b"/")[0]):
            found = self._stack.merged_entry(self._top, path)
        return found is not None and found.row.directory is None


class _End(Enum):
    """The end of a path."""

    FOLDER = auto()
    FAR = auto()
    """A folder, by way of more links than Linux follows."""
    FILE = auto()
    THROUGH_FILE = auto()
    """Nothing, since a file is on the way."""
    NOTHING = auto()
    UNKNOWN = auto()
    """Nothing that is known: not all layers are."""
    CIRCLE = auto()


_Words = tuple[str, str]
"""The words for entries below something, and those for nothing but whiteouts."""

_NOWHERE = {_End.CIRCLE: CIRCLE, _End.THROUGH_FILE: "leads to no folder"}
"""Of a link of the layer that leads out of it, where every unpacker refuses that."""

_NO_FOLDER = frozenset({_End.FILE, _End.THROUGH_FILE, _End.CIRCLE})
_NOT_IN_IT = "is not in the layer itself: containers/storage with overlay refuses the layer"
_DELETED_THERE = (
    "is not in the layer itself: umoci, vfs and containerd delete what the whiteouts name where the link leads, "
    "containers/storage with overlay refuses the layer"
)
_LINK_OUT: dict[_End, _Words] = {
    _End.FOLDER: (_NOT_IN_IT, _DELETED_THERE),
    _End.FAR: ("is not in the layer itself: containers/storage refuses the layer",) * 2,
    _End.UNKNOWN: (_NOT_IN_IT, _NOT_IN_IT),
    _End.FILE: (
        "is a file in a layer below: containerd makes a folder there, umoci and containers/storage refuse the layer",
        "is a file in a layer below: umoci passes over it, containers/storage with overlay refuses the layer",
    ),
    _End.NOTHING: (
        "does not exist: umoci and containerd make it, containers/storage refuses the layer",
        "does not exist: containers/storage with overlay refuses the layer",
    ),
}
"""The same where some refuse it."""

_FOLLOWED = "umoci and vfs follow it"
_OVER_FILE: _Words = ("umoci and vfs refuse the layer", "umoci keeps it, vfs may refuse the layer")
_TO_FILE: _Words = (
    "umoci and vfs refuse the layer, since it leads to a file",
    "vfs may refuse the layer, since it leads to a file",
)
_OVER_LINK: dict[_End, _Words] = {
    _End.FOLDER: (_FOLLOWED, _FOLLOWED),
    _End.FAR: ("umoci follows it, vfs refuses the layer", "umoci follows it, vfs may refuse the layer"),
    _End.UNKNOWN: (_FOLLOWED, _FOLLOWED),
    _End.FILE: _TO_FILE,
    _End.THROUGH_FILE: _TO_FILE,
    _End.NOTHING: ("umoci makes what it leads to, vfs refuses the layer", _FOLLOWED),
    _End.CIRCLE: (
        "umoci, vfs and containerd refuse the layer, since it leads in a circle",
        "umoci and containerd refuse the layer, and vfs may, since it leads in a circle",
    ),
}
"""Of a link of a layer below in whose place overlay makes a folder: what others do."""


_NOT_FOUND = "found it neither there nor in the layers below"
_REMOVED = "found it only in the layers below, where this layer had already removed or replaced it"
_ALONE = "which storages that unpack a layer alone do not see"
_BELOW = f"found it in the layers below, {_ALONE}"
_BELOW_FILE = "found it in the layers below, which have a file in place of its folder: every unpacker refuses the layer"
_BY_LINK = f"found it by way of a symbolic link in the layers below, {_ALONE}"
_WHITEOUT = "found its whiteout: umoci and vfs refuse the layer, overlay leaves the link out"
_UNKNOWN = "found none; the layers below are not all known"
"""Of the target of a hard link."""


def _target_text(found: str, entry: NamedEntry) -> str:
    target = quote(entry.target, 200)
    return f"hard link {quote(entry.path, 200)}: expected its target {target} before it in the layer, {found}"


def _over(is_link: bool, others: str, entry: NamedEntry) -> str:
    found = f"a symbolic link to {quote(entry.target, 200)}" if is_link else "a file"
    what = f"{quote(entry.path, 200)}: expected a folder, since entries without one of its own are in it"
    return f"{what}, found {found} in a layer below: overlay makes a folder in its place, {others}"
