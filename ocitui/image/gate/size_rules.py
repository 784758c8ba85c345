"""Limits of how much an image is."""

from dataclasses import dataclass

from ocitui.display import count_noun, format_count, format_exact_size
from ocitui.errors import UsageError
from ocitui.image.gate.numbers import read_bytes, read_number
from ocitui.image.gate.subject import Subject
from ocitui.image.gate.verdict import Verdict, verdict


@dataclass(frozen=True, slots=True)
class MaxSize:
    """Bytes of all layers as they are stored."""

    limit: int

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        size = subject.image.size
        expected = f"at most {format_exact_size(self.limit)} stored"
        return verdict("max-size", size <= self.limit, expected, format_exact_size(size))


@dataclass(frozen=True, slots=True)
class MaxUnpackedSize:
    """Bytes of all layers after decompression."""

    limit: int

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        size = sum(subject.unpacked_sizes)
        expected = f"at most {format_exact_size(self.limit)} of tars"
        return verdict("max-unpacked-size", size <= self.limit, expected, format_exact_size(size))


@dataclass(frozen=True, slots=True)
class MaxLayerSize:
    """Bytes of each layer as it is stored."""

    limit: int

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        sizes = [(layer.descriptor.size or 0, layer.number) for layer in subject.image.layers]
        over = [(size, number) for size, number in sizes if size > self.limit]
        found = ", ".join(f"{format_exact_size(size)} in layer {number}" for size, number in over)
        largest = max(sizes, default=(0, 0))
        found = found or f"{format_exact_size(largest[0])} in the largest"
        return verdict("max-layer-size", not over, f"at most {format_exact_size(self.limit)} in a layer", found)


@dataclass(frozen=True, slots=True)
class MaxLayers:
    """A limit on the number of layers."""

    limit: int

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image."""
        count = len(subject.image.layers)
        expected = f"at most {count_noun(self.limit, 'layer')}"
        return verdict("max-layers", count <= self.limit, expected, format_count(count))


@dataclass(frozen=True, slots=True)
class MaxGrowth:
    """A limit on the growth from the base image, both unpacked, so that compression does not count."""

    limit: int | float
    """Bytes; or a part of the base image's, where `is_percent`."""
    is_percent: bool = False

    @classmethod
    def read(cls, text: str) -> "MaxGrowth":
        """Read ``10%`` or ``20MB``, or raise `UsageError`, which says what was expected."""
        if not text.strip().endswith("%"):
            return cls(read_bytes(text))
        percent = read_number(text.strip()[:-1].strip())
        if percent is None or not 0 <= percent < float("inf"):
            raise UsageError("must be a percentage like 10%, or a size like 20MB")
        return cls(percent / 100, is_percent=True)

    def judge(self, subject: Subject) -> Verdict:
        """Look at the image, which has a base."""
        assert subject.base_unpacked_size is not None
        base = subject.base_unpacked_size
        growth = sum(subject.unpacked_sizes) - base
        limit = base * self.limit if self.is_percent else self.limit
        asked = f"{self.limit * 100:g} %" if self.is_percent else format_exact_size(int(self.limit))
        percent = f" ({growth / base * 100:.4g} %)" if base else ""
        expected = f"at most {asked} more than the {format_exact_size(base)} of the base, in tars"
        return verdict("max-growth", growth <= limit, expected, f"{format_exact_size(growth)}{percent}")
