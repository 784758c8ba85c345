"""A digest computed beside everything else."""

import hashlib
import os
import queue
import sys
import threading

from ocitui.spec.digest import Digest

_QUEUED = 8
_NICENESS = 10
"""How far a hashing thread steps back behind the one that unpacks, which all others wait for."""


class Hasher:
    """Hashes pieces in a thread of its own, which gives up Python's lock while it does."""

    def __init__(self, algorithm: str) -> None:
        """Start the thread.

        Args:
            algorithm: one that `ocitui.spec.digest.Digest.is_known` knows.
        """
        self._algorithm = algorithm
        self._hash = hashlib.new(algorithm)
        self._queue: queue.Queue[bytes | None] = queue.Queue(_QUEUED)
        self._thread = threading.Thread(target=self._run, name=algorithm, daemon=True)
        self._thread.start()

    def update(self, data: bytes) -> None:
        """Take the next piece; waits while several are waiting."""
        self._queue.put(data)

    def digest(self) -> Digest:
        """The digest of all pieces. None may come after this."""
        self.close()
        return Digest(self._algorithm, self._hash.hexdigest())

    def close(self) -> None:
        """End the thread."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        if sys.platform == "linux":  # elsewhere that is the whole process
            os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0) + _NICENESS)
        while (data := self._queue.get()) is not None:
            self._hash.update(data)
