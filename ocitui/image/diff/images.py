"""The comparison of two images: layers, config, history, and paths."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from ocitui.image.diff.artifacts import compare_artifacts
from ocitui.image.diff.config import ConfigDifference, compare_configs
from ocitui.image.diff.contents import check_contents
from ocitui.image.diff.history import HistoryPair, compare_histories
from ocitui.image.diff.layers import LayerPair, Sharing, compare_layers
from ocitui.image.diff.paths import EVERYTHING, DiffOptions, PathDiff, walk_differences
from ocitui.image.diff.side import Side, is_same_stack
from ocitui.image.history.pairing import HistoryRow
from ocitui.image.image import Image, Layer
from ocitui.image.merged.changes import Aspect, Mark


class Section(Enum):
    """A part of the comparison. The value is the word for it."""

    LAYERS = "layers"
    CONFIG = "config"
    HISTORY = "history"
    PATHS = "paths"


@dataclass(frozen=True, slots=True)
class Upto:
    """An image, or as much of it as its first layers make."""

    image: Image
    top: int
    """The number of the last layer that counts; 0 for none."""

    @classmethod
    def whole(cls, image: Image) -> "Upto":
        """All layers of an image."""
        return cls(image, len(image.layers))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that count."""
        return self.image.layers[: self.top]

    @property
    def history(self) -> tuple[HistoryRow, ...]:
        """The history up to the last layer that counts; of a whole image all of it.

        A layer that one of several entries made has a row of its own, which is nothing to compare.
        """
        origins = self.image.history.origins
        rows = tuple(
            row
            for row in self.image.history.rows
            if row.entry is not None or (row.layer is not None and not origins[row.layer - 1].candidates)
        )
        if self.top == len(self.image.layers):
            return rows
        ends = [at for at, row in enumerate(rows, 1) if row.layer is not None and row.layer <= self.top]
        return rows[: ends[-1] if ends else 0]


def has_same_layers(before: Upto, after: Upto) -> bool:
    """True if both have the same blobs in the same order: then no layer need be read to know that no path differs."""
    old, new = ([layer.descriptor.digest for layer in upto.layers] for upto in (before, after))
    return old == new and None not in old


@dataclass(frozen=True, slots=True)
class DocumentsDiff:
    """The differences that the documents alone tell."""

    layers: tuple[LayerPair, ...]
    config: tuple[ConfigDifference, ...]
    history: tuple[HistoryPair, ...]

    @property
    def layer_counts(self) -> Mapping[Sharing, int]:
        """The number of layers shared in each way, and of those not shared."""
        return Counter(pair.sharing for pair in self.layers)

    def differs(self, sections: Iterable[Section]) -> bool:
        """True if one of these sections differs; layers that differ only in compression are the same."""
        found = {
            Section.LAYERS: any(pair.sharing in (Sharing.BEFORE, Sharing.AFTER) for pair in self.layers),
            Section.CONFIG: bool(self.config),
            Section.HISTORY: any(pair.mark is not Mark.UNCHANGED for pair in self.history),
        }
        return any(found.get(section, False) for section in sections)


def compare_documents(before: Upto, after: Upto, ignored: frozenset[Aspect] = frozenset()) -> DocumentsDiff:
    """Compare what the manifests and the configs say; no layer is read.

    Args:
        before: the one image.
        after: the other.
        ignored: with `Aspect.TIME` the moments at which image and entries were made do not count either.
    """
    if before.image.is_artifact and after.image.is_artifact:
        blobs = compare_layers(before.layers, after.layers)
        return DocumentsDiff(blobs, compare_artifacts(before.image, after.image), ())
    config = compare_configs(before.image.config, after.image.config)
    history = compare_histories(before.history, after.history)
    if Aspect.TIME in ignored:
        config = tuple(each for each in config if each.field != "created")
        history = tuple(_without_time(pair) for pair in history)
    return DocumentsDiff(compare_layers(before.layers, after.layers), config, history)


