"""The waste that only contents tell: files that were stored again, and the same contents at two paths.

An index holds no digests of contents, and making them would slow down every scan for what few
ask for. So files are read when somebody asks, and only those that may be alike: versions of a
path with the same size, and files of `LARGE` bytes or more of which there are several of one
size. That leaves nearly all files of an image alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ocitui.errors import OcituiError
from ocitui.image.merged import changes
from ocitui.image.merged.holes import ContentReader, data_of, digest_of
from ocitui.image.squash.layer_names import id_of, key_of, layer_of
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import Waste, WastedCopy, Why, why_replaced
from ocitui.layers.index import conditions

LARGE = 64 * 1024
"""Bytes of a file from which it is worth reading to find another copy of it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Waste with contents compared."""

    waste: Waste
    duplicates: tuple[WastedCopy, ...]
    """Files that are there, and are there at a path of a lower layer, or a smaller path of the same, too. Their
    bytes are not among those of ``waste``, since the final filesystem shows them."""
    problems: tuple[str, ...]
    """The contents that could not be read, and why."""


def compare_contents(
    names: StackNames, waste: Waste, reader: ContentReader, on_progress: Callable[[int, int], None] = lambda *_: None
) -> Compared:
    """Read whatever may be the same.

    Args:
        names: the layers.
        waste: what was found in them.
        reader: reads their files.
        on_progress: told bytes that were read, and how many it will be.
    """
    problems: dict[str, None] = {}
    copies = []
    for copy in waste.copies:
        try:
            copies.append(_settled(names, copy, reader))
        except OcituiError as error:
            problems[str(error)] = None
            copies.append(copy)
    waste = replace(waste, copies=tuple(copies))
    found = _duplicates(names, waste, reader, on_progress, problems)
    return Compared(waste, tuple(found), tuple(problems))


def _settled(names: StackNames, copy: WastedCopy, reader: ContentReader) -> WastedCopy:
    change, stack = copy.change, names.stack
    if copy.after is None or not (change.content_is_open or change.content_is_assumed):
        return copy
    before, after = (copy.layer, copy.entry), copy.after
    rows = names.rows((key_of(*before), key_of(*after)))
    old, new = (stack.link_target(each[0], rows[key_of(*each)]) for each in (before, after))
    if old is None or new is None:
        return copy
    change = changes.compare_contents(
        change,
        reader,
        (old[0], stack.entry(old[0], old[1].id)),
        (new[0], stack.entry(new[0], new[1].id)),
        is_thorough=True,
    )
    return replace(copy, change=change, why=why_replaced(change))


def _duplicates(
    names: StackNames,
    waste: Waste,
    reader: ContentReader,
    on_progress: Callable[[int, int], None],
    problems: dict[str, None],
) -> Iterator[WastedCopy]:
    wasted = {key_of(copy.layer, copy.entry) for copy in waste.copies}
    by_size: dict[int, list[int]] = {}
    for layer, held in names.layers:
        for row in held.index.table.plain(held.index.table.select(conditions.size(">=", LARGE))):
            key = key_of(layer.number, row.id)
            if key not in wasted:
                by_size.setdefault(row.size, []).append(key)
    alike = sorted(key for keys in by_size.values() if len(keys) > 1 for key in keys)
    total, done = sum(size * len(keys) for size, keys in by_size.items() if len(keys) > 1), 0
    first: dict[bytes, bytes] = {}
    rows = names.rows(alike)
    for key in alike:  # in the order of the tar, so that each layer is read once
        number, row = layer_of(key), rows[key]
        try:
            digest = digest_of(data_of(reader, number, names.stack.entry(number, id_of(key))), row.size)
        except OcituiError as error:
            problems[str(error)] = None
            continue
        done += row.size
        on_progress(done, total)
        path = names.path_of(number, row)
        other = first.setdefault(digest, path)
        if other is not path:
            yield WastedCopy(number, row.id, path, row.size, number, Why.SAME_CONTENT, same_as=other)
