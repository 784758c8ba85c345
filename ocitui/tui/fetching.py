"""The bytes that the screen fetches from a registry, and may fetch before somebody was asked."""

from ocitui.display import format_size
from ocitui.transports.allowance import Allowance, TooMuchError
from ocitui.transports.transport import Speaks, Transport


class Fetching:
    """Counts what is fetched: whole layers, and contents of files after that. For several threads."""

    def __init__(self, allowance: Allowance) -> None:
        """
        Args:
            allowance: the bytes that may be fetched unasked.
        """
        self.allowance = allowance
        self.remedy = ""
        """The end of the message where contents would be more than that: it names the key that allows them."""

    def watch(self, transport: Transport) -> None:
        """Count what a place fetches, if it is one that does."""
        if isinstance(transport, Speaks):
            transport.count(self._count, self._expect)

    def allow_more(self) -> bool:
        """Fetch as much as is asked for from now on, where something was refused; whether it was."""
        was_refused, self.allowance.is_refused = self.allowance.is_refused, False
        if was_refused:
            self.allowance.give_all()
        return was_refused

    def _count(self, size: int) -> None:
        """Count bytes of contents as they come, in any thread, and end the reading where they are too many."""
        if not self.allowance.take(size):
            raise self._too_much(f"more than {format_size(int(self.allowance.limit))}")

    def _expect(self, size: int) -> None:
        """The same before they are fetched."""
        if self.allowance.would_exceed(size):
            raise self._too_much(f"about {format_size(size)}")

    def _too_much(self, size: str) -> TooMuchError:
        self.allowance.is_refused = True
        return TooMuchError(f"{size} must be fetched from the registry{self.remedy}")