def _without_time(pair: HistoryPair) -> HistoryPair:
    changed = tuple(name for name in pair.changed if name != "created")
    mark = Mark.UNCHANGED if pair.mark is Mark.MODIFIED and not changed else pair.mark
    return replace(pair, mark=mark, changed=changed)


@dataclass(slots=True)
class Sum:
    """So many paths, and the bytes of the files among them."""

    paths: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Sums:
    """The totals of the differences."""

    added: Sum = field(default_factory=Sum)
    removed: Sum = field(default_factory=Sum)
    modified: Sum = field(default_factory=Sum)
    """Its bytes are by how much the files grew; negative where they shrank."""

    @property
    def paths(self) -> int:
        """The number of paths that differ."""
        return self.added.paths + self.removed.paths + self.modified.paths

    def add(self, path: PathDiff) -> None:
        """Count one more."""
        old = path.before.size if path.before is not None else 0
        new = path.after.size if path.after is not None else 0
        here = {Mark.ADDED: self.added, Mark.DELETED: self.removed}.get(path.mark, self.modified)
        here.paths += 1
        here.bytes += {Mark.ADDED: new, Mark.DELETED: old}.get(path.mark, new - old)


def sums_of(paths: Iterable[PathDiff]) -> Sums:
    """All of them added up."""
    found = Sums()
    for path in paths:
        found.add(path)
    return found


def sums_by_folder(paths: Iterable[PathDiff]) -> dict[bytes, Sums]:
    """The same for each entry of the root that differs or holds what differs, by name."""
    found: dict[bytes, Sums] = {}
    for path in paths:
        found.setdefault(path.path.partition(b"/")[0], Sums()).add(path)
    return found


@dataclass(frozen=True, slots=True)
class PathsDiff:
    """The differences between the filesystems."""

    paths: tuple[PathDiff, ...]
    problems: tuple[str, ...] = ()
    """The reasons why contents could not be compared."""
    is_shared: bool = False
    """True if both are the same layers in the same order: then problems of one are no difference."""
    gaps: tuple[str, ...] = ()
    """The layers of either that are missing or damaged, in words; no path is told where that leaves nothing of one."""
    is_unknown: bool = False
    """True if nothing is known of the files of one of them."""
    inside: Mapping[bytes, Sequence[PathDiff]] = field(default_factory=dict)
    """The differences inside archives that differ, by the path of each; see `ocitui.image.diff.nested`."""
    not_inside: tuple[str, ...] = ()
    """The reasons why some of what is inside archives was not compared."""

    def with_members(self) -> Iterator[PathDiff]:
        """Yield every path, each with what differs inside it behind it."""
        for path in self.paths:
            yield path
            yield from self.inside.get(path.path, ())

    @property
    def unread(self) -> int:
        """Paths whose contents were not compared."""
        return sum(path.change.content_is_open for path in self.paths)

    @property
    def differs(self) -> bool:
        """True if anything is known to differ."""
        return any(path.mark is not Mark.MODIFIED or path.change.aspects for path in self.paths)


def compare_paths(
    before: Side,
    after: Side,
    options: DiffOptions = EVERYTHING,
    *,
    below: bytes = b"",
    is_cancelled: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int, int], object] = lambda done, total: None,
) -> PathsDiff:
    """Compare two filesystems; contents are read where nothing else tells whether they differ.

    Args:
        before: the one side.
        after: the other.
        options: what counts.
        below: only this path and what is below it; links on the way are followed.
        is_cancelled: asked now and then.
        on_progress: is told the bytes that were read, and the total to read.

    Raises:
        CancelledError: ``is_cancelled`` said so.
    """
    if is_same_stack(before, after):
        return PathsDiff((), is_shared=True)
    paths: Sequence[PathDiff] = [*walk_differences(before, after, options, below=below, is_cancelled=is_cancelled)]
    checked = check_contents(before, after, paths, is_cancelled=is_cancelled, on_progress=on_progress)
    return PathsDiff(checked.paths, checked.problems)
