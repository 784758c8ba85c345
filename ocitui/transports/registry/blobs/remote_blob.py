"""One blob of a repository, asked for in closed ranges.

Implements distribution-spec, Pulling blobs, and RFC 9110, section 14. A range always says
where it ends: some registries answer no other, and whether one answers ranges at all is not
to be told from ``Accept-Ranges``.
"""

import re
import threading
from contextlib import suppress

from ocitui.display import quote
from ocitui.spec.digest import Digest
from ocitui.transports.registry.blobs.blob_stream import BlobStream
from ocitui.transports.registry.blobs.copy import Copy
from ocitui.transports.registry.client import Client
from ocitui.transports.registry.errors import CopyError, MissingError, RangesIgnoredError, WrongAnswerError
from ocitui.transports.registry.http.answer import Answer
from ocitui.transports.registry.kept import Kept

SMALL = 1 << 17
"""Bytes of a blob that is held in memory once it was read; and of what is read ahead in any other."""

END = 1 << 10
"""Bytes of the end of a blob that are held in memory once they were read."""

_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19}|\*)")


class RemoteBlob:
    """A blob, for all that read it in this process. For several threads."""

    def __init__(self, client: Client, kept: Kept | None, digest: Digest, size: int | None) -> None:
        """Nothing is asked for yet.

        Args:
            client: of its repository.
            kept: where a copy may be, if a server sends nothing but whole blobs.
            digest: of the blob.
            size: bytes, as its descriptor says; None where it says nothing.
        """
        self.digest = digest
        self.what = f"{client.endpoint.place}: blob {digest}"
        self._client = client
        self._kept = kept
        self._size = size
        self._found_at = ""
        self._lock = threading.RLock()
        self._copy: Copy | None = None
        self._has_room = True
        self._sends_all = False
        self.is_copied_once = False
        """True if who reads all of it makes a copy, for another who reads it after that."""
        self.small: bytes | None = None
        """All of it, where it is small and was read."""
        self.end = b""
        """Its last bytes, where these few were read alone: they are not fetched once more with those before them."""

    @property
    def size(self) -> int:
        """Bytes of it. Where no descriptor says so the registry is asked, or `RegistryError` raised."""
        with self._lock:
            if self._size is None:
                answer, is_whole = self.ask(0, SMALL)
                if is_whole:
                    with suppress(CopyError):  # who reads it finds out
                        self.copy_from(answer)
                else:
                    answer.close()
            assert self._size is not None
            return self._size

    @property
    def size_before_end(self) -> int:
        """Bytes of it before those that are held of its end."""
        return self.size - len(self.end)

    @property
    def copy(self) -> Copy | None:
        """A copy on this machine, whole or growing, which servers that ignore ranges make necessary."""
        with self._lock:
            if self._copy is not None and self._copy.is_cancelled:
                self._copy = None
            if self._copy is None and self._kept is not None:
                self._copy = Copy.find(self._kept, self.digest, self._size)
            return self._copy

    @property
    def is_streamed_only(self) -> bool:
        """True if the server ignores ranges, and there is no room for a copy: each part costs all that is before it."""
        return self._sends_all and not self._has_room

    def lose_copy(self, error: CopyError) -> None:
        """Do without a copy from now on, since it cannot be written."""
        with self._lock:
            self._copy, self._has_room, self.is_copied_once = None, False, False
        again = "; what is read is fetched again each time" if self._sends_all else ""
        self._client.watch.note(f"no copy is kept: {error}{again}")

    def fetch(self, start: int, size: int) -> bytes:
        """Bytes by one closed range, all of them; what lies beyond the end of the blob is left out.

        Raises:
            RangesIgnoredError: the server sends everything, of which nothing was read.
            RegistryError: they cannot be had.
        """
        end = min(start + size, self.size)
        if start >= end:
            return b""
        if self.small is not None:
            return self.small[start:end]
        if (copy := self.copy) is not None:
            return copy.read(start, end)
        answer, is_whole = self.ask(start, end)
        if is_whole and (start, end) != (0, self.size):
            answer.close()
            raise RangesIgnoredError(f"{self.what}: expected a part of it, found that {answer.origin} sends all of it")
        return self.stream(start, end, answer).read_all()

    def told(self, data: bytes) -> bytes:
        """Bytes that came, of which whoever waits for them is told first."""
        self._client.watch.on_fetch(len(data))
        return data

    def stream(self, start: int, end: int, answer: Answer | None = None) -> BlobStream:
        """Bytes in order, over one answer for as long as that lasts.

        Args:
            start: offset of the first.
            end: offset after the last.
            answer: one that is open already, and begins at the start.
        """
        return BlobStream(self, start, end, self._client.settings.patience, self._client.watch, answer)

    def ask(self, start: int, end: int) -> tuple[Answer, bool]:
        """Ask for a range, and check what the answer says it is.

        Returns:
            The answer; and whether it begins at the first byte of the blob, because the server ignores ranges.

        Raises:
            MissingError: the registry has no such blob.
            WrongAnswerError: it sends another part, or a blob of another size.
        """
        headers = {"Range": f"bytes={start}-{end - 1}"}
        answer = self._client.ask("GET", f"blobs/{self.digest}", self.what, headers, found_at=self._found_at)
        try:
            if answer.status == 404:
                raise MissingError(f"{self.what}: missing: {answer.reason()}")
            if answer.status == 416:
                raise WrongAnswerError(f"{self.what}: expected {end:,} bytes or more, found fewer (416)")
            self._check_size(_check_range(answer, start, end, self.what) if answer.status == 206 else answer.length)
        except BaseException:
            answer.close()
            raise
        self._found_at = answer.url
        return answer, answer.status == 200

    def copy_from(self, answer: Answer) -> Copy:
        """Begin a copy with an answer that holds the whole blob, unless there is one; or raise `CopyError`."""
        with self._lock:
            self._sends_all = True
            if not self._has_room:
                answer.close()
                raise CopyError(f"{self.what}: there is no room for a copy")
            if self._copy is None:
                self._client.watch.note(f"{answer.origin}: it sends whole blobs only, of which copies are kept")
                stream = self.stream(0, self.size, answer)
                self._copy = Copy.begin(stream, self._kept, self.digest, self.size)
            else:
                answer.close()
            return self._copy

    def copy_on(self, start: bytes) -> Copy:
        """Begin a copy for one command with the first bytes, unless there is one; or raise `CopyError`."""
        with self._lock:
            if self._copy is None:
                stream = self.stream(len(start), self.size)
                self._copy = Copy.begin(stream, self._kept, self.digest, self.size, start=start, is_passing=True)
            return self._copy

    def _check_size(self, said: int | None) -> None:
        if self._size is None:
            if said is None:
                raise WrongAnswerError(
                    f"{self.what}: expected an answer that says how many bytes there are, found none"
                )
            self._size = said
        elif said is not None and said != self._size:
            raise WrongAnswerError(f"{self.what}: expected {self._size:,} bytes, found {said:,}")


def _check_range(answer: Answer, start: int, end: int, what: str) -> int | None:
    """Bytes of the whole blob, where the answer says how many; `WrongAnswerError` if it is not the part asked for."""
    said = answer.headers.get("Content-Range", "")
    found = _RANGE.fullmatch(said.strip())
    if found is None or int(found[1]) != start or not start <= int(found[2]) < end:
        raise WrongAnswerError(f"{what}: expected bytes {start}-{end - 1}, found Content-Range {quote(said, 100)}")
    part = int(found[2]) - start + 1
    if answer.length not in {None, part}:
        raise WrongAnswerError(f"{what}: expected {part:,} bytes of a part, found {answer.length:,}")
    return None if found[3] == "*" else int(found[3])
