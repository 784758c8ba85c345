"""The properties of a JSON object by their names in any letter case, as Go's ``encoding/json`` takes them.

What builds, pushes and runs images is written in Go, which reads ``rootfS`` and ``OS`` as
``rootfs`` and ``os``. Seen with Go 1.19, of an object that has a name more than once, in
whatever spelling: the last in the order of the document counts, an exact one no more than
another; objects are merged property by property, lists item by item, and null leaves a
text, a number or an object as it was, and empties a list or a map.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

from ocitui.spec.document import RepeatingObject


@lru_cache(4096)
def fold(name: str) -> str:
    """A name without its letter case: by Unicode's simple folding, as far as that leads to a letter of ASCII."""
    return name.lower().replace("\u017f", "s")


class Properties:
    """One JSON object."""

    def __init__(self, value: Mapping[str, object]) -> None:
        self._pairs: Collection[tuple[str, object]] = pairs_of(value)
        self._found: dict[str, list[tuple[str, object]]] = {}
        for pair in self._pairs:
            self._found.setdefault(fold(pair[0]), []).append(pair)

    def __contains__(self, name: str) -> bool:
        """Return True if the object has it, whatever it holds."""
        return fold(name) in self._found

    def get(self, name: str, *, is_map: bool = False) -> object:
        """Its value; None where it is missing.

        Args:
            name: the name as the specification spells it.
            is_map: whether its own names mean nothing to who reads it, as those of labels.
        """
        return _combined([value for _, value in self._found.get(fold(name), ())], is_map)

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return the object's spellings of it, each once."""
        return tuple(dict.fromkeys(spelled for spelled, _ in self._found.get(fold(name), ())))

    def without(self, names: Collection[str]) -> dict[str, object]:
        """Return the object's other properties."""
        folded = {fold(name) for name in names}
        return {name: value for name, value in self._pairs if fold(name) not in folded}


def pairs_of(value: Mapping[str, object]) -> Collection[tuple[str, object]]:
    """All pairs of an object in the order of the document, repeated names too."""
    return value.pairs if isinstance(value, RepeatingObject) else value.items()


def _combined(values: list[object], is_map: bool) -> object:
    """Return the value that Go has once it read several values one over the other."""
    run: list[object] = []
    for value in values:
        if value is None:
            if is_map or (run and isinstance(run[-1], list)):
                run.clear()
        elif run and any(isinstance(run[-1], kind) and isinstance(value, kind) for kind in (dict, list)):
            run.append(value)
        else:
            run = [value]
    if len(run) < 2:
        return run[0] if run else None
    if isinstance(run[-1], dict):
        return _merged([value for value in run if isinstance(value, dict)])
    lists = [value for value in run if isinstance(value, list)]
    columns: list[list[object]] = [[] for _ in lists[-1]]
    for items in lists:
        for column, item in zip(columns, items, strict=False):
            column.append(item)
    return [_combined(column, is_map=False) for column in columns]


def _merged(objects: list[dict[str, object]]) -> RepeatingObject:
    """Return objects of one name as one; what one of them alone has twice is repeated, as the name itself is."""
    found = RepeatingObject.of([pair for each in objects for pair in pairs_of(each)])
    own = [name for each in objects if isinstance(each, RepeatingObject) for name in each.repeated]
    found.repeated = tuple(dict.fromkeys(own))
    return found
