"""A sentence about what is wrong, with the clause that is broken and how bad that is."""

from collections.abc import Iterable
from enum import Enum
from typing import Self

from ocitui.errors import BlobUnreadableError, DocumentUnreadableError, OcituiError
from ocitui.spec.clause import Clause


class Severity(Enum):
    """The severity of a problem. The value is the word for people and programs."""

    ERROR = "error"
    """The image is not what it says it is, or a tool would refuse it."""
    UNREAD = "not read"
    """This machine does not give the bytes (permission, I/O), so that nothing is known of them."""
    WARNING = "warning"
    """Nothing is wrong with the bytes, but someone should look."""
    NOTE = "note"
    """Odd, and allowed."""


def severity_of(problem: str) -> Severity:
    """The severity of a message: an error where it does not say."""
    return problem.severity if isinstance(problem, Problem) else Severity.ERROR


def are_warnings(problems: Iterable[str]) -> bool:
    """True if nothing is wrong among some problems: all are warnings."""
    return all(severity_of(problem) is Severity.WARNING for problem in problems)


class Note(str):
    """A message about what is odd and allowed, whose clause is told later."""

    __slots__ = ()


class Problem(str):
    """A message like any other, that knows more of itself."""

    __slots__ = ("blob_offset", "clause", "severity", "unpacked_offset")

    clause: Clause
    severity: Severity
    blob_offset: int | None
    """Its place, in bytes of the blob as stored."""
    unpacked_offset: int | None
    """Its place, in bytes of the unpacked stream."""

    def __new__(
        cls,
        text: str,
        clause: Clause,
        severity: Severity = Severity.ERROR,
        *,
        blob_offset: int | None = None,
        unpacked_offset: int | None = None,
    ) -> Self:
        """
        Args:
            text: what was expected and what was found; safe to draw.
            clause: what says so.
            severity: how bad it is.
            blob_offset: where, in bytes of the blob as stored.
            unpacked_offset: where, in bytes of the unpacked stream.
        """
        made = super().__new__(cls, text)
        made.clause, made.severity = clause, severity
        made.blob_offset, made.unpacked_offset = blob_offset, unpacked_offset
        return made

    def without(self, title: str) -> "Problem":
        """The same where it stands under a title, and need not begin with it."""
        text = self.removeprefix(f"{title}: ")
        offsets = {"blob_offset": self.blob_offset, "unpacked_offset": self.unpacked_offset}
        return self if len(text) == len(self) else Problem(text, self.clause, self.severity, **offsets)

    @classmethod
    def told(cls, text: str, clause: Clause, title: str = "") -> Self:
        """Make a problem of a text about a document: a note where it is a `Note`; after the title, if there is one."""
        severity = Severity.NOTE if isinstance(text, Note) else Severity.ERROR
        return cls(f"{title}: {text}" if title else text, clause, severity)

    @classmethod
    def of(cls, error: OcituiError, clause: Clause) -> Self:
        """Make a problem of an error. Bytes that this machine does not give are no fault of the image."""
        is_unread = isinstance(error, BlobUnreadableError | DocumentUnreadableError)
        return cls(str(error), clause, Severity.UNREAD if is_unread else Severity.ERROR)
