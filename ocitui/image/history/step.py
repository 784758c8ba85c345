"""One entry of a history, as far as it tells what wrote it and whether it can make files."""

import re
from dataclasses import dataclass, replace
from enum import Enum

from ocitui.image.history.instruction import LINE_LIMIT, read_instruction
from ocitui.spec.history import HistoryEntry

METADATA = frozenset(
    {"ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER"}
    | {"ONBUILD", "SHELL", "STOPSIGNAL", "USER"}
)
"""Instructions that change the config alone; but on Windows docker gives each a layer of its own."""
MAKERS = frozenset({"ADD", "COPY", "RUN", "VOLUME", "WORKDIR"})
"""Instructions that make files or folders. buildah makes the folders of the last two in the layer of a stage."""

_FILLER = "buildkit.exporter.image.v0"
_CLASSIC = re.compile(r"#\(nop\)  \S")
_ENGINE = re.compile(r".{0,2000}?#\(nop\)|\S*\bsh\b", re.DOTALL)
_SQUASH = re.compile(r"(?:merge \S+:[0-9a-f]+ to|create new from) \S+:[0-9a-f]+")
_OTHERS = frozenset({"apko", "bazel", "jib", "kaniko", "ko"})
_OWN_WORDS = re.compile(r"containerify:|crane |flatpak |umoci |jib-")
_YEARS_BEFORE = range(2013, 2019)
"""buildah writes several entries for one layer since 2019; docker wrote alike entries for one layer each before."""


class Writer(Enum):
    """The writer of an entry, as far as it matters for the layer."""

    BUILDKIT = "BuildKit"
    """Marks truly what made no layer."""
    FILLER = "BuildKit's exporter"
    """Describes a layer that the history before it has no entry for."""
    CLASSIC = "docker's classic builder"
    """Told by two blanks before an instruction that changes the config alone."""
    OTHER = "another"
    """kaniko, jib, ko, apko, Bazel, umoci, containerify, …: an entry for each layer."""
    UNKNOWN = "unknown"
    """buildah or docker's classic builder, which write many instructions alike, or anything else."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry, read."""

    entry: HistoryEntry
    keyword: str
    """The instruction; empty where the entry is none of a Dockerfile."""
    arguments: str
    """The text after it."""
    writer: Writer

    @property
    def base(self) -> str:
        """The image that buildah says the stage or the step began from; empty where it says none."""
        comment = self.entry.comment
        return comment.removeprefix("FROM ").strip() if comment.startswith("FROM ") else ""

    @property
    def is_squash(self) -> bool:
        """True if it is the entry of ``docker build --squash``, which stands for all entries before it."""
        return not self.entry.created_by.strip() and _SQUASH.match(self.entry.comment) is not None

    @property
    def is_buildah_metadata(self) -> bool:
        """True if it changes the config alone and is written as buildah does, and docker before 1.12."""
        is_recent = self.entry.created is None or self.entry.created.year not in _YEARS_BEFORE
        is_one_blank = self.writer is Writer.UNKNOWN and "#(nop)" in self.entry.created_by[:LINE_LIMIT]
        return is_recent and is_one_blank and self.keyword in METADATA

    @property
    def is_before_buildah(self) -> bool:
        """True if it is older than histories with several entries for one layer."""
        return self.entry.created is not None and self.entry.created.year in _YEARS_BEFORE


def read_step(entry: HistoryEntry) -> Step:
    """Read an entry; never raises."""
    short = entry
    if len(entry.created_by) > LINE_LIMIT:
        short = replace(entry, created_by=entry.created_by[:LINE_LIMIT])
    instruction = read_instruction(short)
    text = short.created_by
    if entry.comment == _FILLER:
        writer = Writer.FILLER
    elif instruction.note == "buildkit":
        writer = Writer.BUILDKIT
    elif _CLASSIC.search(text):
        writer = Writer.CLASSIC
    elif _OWN_WORDS.match(text) or (instruction.note in _OTHERS and not _ENGINE.match(text)):  # engines inherit authors
        writer = Writer.OTHER
    else:
        writer = Writer.UNKNOWN
    return Step(entry, instruction.keyword, instruction.arguments, writer)
