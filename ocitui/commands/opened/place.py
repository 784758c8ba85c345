"""A place with images, opened and read; and what is wrong with it."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from ocitui.commands.opened.registry import open_place
from ocitui.commands.status_line import StatusLine
from ocitui.display import count_noun, printable
from ocitui.errors import BLOB_MISSING, OcituiError, UsageError
from ocitui.image.documents.absence import absence_text, absences, is_content
from ocitui.image.documents.tree import build_tree
from ocitui.image.node import Node, NodeKind
from ocitui.image.selection import build_frugal_tree, build_signed_tree, select_node
from ocitui.spec.platform import Platform
from ocitui.spec.problem import Severity, severity_of
from ocitui.spec.reference import REGISTRY, Reference
from ocitui.transports.transport import ListsReferrers, Transport


@dataclass(frozen=True)
class Place:
    """A place where images live, with all documents read."""

    transport: Transport
    reference: Reference
    top: Node
    start: Node
    """The node that the reference's tag or digest names; the top where it names none."""
    has_referrers: bool = False
    """True if what refers to the image was asked for."""

    @classmethod
    def open(
        cls,
        text: str,
        platform: Platform | None = None,
        *,
        is_whole: bool = False,
        has_referrers: bool = False,
    ) -> Self:
        """Open what a user typed.

        Args:
            text: as typed.
            platform: the one that was asked for, if any.
            is_whole: whether a registry is asked for the images of all other platforms, too.
            has_referrers: whether it is asked for what refers to the image.

        Raises:
            UsageError: nothing is there, or nothing of that tag or digest.
        """
        with StatusLine() as line:
            opened = open_place(text, line)
            return cls.of(*opened, platform, is_whole=is_whole, has_referrers=has_referrers)

    @classmethod
    def of(
        cls,
        transport: Transport,
        reference: Reference,
        platform: Platform | None = None,
        *,
        is_whole: bool = False,
        has_referrers: bool = False,
    ) -> Self:
        """Read the documents of an open place; see `open`."""
        if reference.transport == REGISTRY and not is_whole:
            top = build_frugal_tree(transport, platform, has_referrers=has_referrers)
        else:
            top = build_signed_tree(transport) if has_referrers else build_tree(transport)
        try:
            return cls(transport, reference, top, select_node(top, reference, platform), has_referrers)
        except UsageError as error:
            raise UsageError(f"{error} ({top.problems[0]})" if top.is_rescued else str(error)) from None

    @property
    def workaround(self) -> tuple[str, ...]:
        """The reasons why its images had to be found in another way than it says: they may be others."""
        return self.top.problems if self.top.is_rescued else ()

    @property
    def unlisted(self) -> Sequence[str]:
        """The reasons why what refers to the image is not known, where that was asked for; they are said already."""
        return self.transport.unlisted if isinstance(self.transport, ListsReferrers) and self.has_referrers else ()

    @property
    def doubts(self) -> list[str]:
        """Warnings of the whole place: another image may be meant than the one that is found."""
        return [each for each in self.top.problems if severity_of(each) is Severity.WARNING]

    @cached_property
    def absent(self) -> dict[Node, None]:
        """The nodes that are missing, and may be: see `ocitui.image.documents.absence`."""
        return dict.fromkeys(absences(self.start))

    def problems(self) -> list[str]:
        """Return the damage of what the reference names, and the documents that are missing of it, each once."""
        found = dict.fromkeys(self.top.problems)
        for node in self.start.walk():
            found |= dict.fromkeys(self.problems_at(node))
        return list(found)

    def problems_at(self, node: Node) -> list[str]:
        """Return the problems of one node, but for its absence where it may be missing."""
        return list(node.problems if node in self.absent else problems_of(node))

    def report_documents(self, nodes: Iterable[Node], problems: Iterable[str]) -> int:
        """Say on standard error what is wrong with documents, and return the exit code.

        Where nothing is, layers and other contents that are missing, or whose blobs are not as they
        should be, are said, and are no failure: the answer is all there without them.

        Args:
            nodes: of the documents that the answer is from, and of what they name.
            problems: what is wrong besides.
        """
        wrong, absent, blobs = dict.fromkeys(problems), list[Node](), dict[str, None]()
        for node in nodes:
            of_blob = node.blob_problem if is_content(node) else ""
            wrong |= dict.fromkeys(each for each in self.problems_at(node) if each != of_blob)
            blobs |= {of_blob: None} if of_blob else {}
            absent += [node] if node in self.absent else []
        code = report(wrong)
        said = [*([absence_text(absent)] if absent else []), *([first_of(blobs)] if blobs else [])]
        if code == 0 and said:
            remark("; ".join(said))
        return code or (2 if self.unlisted else 0)


def problems_of(node: Node) -> Iterator[str]:
    """Yield the problems of one node."""
    if node.is_missing and not node.problems:
        yield f"{title(node)}: {BLOB_MISSING}"
    yield from node.problems


def title(node: Node) -> str:
    """Return the name of a node in messages: ``layer 2 (sha256:…)``."""
    name = f"layer {node.number}" if node.kind is NodeKind.LAYER and node.number else node.kind.value
    return f"{name} ({node.digest or 'no digest'})"


class CannotTellError(OcituiError):
    """A path is not found, and may be in a layer that is missing or damaged, or in another image."""

    def __init__(self, problems: Iterable[str]) -> None:
        super().__init__(first_of(problems))


def first_of(problems: Iterable[str]) -> str:
    """Return the first of several problems, and how many more there are; empty where there is none."""
    first, *others = [*problems] or [""]
    return first + (f" (and {count_noun(len(others), 'more problem')})" if others else "")


def report(problems: Iterable[str]) -> int:
    """Say in one line on standard error what is wrong, if anything is, and return the exit code.

    Warnings are said after what is wrong, and alone end with 0; notes are not said.
    """
    found = [each for each in problems if severity_of(each) is not Severity.NOTE]
    wrong = [each for each in found if severity_of(each) is not Severity.WARNING]
    if found:
        remark(first_of([*wrong, *(each for each in found if severity_of(each) is Severity.WARNING)]))
    return 2 if wrong else 0


def remark(text: str) -> None:
    """Say on standard error what is no failure."""
    sys.stdout.flush()
    print(f"ocitui: {printable(text)}", file=sys.stderr, flush=True)
