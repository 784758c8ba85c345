"""A way to a server that is as slow, or as unreliable, as a bench wants it."""

import random
import socket
import threading
import time
from contextlib import suppress
from typing import Self

_PIECE = 1 << 16
_LEAST = 1 << 17
"""Bytes that a connection carries at least before it is cut."""


class Proxy:
    """Passes connections on to a port of this machine; a context manager, from threads of its own."""

    def __init__(
        self, target: int, *, round_trip: float = 0.0, rate: float = 0.0, cuts: int = 0, longest: int = 0
    ) -> None:
        """
        Args:
            target: the port.
            round_trip: seconds that a connection takes to be made, and a question with its answer takes longer.
            rate: bytes a second that come at most over one connection; 0 for as many as there are.
            cuts: connections that are cut off in the middle, at random.
            longest: bytes that such a connection carries at most.
        """
        self._target = target
        self._round_trip = round_trip
        self._rate = rate
        self._longest = longest
        self._random = random.Random(1)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.left = cuts
        """The cuts that are still to come."""
        self.passed = 0
        """Bytes that came from the server."""

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._pass_on, args=(self._listener.accept()[0],), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        time.sleep(self._round_trip)
        with client, socket.create_connection(("127.0.0.1", self._target)) as server, suppress(OSError):
            threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
            limit = self._random.randrange(_LEAST, self._longest) if self.left else 0
            carried = 0
            while piece := server.recv(_PIECE):
                if limit and carried + len(piece) > limit and self.left:
                    self.left -= 1
                    break
                client.sendall(piece)
                carried += len(piece)
                self.passed += len(piece)
                if self._rate:
                    time.sleep(len(piece) / self._rate)
            client.shutdown(socket.SHUT_RDWR)  # the other thread waits for it, which keeps it open

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(_PIECE):
                time.sleep(self._round_trip)
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)
