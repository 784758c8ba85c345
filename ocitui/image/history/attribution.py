"""The instructions that made the layers of an image, told from its config alone.

image-spec, Image Configuration: each entry of ``history`` that is no ``empty_layer`` stands
for the next layer, in order. Builders write histories for which that is not so.
"""

from collections.abc import Sequence

from ocitui.image.history.filler import fill_in
from ocitui.image.history.origin import CANDIDATES_LIMIT, Certainty, Origin, Reason, certain, of_several, unplaced
from ocitui.image.history.stage import first_base, squashed_origin, stage_origin
from ocitui.image.history.step import Step, Writer, read_step
from ocitui.spec.config import Config
from ocitui.spec.digest import Digest
from ocitui.spec.history import HistoryEntry

EMPTY_LAYER = Digest.parse("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
"""The diff ID of a layer without any entry: 1,024 zero bytes."""


def attribute(config: Config | None, layer_count: int) -> tuple[Origin, ...]:
    """Tell what made each layer, the lowest first.

    Args:
        config: the image's config; None where it could not be read.
        layer_count: how many layers the manifest names.
    """
    entries = (config.history if config is not None else None) or ()
    owners = [place for place, entry in enumerate(entries) if not entry.empty_layer]
    if config is None or not owners:
        reason = Reason.BASE_WITHOUT_HISTORY if entries else Reason.NO_HISTORY
        return (Origin(Certainty.NONE, (), reason),) * layer_count
    if config.platform.os.lower() == "windows":  # there docker makes a layer for what changes the config alone, too
        origins = [certain(place) for place in owners]
        steps: Sequence[Step] = ()
    else:
        steps = [read_step(entry) for entry in entries]
        lowest = [0, *(place + 1 for place in owners)]
        origins = [stage_origin(steps, owner, lowest[number]) for number, owner in enumerate(owners)]
    if len(owners) != layer_count:
        return tuple(_uneven(steps, owners, origins, layer_count))
    if steps:
        origins[0] = squashed_origin(steps, owners[0], origins[0])
        if any(steps[owner].writer is Writer.FILLER for owner in owners):
            origins = fill_in(steps, owners, origins)
        elif count := _prepended(config, entries, owners):
            origins = _in_front(owners, origins, count)
    for number, diff_id in enumerate(config.diff_ids[:layer_count]):
        if diff_id == EMPTY_LAYER and origins[number].reason is Reason.ONLY_METADATA:
            origins[number] = certain(owners[number])  # that makes no files, and none are here
    return tuple(origins)


def _uneven(steps: Sequence[Step], owners: Sequence[int], origins: Sequence[Origin], layers: int) -> list[Origin]:
    """Return the origins of the layers where there are more or fewer entries."""
    missing = layers - len(owners)
    if missing < 0:
        return [unplaced(origins, layer, layers, Reason.MORE_ENTRIES) for layer in range(layers)]
    has_filler = any(step.writer is Writer.FILLER for step in steps)
    if steps and not has_filler and first_base(steps, owners[0]):
        return [Origin(Certainty.NONE, (), Reason.BASE_WITHOUT_HISTORY)] * missing + [*origins]
    return [unplaced(origins, layer, layers, Reason.FEWER_ENTRIES) for layer in range(layers)]


def _prepended(config: Config, entries: Sequence[HistoryEntry], owners: Sequence[int]) -> int:
    """Return the number of rules_docker's entries before those of lower layers; 0 where it did not write last.

    It writes its entries first. An image that is built upon one of its images inherits the
    author, but not the date.
    """
    if config.author != "Bazel":
        return 0
    count = 0
    while count < len(owners):
        entry = entries[owners[count]]
        if entry.author != "Bazel" or entry.created is None or entry.created != config.created:
            break
        count += 1
    return count if count < len(owners) else 0


def _in_front(owners: Sequence[int], origins: Sequence[Origin], count: int) -> list[Origin]:
    """Return the origins of the layers where the first entries are those of rules_docker.

    Args:
        owners: places of the entries that say they made a layer, as many as there are layers.
        origins: what made the layer of each, if all stood in their place.
        count: how many of them are of rules_docker, of which the last one to write made the top layer.
    """
    own, others = tuple(owners[:count]), origins[count:]
    if count == 1:
        return [*others, certain(own[0], Reason.PREPENDED)]
    low = []
    for layer in range(len(owners) - 1):
        between = unplaced(others, layer, len(owners) - 1, Reason.PREPENDED)
        candidates = (*own, *between.candidates) if count <= CANDIDATES_LIMIT else ()
        low.append(Origin(Certainty.UNKNOWN, candidates, Reason.PREPENDED))
    return [*low, of_several(own, Reason.PREPENDED)]
