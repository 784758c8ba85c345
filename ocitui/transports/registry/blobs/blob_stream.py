"""The bytes of a blob in order, over one answer; where that breaks, over another from the right byte on."""

from time import monotonic
from typing import Protocol

from ocitui.transports.registry.errors import BrokenConnectionError, RegistryCancelledError, RegistryError
from ocitui.transports.registry.http.answer import Answer
from ocitui.transports.registry.patience import Patience, Watch

_PROGRESS = 1 << 16
"""Bytes that must come between two breaks, for the second to count as the first one again."""


class Ranges(Protocol):
    """The source of the parts of a blob."""

    @property
    def what(self) -> str:
        """The name of the blob in messages."""

    def ask(self, start: int, end: int) -> tuple[Answer, bool]:
        """Ask for a part; says whether the answer begins at the first byte of the blob all the same."""


class BlobStream:
    """A part of a blob. For one thread; close it."""

    def __init__(
        self, blob: Ranges, start: int, end: int, patience: Patience, watch: Watch, answer: Answer | None = None
    ) -> None:
        """
        Args:
            blob: what is read.
            start: offset of the first byte.
            end: offset after the last.
            patience: how often to go on, and how slow may be.
            watch: is told when it goes on.
            answer: one that is open already, and begins at the start.
        """
        self._blob = blob
        self._end = end
        self._patience = patience
        self._watch = watch
        self._answer = answer
        self.position = start
        """Offset of the next byte."""
        self._failure: BrokenConnectionError | None = None
        self._breaks = 0
        self._last_break = start
        self._waited, self._came = 0.0, 0

    @property
    def is_at_end(self) -> bool:
        """True if all was read."""
        return self.position >= self._end

    def read(self, size: int) -> bytes:
        """The next bytes, up to ``size`` of them; none at the end.

        Raises:
            RegistryError: they cannot be had, though it was tried several times.
        """
        if self._failure is not None:
            raise self._failure
        parts: list[bytes] = []
        missing = min(size, self._end - self.position)
        while missing > 0:
            try:
                part = self._read_part(missing)
            except RegistryCancelledError:
                raise
            except RegistryError:
                if parts:  # what came before is given first; the next call says the same again
                    break
                raise
            if not part:
                if parts:
                    break
                continue
            parts.append(part)
            self.position += len(part)
            missing -= len(part)
        if self.is_at_end and self._answer is not None:
            self._answer.read(1)  # the end of it, so that the connection can be used again
            self.close()
        return b"".join(parts)

    def read_all(self) -> bytes:
        """All that is left, or `RegistryError`."""
        parts: list[bytes] = []
        try:
            while part := self.read(self._end - self.position):
                parts.append(part)
        finally:
            self.close()
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Read on without looking."""
        target = self.position + size
        while self.position < target and self.read(min(target - self.position, 1 << 18)):
            pass

    def close(self) -> None:
        """Close the answer."""
        if self._answer is not None:
            self._answer.close()
            self._answer = None

    def _read_part(self, size: int) -> bytes:
        """The bytes that come next; none where the answer breaks off, and another is to be asked for."""
        try:
            answer = self._open()
            began = monotonic()
            part = answer.read(size)
            self._check_pace(monotonic() - began, len(part))
        except BrokenConnectionError as error:
            self._break(error)
            return b""
        if not part:
            self._break(
                BrokenConnectionError(f"{self._blob.what}: the answer ends at byte {self.position:,} of {self._end:,}")
            )
        return part

    def _open(self) -> Answer:
        if self._answer is None:
            self._answer, is_whole = self._blob.ask(self.position, self._end)
            self._waited, self._came = 0.0, 0
            if is_whole:
                self._pass_over(self._answer, self.position)
        return self._answer

    def _pass_over(self, answer: Answer, size: int) -> None:
        """Read what was read before once more, since the server sends nothing else."""
        while size > 0:
            part = answer.read(min(size, 1 << 18))
            if not part:
                raise BrokenConnectionError(f"{self._blob.what}: the connection broke")
            size -= len(part)

    def _check_pace(self, seconds: float, size: int) -> None:
        """Give up a connection by which hardly anything comes."""
        self._waited += seconds
        self._came += size
        if self._waited > self._patience.drip:
            if self._came < self._patience.drip_bytes:
                raise BrokenConnectionError(f"{self._blob.what}: hardly anything comes")
            self._waited, self._came = 0.0, 0

    def _break(self, error: BrokenConnectionError) -> None:
        """Count a break; raise where one follows the other and nothing comes between them."""
        self.close()
        self._breaks = 1 if self.position - self._last_break >= _PROGRESS else self._breaks + 1
        self._last_break = self.position
        if self._breaks > self._patience.tries:
            self._failure = error
            raise error
        if self._breaks > 2:
            self._watch.pause(self._patience.pause * 2 ** (self._breaks - 3))
