"""The header of a model in GGUF, which is all before its weights.

Implements the GGUF file format of ggml, versions 1 to 3, in either byte order. Lists are passed
over: they are vocabularies.
"""

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod

from ocitui.errors import DocumentError
from ocitui.image.artifacts.beginning import Beginning

MAGIC = b"GGUF"
_KEYS, _TENSORS, _ITEMS, _TEXT, _DIMENSIONS = 10_000, 100_000, 4_000_000, 1 << 20, 8
"""The most that is taken for real: keys, tensors, items of a list, bytes of a text, dimensions."""
_STRING, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Types of values, as `struct` calls them."""
_NESTED = 4

TENSOR_TYPES = {
    **{0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K"},
    **{12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S"},
    **{20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64"},
    **{29: "IQ1_M", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4"},
}
"""The types of tensors, by number: ``ggml_type``."""
FILE_TYPES = {
    **{0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S"},
    **{12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K"},
    **{19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S"},
    **{27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0"},
}
"""The types of most tensors of a file, by number: ``general.file_type``."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list that was passed over."""

    count: int


Value = str | int | float | bool | ListOf


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """All that a model says of itself."""

    version: int
    values: dict[str, Value]
    """By key, in the order of the file."""
    tensors: Counter[str]
    """Tensors by their type."""
    parameters: int
    """Numbers in all tensors."""

    @property
    def architecture(self) -> str:
        """``llama``, for one; empty where it is not said."""
        found = self.values.get("general.architecture")
        return found if isinstance(found, str) else ""

    @property
    def quantization(self) -> str:
        """The form of most of its numbers: ``Q4_K_M``; where that is not said, the type of most tensors."""
        found = self.values.get("general.file_type")
        if isinstance(found, int):
            return FILE_TYPES.get(found, f"type {found}")
        return max(self.tensors, key=self.tensors.__getitem__, default="")

    def own(self, name: str) -> Value | None:
        """A value that is named after the architecture: ``llama.context_length``."""
        return self.values.get(f"{self.architecture}.{name}")


def read_gguf(file: Beginning) -> GgufHeader:
    """Read the header of a model.

    Raises:
        DocumentError: it is none, or is not as it must be.
    """
    if file.exactly(4) != MAGIC:
        raise DocumentError("expected GGUF, found something else")
    reader = _Reader(file)
    version = reader.version
    tensor_count, key_count = reader.length(_TENSORS, "tensors"), reader.length(_KEYS, "keys")
    values: dict[str, Value] = {}
    for _ in range(key_count):
        key = reader.text()
        values[key] = reader.value(reader.number("I"))
    types: Counter[str] = Counter()
    parameters = 0
    for shape, kind in reader.tensors(tensor_count):
        types[TENSOR_TYPES.get(kind, f"type {kind}")] += 1
        parameters += prod(shape)
    return GgufHeader(version, values, types, parameters)


class _Reader:
    def __init__(self, file: Beginning) -> None:
        self._file = file
        raw = file.exactly(4)
        little, big = struct.unpack("<I", raw)[0], struct.unpack(">I", raw)[0]
        self.version = min(little, big)
        self._order = "<" if little <= big else ">"
        if not 1 <= self.version <= 3:
            raise DocumentError(f"expected version 1, 2 or 3 of GGUF, found {self.version}")
        self._count = "I" if self.version == 1 else "Q"

    def number(self, kind: str) -> int:
        """A number of a type as `struct` calls it; of some it is a float."""
        layout = self._order + kind
        found: int = struct.unpack(layout, self._file.exactly(struct.calcsize(layout)))[0]
        return found

    def length(self, most: int, what: str) -> int:
        found = self.number(self._count)
        if found > most:
            raise DocumentError(f"expected at most {most:,} {what}, found {found:,}")
        return found

    def text(self) -> str:
        return self._file.exactly(self.length(_TEXT, "bytes of a text")).decode("utf-8", "surrogateescape")

    def value(self, kind: int, depth: int = 0) -> Value:
        if kind == _STRING:
            return self.text()
        if kind != _ARRAY:
            if kind not in _NUMBERS:
                raise DocumentError(f"expected a type of values, found {kind}")
            found = self.number(_NUMBERS[kind])
            return bool(found) if _NUMBERS[kind] == "?" else found
        if depth > _NESTED:
            raise DocumentError(f"expected lists nested at most {_NESTED} deep, found them deeper")
        inner, count = self.number("I"), self.length(_ITEMS, "items of a list")
        if inner in _NUMBERS:
            self._file.skip(count * struct.calcsize(f"<{_NUMBERS[inner]}"))
            return ListOf(count)
        skip: Callable[[], object] = self.skip_text if inner == _STRING else lambda: self.value(inner, depth + 1)
        for _ in range(count):
            skip()
        return ListOf(count)

    def skip_text(self) -> None:
        self._file.skip(self.length(_TEXT, "bytes of a text"))

    def tensors(self, count: int) -> Iterator[tuple[list[int], int]]:
        for _ in range(count):
            self.skip_text()
            dimensions = self.number("I")
            if dimensions > _DIMENSIONS:
                raise DocumentError(f"expected at most {_DIMENSIONS} dimensions of a tensor, found {dimensions:,}")
            shape = [self.number(self._count) for _ in range(dimensions)]
            kind = self.number("I")
            self.number("Q")
            yield shape, kind
