"""The header of tensors in safetensors: a length, and JSON that names each tensor, its type and its shape."""

import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TypeGuard

from ocitui.errors import DocumentError
from ocitui.image.artifacts.beginning import Beginning
from ocitui.image.described.bounded import READ_LIMIT
from ocitui.spec.document import load_object

_METADATA = "__metadata__"
_VALUES, _DIMENSIONS = 2_000_000, 8
"""The most that is taken for real: values of the header, and dimensions of a tensor."""


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """All that a file of tensors says of itself."""

    metadata: Mapping[str, str]
    tensors: Counter[str]
    """Tensors by their type: ``BF16``."""
    parameters: int
    """Numbers in all tensors."""


def looks_like_safetensors(start: bytes) -> bool:
    """True if the first nine bytes of a file may be those of safetensors."""
    return len(start) >= 9 and start[8:9] == b"{" and 2 <= struct.unpack("<Q", start[:8])[0] <= READ_LIMIT


def read_safetensors(file: Beginning) -> SafetensorsHeader:
    """Read the header.

    Raises:
        DocumentError: it is none, or is not as it must be.
    """
    (length,) = struct.unpack("<Q", file.exactly(8))
    if not 2 <= length <= READ_LIMIT:
        raise DocumentError(f"expected a header of at most {READ_LIMIT:,} bytes, found a length of {length:,}")
    document = load_object(file.exactly(length), "header", _VALUES)
    metadata = document.get(_METADATA)
    said = {str(k): v for k, v in metadata.items() if isinstance(v, str)} if isinstance(metadata, dict) else {}
    types: Counter[str] = Counter()
    parameters = 0
    for name, value in document.items():
        if name == _METADATA:
            continue
        shape = value.get("shape") if isinstance(value, dict) else None
        kind = value.get("dtype") if isinstance(value, dict) else None
        if not _is_shape(shape) or not isinstance(kind, str):
            raise DocumentError("expected tensors with a type and a shape, found something else")
        types[kind[:20]] += 1
        parameters += prod(shape)
    return SafetensorsHeader(said, types, parameters)


def _is_shape(value: object) -> TypeGuard[list[int]]:
    return (
        isinstance(value, list)
        and len(value) <= _DIMENSIONS
        and all(isinstance(number, int) and 0 <= number < 1 << 48 for number in value)
    )
