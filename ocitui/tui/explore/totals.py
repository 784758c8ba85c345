"""The totals of an image, as far as they are known, for its header."""

from ocitui.cells import cells
from ocitui.display import count_noun, format_size
from ocitui.image.image import Image
from ocitui.image.merged.stack import LayerStack
from ocitui.image.squash.stack_names import StackNames
from ocitui.image.waste.waste import Waste, find_waste
from ocitui.tui.scans.scans import Scans

MOST = 500_000
"""Entries of all layers up to which waste is added up unasked."""

_SEPARATOR = " · "


class ImageTotals:
    """Totals of the image that is shown."""

    def __init__(self, scans: Scans) -> None:
        self._scans = scans
        self._found: dict[int, Waste] = {}
        self._asked: set[int] = set()

    def text(self, image: Image, room: int) -> str:
        """Return the totals: ``9 layers · 149.1 MB stored · 345.5 MB unpacked · 4.2 % wasted``.

        Args:
            image: the image.
            room: columns; where there are fewer than all takes, the first are left out, which the panes show too.
        """
        count = len(image.layers)
        parts = [count_noun(count, image.layer_noun), f"{format_size(image.size)} stored"]
        if (found := self._found.get(id(image.node))) is not None:
            unpacked = found.total_shipped
            if found.doubtful:
                parts += [f"≥ {format_size(unpacked)} unpacked", f"≥ {format_size(found.total)} wasted"]
            else:
                parts.append(f"{format_size(unpacked)} unpacked")
                has_waste = unpacked and not image.is_artifact  # blobs of an artifact do not lie over each other
                parts += [f"{found.total / unpacked * 100:.1f} % wasted"] if has_waste else []
        while len(parts) > 1 and cells(_SEPARATOR.join(parts)) > room:
            del parts[0]
        return _SEPARATOR.join(parts)

    def is_incomplete(self, image: Image) -> bool:
        """True if the totals are those of layers of which one is damaged."""
        found = self._found.get(id(image.node))
        return found is not None and bool(found.doubtful)

    def wants_waste(self, image: Image, stack: LayerStack) -> bool:
        """True once for an image whose layers are all known, and not too large to add up unasked."""
        key = id(image.node)
        if not image.layers or stack.unknown or key in self._asked:
            return False
        summaries = [self._scans.summary(layer) for layer in image.layers]
        if sum(each.entry_count for each in summaries if each is not None) > MOST:
            return False
        self._asked.add(key)
        return True

    def forget(self, image: Image) -> None:
        """Let the waste of an image be added up anew."""
        self._asked.discard(id(image.node))

    def add_up_waste(self, image: Image, stack: LayerStack) -> None:
        """Add up the unpacked contents and what of them is wasted, in a thread.

        Raises:
            LayerError: an index cannot be read.
        """
        self._found[id(image.node)] = find_waste(StackNames(stack))
