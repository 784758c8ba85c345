"""The matches of globs among everything that any layer has."""

from collections.abc import Iterator, Sequence

from ocitui.image.glob import MATCHED, PathGlobs, after
from ocitui.image.merged.changeset import effect_on_folder, makes
from ocitui.image.merged.layer import MergedLayer
from ocitui.image.merged.paths import join
from ocitui.image.merged.spans import spans
from ocitui.image.merged.stack import LayerStack
from ocitui.layers.index.plain_row import PlainRow


def matching_paths(stack: LayerStack, glob: bytes) -> list[bytes]:
    """Every path that a known layer has and a glob means, sorted, whether it is still there or not.

    Args:
        stack: the layers.
        glob: see `ocitui.image.glob`; from the root, without a slash at its beginning.

    Raises:
        UsageError: a set in the glob is bad.
    """
    return sorted({path for _, path in matching_by_layer(stack, glob)})


def matching_by_layer(stack: LayerStack, glob: bytes) -> list[tuple[int, bytes]]:
    """The same, each path with the number of every layer that has it; the lowest layer first, by path."""
    globs = PathGlobs([glob])
    found: list[tuple[int, bytes]] = []
    with stack.settled():
        for layer in stack.layers:
            if layer is not None:
                found += ((layer.number, path) for path in sorted(set(_in_layer(layer, globs))))
    return found


def _in_layer(layer: MergedLayer, globs: PathGlobs) -> Iterator[bytes]:
    """The paths of one layer that match; folders are read once each, however many ways lead there."""
    pending = [(b"", globs.start)]
    while pending:
        folder, wanted = pending.pop()
        directories = effect_on_folder(layer, folder).directories
        for row in _rows(layer, folder, directories) if directories else ():
            if row.is_left_out:
                continue
            left = after(wanted, row.name)
            path = join(folder, row.name)
            if MATCHED in left and makes(layer, folder, row):
                yield path
            if row.directory is not None and left - {MATCHED}:
                pending.append((path, left - {MATCHED}))


def _rows(layer: MergedLayer, folder: bytes, directories: Sequence[int]) -> Iterator[PlainRow]:
    for span in spans((folder, [(layer, directory) for directory in directories])):
        yield from layer.rows(folder, directories, span=span)
