"""The Dockerfile that an image seems to be built from, told from its history."""

import sys
from dataclasses import dataclass

from ocitui.image.history.instruction import LINE_LIMIT, read_instruction
from ocitui.image.history.pairing import HistoryRow
from ocitui.image.history.stage import named_bases
from ocitui.image.history.words import origin_text
from ocitui.image.image import Image
from ocitui.spec.history import HistoryEntry

ANNOTATION_BASE_NAME = "org.opencontainers.image.base.name"
ANNOTATION_BASE_DIGEST = "org.opencontainers.image.base.digest"


@dataclass(frozen=True, slots=True)
class DockerfileLine:
    """One line, and what it stands for. Its text is as raw as the image's."""

    text: str
    row: int | None = None
    """Number of the history row it is from, from 0 (`Pairing.rows`); None for a remark about the whole."""
    layer: int | None = None
    """The layer that its instruction made, from 1."""
    is_remark: bool = False
    """True if it is not from the history but a remark about it; it starts with ``#``."""


def dockerfile(image: Image, most: int | None = None) -> list[DockerfileLine]:
    """The lines of a Dockerfile that would read like this image's history.

    It is not the file that was used: builders do not keep it. What made a layer that no
    single entry made is said in a remark, and what an entry made where that cannot be told.

    Args:
        image: the image.
        most: how many characters of instructions are written whole; those after it are cut.
    """
    lines = [DockerfileLine(f"# {text}", is_remark=True) for text in _base_of(image)]
    lines += [DockerfileLine(f"# {problem}", is_remark=True) for problem in image.history.problems]
    declared: set[str] = set()
    bases = named_bases(image.history.history)
    left = sys.maxsize if most is None else most
    for number, row in enumerate(image.history.rows):
        if row.entry is None and row.layer is not None:
            text = f"# layer {row.layer}: {origin_text(image.history, row.layer, LINE_LIMIT)}"
            lines.append(DockerfileLine(text, number, row.layer, is_remark=True))
        elif row.entry is not None:
            if row.position in bases:
                text = f"# FROM {' '.join(bases[row.position].split())}"
                lines.append(DockerfileLine(text, number, row.layer, is_remark=True))
            lines += _lines_of(number, row, row.entry, declared, max(left, LINE_LIMIT))
            left -= len(row.entry.created_by)
    return lines


def _base_of(image: Image) -> list[str]:
    annotations = image.manifest.annotations
    name, digest = annotations.get(ANNOTATION_BASE_NAME, ""), annotations.get(ANNOTATION_BASE_DIGEST, "")
    if not name and not digest:
        return []
    return [f"base image: {' '.join(' '.join((name, digest)).split())}"]


def _lines_of(
    number: int, row: HistoryRow, entry: HistoryEntry, declared: set[str], limit: int
) -> list[DockerfileLine]:
    def remark(text: str) -> DockerfileLine:
        return DockerfileLine(f"# {text}", number, row.layer, is_remark=True)

    instruction = read_instruction(entry).cut(limit)
    lines: list[DockerfileLine] = []
    if len(entry.created_by) > limit:
        lines.append(remark(f"the first {limit:,} of {len(entry.created_by):,} characters:"))
    if row.is_unpaired:
        lines.append(remark("no layer is certainly of this instruction"))
    if instruction.keyword == "ARG":
        declared.add(instruction.arguments.partition("=")[0])
    unseen = [arg for arg in instruction.build_args if arg.partition("=")[0] not in declared]
    declared.update(arg.partition("=")[0] for arg in unseen)
    lines += [DockerfileLine(f"ARG {' '.join(arg.split())}", number, row.layer) for arg in unseen]
    if instruction.keyword:
        return lines + [DockerfileLine(text, number, row.layer) for text in instruction.lines]
    if not instruction.arguments.strip():
        return [*lines, remark("an entry that says nothing of its instruction")]
    texts = instruction.arguments.strip().splitlines()
    return lines + [remark(text) for text in texts]
